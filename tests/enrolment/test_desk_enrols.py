"""Staff at the counter and on the telephone act for a learner, by the services of the web."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from accounts import clock
from accounts.models import AuditEvent, ConsentRecord, LearnerUnit, StaffPost
from courses.models import ClassSection, Course, Term
from enrolment import queries, services
from enrolment.models import Channel, Claim, Enrolment, EnrolmentEvent, Outcome, WaitlistEntry
from tests.enrolment.acts import claim, enrolment_of, entry_of, withdraw
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, UnitFactory
from tests.factories.enrolment import SectionFactory, TermFactory, WaitlistEntryFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role
WORD = {"channel": "counter", "how": "in_person", "reason": "本人来窗口"}


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def city():
    return UnitFactory()


@pytest.fixture
def county(city):
    return UnitFactory(county=True, parent=city)


@pytest.fixture
def learner(city):
    return LearnerFactory(
        unit=city, name="王秀英", name_pinyin="wang xiu ying", card_no="Q20260001"
    )


def address(name, *args):
    return reverse(f"enrolment:{name}", args=args)


def press(client, name, *args, key=None, **typed):
    return client.post(address(name, *args), {"press": key or str(uuid4()), **WORD, **typed})


def main(response):
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


# Who is found


@pytest.mark.parametrize(
    "words", ["秀英", "wangxiuying", "Wang Xiuying", "xiu ying", "q20260001", "last four", "phone"]
)
def test_somebody_is_found_by_what_people_say_of_themselves(app_client, city, learner, words):
    other = LearnerFactory(unit=city, name="李建国", name_pinyin="li jian guo")
    sign_in(app_client, city, role=Role.HOTLINE)
    number = learner.phone
    typed = {"last four": number[-4:], "phone": f" {number[3:6]} {number[6:]}"}.get(words, words)

    page = main(app_client.get(address("find-learner"), {"q": typed}))

    assert address("show-learner", learner.pk) in page
    assert address("show-learner", other.pk) not in page


@pytest.mark.parametrize("words", ["王", "123", " 1 "])
def test_too_few_letters_find_nobody_and_the_page_says_what_to_write(
    app_client, city, learner, words
):
    sign_in(app_client, city)
    page = main(app_client.get(address("find-learner"), {"q": words}))
    assert "/desk/learners/" not in page.replace(address("find-learner") + '"', "")
    assert queries.learners_known(words) is None


def test_an_office_finds_whom_it_knows_and_nobody_else(app_client, city, county, learner):
    stranger = LearnerFactory(unit=UnitFactory(county=True, parent=city), name="王秀英")
    LearnerUnit.objects.create(learner=learner, unit=county)
    sign_in(app_client, county)

    page = main(app_client.get(address("find-learner"), {"q": "秀英"}))

    assert address("show-learner", learner.pk) in page
    assert address("show-learner", stranger.pk) not in page
    assert app_client.get(address("show-learner", stranger.pk)).status_code == 404


def test_the_page_of_a_learner_shows_what_they_have_and_until_when(app_client, city, learner):
    term = TermFactory()
    paid, held, full, offered = (
        SectionFactory(term=term, weekday=day, with_fee=day == 3, capacity=1)
        for day in (2, 3, 4, 5)
    )
    claim(paid, learner)
    claim(held, learner)
    claim(full, LearnerFactory())
    WaitlistEntryFactory(section=full, learner=learner)
    WaitlistEntryFactory(section=offered, learner=learner)
    WaitlistEntry.objects.filter(section=offered).update(
        state="offered", due_at=TODAY + timedelta(days=2)
    )
    sign_in(app_client, city)

    page = main(app_client.get(address("show-learner", learner.pk)))

    mine = {one.section_id: one.pk for one in Enrolment.objects.filter(learner=learner)}
    lines = {one.section_id: one.pk for one in WaitlistEntry.objects.filter(learner=learner)}
    for name, pk in (
        ("withdraw-for", mine[paid.pk]),
        ("withdraw-for", mine[held.pk]),
        ("extend-place", mine[held.pk]),
        ("leave-line-for", lines[full.pk]),
        ("answer-for", lines[offered.pk]),
        ("extend-offer", lines[offered.pk]),
        ("choose-class", learner.pk),
    ):
        assert f'href="{address(name, pk)}"' in page
    assert f'href="{address("till-of", learner.pk)}"' in page


# Enrolling


def test_the_counter_enrols_by_the_service_of_the_web(
    app_client, city, learner, nothing_is_broken
):
    section = SectionFactory(with_fee=True)
    user, key = sign_in(app_client, city), str(uuid4())

    page = main(app_client.get(address("enrol-learner", learner.pk, section.pk)))
    assert '<button class="button">' in page
    for tap in range(2):
        clock.set_to(TODAY + tap * timedelta(seconds=1))
        answer = press(app_client, "enrol-learner", learner.pk, section.pk, key=key)
        assert answer.headers["Location"] == address("show-learner", learner.pk)

    made = Claim.objects.get(learner=learner)
    assert (made.outcome, made.channel, made.actor) == (Outcome.HELD, Channel.COUNTER, user)
    event = EnrolmentEvent.objects.get(learner=learner)
    assert (event.channel, event.actor, event.reason) == (Channel.COUNTER, user, "本人来窗口")
    assert list(ConsentRecord.objects.values_list("learner", "kind", "how", "actor")) == [
        (learner.pk, "helper", "in_person", user.pk)
    ]
    noted = AuditEvent.objects.get(action="acted for a learner")
    assert (noted.learner, noted.unit, noted.details["channel"], noted.details["how"]) == (
        learner,
        section.unit,
        "counter",
        "in_person",
    )
    nothing_is_broken()


def test_without_the_learners_word_nothing_is_done(app_client, city, learner):
    section = SectionFactory()
    sign_in(app_client, city)
    for missing in WORD:
        answer = press(app_client, "enrol-learner", learner.pk, section.pk, **{missing: ""})
        assert answer.status_code == 422
    assert not Claim.objects.exists()


def test_the_hotline_speaks_on_the_telephone_unless_it_says_otherwise(app_client, city, learner):
    section = SectionFactory()
    sign_in(app_client, city, role=Role.HOTLINE)
    page = main(app_client.get(address("enrol-learner", learner.pk, section.pk)))
    assert 'value="phone" required id="id_channel_1" checked' in page.replace("\n", "")


def test_every_objection_is_said_and_there_is_no_button(app_client, city, learner):
    term = TermFactory()
    for day in (2, 3):
        claim(SectionFactory(term=term, weekday=day), learner)
    wanted = SectionFactory(
        term=term, weekday=2, course__vigorous=True, course__level=Course.Level.STARTER
    )
    sign_in(app_client, city)

    page = main(app_client.get(address("enrol-learner", learner.pk, wanted.pk)))

    assert "<form" not in page.partition("</h1>")[2]
    for section in ClassSection.objects.exclude(pk=wanted.pk).with_all_to_show():
        assert section.display_name() in page  # those that fill the limit, one of them in the way
    answer = press(app_client, "enrol-learner", learner.pk, wanted.pk)
    assert "notice--warning" in answer.content.decode().partition("<h1")[0]  # said at the top
    assert not Claim.objects.filter(section=wanted).exists()


@pytest.mark.parametrize(("role", "may_record"), [(Role.COUNTER, True), (Role.HOTLINE, False)])
def test_a_paper_that_is_missing_is_recorded_at_a_counter(
    app_client, city, learner, role, may_record
):
    section = SectionFactory(course__vigorous=True)
    sign_in(app_client, city, role=role)
    here = address("enrol-learner", learner.pk, section.pk)
    papers = address("record-papers", section.pk, learner.pk)

    page = main(app_client.get(here))
    assert (f'href="{papers}?next={here}"' in page) is may_record
    assert "<form" not in page.partition("</h1>")[2]

    services.record_papers(
        learner=learner, kinds=["health"], how="paper", actor=learner.user, at=TODAY
    )
    assert '<form method="post"' in main(app_client.get(here))


def test_a_full_class_gives_a_place_in_the_line(app_client, city, learner, nothing_is_broken):
    section = SectionFactory(capacity=1)
    claim(section, LearnerFactory())
    sign_in(app_client, city)

    press(app_client, "enrol-learner", learner.pk, section.pk)

    assert entry_of(learner, section).state == "waiting"
    nothing_is_broken()


def test_once_lessons_have_begun_the_teacher_is_asked_first(app_client, city, learner):
    term = TermFactory(phase=Term.Phase.TEACHING, starts_on=date(2026, 11, 23))
    section = SectionFactory(term=term)
    sign_in(app_client, city)

    assert press(app_client, "enrol-learner", learner.pk, section.pk).status_code == 422
    press(app_client, "enrol-learner", learner.pk, section.pk, teacher_agreed="on")

    assert enrolment_of(learner, section).source == "late"
    reason = EnrolmentEvent.objects.get(learner=learner).reason
    assert reason.endswith("本人来窗口")
    assert reason != "本人来窗口"


def test_before_its_first_lesson_a_class_needs_no_word_of_the_teacher(app_client, city, learner):
    term = TermFactory(phase=Term.Phase.TEACHING, starts_on=date(2026, 11, 23))
    section = SectionFactory(term=term)
    ClassSection.objects.filter(pk=section.pk).update(
        meets=Multirange([Range(TODAY + timedelta(days=2), TODAY + timedelta(days=2, hours=2))])
    )
    sign_in(app_client, city)

    page = main(app_client.get(address("enrol-learner", learner.pk, section.pk)))
    assert "teacher_agreed" not in page
    assert "已经开课" not in page


def test_a_term_that_was_not_moved_on_says_so(app_client, city, learner):
    term = TermFactory(phase=Term.Phase.OPEN_ENROLMENT, starts_on=date(2026, 11, 23))
    section = SectionFactory(term=term, closes_at=TODAY - timedelta(days=9))
    sign_in(app_client, city)

    page = main(app_client.get(address("enrol-learner", learner.pk, section.pk)))
    assert "请教务进入“正在上课”" in page


def test_the_desk_is_one_row_of_links_and_each_post_sees_its_own(app_client, city, learner):
    sign_in(app_client, city, StaffPost.Role.HOTLINE)
    page = app_client.get(address("show-learner", learner.pk)).content.decode()
    assert address("phone-list") in page
    assert address("staff-list-openings") in page
    assert reverse("held-places") not in page
    assert reverse("courses:staff-list-classes") not in page


def test_classes_of_a_term_that_is_over_stand_apart_without_links(app_client, city, learner):
    term, past = TermFactory(), TermFactory()
    old, new = SectionFactory(term=past), SectionFactory(term=term, weekday=4)
    for section in (old, new):
        claim(section, learner)
    Term.objects.filter(pk=past.pk).update(
        starts_on=date(2026, 3, 2), ends_on=date(2026, 7, 3), phase=Term.Phase.TEACHING
    )
    sign_in(app_client, city)
    page = main(app_client.get(address("show-learner", learner.pk)))
    assert address("withdraw-for", enrolment_of(learner, new).pk) in page
    assert address("withdraw-for", enrolment_of(learner, old).pk) not in page
    assert old.display_name() in page


def test_a_class_of_another_office_is_not_enrolled_in_here(app_client, city, county):
    learner = LearnerFactory(unit=county)
    section = SectionFactory()  # the city's
    sign_in(app_client, county)

    assert app_client.get(address("enrol-learner", learner.pk, section.pk)).status_code == 404
    page = main(app_client.get(address("choose-class", learner.pk), {"q": "太极"}))
    assert address("enrol-learner", learner.pk, section.pk) not in page


@pytest.mark.parametrize("words", ["太极", "taiji", "太极拳剑7", "太极拳剑 7班", "7"])
def test_a_class_is_chosen_by_name_or_number(app_client, city, learner, words):
    term = TermFactory()
    course_words = {"course__search_key": "|太极拳剑|taijiquanjian|tjqj|"}
    right = SectionFactory(term=term, number=7, **course_words)
    other = SectionFactory(
        term=term, number=8, course__name="钢琴", course__search_key="|钢琴|gangqin|gq|", weekday=3
    )
    sign_in(app_client, city)

    page = main(app_client.get(address("choose-class", learner.pk), {"q": words}))

    assert address("enrol-learner", learner.pk, right.pk) in page
    assert address("enrol-learner", learner.pk, other.pk) not in page


# Answers, and leaving


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_an_offer_is_answered_at_the_counter(app_client, city, learner, nothing_is_broken, answer):
    section = SectionFactory(capacity=1)
    WaitlistEntryFactory(section=section, learner=learner)
    services.promote(section=section, at=TODAY)
    entry = entry_of(learner, section)
    user = sign_in(app_client, city)

    assert app_client.get(address("answer-for", entry.pk)).status_code == 200
    assert press(app_client, "answer-for", entry.pk).status_code == 422  # yes or no?
    press(app_client, "answer-for", entry.pk, answer=answer, channel="phone", how="voice")

    entry.refresh_from_db()
    event = EnrolmentEvent.objects.in_order().last()
    assert entry.state == {"yes": "accepted", "no": "declined"}[answer]
    assert (event.channel, event.actor, event.reason) == (Channel.PHONE, user, "本人来窗口")
    assert ConsentRecord.objects.get().how == "voice"
    nothing_is_broken()


def test_staff_leave_a_class_and_take_the_place_back_for_somebody(
    app_client, city, learner, nothing_is_broken
):
    section = SectionFactory()
    claim(section, learner)
    enrolment = enrolment_of(learner, section)
    user = sign_in(app_client, city)

    press(app_client, "withdraw-for", enrolment.pk, reason="住院")
    enrolment.refresh_from_db()
    assert enrolment.status == "withdrawn"
    page = main(app_client.get(address("show-learner", learner.pk)))
    assert address("undo-for", enrolment.pk) in page

    press(app_client, "undo-for", enrolment.pk, reason="改主意了")
    enrolment.refresh_from_db()
    assert enrolment.status == "confirmed"
    last = EnrolmentEvent.objects.in_order().last()
    assert (last.actor, last.channel, last.reason) == (user, Channel.COUNTER, "改主意了")
    nothing_is_broken()


def test_staff_let_the_next_have_it_at_once(app_client, city, learner, nothing_is_broken):
    section = SectionFactory(capacity=1)
    claim(section, learner)
    enrolment = enrolment_of(learner, section)
    withdraw(enrolment)
    sign_in(app_client, city)

    assert app_client.get(address("yield-for", enrolment.pk)).status_code == 200
    press(app_client, "yield-for", enrolment.pk)

    assert list(section.seats.values_list("state", flat=True)) == ["free"]
    assert EnrolmentEvent.objects.in_order().last().reason == "本人来窗口"
    nothing_is_broken()


def test_staff_take_somebody_off_a_waiting_list(app_client, city, learner, nothing_is_broken):
    section = SectionFactory(capacity=1)
    claim(section, LearnerFactory())
    claim(section, learner)
    entry = entry_of(learner, section)
    sign_in(app_client, city)

    press(app_client, "leave-line-for", entry.pk)

    entry.refresh_from_db()
    assert entry.state == "left"
    nothing_is_broken()


def test_what_the_rules_refuse_is_said_in_words_to_tell(app_client, city, learner):
    section = SectionFactory()
    claim(section, learner)
    enrolment = enrolment_of(learner, section)
    sign_in(app_client, city)

    answer = press(app_client, "undo-for", enrolment.pk)  # nothing was given back

    page = app_client.get(answer.headers["Location"]).content.decode()
    assert "notice--warning" in page
    assert "王秀英" in page
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("role", [Role.FINANCE, Role.EDITOR, Role.TEACHER, Role.DATA_OFFICER])
def test_other_posts_do_not_act_for_learners(app_client, city, learner, role):
    section = SectionFactory()
    sign_in(app_client, city, role=role)
    assert press(app_client, "enrol-learner", learner.pk, section.pk).status_code == 403
    assert not Claim.objects.exists()


def test_who_has_as_many_classes_as_allowed_can_change_one_from_here(app_client, city, learner):
    term = TermFactory()
    mine = [SectionFactory(unit=city, term=term, weekday=day) for day in (1, 2)]
    wanted = SectionFactory(unit=city, term=term, weekday=3)
    for section in mine:
        claim(section, learner)
    sign_in(app_client, city)

    page = main(app_client.get(address("enrol-learner", learner.pk, wanted.pk)))

    for section in mine:
        there = address("change-class-for", enrolment_of(learner, section).pk, wanted.pk)
        assert there in page
        assert app_client.get(there).status_code == 200


def test_who_asks_for_no_name_is_asked_for_one(app_client, city, learner):
    SectionFactory(unit=city)
    sign_in(app_client, city)

    pages = [main(app_client.get(address("choose-class", learner.pk) + q)) for q in ("", "?q=")]

    assert ["请先写课程名称" in page for page in pages] == [False, True]
