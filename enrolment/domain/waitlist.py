"""The line for a full class: who comes first, and how its length is said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

OPEN = "O"


class Length(StrEnum):
    """How long a line is, as the page says it: a band beside one's own place."""

    SHORT = "up to 10"
    MIDDLE = "10 to 30"
    LONG = "more than 30"


@dataclass(frozen=True)
class Waiting:
    """One person in the line. ``band`` 0 holds no room seat of the term, 1 wants another one."""

    learner: int
    ticket: int
    band: int = 0
    flags: str = ""


def in_order(line: Iterable[Waiting], *, bucket: str = OPEN) -> list[Waiting]:
    """Return the line as a seat of ``bucket`` meets it; ``seat_promote`` orders the same way.

    A reserved seat goes first to those it was reserved for, then to all.

    >>> line = [Waiting(1, ticket=5, band=1), Waiting(2, ticket=9), Waiting(3, 12, flags="N")]
    >>> [person.learner for person in in_order(line)]
    [2, 3, 1]
    >>> [person.learner for person in in_order(line, bucket="N")]
    [3, 2, 1]
    """
    return sorted(
        line,
        key=lambda person: (
            bucket != OPEN and bucket not in person.flags,
            person.band,
            person.ticket,
        ),
    )


def is_open(*, starts_on: date, weeks: int, today: date) -> bool:
    """Whether a seat given back still goes to the line: until the last week one may join in.

    >>> is_open(starts_on=date(2027, 3, 1), weeks=4, today=date(2027, 3, 28))
    True
    >>> is_open(starts_on=date(2027, 3, 1), weeks=4, today=date(2027, 3, 29))
    False
    """
    return today < starts_on + timedelta(weeks=weeks)


def length_of(waiting: int) -> Length:
    """Say how long a line is.

    >>> length_of(10).value, length_of(11).value, length_of(31).value
    ('up to 10', '10 to 30', 'more than 30')
    """
    if waiting <= 10:
        return Length.SHORT
    return Length.MIDDLE if waiting <= 30 else Length.LONG
