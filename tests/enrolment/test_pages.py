"""The doors: each page, each press, and what a wrong address or a second tap does."""

from datetime import date, timedelta
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.urls import reverse
from icalendar import Calendar

from accounts import clock
from accounts.models import ConsentRecord, OutboxMessage
from campus.templatetags.places import moment_words
from enrolment import services
from enrolment.models import Claim, Enrolment
from tests.enrolment.acts import claim, enrolment_of, entry_of, seats_of, withdraw
from tests.factories.accounts import HelperGrantFactory, LearnerFactory
from tests.factories.enrolment import SectionFactory, TermFactory, WaitlistEntryFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def anna(app_client):
    learner = LearnerFactory(name="王秀英")
    app_client.force_login(learner.user)
    return learner


def at(name, *args):
    return reverse(f"enrolment:{name}", args=args)


def words_of(response):
    return response.content.decode()


def press(client, name, *args, key=None, **data):
    return client.post(at(name, *args), {"press": str(key or uuid4()), **data})


def test_check_says_who_what_where_when_and_what_it_costs(app_client, anna):
    section = SectionFactory(with_fee=True)

    page = words_of(app_client.get(at("check-class", section.pk)))

    for words in (anna.name, "太极拳剑", section.campus.name, "¥180", "人民路1号", 'name="press"'):
        assert words in page
    assert seats_of(section) == ["free", "free"]


def test_one_press_enrols_and_shows_it(app_client, anna, nothing_is_broken):
    section = SectionFactory()

    answer = press(app_client, "hold-seat", section.pk, expects="seat")

    enrolment = enrolment_of(anna, section)
    assert answer.headers["Location"] == at("show-enrolment", enrolment.pk)
    page = words_of(app_client.get(answer.headers["Location"]))
    assert 'class="panel"' in page
    assert at("withdraw", enrolment.pk) in page
    nothing_is_broken()


def test_a_double_tap_is_harmless(app_client, anna):
    section, key = SectionFactory(), uuid4()

    first = press(app_client, "hold-seat", section.pk, key=key)
    second = press(app_client, "hold-seat", section.pk, key=key)

    assert first.headers["Location"] == second.headers["Location"]
    assert (Enrolment.objects.count(), Claim.objects.count()) == (1, 1)


def test_a_second_press_leads_to_what_one_has(app_client, anna):
    section = SectionFactory()
    press(app_client, "hold-seat", section.pk)

    again = press(app_client, "hold-seat", section.pk)

    assert again.headers["Location"] == at("check-class", section.pk)
    page = words_of(app_client.get(again.headers["Location"]))
    assert at("show-enrolment", enrolment_of(anna, section).pk) in page
    assert 'name="press"' not in page


def test_one_key_for_two_classes_is_refused_with_422(app_client, anna):
    key = uuid4()
    press(app_client, "hold-seat", SectionFactory().pk, key=key)

    assert press(app_client, "hold-seat", SectionFactory(weekday=4).pk, key=key).status_code == 422
    assert Enrolment.objects.count() == 1


def test_a_press_without_a_key_does_nothing(app_client, anna):
    answer = app_client.post(at("hold-seat", SectionFactory().pk), {"press": "x"})

    assert (answer.status_code, Claim.objects.count()) == (400, 0)


def test_the_last_place_went_meanwhile(app_client, anna):
    section = SectionFactory(capacity=1)
    claim(section, LearnerFactory())

    answer = press(app_client, "hold-seat", section.pk, expects="seat")

    entry = entry_of(anna, section)
    assert answer.headers["Location"] == at("show-entry", entry.pk)
    page = words_of(app_client.get(answer.headers["Location"]))
    assert "notice--error" not in page
    assert "notice--info" in page
    assert "panel--waiting" in page


@pytest.mark.parametrize("phase", ["draft"])
def test_unknown_and_unlisted_classes_are_not_found(app_client, anna, phase):
    hidden = SectionFactory(term__phase=phase)
    for number in (hidden.pk, 10**9):
        for name in ("check-class", "declare-health"):
            assert app_client.get(at(name, number)).status_code == 404
        assert press(app_client, "hold-seat", number).status_code == 404


@pytest.mark.parametrize("trait", [{"closed": True}, {"status": "cancelled"}])
def test_a_closed_class_is_refused_in_words(app_client, anna, trait):
    section = SectionFactory(**trait)

    answer = press(app_client, "hold-seat", section.pk)

    assert answer.headers["Location"] == at("check-class", section.pk)
    page = words_of(app_client.get(answer.headers["Location"]))
    assert "notice--warning" in page
    assert 'name="press"' not in page
    assert Claim.objects.count() == 0


def test_a_clash_is_said_with_the_class_in_the_way(app_client, anna):
    term = TermFactory()
    mine = SectionFactory(term=term, course__name="国画花鸟")
    claim(mine, anna)

    page = words_of(app_client.get(at("check-class", SectionFactory(term=term).pk)))

    assert "国画花鸟" in page
    assert 'name="press"' not in page


def test_a_vigorous_class_leads_to_the_declaration_and_back(app_client, anna):
    section = SectionFactory(course__vigorous=True)
    assert at("declare-health", section.pk) in words_of(
        app_client.get(at("check-class", section.pk))
    )
    assert app_client.get(at("declare-health", section.pk)).status_code == 200

    answer = app_client.post(at("declare-health", section.pk))

    assert answer.headers["Location"] == at("check-class", section.pk)
    assert ConsentRecord.objects.get().learner == anna
    assert 'name="press"' in words_of(app_client.get(answer.headers["Location"]))


def test_a_reminder_is_one_errand_for_the_opening(app_client, anna):
    opens_at = TODAY + timedelta(days=1)
    section = SectionFactory(opens_at=opens_at)

    for _tap in range(2):
        app_client.post(at("remind-of-opening", section.pk))

    errand = OutboxMessage.objects.get(kind="tell_opening")
    assert (errand.object_id, errand.not_before) == (f"{anna.pk}:{section.pk}", opens_at)


def test_leave_undo_and_give_up(app_client, anna, nothing_is_broken):
    section = SectionFactory()
    claim(section, anna)
    number = enrolment_of(anna, section).pk
    assert 'name="press"' in words_of(app_client.get(at("withdraw", number)))

    press(app_client, "withdraw", number)
    page = words_of(app_client.get(at("show-enrolment", number)))
    assert at("undo-withdrawal", number) in page
    assert at("yield-seat", number) in page
    press(app_client, "undo-withdrawal", number)
    assert enrolment_of(anna, section).status == "confirmed"
    press(app_client, "withdraw", number)
    press(app_client, "yield-seat", number)
    assert seats_of(section) == ["free", "free"]
    late = press(app_client, "undo-withdrawal", number)
    assert "notice--warning" in words_of(app_client.get(late.headers["Location"]))
    nothing_is_broken()


def test_a_class_that_ended_for_one_shows_how_it_stands_now(app_client, anna):
    section = SectionFactory(with_fee=True)
    claim(section, anna)
    services.lapse_and_promote(at=TODAY + timedelta(days=3))

    page = words_of(app_client.get(at("show-enrolment", enrolment_of(anna, section).pk)))

    assert "seat--few" in page
    assert at("check-class", section.pk) in page


def test_back_after_leaving_shows_where_one_is(app_client, anna):
    section = SectionFactory()
    claim(section, anna)
    enrolment = enrolment_of(anna, section)
    withdraw(enrolment)

    answer = app_client.get(at("withdraw", enrolment.pk))

    assert answer.headers["Location"] == at("show-enrolment", enrolment.pk)


def offered(learner, **kwargs):
    section = SectionFactory(capacity=1, **kwargs)
    entry = WaitlistEntryFactory(section=section, learner=learner)
    services.promote(section=section, at=TODAY)
    return entry


def test_an_offer_is_accepted(app_client, anna, nothing_is_broken):
    entry = offered(anna, with_fee=True)
    page = words_of(app_client.get(at("show-entry", entry.pk)))
    assert at("accept-offer", entry.pk) in page

    answer = press(app_client, "accept-offer", entry.pk)

    enrolment = enrolment_of(anna, entry.section)
    assert answer.headers["Location"] == at("show-enrolment", enrolment.pk)
    assert enrolment.status == "offered"
    nothing_is_broken()


def test_an_offer_is_declined(app_client, anna, nothing_is_broken):
    entry = offered(anna)
    assert at("decline-offer", entry.pk) in words_of(app_client.get(at("show-entry", entry.pk)))
    page = words_of(app_client.get(at("decline-offer", entry.pk)))
    assert 'name="press"' in page
    assert "马上给下一位" in page

    answer = press(app_client, "decline-offer", entry.pk)

    assert answer.headers["Location"] == at("show-entry", entry.pk)
    assert app_client.get(answer.headers["Location"]).status_code == 200
    assert app_client.get(at("decline-offer", entry.pk)).status_code == 302
    assert seats_of(entry.section) == ["free"]
    nothing_is_broken()


def test_an_offer_that_ran_out_says_so(app_client, anna):
    entry = offered(anna)
    clock.set_to(TODAY + timedelta(days=5))

    page = words_of(app_client.get(at("show-entry", entry.pk)))
    answer = press(app_client, "accept-offer", entry.pk)

    assert at("accept-offer", entry.pk) not in page
    assert answer.headers["Location"] == at("show-entry", entry.pk)
    assert Enrolment.objects.count() == 0


def test_who_would_move_back_in_another_line_is_told_before(app_client, anna):
    term = TermFactory()
    full, free = (SectionFactory(term=term, weekday=day, capacity=1) for day in (2, 4))
    claim(full, LearnerFactory())
    said = "别的候补里会往后排"
    assert said not in words_of(app_client.get(at("check-class", free.pk)))
    claim(full, anna)

    assert said in words_of(app_client.get(at("check-class", free.pk)))


def test_the_line_is_left(app_client, anna):
    section = SectionFactory(capacity=1)
    claim(section, LearnerFactory())
    claim(section, anna)
    entry = entry_of(anna, section)
    assert 'name="press"' in words_of(app_client.get(at("leave-waitlist", entry.pk)))

    press(app_client, "leave-waitlist", entry.pk)

    entry.refresh_from_db()
    assert entry.state == "left"
    assert app_client.get(at("leave-waitlist", entry.pk)).status_code == 302


def test_nobody_opens_what_is_anothers(app_client, anna):
    ben, section = LearnerFactory(), SectionFactory(capacity=1)
    claim(section, ben)
    enrolment = enrolment_of(ben, section)
    cai = LearnerFactory()
    claim(section, cai)
    entry = entry_of(cai, section)

    for name in ("show-enrolment", "withdraw", "download-enrolment"):
        assert app_client.get(at(name, enrolment.pk)).status_code == 404
    for name in ("withdraw", "undo-withdrawal", "yield-seat"):
        assert press(app_client, name, enrolment.pk).status_code == 404
    for name in ("show-entry", "leave-waitlist", "decline-offer"):
        assert app_client.get(at(name, entry.pk)).status_code == 404
    for name in ("accept-offer", "decline-offer", "leave-waitlist"):
        assert press(app_client, name, entry.pk).status_code == 404
    assert (seats_of(section), entry_of(cai, section).state) == (["taken"], "waiting")


def test_a_helper_who_may_not_withdraw_is_told_so(app_client):
    grant = HelperGrantFactory()
    section = SectionFactory()
    claim(section, grant.learner)
    app_client.force_login(grant.helper)
    session = app_client.session
    session["acting_for"] = grant.learner.pk
    session.save()

    number = enrolment_of(grant.learner, section).pk
    assert app_client.get(at("show-enrolment", number)).status_code == 200
    assert press(app_client, "withdraw", number).status_code == 403
    assert seats_of(section) == ["taken", "free"]


def test_without_signing_in_one_is_asked_to_and_comes_back(app_client):
    section = SectionFactory()
    answer = app_client.get(at("check-class", section.pk))
    assert answer.status_code == 302
    assert at("check-class", section.pk) in unquote(answer.headers["Location"])


# My classes and the timetable


@pytest.fixture
def busy(anna):
    """In one class, holding another, waiting for a third."""
    term = TermFactory()
    mine = SectionFactory(term=term, lessons=True)
    held = SectionFactory(term=term, weekday=4, with_fee=True, lessons=True)
    full = SectionFactory(term=term, weekday=5, capacity=1)
    claim(full, LearnerFactory())
    claim(full, anna)
    for section in (mine, held):
        claim(section, anna)
    return mine, held, full


def test_my_classes_begins_with_the_next_lesson(app_client, busy):
    clock.set_to(TODAY.replace(year=2027, month=3, day=1))

    page = words_of(app_client.get(at("my-classes")))

    assert page.index("next-lesson") < page.index("card--mine")
    assert "next-lesson__day" in page
    assert page.count("card--mine") == 3  # two classes; the third from home while she waits


def test_a_next_lesson_that_is_not_paid_for_says_until_when(app_client, anna):
    section = SectionFactory(with_fee=True, lessons=True)
    claim(section, anna)
    enrolment = enrolment_of(anna, section)

    page = words_of(app_client.get(at("my-classes")))

    lesson = page[page.index("next-lesson") : page.index("card--mine")]
    assert moment_words(enrolment.due_at) in lesson


def test_my_classes_of_somebody_without_any_leads_to_the_catalogue(app_client, anna):
    assert reverse("courses:list-courses") in words_of(app_client.get(at("my-classes")))


def test_the_timetable_lists_four_weeks_or_all_and_shows_the_week(app_client, busy):
    page = words_of(app_client.get(at("show-timetable")))
    whole = words_of(app_client.get(at("show-timetable"), {"all": "1"}))

    assert page.count("dates__lesson") == 8
    assert whole.count("dates__lesson") == 32
    assert page.count("<td>") == 5


def test_the_calendar_holds_every_lesson(app_client, busy):
    mine, _held, _full = busy

    answer = app_client.get(at("download-timetable"))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == 32
    first = min(events, key=lambda event: event.decoded("dtstart"))
    assert first.decoded("dtstart") == mine.meets[0].lower
    assert "人民路1号" in first["location"]
    one = app_client.get(at("download-enrolment", Enrolment.objects.get(section=mine).pk))
    assert len(Calendar.from_ical(one.content).walk("VEVENT")) == 16


# The table of a course


def test_the_course_page_shows_seats_of_this_moment(app_client):
    section = SectionFactory(capacity=1)
    address = reverse("courses:show-course", args=[section.course.slug])
    assert at("check-class", section.pk) in words_of(app_client.get(address))
    claim(section, LearnerFactory())

    assert "seat--full" in words_of(app_client.get(address))


def test_the_course_page_knows_the_reader(app_client, anna):
    term = TermFactory()
    mine = SectionFactory(term=term, capacity=1)
    clash = SectionFactory(term=term, course=mine.course)
    claim(mine, anna)

    page = words_of(app_client.get(reverse("courses:show-course", args=[mine.course.slug])))

    assert at("show-enrolment", enrolment_of(anna, mine).pk) in page
    assert at("check-class", clash.pk) not in page


# How many questions a page asks


@pytest.mark.parametrize("number", [1, 3])
def test_my_classes_asks_as_often_for_three_classes_as_for_one(
    app_client, anna, number, django_assert_max_num_queries
):
    term = TermFactory(rules__rules={"room_classes": 9})
    for weekday in range(1, number + 1):
        claim(SectionFactory(term=term, weekday=weekday, lessons=True), anna)
    app_client.get(at("my-classes"))

    with django_assert_max_num_queries(26):
        app_client.get(at("my-classes"))


def test_a_claim_asks_little(app_client, anna, django_assert_max_num_queries):
    section = SectionFactory(with_fee=True)
    app_client.get(at("my-classes"))

    with django_assert_max_num_queries(15):  # two of them are the test taking the role
        press(app_client, "hold-seat", section.pk)


def test_classes_of_two_terms_stand_apart_the_next_term_first(app_client):
    now = SectionFactory(term__starts_on=TODAY.date() - timedelta(days=90))
    coming = SectionFactory(course=now.course, term__starts_on=TODAY.date() + timedelta(days=90))

    page = words_of(app_client.get(reverse("courses:show-course", args=[now.course.slug])))

    tables = page.split("<table>")[1:]
    assert len(tables) == 2
    for section, table in zip((coming, now), tables, strict=True):
        assert f'id="class-{section.pk}"' in table
        assert section.term.display_name() in table


def test_a_term_that_is_being_taught_is_folded_beside_one_that_is_open(app_client):
    begun = SectionFactory(term=TermFactory(phase="teaching"))
    course_page = f"/courses/{begun.course.slug}/"
    assert "正在上课，有" not in words_of(app_client.get(course_page))

    SectionFactory(course=begun.course)

    assert words_of(app_client.get(course_page)).count("正在上课，有 1 个班</summary>") == 1


def test_an_empty_line_is_said_without_a_place_in_it(app_client, anna):
    section = SectionFactory(capacity=1)
    claim(section, LearnerFactory())

    page = words_of(app_client.get(at("check-class", section.pk)))

    assert "现在没有人排候补" in page
    assert "排在第" not in page
    assert "0 人" not in page


def test_the_paper_of_the_family_lies_at_the_office_of_the_class(app_client):
    learner = LearnerFactory(born_on=date(1940, 1, 1))
    app_client.force_login(learner.user)
    section = SectionFactory()
    section.unit.name, section.unit.phone = "鹿鸣区老年大学", "8888 0102"
    section.unit.save()

    page = words_of(app_client.get(at("check-class", section.pk)))

    assert "同意书在鹿鸣区老年大学的窗口" in page
    assert "8888 0102" in page
