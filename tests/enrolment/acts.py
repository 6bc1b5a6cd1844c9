"""Presses of buttons, said shortly. Each has a key of its own unless one is given."""

from uuid import uuid4

from enrolment import services
from enrolment.models import Enrolment, Together, WaitlistEntry
from enrolment.services import SeatRefused
from tests.factories.times import TODAY


def claim(section, learner, *, at=TODAY, key=None, actor=None, **more):
    return services.hold_seat(
        section=section,
        learner=learner,
        actor=actor or learner.user,
        key=key or uuid4(),
        at=at,
        **more,
    )


def press(section, learner, *, key=None, by=claim):
    """One press; what it came to, in a word."""
    try:
        return by(section, learner, key=key or uuid4()).outcome
    except SeatRefused as refused:
        return str(refused.reason)


def withdraw(enrolment, *, at=TODAY, key=None, actor=None, **more):
    return services.withdraw(
        enrolment=enrolment,
        actor=actor or enrolment.learner.user,
        key=key or uuid4(),
        at=at,
        **more,
    )


def undo(enrolment, *, at=TODAY, key=None, actor=None):
    return services.undo_withdrawal(
        enrolment=enrolment, actor=actor or enrolment.learner.user, key=key or uuid4(), at=at
    )


def give_up(enrolment, *, at=TODAY):
    return services.yield_seat(
        enrolment=enrolment, actor=enrolment.learner.user, key=uuid4(), at=at
    )


def accept(entry, *, at=TODAY, key=None, actor=None):
    return services.accept_offer(
        entry=entry, actor=actor or entry.learner.user, key=key or uuid4(), at=at
    )


def decline(entry, *, at=TODAY):
    return services.decline_offer(entry=entry, actor=entry.learner.user, key=uuid4(), at=at)


def leave(entry, *, at=TODAY):
    return services.leave_waitlist(entry=entry, actor=entry.learner.user, key=uuid4(), at=at)


def enrolment_of(learner, section):
    return Enrolment.objects.select_related("section__term", "learner__user").get(
        learner=learner, section=section
    )


def entry_of(learner, section):
    return WaitlistEntry.objects.select_related("section__term", "learner__user").get(
        learner=learner, section=section
    )


def seats_of(section):
    """The states of a class's seats, in order."""
    return list(section.seats.order_by("no").values_list("state", flat=True))


def claim_several(sections, learners, *, mode="each", at=TODAY, key=None, actor=None, **more):
    """One press for several; returns the parts."""
    return services.hold_several(
        sections=sections,
        learners=learners,
        mode=Together(mode),
        actor=actor or learners[0].user,
        key=key or uuid4(),
        at=at,
        **more,
    )


def swap(enrolment, section, *, may_wait=False, at=TODAY, key=None, actor=None, **more):
    return services.swap_class(
        enrolment=enrolment,
        section=section,
        may_wait=may_wait,
        actor=actor or enrolment.learner.user,
        key=key or uuid4(),
        at=at,
        **more,
    )
