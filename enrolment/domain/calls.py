"""Whom the office telephones, and how often, before an offer may run out.

The rule, as the sweep applies it (``enrolment/sql/sweep.sql``): an offer to a person whom no
message with a link reaches does not run out before three tries on two days were written down.
Where they were not, it is kept for one more working day, once, and then runs out like any
other: nobody loses a place because the office did not call, and no seat is stranded because it
never does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

TRIES = 3
DAYS = 2
# From this age on people are called before a place runs out that they have not confirmed.
CALLED_FROM_AGE = 70
# Held places are called about when so much time is left: day six of seven, or the last day.
BEFORE_DUE = timedelta(hours=36)
# So long a place that was lost for want of payment stays on the list, until its person is told.
AFTER_LOSS = timedelta(days=3)


class Why(StrEnum):
    """Why somebody is on the list of people to call."""

    NO_SMARTPHONE = "no_smartphone"
    LAST_DAYS = "last_days"  # before the class begins, offers are made by telephone
    CONFIRM_SOON = "confirm_soon"
    LOST = "lost"  # not paid in time, and no letter reaches them


@dataclass(frozen=True)
class Owed:
    """How many more tries a person is owed, and whether one has to be on another day."""

    tries: int
    another_day: bool

    def __bool__(self) -> bool:
        return self.tries > 0


def owed(tried_on: Iterable[date]) -> Owed:
    """Return what is left of three tries on two days.

    >>> monday, tuesday = date(2027, 1, 11), date(2027, 1, 12)
    >>> owed([])
    Owed(tries=3, another_day=True)
    >>> owed([monday, monday, monday])
    Owed(tries=1, another_day=True)
    >>> bool(owed([monday, monday, tuesday]))
    False
    """
    days = list(tried_on)
    another_day = len(set(days)) < DAYS
    return Owed(max(TRIES - len(days), int(another_day)), another_day)


def born_by(today: date) -> date:
    """Return the birthday of the youngest who are called because of their age.

    >>> born_by(date(2028, 2, 29))
    datetime.date(1958, 2, 28)
    """
    year = today.year - CALLED_FROM_AGE
    return (
        today.replace(year=year, day=28)
        if (today.month, today.day) == (2, 29)
        else (today.replace(year=year))
    )
