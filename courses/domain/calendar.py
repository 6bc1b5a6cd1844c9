"""On which days a class meets: a weekday over the weeks of a term, holidays seen to."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta


def days_between(first: date, last: date) -> Iterator[date]:
    """Go through the days of a period, both ends included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def meeting_days(
    first: date,
    last: date,
    *,
    weekday: int,
    closed: Collection[date] = (),
    stands_in_for: Mapping[date, date] | None = None,
) -> list[date]:
    """Return the days on which a weekly class meets from ``first`` to ``last``.

    A closed day has no lesson, unless a working day moved to a weekend stands in for it
    (``stands_in_for``: that day, and the closed day whose lessons it holds).

    >>> from datetime import date
    >>> [day.day for day in meeting_days(date(2027, 4, 1), date(2027, 4, 20), weekday=1,
    ...     closed={date(2027, 4, 5)}, stands_in_for={date(2027, 4, 10): date(2027, 4, 5)})]
    [10, 12, 19]
    """
    held = stands_in_for or {}
    return [
        day
        for day in days_between(first, last)
        if (day.isoweekday() == weekday and day not in closed and day not in held)
        or (day in held and held[day].isoweekday() == weekday and held[day] in closed)
    ]


def missing_years(needed: Collection[int], known: Collection[int]) -> list[int]:
    """Return the years nobody has entered holidays for, the next first.

    >>> missing_years({2026, 2027}, {2026})
    [2027]
    """
    return sorted(set(needed) - set(known))
