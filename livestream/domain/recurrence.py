"""On which days of a year a series meets: its rule, and what a holiday does to a day.

Plain dates in and out; which days the offices work is told by a function, as the calendar of
holidays knows it.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LAST = 5
FARTHEST_SHIFT = 15
"""Days a meeting may be moved: the longest holiday has nine, and a winter break stays closed."""

A_DAY = timedelta(days=1)
MONTHS_OF_A_QUARTER = 3


class RuleRefused(Exception):
    """The rule cannot be read: ``reason`` says what ``wording`` has a sentence for."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Shift(StrEnum):
    """What becomes of a day on which the offices are closed."""

    LATER = "later"
    EARLIER = "earlier"
    STAYS = "stays"


@dataclass(frozen=True)
class MonthDays:
    """The same days of each month; a month that is shorter meets on its last day instead."""

    days: tuple[int, ...]


@dataclass(frozen=True)
class QuarterDays:
    """The same days of each quarter, counted from the first of its first month.

    Days up to 31 are days of that first month: "the 10th of each quarter" is 10 January,
    10 April, 10 July and 10 October.
    """

    days: tuple[int, ...]


@dataclass(frozen=True)
class NthWeekday:
    """The first to fourth, or the last (5), of a weekday (1 Monday to 7 Sunday) in each month."""

    nth: int
    weekday: int


Rule = MonthDays | QuarterDays | NthWeekday


@dataclass(frozen=True)
class Meeting:
    """A day on which the series meets. ``ruled`` is the day of the rule."""

    day: date
    ruled: date

    @property
    def is_moved(self) -> bool:
        """Whether a holiday moved it."""
        return self.day != self.ruled


def read_days(text: str) -> tuple[int, ...]:
    """Read days as people write them, in order and once each. Raises ``RuleRefused``.

    >>> read_days("20, 5 and 26")
    (5, 20, 26)
    """
    days = sorted({int(number) for number in re.findall(r"[0-9]+", text)})
    if not days:
        raise RuleRefused("no_days")
    if days[0] < 1 or days[-1] > 31:
        raise RuleRefused("no_such_day")
    return tuple(days)


def meetings(
    rule: Rule, year: int, *, shift: Shift, is_working: Callable[[date], bool]
) -> list[Meeting]:
    """Return the days of ``year`` on which the series meets, in order.

    A day on which the offices are closed is moved as ``shift`` says. Two days of the rule
    moved to the same day stay one meeting each: the second goes on to the next free day, so
    that no issue is lost. A day that finds no working day near stays where the rule put it.

    >>> closed = {date(2027, 2, 20), date(2027, 2, 21)}
    >>> found = meetings(MonthDays((20,)), 2027, shift=Shift.LATER,
    ...                  is_working=lambda day: day not in closed)
    >>> found[1].day, found[1].ruled
    (datetime.date(2027, 2, 22), datetime.date(2027, 2, 20))
    """
    found: dict[date, date] = {}
    for ruled in _ruled(rule, year):
        day = _moved(ruled, shift, lambda day: is_working(day) and day not in found)
        found[day if day not in found else ruled] = ruled
    return [Meeting(day, ruled) for day, ruled in sorted(found.items())]


def _ruled(rule: Rule, year: int) -> Iterator[date]:
    for month in range(1, 13):
        last = calendar.monthrange(year, month)[1]
        if isinstance(rule, MonthDays):
            yield from sorted({date(year, month, min(day, last)) for day in rule.days})
        elif isinstance(rule, NthWeekday):
            yield _nth(rule, year, month, last)
        elif month % MONTHS_OF_A_QUARTER == 1:
            yield from sorted({date(year, month, min(day, last)) for day in rule.days})


def _nth(rule: NthWeekday, year: int, month: int, last: int) -> date:
    if rule.nth == LAST:
        end = date(year, month, last)
        return end - timedelta(days=(end.isoweekday() - rule.weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(rule.weekday - first.isoweekday()) % 7 + 7 * (rule.nth - 1))


def _moved(ruled: date, shift: Shift, is_free: Callable[[date], bool]) -> date:
    """The nearest free day in the direction of the shift; the day itself when there is none."""
    if shift is Shift.STAYS:
        return ruled
    step = A_DAY if shift is Shift.LATER else -A_DAY
    days = (ruled + step * number for number in range(FARTHEST_SHIFT + 1))
    return next((day for day in days if is_free(day)), ruled)
