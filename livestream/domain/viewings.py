"""What may be said of an afternoon at a viewing point, and when the room is counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

OLDEST_WORD = timedelta(hours=24)
"""A page without a line keeps what was entered; what is older than a day is not believed."""


class ViewingRefusal(StrEnum):
    """Why something cannot be done with an afternoon. Each has its sentence in ``wording``."""

    CALLED_OFF = "called_off"
    NOT_BEGUN = "not_begun"
    OVER = "over"
    TAKEN = "taken"
    TOO_MANY = "too_many"
    NOT_A_LESSON = "not_a_lesson"


def said_at(at: datetime, seconds_ago: float) -> datetime:
    """When something was entered on a page that sends it only now.

    The page says how long ago, not when: clocks of televisions are wrong, their seconds are not.

    >>> said_at(datetime(2026, 12, 1, 15, 0), 600).strftime("%H:%M")
    '14:50'
    """
    return at - min(OLDEST_WORD, timedelta(seconds=max(0.0, seconds_ago)))


def half_time(began_at: datetime, begins: datetime, ends: datetime) -> datetime:
    """When the room is counted once more: half of the planned time after it really began."""
    return began_at + (ends - begins) / 2
