"""The line: who is asked, how they answer, what happens when nobody does."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from accounts import scope
from accounts.models import OutboxMessage
from enrolment import services
from enrolment.domain.refusals import Refusal
from enrolment.models import Enrolment, Outcome, Seat, ledger
from enrolment.services import SeatRefused
from tests.enrolment.acts import (
    accept,
    claim,
    decline,
    enrolment_of,
    entry_of,
    give_up,
    leave,
    seats_of,
    undo,
    withdraw,
)
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import CHINA, SectionFactory, TermFactory, WaitlistEntryFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
OFFER_DUE = datetime(2026, 12, 3, 17, 0, tzinfo=CHINA)  # two working days after TODAY


def states(section):
    return list(section.waitlist.order_by("pk").values_list("state", flat=True))


def full_class(waiting=2, **kwargs):
    """A class of one seat, its learner, and a line behind them."""
    section = SectionFactory(capacity=1, **kwargs)
    learners = LearnerFactory.create_batch(waiting + 1)
    for learner in learners:
        claim(section, learner)
    return section, learners


def free_the_seat(section, learner):
    withdraw(enrolment_of(learner, section))
    give_up(enrolment_of(learner, section))


def test_a_freed_seat_is_offered_to_the_head_of_the_line(nothing_is_broken):
    section, (anna, ben, _cai) = full_class()
    free_the_seat(section, anna)

    assert services.promote(section=section, at=TODAY) == 1

    entry = entry_of(ben, section)
    assert states(section) == ["offered", "waiting"]
    assert (entry.due_at, seats_of(section)) == (OFFER_DUE, ["offered"])
    assert Seat.objects.get().learner == ben
    assert OutboxMessage.objects.filter(kind="tell_offer", object_id=entry.pk).count() == 1
    nothing_is_broken(offer_hours=True)


def test_who_accepts_a_free_class_has_it(nothing_is_broken):
    section, (anna, ben, _cai) = full_class()
    free_the_seat(section, anna)
    services.promote(section=section, at=TODAY)

    answer = accept(entry_of(ben, section), at=OFFER_DUE - MINUTE)

    enrolment = enrolment_of(ben, section)
    assert (answer.outcome, enrolment.status, enrolment.source) == (
        Outcome.CONFIRMED,
        "confirmed",
        "waitlist",
    )
    assert states(section) == ["accepted", "waiting"]
    nothing_is_broken()


def test_who_accepts_a_class_with_a_fee_has_two_working_days_to_pay(nothing_is_broken):
    section, (anna, ben, _cai) = full_class(with_fee=True)
    free_the_seat(section, anna)
    services.promote(section=section, at=TODAY)

    answer = accept(entry_of(ben, section), at=TODAY + timedelta(days=1))

    paid_by = datetime(2026, 12, 4, 17, 0, tzinfo=CHINA)
    assert (answer.outcome, answer.due_at) == (Outcome.HELD, paid_by)
    enrolment = enrolment_of(ben, section)
    assert (enrolment.status, enrolment.due_at, enrolment.answered_at) == (
        "offered",
        paid_by,
        TODAY + timedelta(days=1),
    )
    nothing_is_broken()


def test_an_offer_ends_to_the_second_swept_or_not():
    section, (anna, ben, _cai) = full_class()
    free_the_seat(section, anna)
    services.promote(section=section, at=TODAY)

    with pytest.raises(SeatRefused) as caught:
        accept(entry_of(ben, section), at=OFFER_DUE)
    assert caught.value.reason is Refusal.TOO_LATE


def test_an_offer_nobody_answers_goes_to_the_next_and_the_first_to_the_end(nothing_is_broken):
    section, (anna, ben, cai) = full_class()
    free_the_seat(section, anna)
    services.promote(section=section, at=TODAY)

    swept = services.lapse_and_promote(at=OFFER_DUE)

    assert (swept.freed, swept.offered) == (1, 1)
    assert states(section) == ["waiting", "offered"]
    assert list(section.waitlist.in_order().values_list("learner", flat=True)) == [
        cai.pk,
        ben.pk,
    ]
    assert entry_of(ben, section).expiries == 1
    nothing_is_broken(OFFER_DUE, offer_hours=True)


def test_offers_that_run_out_together_keep_the_order_of_the_line(nothing_is_broken):
    """Two offers of one day, one moment, one sweep: nobody overtakes on the way to the end."""
    section, (anna, ben, cai) = full_class(waiting=2)
    services.resize_section(
        section=section, capacity=2, actor=StaffFactory(), at=TODAY, reason="more chairs"
    )
    free_the_seat(section, anna)
    services.promote(section=section, at=TODAY)
    assert states(section) == ["offered", "offered"]
    # The row of who stands before now lies behind the other one on its page.
    ahead = Seat.objects.filter(learner=ben)
    ahead.update(due_at=OFFER_DUE + MINUTE)
    ahead.update(due_at=OFFER_DUE)

    with scope.system("test"):
        ledger.sweep(at=OFFER_DUE, limit=50)

    assert list(section.waitlist.in_order().values_list("learner", flat=True)) == [ben.pk, cai.pk]
    nothing_is_broken(OFFER_DUE)


def test_a_second_offer_unanswered_ends_the_waiting(nothing_is_broken):
    section, (anna, ben) = full_class(waiting=1)
    free_the_seat(section, anna)
    at = TODAY
    for _round in range(2):
        services.promote(section=section, at=at)
        at = entry_of(ben, section).due_at
        ledger.sweep(at=at, limit=9)

    entry = entry_of(ben, section)
    assert (entry.state, entry.closed_at, entry.due_at) == ("expired", at, None)
    assert seats_of(section) == ["free"]
    nothing_is_broken(at)


def test_who_declines_gives_way_to_the_next_and_gets_no_second_offer(nothing_is_broken):
    section, (anna, ben, cai) = full_class()
    free_the_seat(section, anna)
    services.promote(section=section, at=TODAY)

    assert decline(entry_of(ben, section)).outcome == Outcome.DECLINED
    assert services.promote(section=section, at=TODAY) == 1

    assert states(section) == ["declined", "offered"]
    assert Seat.objects.get().learner == cai
    nothing_is_broken(offer_hours=True)


def test_who_accepts_and_withdraws_makes_way_for_the_next_person(nothing_is_broken):
    """The seat never goes back to whoever gave it up."""
    section, (anna, ben, cai) = full_class()
    free_the_seat(section, anna)
    services.promote(section=section, at=TODAY)
    accept(entry_of(ben, section))
    free_the_seat(section, ben)

    services.promote(section=section, at=TODAY)

    assert Seat.objects.get().learner == cai
    nothing_is_broken(offer_hours=True)


def test_who_leaves_the_line_is_asked_no_more():
    section, (anna, ben, cai) = full_class()

    assert leave(entry_of(ben, section)).outcome == Outcome.LEFT_LINE
    with pytest.raises(SeatRefused) as caught:
        leave(entry_of(ben, section))
    assert caught.value.reason is Refusal.NOT_WAITING
    free_the_seat(section, anna)
    services.promote(section=section, at=TODAY)
    assert Seat.objects.get().learner == cai


def test_who_has_no_class_this_term_goes_before_who_wants_a_second_one():
    term = TermFactory()
    section, (anna, ben, cai) = full_class(term=term)
    claim(SectionFactory(term=term, weekday=4), ben)
    free_the_seat(section, anna)

    services.promote(section=section, at=TODAY)

    assert Seat.objects.get(section=section).learner == cai


def test_under_rank_the_ticket_alone_decides():
    term = TermFactory(rules__rules={"waitlist_order": "rank"})
    section, (anna, ben, _cai) = full_class(term=term)
    claim(SectionFactory(term=term, weekday=4), ben)
    free_the_seat(section, anna)

    services.promote(section=section, at=TODAY)

    assert Seat.objects.get(section=section).learner == ben


def test_a_reserved_seat_goes_first_to_those_it_was_reserved_for():
    section = SectionFactory(capacity=2)
    Seat.objects.filter(no=2).update(bucket="N")
    first = WaitlistEntryFactory(section=section)
    second = WaitlistEntryFactory(section=section)
    newcomer = WaitlistEntryFactory(section=section, flags="NC")

    services.promote(section=section, at=TODAY)

    assert list(Seat.objects.order_by("no").values_list("learner", flat=True)) == [
        first.learner_id,
        newcomer.learner_id,
    ]
    assert entry_of(second.learner, section).state == "waiting"


def test_a_soft_reserve_goes_to_all_when_nobody_carries_it():
    section = SectionFactory(capacity=1)
    Seat.objects.update(bucket="M")
    entry = WaitlistEntryFactory(section=section)

    assert services.promote(section=section, at=TODAY) == 1
    assert Seat.objects.get().learner == entry.learner


def test_who_sits_elsewhere_at_that_hour_is_passed_over_keeps_the_place_and_is_told_once(
    nothing_is_broken,
):
    term = TermFactory()
    section, (anna, ben, cai) = full_class(term=term)
    claim(SectionFactory(term=term), ben)
    free_the_seat(section, anna)

    services.promote(section=section, at=TODAY)
    decline(entry_of(cai, section))
    for minutes in (1, 2):
        services.promote(section=section, at=TODAY + minutes * MINUTE)

    entry = entry_of(ben, section)
    assert (entry.state, entry.passed_over_at) == ("waiting", TODAY + MINUTE)
    assert OutboxMessage.objects.filter(kind="tell_passed_over").count() == 1
    assert seats_of(section) == ["free"]
    nothing_is_broken(offer_hours=True)


def test_one_open_offer_for_an_hour():
    term, learner = TermFactory(), LearnerFactory()
    first, second = SectionFactory(term=term), SectionFactory(term=term)
    WaitlistEntryFactory(section=first, learner=learner)
    WaitlistEntryFactory(section=second, learner=learner)

    assert services.promote(section=first, at=TODAY) == 1
    assert services.promote(section=second, at=TODAY) == 0


def test_an_offer_does_not_count_against_the_limit_before_it_is_accepted():
    term, learner = TermFactory(rules__rules={"room_classes": 1}), LearnerFactory()
    first, second = SectionFactory(term=term), SectionFactory(term=term, weekday=4)
    for section in (first, second):
        WaitlistEntryFactory(section=section, learner=learner)
        assert services.promote(section=section, at=TODAY) == 1

    accept(entry_of(learner, first))
    with pytest.raises(SeatRefused) as caught:
        accept(entry_of(learner, second))
    assert caught.value.reason is Refusal.LIMIT


@pytest.mark.parametrize("hour", [(8, 29), (18, 0), (23, 0)])
def test_nobody_is_asked_at_night(hour):
    section = SectionFactory(capacity=1)
    WaitlistEntryFactory(section=section)
    at = TODAY.replace(hour=hour[0], minute=hour[1])

    assert services.promote(section=section, at=at) == 0
    assert services.lapse_and_promote(at=TODAY.replace(hour=8, minute=30)).offered == 1


def test_a_learners_own_offer_is_theirs_alone():
    section, (anna, ben, cai) = full_class()
    free_the_seat(section, anna)
    services.promote(section=section, at=TODAY)

    with pytest.raises(PermissionDenied):
        accept(entry_of(ben, section), actor=cai.user)


def test_accept_twice_is_one_seat():
    section, (anna, ben, _cai) = full_class()
    free_the_seat(section, anna)
    services.promote(section=section, at=TODAY)
    entry, key = entry_of(ben, section), uuid4()

    assert accept(entry, key=key).outcome == accept(entry, key=key).outcome == Outcome.CONFIRMED
    with pytest.raises(SeatRefused) as caught:
        accept(entry)
    assert caught.value.reason is Refusal.TOO_LATE
    assert Enrolment.objects.filter(learner=ben).count() == 1


def test_undo_after_the_line_moved_is_not_possible():
    section, (anna, _ben, _cai) = full_class()
    enrolment = enrolment_of(anna, section)
    withdraw(enrolment)
    services.lapse_and_promote(at=TODAY + 10 * MINUTE)

    assert seats_of(section) == ["offered"]
    with pytest.raises(SeatRefused):
        undo(enrolment, at=TODAY + 9 * MINUTE)


def test_everybody_sees_their_own_place_though_not_the_others(as_app):
    term = TermFactory()
    section, (_anna, ben, cai) = full_class(term=term)
    claim(SectionFactory(term=term, weekday=4), ben)
    bens, cais = entry_of(ben, section).pk, entry_of(cai, section).pk

    def places(learner):
        return ledger.places_in_line(learner=learner, at=TODAY)

    with as_app():
        with scope.learners([ben.pk]):
            assert (places(ben), places(cai)) == ({bens: (2, 2)}, {})
        with scope.learners([cai.pk]):
            assert (places(ben), places(cai)) == ({}, {cais: (1, 2)})
        with scope.staff(StaffFactory(unit=section.unit)):
            assert places(ben) == {bens: (2, 2)}
        with scope.system("test"):
            assert places(ben) == {bens: (2, 2)}
        assert places(ben) == {}


@pytest.mark.parametrize(("weeks", "state"), [(3, "offered"), (4, "closed")])
def test_the_line_closes_when_nobody_joins_any_more(nothing_is_broken, weeks, state):
    term = TermFactory(phase="teaching", starts_on=(TODAY - timedelta(weeks=weeks)).date())
    section = SectionFactory(term=term)
    entry = WaitlistEntryFactory(section=section, joined_at=TODAY - timedelta(days=1))

    swept = services.lapse_and_promote(at=TODAY)
    services.lapse_and_promote(at=TODAY)

    entry.refresh_from_db()
    assert entry.state == state
    assert swept.closed == (state == "closed")
    told = OutboxMessage.objects.filter(kind="tell_line_ended", object_id=str(entry.pk))
    assert told.count() == swept.closed
    nothing_is_broken(offer_hours=True)
