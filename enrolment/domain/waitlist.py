"""The line for a full class: until when it moves, and how its length is said."""

from datetime import date, timedelta
from enum import StrEnum


class Length(StrEnum):
    """How long a line is, as the page says it: a band beside one's own place."""

    SHORT = "up to 10"
    MIDDLE = "10 to 30"
    LONG = "more than 30"


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
