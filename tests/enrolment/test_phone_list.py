"""Whom the office telephones, what a call does, and how a place is kept longer."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, ProgrammingError, transaction
from django.urls import reverse

from accounts import clock, messaging, scope
from accounts.models import AuditEvent, Learner, Message, OutboxMessage, StaffPost
from enrolment import queries, services, tasks
from enrolment.domain import calls as rules
from enrolment.domain.deadlines import Calendar, Terms, extended_until, kept_for_a_call_until
from enrolment.domain.refusals import Refusal
from enrolment.models import (
    CallAttempt,
    Channel,
    Claim,
    Enrolment,
    EnrolmentEvent,
    Outcome,
    PhoneQuestion,
)
from enrolment.services import SeatRefused
from tests.enrolment.acts import claim, enrolment_of, entry_of, undo, withdraw
from tests.enrolment.test_letters import LONGEST_NAME
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import CHINA, SectionFactory, TermFactory, WaitlistEntryFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role
Call = CallAttempt.Outcome
A_DAY = timedelta(days=1)
OFFER_DUE = datetime(2026, 12, 3, 17, 0, tzinfo=CHINA)  # Thursday, two working days after TODAY
FRIDAY = datetime(2026, 12, 4, 17, 0, tzinfo=CHINA)
MONDAY = datetime(2026, 12, 7, 17, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def city():
    return UnitFactory()


@pytest.fixture
def staff(city):
    return StaffFactory(unit=city, role=Role.HOTLINE)


def without_smartphone(**kwargs):
    return LearnerFactory(device=Learner.Device.FEATURE, **kwargs)


def offered(learner, *, waiting=(), **kwargs):
    """The place in line of somebody to whom the one seat of a class is offered."""
    section = SectionFactory(capacity=1, **kwargs)
    for one in (learner, *waiting):
        WaitlistEntryFactory(section=section, learner=one)
    services.promote(section=section, at=TODAY)
    return entry_of(learner, section)


def held(learner, **kwargs):
    section = SectionFactory(with_fee=True, **kwargs)
    claim(section, learner)
    return enrolment_of(learner, section)


def call(about, outcome, *, staff, at=TODAY, key=None, note="本人接的"):
    return services.record_call(
        about=about, outcome=outcome, note=note, actor=staff, key=key or uuid4(), at=at
    )


def extend(about, *, staff, at=TODAY, key=None):
    return services.extend_place(
        about=about, actor=staff, key=key or uuid4(), at=at, reason="住院，儿子来电"
    )


def people_to_call(unit, *, at=TODAY):
    waiting = queries.to_call([unit.pk], at=at)
    return [one.about.learner for one in queries.calls_about(waiting)]


# Who is on the list


def test_offers_are_called_about_where_no_link_reaches(city):
    feature, none = without_smartphone(), LearnerFactory(user=None)
    smart = LearnerFactory()
    for number, learner in enumerate((smart, feature, none), 2):
        offered(learner, weekday=number)

    assert people_to_call(city) == [feature, none]


def test_in_the_last_days_before_the_class_everybody_is_called(city):
    smart = LearnerFactory()
    term = TermFactory(starts_on=date(2026, 12, 4))
    offered(smart, term=term)

    waiting = queries.calls_about(queries.to_call([city.pk], at=TODAY))

    assert [(one.about.learner, one.why) for one in waiting] == [(smart, rules.Why.LAST_DAYS)]
    assert waiting[0].owed is None


def test_held_places_are_called_about_on_their_last_day(city):
    feature, smart = without_smartphone(), LearnerFactory()
    mine = held(feature)
    held(smart, weekday=3)

    assert mine.due_at - TODAY == timedelta(hours=31)
    assert people_to_call(city) == [feature]
    assert people_to_call(city, at=TODAY - A_DAY) == []


def test_who_is_seventy_is_called_before_a_drawn_place_lapses(city):
    at_70, at_69 = (LearnerFactory(born_on=day) for day in (date(1956, 12, 1), date(1956, 12, 2)))
    for number, learner in enumerate((at_70, at_69), 2):
        mine = held(learner, weekday=number)
        Enrolment.objects.filter(pk=mine.pk).update(source=Enrolment.Source.DRAW)

    assert people_to_call(city) == [at_70]


def test_the_list_is_sorted_by_deadline_and_each_office_has_its_own(city):
    county = UnitFactory(county=True, parent=city)
    later, sooner, other = without_smartphone(), without_smartphone(), without_smartphone()
    offered(later)
    held(sooner, weekday=3)
    offered(other, campus__unit=county, weekday=4)

    assert people_to_call(city) == [sooner, later]
    assert people_to_call(county) == [other]


def test_the_dead_are_not_called(city):
    entry = offered(without_smartphone())
    Learner.objects.filter(pk=entry.learner_id).update(deceased_on=TODAY.date())

    assert people_to_call(city) == []


def test_the_list_takes_as_many_queries_for_three_as_for_one(
    city, staff, django_assert_num_queries
):
    def listed(number):
        waiting = queries.to_call([city.pk], at=TODAY)
        with django_assert_num_queries(2):
            found = queries.calls_about(waiting)
            return len(found), [one.about.section.course.name for one in found]

    call(offered(without_smartphone()), Call.NO_ANSWER, staff=staff)
    assert listed(1)[0] == 1
    for weekday in (3, 4):
        call(offered(without_smartphone(), weekday=weekday), Call.NO_ANSWER, staff=staff)
    assert listed(3)[0] == 3


# What a call does


def test_a_yes_on_the_telephone_takes_the_place(staff, nothing_is_broken):
    entry = offered(without_smartphone())

    call(entry, Call.REACHED_YES, staff=staff, note="本人接的")

    taken = Claim.objects.get(learner=entry.learner, act="accept")
    assert (taken.outcome, taken.channel, taken.actor) == (
        Outcome.CONFIRMED,
        Channel.PHONE,
        staff,
    )
    last = EnrolmentEvent.objects.in_order().last()
    assert (last.channel, last.actor, last.reason) == (Channel.PHONE, staff, "本人接的")
    nothing_is_broken()


def test_a_no_on_the_telephone_gives_the_place_to_the_next(staff, nothing_is_broken):
    ben = LearnerFactory()
    entry = offered(without_smartphone(), waiting=[ben])

    call(entry, Call.REACHED_NO, staff=staff)
    services.promote(section=entry.section, at=TODAY)

    entry.refresh_from_db()
    assert entry.state == "declined"
    assert entry_of(ben, entry.section).state == "offered"
    nothing_is_broken(offer_hours=True)


@pytest.mark.parametrize("outcome", [Call.NO_ANSWER, Call.WRONG_NUMBER, Call.CALL_BACK])
def test_a_try_changes_nothing_and_stands_in_the_book(staff, outcome):
    entry = offered(without_smartphone())

    call(entry, outcome, staff=staff, note="占线")

    entry.refresh_from_db()
    tried = CallAttempt.objects.get()
    assert (entry.state, entry.due_at) == ("offered", OFFER_DUE)
    assert (tried.entry, tried.learner, tried.outcome, tried.note, tried.actor, tried.at) == (
        entry,
        entry.learner,
        outcome,
        "占线",
        staff,
        TODAY,
    )
    assert AuditEvent.objects.filter(action="telephoned", learner=entry.learner).count() == 1


def test_a_second_tap_is_the_same_call(staff):
    entry, key = offered(without_smartphone()), uuid4()
    for _tap in range(2):
        call(entry, Call.REACHED_YES, staff=staff, key=key)

    assert CallAttempt.objects.count() == 1
    assert Enrolment.objects.filter(learner=entry.learner).count() == 1


def test_a_yes_that_cannot_be_kept_leaves_the_try_in_the_book(staff):
    entry = offered(without_smartphone())

    with pytest.raises(SeatRefused) as caught:
        call(entry, Call.REACHED_YES, staff=staff, at=OFFER_DUE)

    assert caught.value.reason is Refusal.TOO_LATE
    assert CallAttempt.objects.get().outcome == Call.REACHED_YES


def test_who_will_pay_leaves_the_list_and_who_will_not_the_class(city, staff, nothing_is_broken):
    comes, goes = without_smartphone(), without_smartphone()
    first, second = held(comes), held(goes, weekday=3)

    call(first, Call.REACHED_YES, staff=staff)
    call(second, Call.REACHED_NO, staff=staff, note="不来了")

    first.refresh_from_db()
    second.refresh_from_db()
    assert people_to_call(city) == []
    assert (first.status, second.status) == ("offered", "withdrawn")
    assert second.undo_until is not None
    nothing_is_broken()


def test_nothing_is_struck_out_of_the_book_of_calls(staff, as_app):
    call(offered(without_smartphone()), Call.NO_ANSWER, staff=staff)
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        CallAttempt.objects.update(note="")
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic(), as_app():
        CallAttempt.objects.all().delete()


def test_calls_are_seen_by_the_office_of_the_class_and_nobody_else(city, staff, as_app):
    county, other = UnitFactory.create_batch(2, county=True, parent=city)
    entry = offered(without_smartphone(unit=other), campus__unit=county)
    call(entry, Call.NO_ANSWER, staff=staff)

    def seen(scope_of):
        with as_app(), scope_of:
            return CallAttempt.objects.count()

    assert seen(scope.staff(StaffFactory(unit=county))) == 1
    assert seen(scope.staff(StaffFactory(unit=other))) == 0
    assert seen(scope.learners([entry.learner_id])) == 0


# Three tries on two days before an offer runs out


def test_an_offer_nobody_called_about_is_kept_one_working_day_and_then_runs_out(
    nothing_is_broken,
):
    entry = offered(without_smartphone(), waiting=[LearnerFactory()])
    letters = OutboxMessage.objects.filter(kind="tell_offer", object_id=entry.pk)

    swept = services.lapse_and_promote(at=OFFER_DUE)

    entry.refresh_from_db()
    assert (swept.kept, swept.freed) == (1, 0)
    assert (entry.state, entry.due_at, entry.extended_at) == ("offered", FRIDAY, OFFER_DUE)
    assert letters.count() == 2
    nothing_is_broken(OFFER_DUE)

    swept = services.lapse_and_promote(at=FRIDAY)

    entry.refresh_from_db()
    assert (swept.kept, swept.freed, swept.offered) == (0, 1, 1)
    assert (entry.state, entry.expiries, entry.extended_at) == ("waiting", 1, None)
    nothing_is_broken(FRIDAY, offer_hours=True)


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        ([], 1),
        ([0, 0], 1),
        ([0, 0, 0], 1),  # all on one day
        ([0, 1], 1),
        ([0, 0, 1], 0),
    ],
)
def test_three_tries_on_two_days_are_enough(staff, days, kept):
    entry = offered(without_smartphone())
    for day in days:
        call(entry, Call.NO_ANSWER, staff=staff, at=TODAY + day * A_DAY)

    owed = rules.owed((TODAY + day * A_DAY).date() for day in days)

    assert bool(owed) is bool(kept)
    assert services.lapse_and_promote(at=OFFER_DUE).kept == kept


def test_tries_count_for_the_offer_they_were_made_for(staff):
    entry = offered(without_smartphone())
    for day in (0, 0, 1):
        call(entry, Call.NO_ANSWER, staff=staff, at=TODAY + day * A_DAY)
    services.lapse_and_promote(at=OFFER_DUE)  # runs out, and is offered again: nobody else waits
    services.lapse_and_promote(at=FRIDAY.replace(hour=9))

    entry.refresh_from_db()
    assert (entry.state, entry.expiries) == ("offered", 1)
    assert queries.call_about(entry).tries == []
    assert services.lapse_and_promote(at=entry.due_at).kept == 1


def test_people_who_wait_as_one_are_kept_as_one(nothing_is_broken):
    section, together = SectionFactory(capacity=2), uuid4()
    couple = [without_smartphone(), LearnerFactory()]
    for learner in couple:
        WaitlistEntryFactory(section=section, learner=learner, together=together)
    services.promote(section=section, at=TODAY)

    assert services.lapse_and_promote(at=OFFER_DUE).kept == 2

    assert {entry_of(learner, section).due_at for learner in couple} == {FRIDAY}
    assert services.lapse_and_promote(at=FRIDAY).freed == 2
    nothing_is_broken(FRIDAY)


def test_offers_to_everybody_else_run_out_as_ever():
    offered(LearnerFactory())
    swept = services.lapse_and_promote(at=OFFER_DUE)
    assert (swept.kept, swept.freed) == (0, 1)


def test_in_the_last_days_an_offer_is_kept_till_noon():
    calendar, terms = Calendar(), Terms()
    noon = datetime(2026, 12, 3, 12, 0, tzinfo=CHINA)
    kept = kept_for_a_call_until(noon, calendar, terms, starts_on=date(2026, 12, 5))
    assert kept == noon + A_DAY


# More time


def test_staff_keep_an_offer_48_hours_longer_but_till_no_day_off(staff, nothing_is_broken):
    entry = offered(LearnerFactory())

    answer = extend(entry, staff=staff)

    entry.refresh_from_db()
    last = EnrolmentEvent.objects.in_order().last()
    assert (answer.outcome, answer.due_at) == (Outcome.EXTENDED, MONDAY)  # Saturday is none
    assert (entry.due_at, entry.extended_at) == (MONDAY, TODAY)
    assert (last.seat_from, last.seat_to, last.due_was, last.due_at, last.actor, last.reason) == (
        "offered",
        "offered",
        OFFER_DUE,
        MONDAY,
        staff,
        "住院，儿子来电",
    )
    assert services.lapse_and_promote(at=OFFER_DUE).freed == 0
    nothing_is_broken(OFFER_DUE)


def test_staff_keep_a_held_place_longer_and_an_undo_gives_that_time_back(staff, nothing_is_broken):
    enrolment = held(LearnerFactory())  # due on Wednesday at five

    extend(enrolment, staff=staff)
    enrolment.refresh_from_db()
    assert enrolment.due_at == FRIDAY

    withdraw(enrolment)
    undo(enrolment)

    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.due_at) == ("offered", FRIDAY)
    nothing_is_broken()


def test_a_place_is_kept_longer_once(staff, nothing_is_broken):
    entry, key = offered(LearnerFactory()), uuid4()
    first = extend(entry, staff=staff, key=key)
    entry.refresh_from_db()

    again = extend(entry, staff=staff, key=key)
    with pytest.raises(SeatRefused) as caught:
        extend(entry, staff=staff)

    assert (again.due_at, caught.value.reason) == (first.due_at, Refusal.ALREADY_EXTENDED)
    entry.refresh_from_db()
    assert entry.due_at == MONDAY
    nothing_is_broken()


def test_what_the_office_kept_longer_is_not_kept_again_for_a_call(staff):
    entry = offered(without_smartphone())
    extend(entry, staff=staff)
    swept = services.lapse_and_promote(at=MONDAY)
    assert (swept.kept, swept.freed) == (0, 1)


def test_what_has_run_out_or_was_answered_is_not_kept_longer(staff):
    late, answered = offered(LearnerFactory()), offered(LearnerFactory(), weekday=3)
    call(answered, Call.REACHED_NO, staff=staff)
    answered.refresh_from_db()
    for entry, at in ((late, OFFER_DUE), (answered, TODAY)):
        with pytest.raises(SeatRefused) as caught:
            extend(entry, staff=staff, at=at)
        assert caught.value.reason is Refusal.TOO_LATE


def test_only_staff_of_the_class_keep_a_place_longer(city):
    entry = offered(LearnerFactory())
    county = UnitFactory(county=True, parent=city)
    for actor in (StaffFactory(unit=county), entry.learner.user):
        with pytest.raises(PermissionDenied):
            extend(entry, staff=actor)


def test_the_learner_is_told_that_the_place_is_kept_longer(staff):
    extend(offered(LearnerFactory(name=LONGEST_NAME), number=12), staff=staff)

    errand = OutboxMessage.objects.get(kind="tell_claim")
    tasks.tell_claim(errand.object_id, errand.pk)

    letter = Message.objects.get(template="enrolment/kept_longer")
    assert LONGEST_NAME[:5] in letter.text
    assert "12月7日17点" in letter.text
    assert len(letter.text) <= messaging.LONGEST


def test_an_offer_kept_longer_is_answered_under_its_old_number(staff):
    learner = LearnerFactory()
    first, second = offered(learner), offered(learner, weekday=4)
    before = services.number_offers(phone=learner.phone, at=TODAY)

    extend(first, staff=staff)

    after = services.number_offers(phone=learner.phone, at=TODAY)
    assert {number: one.pk for number, one in after.items()} == {
        number: one.pk for number, one in before.items()
    }
    assert PhoneQuestion.objects.count() == 2
    assert PhoneQuestion.objects.get(entry=first).due_at == MONDAY
    assert PhoneQuestion.objects.get(entry=second).due_at == OFFER_DUE


@pytest.mark.parametrize(
    ("due", "starts_on", "until"),
    [
        ("2026-12-01 17:00", None, "2026-12-03 17:00"),
        ("2026-12-03 17:00", None, "2026-12-07 17:00"),  # Saturday, so Monday
        ("2026-12-04 12:00", date(2026, 12, 7), "2026-12-05 12:00"),  # noon to noon
        ("2026-12-01 17:00", date(2026, 12, 7), "2026-12-03 17:00"),
    ],
)
def test_more_time_ends_on_no_day_off(due, starts_on, until):
    def at(text):
        return datetime.fromisoformat(text).replace(tzinfo=CHINA)

    assert extended_until(at(due), Calendar(), offer_starts_on=starts_on) == at(until)


def test_an_event_that_changes_nothing_is_still_refused():
    entry = offered(LearnerFactory())
    event = EnrolmentEvent.objects.in_order().last()
    event.pk, event.seat_from = None, event.seat_to
    for due_was in (None, entry.due_at):
        event.due_was = due_was
        with pytest.raises(Exception, match="an_event_changes_something"), transaction.atomic():
            event.save(force_insert=True)


# Pages


def test_the_hotline_calls_from_the_list(app_client, city):
    entry = offered(without_smartphone(name="王秀英"))
    user = sign_in(app_client, city, role=Role.HOTLINE)

    page = app_client.get(reverse("enrolment:phone-list")).content.decode()
    address = reverse("enrolment:call-about-offer", args=[entry.pk])
    assert "王秀英" in page
    assert f'href="tel:{entry.learner.phone}"' in page
    assert f'href="{address}"' in page

    press = {"press": str(uuid4()), "outcome": "no_answer"}
    assert app_client.post(address, {"press": press["press"]}).status_code == 422
    for _tap in range(2):
        answer = app_client.post(address, press)
        assert answer.headers["Location"] == reverse("enrolment:phone-list")
    assert list(CallAttempt.objects.values_list("entry", "actor")) == [(entry.pk, user.pk)]

    app_client.post(address, {"press": str(uuid4()), "outcome": "reached_yes", "note": "本人"})
    assert enrolment_of(entry.learner, entry.section).status == "confirmed"
    assert address not in _main(app_client.get(reverse("enrolment:phone-list")))


def test_a_yes_against_the_rules_is_said_on_the_list_and_the_try_is_kept(app_client, city):
    entry = offered(without_smartphone())
    claim(SectionFactory(term=entry.section.term), entry.learner)  # the same hour
    sign_in(app_client, city, role=Role.HOTLINE)

    app_client.post(
        reverse("enrolment:call-about-offer", args=[entry.pk]),
        {"press": str(uuid4()), "outcome": "reached_yes"},
    )

    page = app_client.get(reverse("enrolment:phone-list")).content.decode()
    assert "notice--warning" in page
    assert CallAttempt.objects.count() == 1
    entry.refresh_from_db()
    assert entry.state == "offered"


def test_staff_keep_a_place_longer_from_its_page(app_client, city):
    enrolment = held(LearnerFactory(unit=city))
    sign_in(app_client, city)
    address = reverse("enrolment:extend-place", args=[enrolment.pk])

    assert app_client.get(address).status_code == 200
    assert app_client.post(address, {"press": str(uuid4())}).status_code == 422
    answer = app_client.post(address, {"press": str(uuid4()), "reason": "住院"})

    assert answer.headers["Location"] == reverse(
        "enrolment:show-learner", args=[enrolment.learner_id]
    )
    enrolment.refresh_from_db()
    assert enrolment.due_at == FRIDAY
    assert "<form" not in _main(app_client.get(address))


def test_another_offices_offer_is_not_found(app_client, city):
    here, there = UnitFactory.create_batch(2, county=True, parent=city)
    entry = offered(without_smartphone(), campus__unit=there)
    sign_in(app_client, here, role=Role.HOTLINE)
    for name in ("call-about-offer", "extend-offer", "answer-for", "leave-line-for"):
        page = app_client.get(reverse(f"enrolment:{name}", args=[entry.pk]))
        assert page.status_code == 404, name


def test_the_desk_says_how_many_calls_there_are(app_client, city):
    offered(without_smartphone())
    sign_in(app_client, city, role=Role.HOTLINE)
    page = app_client.get(reverse("wagtailadmin_home")).content.decode()
    assert f'href="{reverse("enrolment:phone-list")}"' in page.partition('class="desk-panel')[2]


def _main(response):
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


# A place that was lost


def test_whom_no_letter_reaches_is_told_by_telephone_that_a_place_is_lost(app_client, city):
    learner, smart = without_smartphone(), LearnerFactory()
    place = held(learner)
    held(smart, weekday=4)
    ended = place.due_at + timedelta(minutes=1)
    services.lapse_and_promote(at=ended)
    clock.set_to(ended)
    assert people_to_call(city, at=ended) == [learner]

    staff = sign_in(app_client, city, Role.HOTLINE)
    page = app_client.get(reverse("enrolment:phone-list")).content.decode()
    assert "名额已到期，请告诉学员" in page
    about = reverse("enrolment:call-about-place", args=[place.pk])
    assert "reached_no" not in app_client.get(about).content.decode()
    gone = app_client.get(reverse("enrolment:show-learner", args=[learner.pk]))
    assert "没有按时缴费" in gone.content.decode()

    place.refresh_from_db()
    call(place, Call.NO_ANSWER, staff=staff, at=ended)
    assert people_to_call(city, at=ended) == [learner]
    assert people_to_call(city, at=ended + 3 * A_DAY) == []
    app_client.post(about, {"outcome": Call.REACHED_YES, "press": uuid4()})
    assert people_to_call(city, at=ended) == []


def test_the_script_asks_for_whose_number_it_is_and_names_the_fee(app_client, city):
    place = held(
        LearnerFactory(
            phone="", name="邵丽娟", contact_name="项燕", contact_phone="+8613800000999"
        )
    )
    sign_in(app_client, city, Role.HOTLINE)
    page = app_client.get(reverse("enrolment:call-about-place", args=[place.pk]))
    said = page.content.decode()
    assert "请问是项燕吗？" in said
    assert "邵丽娟的名额" in said
    assert "¥" in said
