"""Who asks, and for whom: learners, helpers, shared phones, staff."""

import uuid

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from accounts import clock, http, scope
from accounts.models import AuditEvent, HelperGrant, Learner, StaffPost
from enrolment.models import Enrolment
from tests.conftest import role_app
from tests.factories.accounts import (
    HelperGrantFactory,
    LearnerFactory,
    StaffFactory,
    StaffPostFactory,
    UnitFactory,
    UserFactory,
)
from tests.factories.enrolment import SectionFactory
from tests.factories.sign_in import sign_in_staff
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role


@pytest.fixture(autouse=True)
def _on_a_tuesday():
    clock.set_to(TODAY)


@pytest.fixture
def visit(client):
    """Call a decorated view as a browser would, as the web's database role."""

    def visit(view, user=None, method="get", session=None, **kwargs):
        from django.contrib.auth.models import AnonymousUser
        from django.contrib.messages.storage.fallback import FallbackStorage

        request = getattr(RequestFactory(), method)("/my/classes/?week=2", **kwargs)
        request.user = user or AnonymousUser()
        request.session = client.session
        request.session.update(session or {})
        request._messages = FallbackStorage(request)
        visit.request = request
        with role_app():
            return view(request)

    return visit


@http.learner_required
def page(request):
    visible = sorted(Learner.objects.values_list("pk", flat=True))
    return HttpResponse(f"{request.learner.pk} {visible} {connection.in_atomic_block}")


def test_a_learner_sees_own_rows_and_no_others(visit):
    me, _other = LearnerFactory(), LearnerFactory()
    assert visit(page, me.user).content.decode().startswith(f"{me.pk} [{me.pk}]")


def test_a_post_runs_without_scope_and_may_open_it(visit):
    me = LearnerFactory()

    @http.learner_required
    def act(request):
        before = Learner.objects.count()
        with request.scope():
            return HttpResponse(f"{before} {Learner.objects.count()}")

    assert visit(act, me.user, "post").content == b"0 1"


def test_nobody_signed_in_goes_to_sign_in_and_comes_back(visit):
    assert visit(page).url == "/accounts/login/code/?next=%2Fmy%2Fclasses%2F%3Fweek%3D2"


def test_an_account_without_learner_says_who_it_is(visit):
    assert visit(page, UserFactory()).url.startswith("/my/about-me/?next=")


def test_a_shared_phone_is_asked_who_it_is(visit):
    anna = LearnerFactory()
    ben = LearnerFactory(user=anna.user)
    assert visit(page, anna.user).url.startswith("/my/who/?next=")
    chosen = visit(page, anna.user, session={http.CHOSEN: ben.pk})
    assert chosen.content.decode().startswith(f"{ben.pk} [{ben.pk}]")
    stranger = LearnerFactory()
    assert visit(page, anna.user, session={http.CHOSEN: stranger.pk}).status_code == 302


def test_a_helper_acts_while_the_grant_lives_and_not_a_moment_longer(visit):
    helper = UserFactory()
    grant = HelperGrantFactory(helper=helper)
    acting = {http.ACTING_FOR: grant.learner_id}
    assert visit(page, helper, session=acting).status_code == 200
    assert visit.request.grant == grant

    HelperGrant.objects.update(revoked_at=TODAY)
    assert visit(page, helper, session=acting).status_code == 302
    assert http.ACTING_FOR not in visit.request.session


@pytest.mark.parametrize(
    ("right", "granted", "opens"),
    [
        (None, {}, True),
        (http.Right.PAY, {}, False),
        (http.Right.PAY, {"may_pay": True}, True),
        (http.Right.WITHDRAW, {}, False),
        (http.Right.SELF, {"may_pay": True, "may_withdraw": True}, False),
    ],
)
def test_a_helper_may_do_what_was_granted(visit, right, granted, opens):
    grant = HelperGrantFactory(**granted)
    view = http.learner_required(right=right)(lambda request: HttpResponse("open"))
    session = {http.ACTING_FOR: grant.learner_id}
    if opens:
        assert visit(view, grant.helper, session=session).content == b"open"
    else:
        with pytest.raises(PermissionDenied):
            visit(view, grant.helper, session=session)


def test_a_helper_without_the_right_to_apply_may_not_post(visit):
    grant = HelperGrantFactory(may_apply=False)
    session = {http.ACTING_FOR: grant.learner_id}
    assert visit(page, grant.helper, session=session).status_code == 200
    with pytest.raises(PermissionDenied):
        visit(page, grant.helper, "post", session=session)


def test_a_form_meant_for_one_learner_does_nothing_for_another(app_client):
    one = LearnerFactory(name="周建国")
    other = LearnerFactory(name="沈美芳", user=one.user)
    app_client.force_login(one.user)
    app_client.post("/my/who/", {"learner": other.pk})
    section = SectionFactory()
    form = {"press": str(uuid.uuid4()), "meant_for": str(one.pk)}
    page, door = (
        reverse(f"enrolment:{at}", args=[section.pk]) for at in ("check-class", "hold-seat")
    )
    answer = app_client.post(door, form, headers={"referer": f"http://testserver{page}"})
    assert answer.url == page
    checked = app_client.get(page)
    assert [str(said) for said in checked.context["messages"]]
    assert checked.context["request"].learner == other
    assert f'name="meant_for" value="{other.pk}"' in checked.content.decode()
    assert Enrolment.objects.count() == 0


def test_staff_see_their_offices_inside_the_view(visit):
    city = UnitFactory()
    deer, river = UnitFactory.create_batch(2, county=True, parent=city)
    mine, _other = LearnerFactory(unit=deer), LearnerFactory(unit=river)

    @http.staff_required(Role.COUNTER, Role.BRANCH_HEAD)
    def desk(request):
        return HttpResponse(
            f"{request.units} {list(Learner.objects.values_list('pk', flat=True))}"
        )

    counter = StaffFactory(role=Role.COUNTER, unit=deer)
    assert visit(desk, counter).content.decode() == f"[{deer.pk}] [{mine.pk}]"
    with pytest.raises(PermissionDenied):
        visit(desk, StaffFactory(role=Role.TEACHER, unit=deer))
    assert visit(desk).url.startswith("/accounts/login/?next=")


def test_a_staff_view_that_fails_leaves_nothing_half_done(visit):
    unit = UnitFactory()
    learner = LearnerFactory(unit=unit)

    @http.staff_required(Role.COUNTER)
    def breaks(request):
        Learner.objects.filter(pk=learner.pk).update(name="x")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        visit(breaks, StaffFactory(role=Role.COUNTER, unit=unit), "post")
    learner.refresh_from_db()
    assert learner.name != "x"
    assert scope.in_force() == scope.NOBODY


def test_a_staff_view_in_parts_sees_rows_in_its_parts_and_keeps_what_was_done(visit):
    unit = UnitFactory()
    learner = LearnerFactory(unit=unit)
    clerk = StaffFactory(role=Role.COUNTER, unit=unit)
    seen = []

    @http.staff_required(Role.COUNTER, in_parts=True)
    def breaks_off(request):
        seen.append(scope.in_force())
        with request.scope():
            seen.append(scope.in_force())
            Learner.objects.filter(pk=learner.pk).update(name="x")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        visit(breaks_off, clerk, "post")
    learner.refresh_from_db()
    assert learner.name == "x"
    assert seen == [scope.NOBODY, scope.Scope(units=str(unit.pk))]
    with pytest.raises(ZeroDivisionError):
        visit(breaks_off, clerk)
    assert seen[2:] == [scope.Scope(units=str(unit.pk))] * 2  # who only looks has one scope


def test_a_press_has_a_readable_key(visit):
    key = uuid.uuid4()
    request = RequestFactory().post("/", {"press": str(key)})
    assert http.press_of(request) == key
    for nonsense in ("", "x", "0" * 5000):
        with pytest.raises(BadRequest):
            http.press_of(RequestFactory().post("/", {"press": nonsense}))


# The pages themselves, through the whole stack.


@pytest.fixture
def signed_in(app_client):
    def signed_in(user):
        app_client.force_login(user)
        return app_client

    return signed_in


ABOUT = {
    "name": "  吴　玉兰 ",
    "sex": "f",
    "born_on_year": "1960",
    "born_on_month": "３",
    "born_on_day": "5",
}


def test_a_newcomer_says_who_they_are_once(signed_in):
    user, unit = UserFactory(), UnitFactory()
    client = signed_in(user)
    response = client.post("/my/about-me/?next=/my/card/", ABOUT | {"unit": unit.pk})
    assert response.url == "/my/card/"
    learner = Learner.objects.get()
    assert (learner.name, learner.user, learner.unit, str(learner.born_on)) == (
        "吴 玉兰", user, unit, "1960-03-05",
    )  # fmt: skip
    assert list(learner.consents.values_list("kind", flat=True)) == ["privacy"]
    assert AuditEvent.objects.filter(action="learner made", learner=learner, actor=user).exists()
    card = client.get("/my/card/")
    assert (card.status_code, learner.card_no in card.content.decode()) == (200, True)


def test_a_second_tap_makes_nobody(signed_in):
    user, unit = UserFactory(), UnitFactory()
    client = signed_in(user)
    for _tap in range(2):
        assert client.post("/my/about-me/", ABOUT | {"unit": unit.pk}).status_code == 302
    assert Learner.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"sex": "x"},
        {"born_on_day": "31", "born_on_month": "2"},
        {"born_on_year": "二〇"},
        {"born_on_year": "1800"},
        {"born_on_year": "2030"},
        {"born_on_day": ""},
        {"unit": "999999"},
        {"name": "\x00"},
    ],
)
def test_a_newcomers_mistake_is_named_and_nothing_is_made(signed_in, wrong):
    unit = UnitFactory()
    response = signed_in(UserFactory()).post("/my/about-me/", ABOUT | {"unit": unit.pk} | wrong)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [
        "born_on" if "born" in name else name for name in list(wrong)[:1]
    ]
    assert Learner.objects.count() == 0


def test_one_phone_carries_six_learners_at_most(signed_in):
    user, unit = UserFactory(), UnitFactory()
    LearnerFactory.create_batch(6, user=user, unit=unit)
    response = signed_in(user).post("/my/about-me/", ABOUT | {"unit": unit.pk})
    assert (response.url, Learner.objects.count()) == ("/my/", 6)


def test_a_helper_turns_to_somebody_and_back_and_both_are_written_down(signed_in):
    grant = HelperGrantFactory()
    client = signed_in(grant.helper)
    assert client.post("/my/who/", {"learner": grant.learner_id}).url == "/my/"
    assert client.session[http.ACTING_FOR] == grant.learner_id
    assert client.get("/my/card/").status_code == 200
    assert client.post("/my/helping/stop/").url == "/my/"
    assert http.ACTING_FOR not in client.session
    assert list(
        AuditEvent.objects.filter(learner=grant.learner)
        .order_by("at", "action")
        .values_list("action", flat=True)
    ) == ["helping began", "helping stopped"]


def test_every_page_says_for_whom_one_acts(signed_in):
    grant = HelperGrantFactory(learner__name="林秀英")
    client = signed_in(grant.helper)
    assert "林秀英" not in client.get("/accounts/login/code/", follow=True).content.decode()[:3000]
    client.post("/my/who/", {"learner": grant.learner_id})
    for path in ("/my/", "/accounts/sessions/", "/demo/sms/", "/my/card/"):
        page = client.get(path)
        assert page.context["acting_for"] == {"name": "林秀英"}, path
        assert "/my/helping/stop/" in page.content.decode()
    client.post("/my/helping/stop/")
    assert client.get("/my/").context["acting_for"] is None


def test_a_learner_is_greeted_by_name(signed_in):
    learner = LearnerFactory(name="吴玉兰")
    client = signed_in(learner.user)
    assert client.get("/demo/sms/").context["account_name"] == learner.user.shown_name
    assert client.get("/my/").context["account_name"] == "吴玉兰"
    assert client.get("/demo/sms/").context["account_name"] == "吴玉兰"


def test_a_name_on_top_leads_to_all_one_can_do(signed_in):
    learner = LearnerFactory(name="周建国")
    LearnerFactory(name="沈美芳", user=learner.user)
    client = signed_in(learner.user)
    assert 'href="/my/"' in client.get("/campuses/").content.decode()
    asked = client.get("/my/").content.decode()
    assert "我是 周建国" in asked
    assert "我是 沈美芳" in asked
    assert "/my/card/" not in asked
    client.post("/my/who/", {"learner": learner.pk})
    mine = client.get("/my/").content.decode()
    assert "<h2>周建国</h2>" in mine
    assert "/my/card/" in mine
    assert "我是 沈美芳" in mine


def test_a_helper_is_shown_whom_to_help_and_may_change_over(signed_in):
    grant = HelperGrantFactory(learner__name="周建国")
    HelperGrantFactory(learner__name="沈美芳", helper=grant.helper)
    client = signed_in(grant.helper)
    start = client.get("/my/").content.decode()
    assert "我替 周建国 办理" in start
    assert "我替 沈美芳 办理" in start
    client.post("/my/who/", {"learner": grant.learner_id})
    assert 'href="/my/who/"' in client.get("/campuses/").content.decode()
    acting = client.get("/my/").content.decode()
    assert "<h2>周建国</h2>" in acting
    assert "/my/helpers/" not in acting


def test_a_teacher_finds_the_films(app_client):
    teacher = StaffPostFactory(role=Role.TEACHER).user
    page = sign_in_staff(app_client, teacher).get("/my/").content.decode()
    assert 'href="/teaching/films/"' in page


def test_nobody_turns_to_a_stranger(signed_in):
    grant, stranger = HelperGrantFactory(), LearnerFactory()
    client = signed_in(grant.helper)
    response = client.post("/my/who/", {"learner": stranger.pk})
    assert (response.status_code, http.ACTING_FOR in client.session) == (422, False)
    assert stranger.name not in response.content.decode()


def test_helpers_are_added_by_a_fresh_code_only(signed_in):
    learner = LearnerFactory()
    client = signed_in(learner.user)
    response = client.get("/my/helpers/add/")
    assert response.url == "/my/phone/prove/?next=%2Fmy%2Fhelpers%2Fadd%2F"
    assert client.post("/my/helpers/add/", {"phone": "13800009999"}).status_code == 302
    assert HelperGrant.objects.count() == 0

    session = client.session
    session["code_at"] = TODAY.timestamp()
    session.save()
    data = {"phone": "138 0000 9999", "rights": ["may_apply", "may_withdraw"]}
    assert client.post("/my/helpers/add/", data).url == "/my/helpers/"
    grant = HelperGrant.objects.get()
    assert (grant.helper.phone, grant.may_apply, grant.may_pay, grant.may_withdraw) == (
        "+8613800009999", True, False, True,
    )  # fmt: skip
    assert grant.helper.phone_verified_at is None
    assert "138 0000 9999" in client.get("/my/helpers/").content.decode()
    assert client.post(f"/my/helpers/{grant.pk}/end/").status_code == 302
    grant.refresh_from_db()
    assert grant.revoked_at is not None


def test_one_is_not_ones_own_helper(signed_in):
    learner = LearnerFactory()
    client = signed_in(learner.user)
    session = client.session
    session["code_at"] = TODAY.timestamp()
    session.save()
    response = client.post("/my/helpers/add/", {"phone": learner.user.phone})
    assert (response.status_code, HelperGrant.objects.count()) == (422, 0)


def test_the_grant_of_another_learner_cannot_be_ended(signed_in):
    grant = HelperGrantFactory()
    response = signed_in(LearnerFactory().user).post(f"/my/helpers/{grant.pk}/end/")
    grant.refresh_from_db()
    assert (response.status_code, grant.revoked_at) == (404, None)


@pytest.mark.parametrize(
    "path", ["/my/", "/my/who/", "/my/card/", "/my/helpers/", "/accounts/sessions/", "/demo/sms/"]
)
def test_pages_open_for_a_learner(signed_in, path):
    assert signed_in(LearnerFactory().user).get(path).status_code == 200


def test_a_learners_page_asks_the_database_ten_times_at_most(
    signed_in, django_assert_max_num_queries
):
    """Session, account, whom for, the learner, the scope's own four, the office, the shell's."""
    learner = LearnerFactory()
    client = signed_in(learner.user)
    client.get("/my/card/")
    with django_assert_max_num_queries(10 + 2):  # two of the test: into the web's role and back
        client.get("/my/card/")


def test_a_learner_has_no_password_to_change(signed_in):
    user = LearnerFactory().user
    user.set_unusable_password()
    user.save()

    response = signed_in(user).get("/accounts/password/")

    assert (response.status_code, response.headers["Location"]) == (302, "/my/")
