"""One class for another: the old one ends only if the new one comes about."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from courses.models import Term
from enrolment import services
from enrolment.domain.refusals import Refusal
from enrolment.models import Channel, Enrolment, LearnerTerm, Outcome
from enrolment.services import PressReused, SeatRefused
from tests.enrolment.acts import (
    accept,
    claim,
    decline,
    enrolment_of,
    entry_of,
    give_up,
    seats_of,
    swap,
    undo,
    withdraw,
)
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import STARTS_ON, SectionFactory, TermFactory
from tests.factories.fees import pay_in_cash
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
FEE = 18000


@pytest.fixture
def term():
    return TermFactory()


def seated(term, **kwargs):
    """A learner in a class of one seat."""
    section, learner = SectionFactory(term=term, capacity=1, **kwargs), LearnerFactory()
    claim(section, learner)
    return section, learner, enrolment_of(learner, section)


def filled(term, **kwargs):
    """Another class, full."""
    section, learner = SectionFactory(term=term, capacity=1, **kwargs), LearnerFactory()
    claim(section, learner)
    return section, learner


def refused(enrolment, section, **more):
    with pytest.raises(SeatRefused) as caught:
        swap(enrolment, section, **more)
    return caught.value.reason


def paid(enrolment):
    """The counter took the fee."""
    pay_in_cash(enrolment)
    enrolment.refresh_from_db()


def test_the_old_seat_goes_to_the_next_person_and_the_new_one_is_mine(term, nothing_is_broken):
    old, learner, enrolment = seated(term)
    next_one = LearnerFactory()
    claim(old, next_one)
    new = SectionFactory(term=term)  # at the same hour: that is what is given up

    answer = swap(enrolment, new)
    services.lapse_and_promote(at=TODAY)

    enrolment.refresh_from_db()
    assert (answer.outcome, enrolment.status) == (Outcome.CONFIRMED, "transferred")
    assert enrolment_of(learner, new).status == "confirmed"
    assert entry_of(next_one, old).state == "offered"
    assert LearnerTerm.objects.get(learner=learner, term=term).room_classes == 1
    nothing_is_broken(offer_hours=True)


def test_a_full_class_leaves_me_where_i_am(term, nothing_is_broken):
    _old, _learner, enrolment = seated(term)
    full, _other = filled(term)

    assert refused(enrolment, full) is Refusal.FULL

    enrolment.refresh_from_db()
    assert enrolment.status == "confirmed"
    nothing_is_broken()


def test_a_full_class_gives_a_place_in_its_line_and_the_old_class_ends_with_the_offer(
    term, nothing_is_broken
):
    old, learner, enrolment = seated(term)
    full, other = filled(term)

    assert swap(enrolment, full, may_wait=True).outcome == Outcome.WAITLISTED
    withdraw(enrolment_of(other, full))
    give_up(enrolment_of(other, full))
    services.promote(section=full, at=TODAY)
    assert enrolment_of(learner, old).status == "confirmed"
    answer = accept(entry_of(learner, full))

    assert answer.outcome == Outcome.CONFIRMED
    assert enrolment_of(learner, old).status == "transferred"
    assert (seats_of(old), seats_of(full)) == (["free"], ["taken"])
    nothing_is_broken(offer_hours=True)


def test_who_declines_the_better_class_keeps_the_old_one(term, nothing_is_broken):
    old, learner, enrolment = seated(term)
    full, other = filled(term)
    swap(enrolment, full, may_wait=True)
    withdraw(enrolment_of(other, full))
    give_up(enrolment_of(other, full))
    services.promote(section=full, at=TODAY)

    decline(entry_of(learner, full))

    assert enrolment_of(learner, old).status == "confirmed"
    nothing_is_broken()


def test_who_left_the_old_class_meanwhile_takes_the_offer_like_anybody(term, nothing_is_broken):
    old, learner, enrolment = seated(term)
    full, other = filled(term)
    swap(enrolment, full, may_wait=True)
    withdraw(enrolment_of(learner, old))
    give_up(enrolment_of(learner, old))
    withdraw(enrolment_of(other, full))
    give_up(enrolment_of(other, full))
    services.promote(section=full, at=TODAY)

    assert accept(entry_of(learner, full)).outcome == Outcome.CONFIRMED
    assert enrolment_of(learner, old).status == "withdrawn"
    nothing_is_broken(offer_hours=True)


def test_a_change_is_for_good(term):
    _old, _learner, enrolment = seated(term)
    new = SectionFactory(term=term)
    swap(enrolment, new)

    with pytest.raises(SeatRefused) as caught:
        undo(Enrolment.objects.select_related("learner__user").get(pk=enrolment.pk))
    assert caught.value.reason is Refusal.TOO_LATE


def test_at_the_limit_one_may_still_change(term, nothing_is_broken):
    _old, learner, enrolment = seated(term)
    claim(SectionFactory(term=term, weekday=3), learner)
    new = SectionFactory(term=term, weekday=4)

    with pytest.raises(SeatRefused):
        claim(new, learner)
    assert swap(enrolment, new).outcome == Outcome.CONFIRMED
    nothing_is_broken()


def test_the_hour_of_a_class_that_stays_is_in_the_way(term):
    _old, learner, enrolment = seated(term)
    claim(SectionFactory(term=term, weekday=3), learner)

    assert refused(enrolment, SectionFactory(term=term, weekday=3)) is Refusal.CLASH


def test_what_was_paid_moves_along(term, nothing_is_broken):
    _old, learner, enrolment = seated(term, fee_fen=FEE)
    paid(enrolment)
    new = SectionFactory(term=term, fee_fen=FEE)

    answer = swap(enrolment, new)

    assert (answer.outcome, answer.due_at) == (Outcome.CONFIRMED, None)
    assert enrolment_of(learner, new).status == "confirmed"
    nothing_is_broken()


def test_a_held_place_is_changed_for_a_held_place(term, nothing_is_broken):
    _old, _learner, enrolment = seated(term, fee_fen=FEE)
    answer = swap(enrolment, SectionFactory(term=term, fee_fen=2 * FEE))

    assert answer.outcome == Outcome.HELD
    assert answer.due_at > TODAY + timedelta(hours=20)
    nothing_is_broken()


def test_a_dearer_class_is_changed_at_the_counter_where_the_difference_is_taken(
    term, nothing_is_broken
):
    _old, learner, enrolment = seated(term, fee_fen=FEE)
    paid(enrolment)
    dearer = SectionFactory(term=term, fee_fen=2 * FEE, campus=enrolment.section.campus)

    assert refused(enrolment, dearer) is Refusal.COSTS_MORE
    enrolment.refresh_from_db()
    assert enrolment.status == "confirmed"
    clerk = StaffFactory(unit=enrolment.unit)

    answer = swap(
        enrolment, dearer, actor=clerk, channel=Channel.COUNTER, reason="took ¥180 in cash"
    )

    assert answer.outcome == Outcome.CONFIRMED
    assert enrolment_of(learner, dearer).events.get().reason == "took ¥180 in cash"
    nothing_is_broken()


def test_nothing_is_given_for_a_place_that_is_gone(term):
    _old, _learner, enrolment = seated(term)
    withdraw(enrolment)

    assert refused(enrolment, SectionFactory(term=term, weekday=5)) is Refusal.NOT_IN


def test_a_class_of_another_term_is_not_for_exchange(term):
    _old, _learner, enrolment = seated(term)
    assert refused(enrolment, SectionFactory(weekday=5)) is Refusal.NOT_IN


def test_the_same_press_twice_is_one_change(term, nothing_is_broken):
    _old, learner, enrolment = seated(term)
    new, key = SectionFactory(term=term), uuid4()

    first = swap(enrolment, new, key=key)
    again = swap(enrolment, new, key=key)

    assert first.enrolment_id == again.enrolment_id
    assert Enrolment.objects.of(learner).holding_a_seat().count() == 1
    with pytest.raises(PressReused):
        swap(enrolment, SectionFactory(term=term, weekday=4), key=key)
    nothing_is_broken()


def test_nobody_changes_a_strangers_class(term):
    _old, _learner, enrolment = seated(term)
    with pytest.raises(PermissionDenied):
        swap(enrolment, SectionFactory(term=term), actor=LearnerFactory().user)


# Changing after lessons have begun


@pytest.fixture
def taught(term):
    def begin(*, weeks):
        _old, learner, enrolment = seated(term)
        Term.objects.filter(pk=term.pk).update(phase=Term.Phase.TEACHING)
        at = TODAY.replace(
            year=STARTS_ON.year, month=STARTS_ON.month, day=STARTS_ON.day
        ) + timedelta(weeks=weeks, days=1)
        services.lapse_and_promote(at=at)
        enrolment.refresh_from_db()
        return learner, enrolment, SectionFactory(term=term, weekday=4), at

    return begin


@pytest.mark.parametrize("weeks", [0, 1])
def test_in_the_first_two_weeks_one_may_change_and_is_no_late_comer(
    taught, weeks, nothing_is_broken
):
    learner, enrolment, new, at = taught(weeks=weeks)

    swap(enrolment, new, at=at)

    moved = enrolment_of(learner, new)
    assert (moved.status, moved.source) == ("active", "open")
    nothing_is_broken(at)


def test_after_the_second_week_nobody_changes(taught):
    _learner, enrolment, new, at = taught(weeks=2)
    assert refused(enrolment, new, at=at) is Refusal.TOO_LATE_TO_CHANGE
    assert refused(enrolment, new, at=at, channel=Channel.COUNTER) is Refusal.TOO_LATE_TO_CHANGE
