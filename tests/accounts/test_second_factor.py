"""Every way to sign in × staff × factor: no way round."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client

from accounts import clock, middleware, roles, services
from accounts.models import Message, StaffPost, User
from tests.factories.accounts import LearnerFactory, StaffFactory, StaffPostFactory, UnitFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role
PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXP"
ADMIN = "/admin/"
SET_UP = "/accounts/2fa/"
SHOW = "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def _on_a_tuesday():
    clock.set_to(TODAY)


def member_of_staff(role=Role.EDITOR, factor=None, phone=None):
    user = StaffFactory(role=role, phone=phone, phone_verified_at=TODAY if phone else None)
    services.grant_post(user=user, unit=user.posts.get().unit, role=role, at=TODAY)
    if factor == "totp":
        totp.TOTP.activate(user, SECRET)
        RecoveryCodes.activate(user)
    return User.objects.get(pk=user.pk)


def totp_code():
    return totp.format_hotp_value(
        totp.hotp_value(SECRET, next(totp.yield_hotp_counters_from_time()))
    )


def by_password(client, user):
    return client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})


def by_phone(client, user):
    client.post("/accounts/login/code/", {"phone": user.phone})
    text = Message.objects.get(to=user.phone).text
    return client.post("/accounts/login/code/confirm/", {"code": text.split("验证码")[1][:6]})


WAYS = {"password": by_password, "phone": by_phone}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", [Role.EDITOR, Role.COUNTER, Role.REGISTRAR, Role.TEACHER])
def test_staff_without_a_factor_reach_the_set_up_page_and_nothing_else(app_client, way, role):
    user = member_of_staff(role, phone="+8613800000201")
    WAYS[way](app_client, user)
    for path in (ADMIN, "/admin/pages/", "/my/", "/", "/demo/sms/", "/accounts/password/"):
        assert app_client.get(path).headers.get("Location") == SET_UP, path
    assert app_client.get(SET_UP).status_code == 200


@pytest.mark.parametrize("way", WAYS)
def test_staff_with_a_factor_are_asked_for_it(app_client, way):
    user = member_of_staff(factor="totp", phone="+8613800000201")
    assert WAYS[way](app_client, user).url == SHOW
    assert "_auth_user_id" not in app_client.session
    assert app_client.get(ADMIN).url.startswith("/accounts/login/")
    wrong = app_client.post(SHOW, {"code": "000000" if totp_code() != "000000" else "111111"})
    assert (wrong.status_code, "_auth_user_id" in app_client.session) == (200, False)
    assert app_client.post(SHOW, {"code": totp_code()}).url == ADMIN
    assert app_client.get(ADMIN).status_code == 200


def test_a_recovery_code_opens_once(app_client):
    user = member_of_staff(factor="totp")
    record = Authenticator.objects.get(user=user, type="recovery_codes")
    code = record.wrap().get_unused_codes()[0]
    by_password(app_client, user)
    assert app_client.post(SHOW, {"code": code}).url == ADMIN
    other = type(app_client)()
    by_password(other, user)
    assert other.post(SHOW, {"code": code}).status_code == 200
    assert "_auth_user_id" not in other.session


def test_a_factor_that_was_set_up_counts_as_shown(app_client):
    user = member_of_staff()
    by_password(app_client, user)
    page = app_client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200, page.headers
    secret = page.context["form"].secret
    value = totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    response = app_client.post(
        "/accounts/2fa/totp/activate/", {"code": totp.format_hotp_value(value)}
    )
    assert response.url == "/accounts/2fa/recovery-codes/"
    assert app_client.get(response.url).status_code == 200
    assert app_client.get(ADMIN).status_code == 200


def test_a_session_from_before_the_post_shows_the_factor_first(app_client):
    """A learner signs in, then becomes staff: the old session opens nothing."""
    learner = LearnerFactory(user__phone="+8613800000201")
    by_phone(app_client, learner.user)
    assert app_client.get("/my/").status_code == 200
    services.grant_post(user=learner.user, unit=learner.unit, role=Role.COUNTER, at=TODAY)
    assert app_client.get("/my/").url == SET_UP
    totp.TOTP.activate(learner.user, SECRET)
    assert app_client.get("/my/").url == "/accounts/2fa/reauthenticate/?next=%2Fmy%2F"
    again = app_client.post(
        "/accounts/2fa/reauthenticate/?next=%2Fmy%2F", {"code": totp_code(), "next": "/my/"}
    )
    assert again.url == "/my/"
    assert app_client.get("/my/").status_code == 200


def test_a_learner_needs_no_factor(app_client):
    by_phone(app_client, LearnerFactory(user__phone="+8613800000201").user)
    assert app_client.get("/my/").status_code == 200
    assert app_client.get(ADMIN).status_code == 403


@pytest.mark.parametrize(
    ("path", "lead_to"),
    [
        ("/admin/login/", "/accounts/login/"),
        ("/admin/login/?next=/admin/", "/accounts/login/?next=/admin/"),
    ],
)
def test_wagtails_own_sign_in_is_shut(app_client, path, lead_to):
    assert app_client.get(path).url == lead_to
    user = member_of_staff()
    response = app_client.post(path, {"username": user.username, "password": PASSWORD})
    assert response.status_code in {301, 302}
    assert "_auth_user_id" not in app_client.session


@pytest.mark.parametrize(
    "path",
    [
        "/admin/password_reset/",
        "/accounts/password/reset/",
        "/accounts/signup/",
        "/accounts/email/",
        "/accounts/phone/verify/",
        "/accounts/password/set/",
        "/_util/login/",
        "/django-admin/",
        "/accounts/confirm-email/",
    ],
)
def test_no_other_door_is_there(app_client, path):
    assert app_client.get(path).status_code == 404
    assert app_client.post(path, {"login": "x", "password": "y"}).status_code in {403, 404, 405}


def test_a_learner_who_guesses_a_password_gets_nowhere(app_client):
    learner = LearnerFactory()
    response = app_client.post(
        "/accounts/login/", {"login": learner.user.username, "password": "!"}
    )
    assert (response.status_code, "_auth_user_id" in app_client.session) == (200, False)


def shown(client, user):
    by_password(client, user)
    client.post(SHOW, {"code": totp_code()})
    assert client.get(ADMIN).status_code == 200


@pytest.mark.parametrize(
    ("key", "seconds", "signed_in"),
    [
        (middleware.SEEN, 29 * 60, True),
        (middleware.SEEN, 31 * 60, False),
        (middleware.BEGAN, 11 * 3600, True),
        (middleware.BEGAN, 12 * 3600 + 60, False),
    ],
)
def test_staff_sessions_end(app_client, key, seconds, signed_in):
    shown(app_client, member_of_staff(factor="totp"))
    session = app_client.session
    session[key] = time.time() - seconds
    session.save()
    response = app_client.get(ADMIN)
    assert (response.status_code == 200) is signed_in
    if not signed_in:
        assert response.url == "/accounts/login/?next=%2Fadmin%2F"


def test_a_learners_session_lasts(app_client):
    by_phone(app_client, LearnerFactory(user__phone="+8613800000201").user)
    clock.set_to(TODAY + timedelta(days=29))
    assert app_client.get("/my/").status_code == 200


# Posts and what they bring.


def test_a_post_brings_group_and_flag_and_takes_them_away_again():
    user, unit = StaffFactory(is_staff=False, post=None), UnitFactory()
    post = services.grant_post(user=user, unit=unit, role=Role.COUNTER, at=TODAY)
    again = services.grant_post(user=user, unit=unit, role=Role.COUNTER, at=TODAY)
    user = User.objects.get(pk=user.pk)
    assert again == post
    assert (user.is_staff, user.has_perm("wagtailadmin.access_admin")) == (True, True)

    services.end_post(post=post, at=TODAY)
    user = User.objects.get(pk=user.pk)
    assert (user.is_staff, user.has_perm("wagtailadmin.access_admin")) == (False, False)


def test_what_another_post_brings_stays():
    user, unit = StaffFactory(post=None), UnitFactory()
    counter = services.grant_post(user=user, unit=unit, role=Role.COUNTER, at=TODAY)
    services.grant_post(user=user, unit=unit, role=Role.EDITOR, at=TODAY)
    services.end_post(post=counter, at=TODAY)
    user = User.objects.get(pk=user.pk)
    assert user.is_staff
    assert [group.name for group in Group.objects.filter(user=user)] == [
        roles.group_name(Role.EDITOR)
    ]


def test_a_city_post_is_given_by_the_citys_office_only():
    county = UnitFactory(county=True)
    with pytest.raises(services.PostRefused):
        services.grant_post(
            user=StaffFactory(post=None), unit=county, role=Role.REGISTRAR, at=TODAY
        )


def test_the_end_of_a_post_ends_its_sessions(app_client):
    user = member_of_staff(factor="totp")
    shown(app_client, user)
    services.end_post(post=user.posts.get(), at=TODAY)
    assert app_client.get("/my/").status_code == 302


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.MONITOR])
def test_posts_that_open_nothing_ask_for_no_factor(app_client, role):
    learner = LearnerFactory(user__phone="+8613800000201")
    StaffPostFactory(user=learner.user, unit=learner.unit, role=role)
    by_phone(app_client, learner.user)
    assert app_client.get("/my/").status_code == 200


def test_staff_in_the_admin_see_their_offices_only(app_client, monkeypatch):
    """The middleware's scope reaches every view under /admin/."""
    from django.http import HttpResponse
    from wagtail.admin.views import home

    from accounts import scope

    seen = []

    def spy(self, request, *args, **kwargs):
        seen.append(scope.in_force())
        return HttpResponse("ok")

    user = member_of_staff(Role.COUNTER, factor="totp")
    shown(app_client, user)
    monkeypatch.setattr(home.HomeView, "dispatch", spy)
    assert app_client.get(ADMIN).content == b"ok"
    assert seen == [scope.Scope(units=str(user.posts.get().unit_id))]


def test_sign_in_pages_open_without_a_session():
    client = Client()
    for path in ("/accounts/login/", "/accounts/login/code/", "/en/accounts/login/code/"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", [ADMIN, "/admin/pages/", "/admin/login/?next=/admin/"])
def test_whoever_is_signed_in_and_no_editor_is_told_once(app_client, path):
    learner = LearnerFactory()
    app_client.force_login(learner.user)
    answer = app_client.get(path)
    assert answer.status_code == 403
    assert not list(get_messages(answer.wsgi_request))
    assert app_client.get("/my/").status_code == 200


def test_a_teacher_is_told_once_too(app_client):
    teacher = member_of_staff(Role.TEACHER, factor="totp")
    by_password(app_client, teacher)
    app_client.post(SHOW, {"code": totp_code()})
    assert app_client.get(ADMIN).status_code == 403
