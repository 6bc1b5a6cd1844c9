"""When subscribers are written to about a lecture: by day, once, and in time to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

FIRST_HOUR, LAST_HOUR = time(9), time(20)
A_DAY = timedelta(days=1)
TOO_LATE = timedelta(hours=1)
"""Who reads it later than this before the beginning cannot come any more."""


class Letter(StrEnum):
    """What is written about a lecture."""

    SOON = "lecture_soon"
    MOVED = "lecture_moved"
    OFF = "lecture_off"


@dataclass(frozen=True)
class Facts:
    """What is known of a lecture, in local time. ``told_for``: the beginning people know."""

    begins: datetime
    is_off: bool
    told_for: datetime | None
    told_off: bool


def is_near(begins: datetime, at: datetime) -> bool:
    """Whether it is the day before, or the day itself."""
    return begins - TOO_LATE > at and begins.date() - at.date() <= A_DAY


def letter_due(facts: Facts, *, at: datetime) -> Letter | None:
    """Return the letter that is to be written now; none at night.

    The day before from nine, the day itself up to an hour before. Who was told of another hour
    hears of the new one at once, and who was told at all hears that it does not take place.
    """
    if not FIRST_HOUR <= at.time() < LAST_HOUR:
        return None
    if facts.told_for is None:
        return Letter.SOON if not facts.is_off and is_near(facts.begins, at) else None
    if facts.is_off:
        return None if facts.told_off or facts.told_for <= at else Letter.OFF
    if facts.told_for != facts.begins and facts.begins > at:
        return Letter.MOVED
    return None
