"""What staff do with classes: change the size of one, call it off."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from courses.models import ClassSection
from courses.services import give_up_lessons, refusing_clashes
from enrolment.models import ledger

BATCH = 50


class SeatsInUse(Exception):
    """A class cannot be made so small: people sit in it. ``seats`` is what it has now."""

    def __init__(self, seats: int) -> None:
        super().__init__(seats)
        self.seats = seats


class ClassCalledOff(Exception):
    """A class that was called off keeps the places it has until they are empty."""


def resize_section(
    *, section: ClassSection, capacity: int, actor: User, at: datetime, reason: str
) -> int:
    """Give a class more or fewer seats and offer new ones to its line.

    Raises ``SeatsInUse`` when it could not be made as small as asked; it is then as small as
    it can be without taking a seat from anybody. Raises ``ClassCalledOff`` when it was, and
    ``LessonRefused`` while the list of the term is closed.
    """
    with refusing_clashes():
        seats = ledger.resize(
            section=section, capacity=capacity, actor=actor, at=at, reason=reason
        )
    if seats is None:
        raise PermissionDenied
    if seats == 0:
        raise ClassCalledOff
    if seats > capacity:
        raise SeatsInUse(seats)
    return seats


@transaction.atomic
def cancel_section(*, section: ClassSection, actor: User, at: datetime, reason: str) -> None:
    """Call a class off; its room and teacher are free for other classes at once.

    Its learners and those who wait are told by the errand that empties it. Raises
    ``LessonRefused`` while the list of the term is closed.
    """
    with refusing_clashes():
        may = ledger.cancel_section(section=section, actor=actor, at=at, reason=reason)
    if not may:
        raise PermissionDenied
    give_up_lessons(section=section, at=at)


def empty_section(*, section_id: int, at: datetime) -> int:
    """End all enrolments and places in line of a class that was called off; return how many."""
    ended = 0
    while batch := ledger.empty_section(section_id=section_id, at=at, limit=BATCH):
        ended += batch
    return ended
