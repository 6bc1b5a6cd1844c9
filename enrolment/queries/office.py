"""What staff and clock work ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from courses.models import ClassSection
from enrolment.models import Enrolment, Seat, WaitlistEntry


@dataclass(frozen=True)
class Numbers:
    """How the seats of one class are used."""

    free: int
    held: int
    offered: int
    taken: int
    leaving: int
    waiting: int


def held_in(units: Iterable[int], words: str = "") -> QuerySet[Enrolment]:
    """Return enrolments that wait for the counter, the most urgent first.

    ``words``: part of a name, of a card number, or the end of a phone number.
    """
    held = (
        Enrolment.objects.awaiting_confirmation()
        .of_units(units)
        .with_all_to_show()
        .select_related("learner")
    )
    return held.filter(_of_learner(words)) if words else held


def confirmed_in(units: Iterable[int], words: str, *, at: datetime) -> QuerySet[Enrolment]:
    """Return places that need no confirming any more, of classes that are not over."""
    return (
        Enrolment.objects.attending()
        .filter(_of_learner(words), section__term__ends_on__gte=localdate(at))
        .of_units(units)
        .with_all_to_show()
        .select_related("learner")
        .order_by("learner__name", "pk")
    )


def _of_learner(words: str) -> Q:
    return (
        Q(learner__name__icontains=words)
        | Q(learner__card_no__iexact=words)
        | Q(learner__phone__endswith=words)
    )


def numbers_of(section: ClassSection) -> Numbers:
    """Count one class's seats by what they are doing, and its line."""
    by_state = dict(
        Seat.objects.filter(section=section).values_list("state").annotate(Count("no"))
    )
    return Numbers(
        **{state: by_state.get(state, 0) for state in Seat.State.values},
        waiting=WaitlistEntry.objects.waiting().filter(section=section).count(),
    )


def sections_to_empty() -> list[int]:
    """Return classes that were called off and still have learners or people who wait."""
    learners = Enrolment.objects.holding_a_seat().in_classes_called_off()
    waiting = WaitlistEntry.objects.in_line().in_classes_called_off()
    return sorted(
        {*learners.values_list("section", flat=True), *waiting.values_list("section", flat=True)}
    )
