"""My result: a plain sentence for every choice, on the web and at the desk."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from accounts import clock
from accounts.models import StaffPost
from courses.models import Term
from enrolment import services
from enrolment.domain.refusals import Refusal
from enrolment.models import Application, CutOff, WishResult
from enrolment.wording import results as said
from tests.enrolment.acts import enrolment_of
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import HelperGrantFactory, LearnerFactory
from tests.factories.enrolment import CHINA, CampusFactory, SectionFactory, TermFactory
from tests.factories.results import Drawn, Fate, confirming_until, draw_of, held_back, name_of
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
ANSWER_BY = datetime(2026, 12, 8, 17, 0, tzinfo=CHINA)
Code = WishResult.Code
LANGUAGES = ("zh-hans", "zh-hant", "en")


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def term():
    term = TermFactory(phase=Term.Phase.CONFIRMING, code="2027-spring")
    confirming_until(term, ANSWER_BY)
    return term


def published(term, *lines):
    draw = draw_of(term, lines)
    services.place_the_drawn(draw=draw, at=TODAY)
    return draw


def page_of(client, learner, term):
    client.force_login(learner.user)
    answer = client.get(reverse("enrolment:show-result", args=[term.code]))
    return answer.content.decode()


def words(result, *, language="zh-hans", **more):
    with translation.override(language):
        return said.became_of(result, **{"number": 8213} | more)


def full(*bars):
    return WishResult(code=Code.FULL, bars=list(bars))


# The sentences


def test_full_names_the_last_number_of_every_kind_of_place_that_was_open(term):
    result = full([1, "open-first", [0, 8213], [0, 4120]], [1, "N", [0, 8213], [0, 5003]])
    assert words(result) == ["您的序号是8213：开放名额录到4120号；新学员预留名额录到5003号。"]


@pytest.mark.parametrize(
    ("last", "ended"), [("closed", "录到449号"), ([0, 1900], "录到1900号"), (None, "不够给")]
)
def test_open_places_at_both_ends_of_a_draw_are_one_kind(term, last, ended):
    result = full(
        [1, "open-first", [0, 8213], [0, 449]],
        [1, "N", [0, 8213], [0, 778]],
        [1, "open", [0, 8213], last],
    )
    said = "剩下的开放名额" if last is None else "开放名额"
    assert words(result) == [f"您的序号是8213：{said}{ended}；新学员预留名额录到778号。"]


def test_a_reserve_that_was_not_theirs_is_said(term):
    result = full([1, "open", [0, 8213], [0, 4120]])
    assert words(result, not_theirs=("N", "M"))[1:] == [
        "新学员预留名额不适用于您。",
        "连续没选上的人的预留名额不适用于您。",
    ]


def test_the_second_round_goes_from_the_largest_number(term):
    result = full(
        [1, "open", [0, 8213], [0, 4120]],
        [2, "open", [0, 4388], [0, 1200]],
        [2, "N", [0, 4388], "closed"],
    )
    assert words(result)[1] == (
        "第二轮从大号往小号看，您排在第4388位：开放名额录到1200号；新学员预留名额没有人录取。"
    )


def test_two_seats_were_wanted_and_one_was_left(term):
    assert words(full([1, "open", [0, 8213], None])) == ["您的序号是8213：剩下的开放名额不够给。"]


@pytest.mark.parametrize(
    ("bucket", "sentence"),
    [
        ("open", "录取了，用的是开放名额。"),
        ("open-first", "录取了，用的是开放名额。"),
        ("N", "录取了，用的是新学员预留名额。"),
        ("C", "录取了，用的是照顾名额。"),
        ("M", "录取了，用的是连续没选上的人的预留名额。"),
    ],
)
def test_given_says_by_which_kind_of_place(bucket, sentence):
    assert words(WishResult(code=Code.ADMITTED, bucket=bucket, round=1)) == [sentence]


def test_the_class_in_the_way_is_named(term):
    piano = SectionFactory(term=term, course__name="钢琴", number=1)
    here = SectionFactory(term=term, course__name="二胡")
    for code, sentence in (
        (Code.CLASH, "您录取了“钢琴1班”，两门不能同时上。"),
        (Code.HELD, "您已经在“钢琴1班”里，两门不能同时上。"),
        (Code.HOT_LIMIT, "热门课每人只能上一门，您有“钢琴1班”。"),
    ):
        result = WishResult(code=code, section=here)
        assert words(result, in_the_way=[piano]) == [sentence]


def test_what_was_not_possible_says_the_rule(term):
    here = SectionFactory(term=term)
    result = WishResult(code=Code.INELIGIBLE, rule="level", section=here)
    with translation.override("zh-hans"):
        from enrolment import wording

        assert words(result) == [wording.refusal(Refusal.LEVEL, here)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", Code)
def test_every_code_has_its_words_in_every_language(term, code, language):
    here = SectionFactory(term=term)
    result = WishResult(
        code=code, section=here, bucket="open", rule="level", round=1,
        bars=[[1, "open", [0, 8213], [0, 4120]]] if code is Code.FULL else [],
    )  # fmt: skip
    sentences = words(result, language=language, in_the_way=[here])
    assert sentences
    assert all(sentence and "%(" not in sentence for sentence in sentences)
    if language == "zh-hans":
        assert sentences != words(result, language="en", in_the_way=[here])


@pytest.mark.parametrize("rule", ["", "no_such_rule"])
def test_a_rule_nobody_knows_sends_to_the_phone(term, rule):
    result = WishResult(code=Code.INELIGIBLE, rule=rule, section=SectionFactory(term=term))
    assert words(result) == ["这门课不符合报名条件。请打电话，我们给您解释。"]


# The page


def test_the_page_shows_number_choices_and_what_happens_next(term, app_client):
    anna = LearnerFactory(name="林秀英")
    piano = SectionFactory(term=term, course__name="钢琴", number=1)
    given = SectionFactory(term=term, course__name="二胡", number=2, weekday=4, with_fee=True)
    bars = [[1, "open", [0, 8213], [0, 4120]]]
    draw = published(
        term, Drawn(anna, [held_back(piano, 12, bars=bars), Fate(given)], number=8213)
    )
    CutOff.objects.create(
        draw=draw, section=piano, round=1, bucket="N", end="number", tier=0, number=5003
    )
    page = page_of(app_client, anna, term)
    for word in (
        "8213", "第一志愿", "钢琴1班", "开放名额录到4120号", "新学员预留名额不适用于您",
        "第二志愿", "二胡2班", "录取了，用的是开放名额", "12月8日",
        reverse("enrolment:show-enrolment", args=[enrolment_of(anna, given).pk]),
        draw.roster.lines.get().application.spoken_number,
    ):  # fmt: skip
        assert word in page, word


def test_a_class_taken_instead_is_no_sixth_choice_of_hers(term, app_client):
    """Five choices of her own and three like classes: the longest list there is."""
    anna = LearnerFactory()
    classes = [SectionFactory(term=term, weekday=day) for day in (1, 2, 3, 4, 5, 6, 7, 1)]
    fates = [held_back(one, 1) for one in classes[:7]]
    instead = [replace(one, is_substitute=True) for one in fates[5:]]
    published(
        term, Drawn(anna, [*fates[:5], *instead, Fate(classes[7], is_substitute=True)], number=3)
    )
    page = page_of(app_client, anna, term)
    assert page.count("也愿意上的班：") == 3
    assert "第五志愿" in page
    assert "第六志愿" not in page


def test_the_page_says_what_became_of_the_place_since(term, app_client):
    anna, section = LearnerFactory(), SectionFactory(term=term)
    published(term, Drawn(anna, [Fate(section)]))
    services.say_one_stays_away(
        enrolment=enrolment_of(anna, section), actor=anna.user, key=uuid4(), at=TODAY
    )
    assert "您说了不来上" in page_of(app_client, anna, term)


def test_who_has_nothing_is_shown_the_same_course_with_places_left_the_nearest_first(
    term, app_client
):
    here = CampusFactory(x_km=0)
    full_one = SectionFactory(term=term, campus=here, capacity=1, course__name="钢琴")
    course = full_one.course
    far = SectionFactory(term=term, course=course, campus=CampusFactory(x_km=9), weekday=3)
    near = SectionFactory(term=term, course=course, campus=CampusFactory(x_km=2), weekday=4)
    empty = SectionFactory(term=term, course=course, campus=here, weekday=5, capacity=1)
    anna, *others = LearnerFactory.create_batch(3)
    published(
        term,
        Drawn(others[0], [Fate(full_one)]),
        Drawn(others[1], [Fate(empty)]),
        Drawn(anna, [held_back(full_one, 1)]),
    )
    page = page_of(app_client, anna, term)
    ways = [reverse("enrolment:check-class", args=[one.pk]) for one in (near, far)]
    assert page.index(ways[0]) < page.index(ways[1])
    assert reverse("enrolment:check-class", args=[empty.pk]) not in page
    assert ways[0] not in page_of(app_client, others[0], term)


def test_an_online_place_is_offered_at_once(term, app_client):
    piano = SectionFactory(term=term)
    SectionFactory(term=term, course=piano.course, mode="online", weekday=6)
    anna = LearnerFactory()
    published(term, Drawn(anna, [held_back(piano, 1)]))
    assert "云课堂" in page_of(app_client, anna, term)


def test_both_of_a_couple_see_one_number_and_both_names(term, app_client):
    wife, husband = LearnerFactory(name="林秀英"), LearnerFactory(name="周建国")
    section = SectionFactory(term=term)
    published(term, Drawn(wife, [Fate(section)], partner=husband, number=77))
    for one in (wife, husband):
        page = page_of(app_client, one, term)
        assert "林秀英" in page
        assert "周建国" in page
        assert "77" in page
        mine = enrolment_of(one, section)
        assert reverse("enrolment:show-enrolment", args=[mine.pk]) in page


def test_two_who_would_go_alone_have_results_of_their_own(term, app_client):
    wife, husband = LearnerFactory(), LearnerFactory()
    section = SectionFactory(term=term, capacity=1)
    published(term, Drawn(wife, [Fate(section)]), Drawn(husband, [held_back(section, 1)]))
    assert "录取了" in page_of(app_client, wife, term)
    assert "录取了" not in page_of(app_client, husband, term)


def test_a_clash_names_the_class_of_the_public_files(term, app_client):
    given = SectionFactory(term=term, course__name="二胡", number=2)
    other = SectionFactory(term=term)
    anna = LearnerFactory()
    clash = Fate(other, code="CLASH", bucket="", blocked_by=[name_of(given)])
    published(term, Drawn(anna, [Fate(given), clash]))
    assert "您录取了“二胡2班”" in page_of(app_client, anna, term)


@pytest.mark.parametrize("published_at", [None])
def test_before_its_publication_a_draw_says_nothing(term, app_client, published_at):
    anna = LearnerFactory()
    fates = [Fate(SectionFactory(term=term))]
    draw_of(term, [Drawn(anna, fates)], published_at=published_at)
    app_client.force_login(anna.user)
    address = reverse("enrolment:show-result", args=[term.code])
    assert app_client.get(address).status_code == 404
    assert address not in app_client.get(reverse("enrolment:my-classes")).content.decode()


def test_nobody_sees_the_result_of_somebody_else(term, app_client):
    anna, ben = LearnerFactory.create_batch(2)
    published(term, Drawn(anna, [Fate(SectionFactory(term=term))]))
    app_client.force_login(ben.user)
    address = reverse("enrolment:show-result", args=[term.code])
    assert app_client.get(address).status_code == 404


def test_a_helper_sees_it_for_the_person_they_help(term, app_client):
    grant = HelperGrantFactory(learner__name="林秀英")
    published(term, Drawn(grant.learner, [Fate(SectionFactory(term=term))]))
    app_client.force_login(grant.helper)
    session = app_client.session
    session["acting_for"] = grant.learner_id
    session.save()
    page = app_client.get(reverse("enrolment:show-result", args=[term.code])).content.decode()
    assert "林秀英" in page


def test_my_classes_and_the_desk_lead_to_the_result(term, app_client):
    anna, section = LearnerFactory(name="林秀英"), SectionFactory(term=term)
    published(term, Drawn(anna, [Fate(section)], number=4711))
    app_client.force_login(anna.user)
    mine = app_client.get(reverse("enrolment:my-classes")).content.decode()
    assert reverse("enrolment:show-result", args=[term.code]) in mine
    sign_in(app_client, section.unit, StaffPost.Role.HOTLINE)
    address = reverse("enrolment:result-for", args=[anna.pk, term.code])
    card = app_client.get(reverse("enrolment:show-learner", args=[anna.pk])).content.decode()
    assert address in card
    desk = app_client.get(address).content.decode()
    for word in ("林秀英", "4711", "录取了"):
        assert word in desk
    assert reverse("enrolment:answer-place-for", args=[enrolment_of(anna, section).pk]) in desk


def test_the_page_of_the_form_promises_no_draw_that_has_been(term, app_client):
    anna, section = LearnerFactory(), SectionFactory(term=term)
    published(term, Drawn(anna, [Fate(section)]))
    Application.objects.of(anna).update(state=Application.State.ALLOCATED)
    app_client.force_login(anna.user)
    page = app_client.get(reverse("enrolment:show-application")).content.decode()
    assert reverse("enrolment:show-result", args=[term.code]) in page
    assert "当天就出结果" not in page
    assert "结果发短信告诉您" not in page


def test_the_desk_lists_who_has_no_phone_while_the_draw_is_answered(term, app_client):
    section = SectionFactory(term=term)
    given = LearnerFactory(user=None, phone="", name="林秀英", contact_name="儿子")
    nothing = LearnerFactory(user=None, phone="", name="吴玉兰")
    by_phone = LearnerFactory(name="周建国")
    gone = LearnerFactory(user=None, phone="", name="钱桂花", deceased_on=TODAY.date())
    published(
        term,
        Drawn(given, [Fate(section)]),
        *(Drawn(one, [held_back(section, n)]) for n, one in enumerate((nothing, by_phone, gone))),
    )
    sign_in(app_client, section.unit, StaffPost.Role.HOTLINE)
    calls = app_client.get(reverse("enrolment:phone-list")).content.decode()
    address = reverse("enrolment:results-to-tell")
    assert address in calls
    page = app_client.get(address).content.decode()
    for one in (given, nothing):
        assert reverse("enrolment:result-for", args=[one.pk, term.code]) in page
    assert "周建国" not in page
    assert "钱桂花" not in page
    Term.objects.update(phase=Term.Phase.WAITLISTING)
    assert "林秀英" not in app_client.get(address).content.decode()
