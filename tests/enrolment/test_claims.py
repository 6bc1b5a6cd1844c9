"""Asking for a seat: what is given, and each reason why not."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEvent, ConsentRecord, LearnerUnit, OutboxMessage
from courses.models import Course, Term, TermRecord
from enrolment.domain.refusals import Refusal
from enrolment.models import (
    Channel,
    Claim,
    Enrolment,
    EnrolmentEvent,
    LearnerTerm,
    Outcome,
    WaitlistEntry,
)
from enrolment.services import PressReused, SeatRefused, record_papers
from tests.enrolment.acts import claim, enrolment_of, seats_of, withdraw
from tests.factories.accounts import HelperGrantFactory, LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import (
    CHINA,
    CampusFactory,
    CourseFactory,
    SectionFactory,
    TermFactory,
)
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
AT_THE_COUNTER = {"channel": Channel.COUNTER, "reason": "本人来窗口"}


def refused(section, learner, **more):
    with pytest.raises(SeatRefused) as caught:
        claim(section, learner, **more)
    return caught.value.reason


def test_a_class_without_a_fee_is_the_learners_at_once(nothing_is_broken):
    section, learner = SectionFactory(), LearnerFactory()

    answer = claim(section, learner)

    enrolment = enrolment_of(learner, section)
    assert (answer.outcome, answer.enrolment_id, answer.due_at) == (
        Outcome.CONFIRMED,
        enrolment.pk,
        None,
    )
    assert (enrolment.status, enrolment.source, enrolment.unit) == (
        "confirmed",
        "open",
        section.unit,
    )
    assert enrolment.slots == section.meets
    assert seats_of(section) == ["taken", "free"]
    assert LearnerTerm.objects.get(learner=learner, term=section.term).room_classes == 1
    nothing_is_broken()


def test_a_class_with_a_fee_is_held_until_five_on_the_next_working_day(nothing_is_broken):
    section, learner = SectionFactory(with_fee=True), LearnerFactory()

    answer = claim(section, learner)

    tomorrow_at_five = datetime(2026, 12, 2, 17, 0, tzinfo=CHINA)
    assert (answer.outcome, answer.due_at) == (Outcome.HELD, tomorrow_at_five)
    assert enrolment_of(learner, section).due_at == tomorrow_at_five
    assert seats_of(section) == ["held", "free"]
    nothing_is_broken()


def test_the_last_seat_goes_to_the_first_who_asks_and_the_others_wait_in_order(nothing_is_broken):
    section = SectionFactory(capacity=1)
    anna, ben, cai = LearnerFactory.create_batch(3)

    answers = [claim(section, learner) for learner in (anna, ben, cai)]

    assert [answer.outcome for answer in answers] == ["confirmed", "waitlisted", "waitlisted"]
    assert list(section.enrolments.values_list("learner", flat=True)) == [anna.pk]
    assert list(section.waitlist.in_order().values_list("learner", flat=True)) == [ben.pk, cai.pk]
    nothing_is_broken()


def test_a_free_seat_that_somebody_waits_for_belongs_to_the_line(nothing_is_broken):
    section = SectionFactory(capacity=1)
    anna, ben, cai = LearnerFactory.create_batch(3)
    claim(section, anna)
    claim(section, ben)
    withdraw(enrolment_of(anna, section))

    assert claim(section, cai).outcome == Outcome.WAITLISTED
    nothing_is_broken()


def test_before_the_open_weeks_there_is_a_line_and_no_seat_to_take():
    section = SectionFactory(term__phase=Term.Phase.WAITLISTING)

    assert claim(section, LearnerFactory()).outcome == Outcome.WAITLISTED
    assert seats_of(section) == ["free", "free"]


def test_the_act_is_in_history_audit_and_outbox():
    section, learner = SectionFactory(), LearnerFactory()
    key = uuid4()

    claim(section, learner, key=key)

    event = EnrolmentEvent.objects.get()
    assert (event.seat_no, event.seat_from, event.seat_to, event.status_to, event.actor) == (
        1,
        "free",
        "taken",
        "confirmed",
        learner.user,
    )
    audit = AuditEvent.objects.get(action="seat claimed")
    assert (audit.actor, audit.learner, audit.unit, audit.object_id, audit.at) == (
        learner.user,
        learner,
        section.unit,
        str(section.pk),
        TODAY,
    )
    assert list(OutboxMessage.objects.values_list("kind", "object_id")) == [
        ("tell_claim", f"{learner.pk}:{key}")
    ]


def test_the_office_of_the_class_gets_to_know_a_learner_of_another():
    home = UnitFactory(county=True)
    section, learner = SectionFactory(), LearnerFactory(unit=home)

    claim(section, learner)

    assert list(LearnerUnit.objects.values_list("learner", "unit")) == [
        (learner.pk, section.unit_id)
    ]


def test_the_same_press_gives_the_same_answer():
    section, learner = SectionFactory(), LearnerFactory()
    key = uuid4()

    first, second = claim(section, learner, key=key), claim(section, learner, key=key)

    assert (first.outcome, first.enrolment_id) == (second.outcome, second.enrolment_id)
    assert (Claim.objects.count(), Enrolment.objects.count()) == (1, 1)


def test_one_key_for_two_requests_is_a_mistake():
    learner = LearnerFactory()
    key = uuid4()
    claim(SectionFactory(), learner, key=key)
    other = SectionFactory(weekday=3)

    with pytest.raises(PressReused):
        claim(other, learner, key=key)
    assert seats_of(other) == ["free", "free"]


# Who may act


def test_a_helper_with_a_live_grant_may_claim():
    section, grant = SectionFactory(), HelperGrantFactory()

    answer = claim(section, grant.learner, actor=grant.helper)

    assert (answer.outcome, answer.actor) == (Outcome.CONFIRMED, grant.helper)


@pytest.mark.parametrize(
    "grant",
    [
        {"ended": True},
        {"may_apply": False},
        {"granted_at": TODAY - timedelta(days=9), "expires_at": TODAY},
    ],
)
def test_a_helper_without_a_live_grant_of_that_right_may_not(grant):
    section, grant = SectionFactory(), HelperGrantFactory(**grant)

    with pytest.raises(PermissionDenied):
        claim(section, grant.learner, actor=grant.helper)
    assert Claim.objects.count() == 0


def test_a_stranger_may_not_claim():
    with pytest.raises(PermissionDenied):
        claim(SectionFactory(), LearnerFactory(), actor=LearnerFactory().user)


def test_staff_of_the_unit_and_of_the_city_may_claim_for_a_learner_and_others_may_not():
    city = UnitFactory()
    here, there = UnitFactory.create_batch(2, county=True, parent=city)
    section = SectionFactory(capacity=3, campus__unit=here)

    for unit in (here, city):
        staff = StaffFactory(unit=unit)
        answer = claim(section, LearnerFactory(), actor=staff, **AT_THE_COUNTER)
        assert answer.outcome == Outcome.CONFIRMED
    with pytest.raises(PermissionDenied):
        claim(section, LearnerFactory(), actor=StaffFactory(unit=there), **AT_THE_COUNTER)


# Why not


def test_not_before_it_opens_and_not_after_it_has_closed():
    learner = LearnerFactory()
    assert refused(SectionFactory(not_open_yet=True), learner) is Refusal.NOT_OPEN_YET
    assert refused(SectionFactory(closed=True, weekday=3), learner) is Refusal.CLOSED
    published = SectionFactory(term__phase=Term.Phase.PUBLISHED)
    assert refused(published, learner) is Refusal.NOT_OPEN_YET
    assert refused(SectionFactory(term__phase=Term.Phase.CLOSED), learner) is Refusal.CLOSED
    assert refused(SectionFactory(status="cancelled"), learner) is Refusal.CLOSED


def test_after_the_first_lesson_the_office_decides_and_after_four_weeks_nobody():
    term = TermFactory(phase=Term.Phase.TEACHING, starts_on=date(2026, 11, 23))
    section, learner, staff = SectionFactory(term=term), LearnerFactory(), StaffFactory()

    assert refused(section, learner) is Refusal.LATE
    answer = claim(section, learner, actor=staff, **AT_THE_COUNTER)
    assert (answer.outcome, enrolment_of(learner, section).source) == (Outcome.CONFIRMED, "late")
    assert enrolment_of(learner, section).status == "active"
    late = TODAY + timedelta(weeks=4)
    assert (
        refused(section, LearnerFactory(), actor=staff, at=late, **AT_THE_COUNTER)
        is Refusal.TOO_LATE_TO_JOIN
    )


def test_nobody_is_twice_in_a_class_or_its_line():
    section = SectionFactory(capacity=1)
    anna, ben = LearnerFactory.create_batch(2)
    claim(section, anna)
    claim(section, ben)

    assert refused(section, anna) is Refusal.ALREADY_IN
    assert refused(section, ben) is Refusal.ALREADY_WAITING


def test_a_seat_just_given_back_is_taken_back_not_claimed_again():
    section, learner = SectionFactory(), LearnerFactory()
    claim(section, learner)
    withdraw(enrolment_of(learner, section))

    assert refused(section, learner) is Refusal.JUST_WITHDRAWN


def test_the_limit_of_room_classes_counts_the_whole_term_but_no_online_class():
    term, learner = TermFactory(), LearnerFactory()
    claim(SectionFactory(term=term, weekday=1), learner)
    claim(SectionFactory(term=term, weekday=2, mode="online"), learner)
    claim(SectionFactory(term=term, weekday=3), learner)

    assert refused(SectionFactory(term=term, weekday=4), learner) is Refusal.LIMIT
    online = SectionFactory(term=term, weekday=5, mode="online")
    assert claim(online, learner).outcome == Outcome.CONFIRMED


def test_one_much_wanted_class_a_term():
    term, learner = TermFactory(), LearnerFactory()
    claim(SectionFactory(term=term, hot=True), learner)

    assert refused(SectionFactory(term=term, hot=True, weekday=3), learner) is Refusal.HOT_LIMIT


def test_two_holds_at_a_time():
    term, learner = TermFactory(rules__rules={"holds_per_learner": 1}), LearnerFactory()
    claim(SectionFactory(term=term, with_fee=True), learner)

    second = SectionFactory(term=term, with_fee=True, weekday=3)
    assert refused(second, learner) is Refusal.TOO_MANY_HOLDS


def test_a_clash_names_the_class_in_the_way():
    term, learner = TermFactory(), LearnerFactory()
    mine = SectionFactory(term=term)
    claim(mine, learner)

    with pytest.raises(SeatRefused) as caught:
        claim(SectionFactory(term=term), learner)
    assert (caught.value.reason, caught.value.other_section) == (Refusal.CLASH, mine.pk)


def test_an_hour_lies_between_two_campuses_and_none_within_one():
    term, learner, campus = TermFactory(), LearnerFactory(), CampusFactory()
    claim(SectionFactory(term=term, campus=campus), learner)

    elsewhere = SectionFactory(term=term, starts=time(10, 15))
    assert refused(elsewhere, learner) is Refusal.TRAVEL_GAP
    here = SectionFactory(term=term, campus=campus, starts=time(10, 15))
    assert claim(here, learner).outcome == Outcome.CONFIRMED


def test_women_from_fifty_and_men_from_fifty_five():
    section = SectionFactory()
    young = date(1976, 6, 1)
    assert claim(section, LearnerFactory(born_on=young)).outcome == Outcome.CONFIRMED
    assert refused(section, LearnerFactory(born_on=young, sex="m")) is Refusal.TOO_YOUNG


def test_a_vigorous_course_wants_a_declaration_and_has_an_age_to_begin():
    section = SectionFactory(course__vigorous=True, course__max_new_age=75)
    learner = LearnerFactory()

    assert refused(section, learner) is Refusal.NEEDS_HEALTH_DECLARATION
    ConsentRecord.objects.create(
        learner=learner, kind="health", how="in_person", actor=learner.user, given_at=TODAY
    )
    assert claim(section, learner).outcome == Outcome.CONFIRMED
    old = LearnerFactory(born_on=date(1949, 1, 1))
    assert refused(section, old) is Refusal.TOO_OLD_TO_BEGIN


def record(learner, *kinds):
    record_papers(learner=learner, kinds=kinds, how="paper", actor=StaffFactory(), at=TODAY)


def test_newcomers_past_eighty_bring_their_familys_consent_and_old_hands_do_not():
    section = SectionFactory()
    newcomer, old_hand = LearnerFactory.create_batch(2, born_on=date(1940, 1, 1))
    TermRecord.objects.create(
        learner=old_hand, term=TermFactory(starts_on=date(2026, 3, 2)), room_seats=1
    )

    assert refused(section, newcomer) is Refusal.NEEDS_DECLARATION_AT_COUNTER
    record(newcomer, ConsentRecord.Kind.HEALTH)
    assert refused(section, newcomer) is Refusal.NEEDS_FAMILY_CONSENT
    record(newcomer, ConsentRecord.Kind.FAMILY)
    assert claim(section, newcomer).outcome == Outcome.CONFIRMED
    assert claim(section, old_hand).outcome == Outcome.CONFIRMED


def test_a_higher_level_follows_a_completed_one():
    learner = LearnerFactory()
    first = CourseFactory(level=Course.Level.BEGINNER)
    second = CourseFactory(level=Course.Level.INTERMEDIATE, subject=first.subject)
    section = SectionFactory(course=second)

    assert refused(section, learner) is Refusal.LEVEL
    TermRecord.objects.create(
        learner=learner, term=TermFactory(starts_on=date(2024, 9, 2)), completed_course=first
    )
    assert claim(section, learner).outcome == Outcome.CONFIRMED


def test_a_completed_course_is_repeated_only_from_left_over_seats():
    learner = LearnerFactory()
    course = CourseFactory()
    TermRecord.objects.create(
        learner=learner, term=TermFactory(starts_on=date(2026, 3, 2)), completed_course=course
    )

    in_line = SectionFactory(course=course, term__phase=Term.Phase.WAITLISTING)
    assert refused(in_line, learner) is Refusal.REPEAT
    assert claim(SectionFactory(course=course), learner).outcome == Outcome.CONFIRMED


def test_who_stayed_away_last_term_has_no_much_wanted_class_now():
    learner = LearnerFactory()
    TermRecord.objects.create(
        learner=learner, term=TermFactory(starts_on=date(2026, 9, 7)), removed_for_absence=True
    )
    assert refused(SectionFactory(hot=True), learner) is Refusal.ABSENCE
    assert claim(SectionFactory(weekday=3), learner).outcome == Outcome.CONFIRMED


def test_nothing_is_given_to_somebody_who_has_died():
    gone = LearnerFactory(deceased_on=date(2026, 11, 1))
    assert refused(SectionFactory(), gone) is Refusal.ACCOUNT_CLOSED


# The database has the last word


def test_what_the_friendly_check_missed_the_function_refuses():
    """The rules that can race are decided again, under the learner's lock."""
    from enrolment.models import ledger

    term, learner = TermFactory(), LearnerFactory()
    claim(SectionFactory(term=term), learner)
    told = []
    for section in (
        SectionFactory(term=term),
        SectionFactory(term=term, starts=time(10, 15)),
        SectionFactory(closed=True, weekday=4),
        SectionFactory(not_open_yet=True, weekday=5),
        SectionFactory(term__phase=Term.Phase.TEACHING, weekday=5),
    ):
        answer = ledger.claim(
            section=section,
            learner=learner,
            actor=learner.user,
            channel=Channel.WEB,
            key=uuid4(),
            at=TODAY,
            due_at=None,
        )
        told.append((answer.outcome, answer.reason))
    assert told == [
        ("refused", reason) for reason in ("clash", "travel_gap", "closed", "not_open_yet", "late")
    ]
    assert WaitlistEntry.objects.count() == 0
