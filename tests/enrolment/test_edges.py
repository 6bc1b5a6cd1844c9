"""Where two rules meet: who may not have a seat, a death, a term or a class that ends."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Learner
from courses.models import Term
from enrolment import queries, services
from enrolment.models import Channel, Enrolment, LearnerTerm, Outcome, ledger
from enrolment.services import PressReused, SeatRefused
from tests.enrolment.acts import (
    accept,
    claim,
    claim_several,
    enrolment_of,
    entry_of,
    give_up,
    press,
    seats_of,
    swap,
    withdraw,
)
from tests.factories.accounts import HelperGrantFactory, LearnerFactory, StaffFactory
from tests.factories.enrolment import STARTS_ON, CourseFactory, SectionFactory, TermFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
LATE = TODAY.replace(hour=20)


@pytest.fixture
def term():
    return TermFactory()


@pytest.fixture
def couple():
    anna, ben = LearnerFactory(), LearnerFactory()
    HelperGrantFactory(learner=ben, helper=anna.user)
    return anna, ben


def resize(section, capacity):
    services.resize_section(
        section=section, capacity=capacity, actor=StaffFactory(unit=section.unit), at=TODAY,
        reason="chairs",
    )  # fmt: skip


def leave(section, learner):
    withdraw(enrolment_of(learner, section))
    give_up(enrolment_of(learner, section))


def die(learner):
    Learner.objects.filter(pk=learner.pk).update(deceased_on=date(2026, 11, 30))


# Who waits and may not have the seat


def test_somebody_who_may_not_have_the_seat_does_not_close_the_class(term, nothing_is_broken):
    """At the limit by two other classes: the line is theirs, the seats are everybody's."""
    section = SectionFactory(term=term, capacity=1)
    claim(section, LearnerFactory())
    waits = LearnerFactory()
    claim(section, waits)
    for day in (4, 5):
        claim(SectionFactory(term=term, weekday=day), waits)
    resize(section, 6)

    assert services.promote(section=section, at=TODAY) == 0
    assert queries.live_card(section, at=LATE).seats.left == 5
    assert claim(section, LearnerFactory(), at=LATE).outcome == Outcome.CONFIRMED
    nothing_is_broken(LATE)


def test_a_free_seat_of_somebody_who_may_have_it_is_theirs_at_night(term):
    section = SectionFactory(term=term, capacity=1)
    first = LearnerFactory()
    claim(section, first)
    claim(section, LearnerFactory())
    leave(section, first)

    assert queries.live_card(section, at=LATE).seats.left == 0
    assert claim(section, LearnerFactory(), at=LATE).outcome == Outcome.WAITLISTED


def test_a_couple_for_whom_one_seat_is_not_enough_leaves_it_to_others(couple, nothing_is_broken):
    section = SectionFactory(capacity=1)
    claim_several([section], couple, mode="together")

    assert claim(section, LearnerFactory()).outcome == Outcome.CONFIRMED
    nothing_is_broken(offer_hours=True)


def test_the_dead_are_offered_nothing_and_keep_nobody_away(nothing_is_broken):
    section = SectionFactory(capacity=1)
    first, dead, next_one = LearnerFactory.create_batch(3)
    for learner in (first, dead, next_one):
        claim(section, learner)
    die(dead)
    leave(section, first)

    assert services.promote(section=section, at=TODAY) == 1
    assert entry_of(next_one, section).state == "offered"
    nothing_is_broken(offer_hours=True)


def test_whose_partner_died_waits_alone(couple, nothing_is_broken):
    section = SectionFactory(capacity=1)
    anna, ben = couple
    claim_several([section], couple, mode="together")
    die(ben)

    assert services.promote(section=section, at=TODAY) == 1
    assert entry_of(anna, section).state == "offered"
    nothing_is_broken(offer_hours=True)


# One key, one request


def test_a_key_used_for_something_else_opens_no_door(couple, term):
    """A press of one partner must not pass for the press of both that was never served."""
    anna, ben = couple
    steep = SectionFactory(
        term=term, weekday=4, course=CourseFactory(min_age_f=99, min_age_m=99), capacity=9
    )
    key = uuid4()
    claim(SectionFactory(term=term), ben, key=key, actor=anna.user)

    with pytest.raises(PressReused):
        claim_several([steep], couple, mode="together", key=key)
    assert not Enrolment.objects.filter(section=steep).exists()


def test_the_key_of_a_press_for_two_means_nothing_else_to_either(couple, term):
    anna, ben = couple
    key = uuid4()
    claim_several([SectionFactory(term=term)], couple, mode="together", key=key)

    for learner in couple:
        with pytest.raises(PressReused):
            claim(SectionFactory(term=term, weekday=5), learner, key=key, actor=anna.user)
    other = LearnerFactory()
    HelperGrantFactory(learner=other, helper=anna.user)
    with pytest.raises(PressReused):
        claim_several(
            [SectionFactory(term=term, weekday=5)], [ben, other], mode="together",
            key=key, actor=anna.user,
        )  # fmt: skip


# A term or a class that ends


def close(term):
    over = TODAY.date() - timedelta(days=1)
    Term.objects.filter(pk=term.pk).update(starts_on=over - timedelta(weeks=16), ends_on=over)
    services.close_term(term=term, at=TODAY)


def test_holds_and_offers_end_with_their_term(term, nothing_is_broken):
    held = SectionFactory(term=term, with_fee=True, capacity=1)
    payer = LearnerFactory()
    claim(held, payer)
    asked = SectionFactory(term=term, weekday=4, capacity=1)
    first, offered = LearnerFactory.create_batch(2)
    claim(asked, first)
    claim(asked, offered)
    leave(asked, first)
    services.promote(section=asked, at=TODAY)

    close(term)

    assert enrolment_of(payer, held).status == "lapsed"
    assert entry_of(offered, asked).state == "closed"
    assert (seats_of(held), seats_of(asked)) == (["free"], ["free"])
    with pytest.raises(SeatRefused):
        accept(entry_of(offered, asked))
    services.lapse_and_promote(at=TODAY + timedelta(days=9))
    nothing_is_broken(TODAY + timedelta(days=9))


def test_one_row_that_is_wrong_does_not_stop_the_sweep(term):
    wrong, right = SectionFactory(term=term, with_fee=True), SectionFactory(with_fee=True)
    learners = LearnerFactory.create_batch(2)
    claim(wrong, learners[0])
    claim(right, learners[1])
    LearnerTerm.objects.filter(learner=learners[0]).update(room_classes=0)

    services.lapse_and_promote(at=TODAY + timedelta(days=9))

    assert enrolment_of(learners[1], right).status == "lapsed"
    assert enrolment_of(learners[0], wrong).status == "offered"


def test_an_offer_of_a_class_called_off_ends_with_its_seat(term, nothing_is_broken):
    section = SectionFactory(term=term, capacity=1)
    first, offered = LearnerFactory.create_batch(2)
    claim(section, first)
    claim(section, offered)
    leave(section, first)
    services.promote(section=section, at=TODAY)
    services.cancel_section(
        section=section, actor=StaffFactory(unit=section.unit), at=TODAY, reason="too few"
    )
    services.empty_section(section_id=section.pk, at=TODAY)

    assert (entry_of(offered, section).state, seats_of(section)) == ("closed", ["free"])
    nothing_is_broken()


# A change of class by way of the line


def waits_to_change(term, **old):
    """A learner in one class who waits for a full one, and the person who sits there."""
    mine, learner = SectionFactory(term=term, capacity=1, **old), LearnerFactory()
    claim(mine, learner)
    full, other = SectionFactory(term=term, capacity=1, weekday=4), LearnerFactory()
    claim(full, other)
    swap(enrolment_of(learner, mine), full, may_wait=True)
    return learner, mine, full, other


def offer(full, other, *, at=TODAY):
    leave(full, other)
    assert services.promote(section=full, at=at) == 1


def test_after_the_weeks_of_changing_an_offer_ends_no_other_class(term, nothing_is_broken):
    learner, mine, full, other = waits_to_change(term)
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.TEACHING)
    third_week = TODAY.replace(
        year=STARTS_ON.year, month=STARTS_ON.month, day=STARTS_ON.day
    ) + timedelta(weeks=2)
    services.lapse_and_promote(at=third_week)
    withdraw(enrolment_of(other, full), at=third_week)
    give_up(enrolment_of(other, full), at=third_week)

    assert services.promote(section=full, at=third_week) == 0
    assert enrolment_of(learner, mine).status == "active"
    nothing_is_broken(third_week, offer_hours=True)


def test_who_may_not_withdraw_for_somebody_ends_no_class_by_accepting(term):
    learner, mine, full, other = waits_to_change(term)
    helper = HelperGrantFactory(learner=learner, may_withdraw=False).helper
    offer(full, other)

    with pytest.raises(PermissionDenied):
        accept(entry_of(learner, full), actor=helper)
    assert enrolment_of(learner, mine).status == "confirmed"
    assert accept(entry_of(learner, full)).outcome == Outcome.CONFIRMED


def test_a_second_change_takes_the_place_in_line_along(term, nothing_is_broken):
    learner, mine, full, other = waits_to_change(term)
    claim(SectionFactory(term=term, weekday=5), learner)
    swap(enrolment_of(learner, mine), third := SectionFactory(term=term, weekday=3))
    offer(full, other)

    assert accept(entry_of(learner, full)).outcome == Outcome.CONFIRMED
    assert enrolment_of(learner, third).status == "transferred"
    nothing_is_broken(offer_hours=True)


def test_an_answer_in_time_is_taken_though_the_sweep_is_late(term, nothing_is_broken):
    """The old class was only held, and its time ran out a moment ago."""
    learner, mine, full, other = waits_to_change(term, with_fee=True)
    due = enrolment_of(learner, mine).due_at
    offer(full, other, at=due - timedelta(minutes=1))

    answer = accept(entry_of(learner, full), at=due + timedelta(seconds=5))

    assert answer.outcome == Outcome.CONFIRMED
    assert enrolment_of(learner, mine).status == "lapsed"
    services.lapse_and_promote(at=due + timedelta(seconds=5))
    nothing_is_broken(due + timedelta(seconds=5))


def test_changing_a_class_does_not_put_off_paying():
    term = TermFactory()
    one, other = (SectionFactory(term=term, fee_fen=100) for _class in range(2))
    anna = LearnerFactory()
    claim(one, anna)
    due = enrolment_of(anna, one).due_at
    swap(enrolment_of(anna, one), other, at=due - timedelta(hours=1))
    assert enrolment_of(anna, other).due_at == due


def test_a_policy_that_leaves_attendance_out_fails_nobody():
    term = TermFactory(rules__rules={"room_classes": 2})
    section, anna = SectionFactory(term=term), LearnerFactory()
    claim(section, anna)
    services.close_term(term=term, at=TODAY + timedelta(days=365))
    assert enrolment_of(anna, section).status == "completed"


def test_what_the_office_does_to_a_line_has_a_reason_in_the_database_too():
    section = SectionFactory(capacity=1)
    claim(section, LearnerFactory())
    with pytest.raises(IntegrityError, match="reason"), transaction.atomic():
        ledger.claim(
            section=section, learner=LearnerFactory(), actor=StaffFactory(unit=section.unit),
            channel=Channel.COUNTER, key=uuid4(), at=TODAY, due_at=None, reason="",
        )  # fmt: skip
    assert section.waitlist.count() == 0


@pytest.mark.parametrize("kind", [{"mode": "online"}, {"by_invitation": True}])
def test_a_most_wanted_class_that_does_not_count_leaves_room_for_another(kind):
    term, anna = TermFactory(), LearnerFactory()
    claim(SectionFactory(term=term, hot=True, weekday=1, **kind), anna)
    assert press(SectionFactory(term=term, hot=True, weekday=3), anna) == "confirmed"
