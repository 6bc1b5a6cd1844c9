"""Until when: holds, offers, undo. Days and hours follow people, not machines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

NOON = time(12)
SHORTEST_NOTICE_BEFORE_START = timedelta(hours=3)
DAYS_BEFORE_START = 3
MORE_TIME = timedelta(hours=48)
A_DAY = timedelta(days=1)
DAYS_TO_CONFIRM = 7
LEAST_TO_CONFIRM = timedelta(hours=72)
REMINDED_ON = (1, 3, 5)  # days after the draw, for whoever still owes an answer
REMINDED_AT = time(9)


@dataclass(frozen=True)
class Calendar:
    """Which days the offices work, and the time of the year in which nothing may fall due."""

    closed: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()  # weekend days that are worked instead
    quiet: tuple[tuple[date, date], ...] = ()

    def is_working(self, day: date) -> bool:
        """Whether the offices are open that day."""
        return day in self.working or (day.weekday() < 5 and day not in self.closed)

    def takes_deadlines(self, day: date) -> bool:
        """Whether something may fall due that day."""
        return self.is_working(day) and not any(first <= day <= last for first, last in self.quiet)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The lengths that a term's policy sets."""

    day_ends: time = time(17)
    least: timedelta = timedelta(hours=20)
    offer_days: int = 2
    undo: timedelta = timedelta(minutes=10)
    offer_from: time = time(8, 30)
    offer_to: time = time(18)

    @classmethod
    def read(cls, rules: Mapping[str, Any]) -> "Terms":
        """Read a stored policy; what it leaves out is as `domain.md` says."""
        first, last = rules.get("offer_hours", ["08:30", "18:00"])
        return cls(
            day_ends=time.fromisoformat(rules.get("day_ends_at", "17:00")),
            least=timedelta(hours=rules.get("hold_min_hours", 20)),
            offer_days=rules.get("offer_working_days", 2),
            undo=timedelta(minutes=rules.get("undo_minutes", 10)),
            offer_from=time.fromisoformat(first),
            offer_to=time.fromisoformat(last),
        )


def read_quiet(periods: Iterable[Iterable[str]]) -> tuple[tuple[date, date], ...]:
    """Read the policy's ``no_deadlines``: pairs of a first and a last day."""
    return tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in periods)


def hold_until(at: datetime, calendar: Calendar, terms: Terms) -> datetime:
    """When a hold falls due: the end of the next working day, and never under twenty hours.

    ``at`` is local time; so is the answer.
    """
    return end_of_working_day(at, calendar, terms, days=1)


def offer_until(
    at: datetime, calendar: Calendar, terms: Terms, *, starts_on: date | None = None
) -> datetime:
    """When an offer falls due: two working days later, at the end of the day.

    From three days before the class begins it is noon, told by phone (``by_phone_only``): the
    first noon that leaves a person the time to answer.
    """
    if starts_on is not None and by_phone_only(at, starts_on):
        noon = datetime.combine(at.date(), NOON, tzinfo=at.tzinfo)
        if noon - at < SHORTEST_NOTICE_BEFORE_START:
            noon += timedelta(days=1)
        return noon
    return end_of_working_day(at, calendar, terms, days=terms.offer_days)


def confirm_until(
    at: datetime, planned: datetime | None, calendar: Calendar, terms: Terms
) -> datetime:
    """When a place of the draw falls due: as the term has planned, with three days at least.

    Without a plan, or with one that leaves less, it is the end of the seventh day; never of a
    day off.
    """
    if planned is not None and planned - at >= LEAST_TO_CONFIRM:
        return planned
    day = at.date() + timedelta(days=DAYS_TO_CONFIRM)
    while not calendar.takes_deadlines(day):
        day += A_DAY
    return datetime.combine(day, terms.day_ends, tzinfo=at.tzinfo)


def reminders(at: datetime, due: datetime) -> list[datetime]:
    """When to remind people of places that they have not answered: days 1, 3 and 5, at nine."""
    days = (
        datetime.combine(at.date() + timedelta(days=number), REMINDED_AT, tzinfo=at.tzinfo)
        for number in REMINDED_ON
    )
    return [day for day in days if day < due]


def extended_until(
    due: datetime, calendar: Calendar, *, offer_starts_on: date | None = None
) -> datetime:
    """When a hold or an offer falls due that staff keep longer: 48 hours later, on no day off.

    An offer in the last days before the class begins (``offer_starts_on``) lasts from noon to
    noon, and is kept to the next.
    """
    if offer_starts_on is not None and by_phone_only(due, offer_starts_on):
        return datetime.combine(due.date() + A_DAY, NOON, tzinfo=due.tzinfo)
    later = due + MORE_TIME
    while not calendar.takes_deadlines(later.date()):
        later += A_DAY
    return later


def kept_for_a_call_until(
    at: datetime, calendar: Calendar, terms: Terms, *, starts_on: date
) -> datetime:
    """When an offer falls due again that was not to run out yet for want of a telephone call.

    One more working day, so that the office can call and the next person need not wait long; in
    the last days before the class begins it is the next noon, as for every offer then.
    """
    if by_phone_only(at, starts_on):
        return offer_until(at, calendar, terms, starts_on=starts_on)
    return hold_until(at, calendar, terms)


def by_phone_only(at: datetime, starts_on: date) -> bool:
    """Whether the class begins so soon that an offer is made by telephone."""
    return at.date() >= starts_on - timedelta(days=DAYS_BEFORE_START)


def in_offer_hours(at: datetime, terms: Terms) -> bool:
    """Whether a person may be asked now."""
    return terms.offer_from <= at.timetz().replace(tzinfo=None) < terms.offer_to


def undo_until(at: datetime, terms: Terms) -> datetime:
    """Until when a withdrawal may be taken back."""
    return at + terms.undo


def working_days_before(day: date, calendar: Calendar, *, days: int) -> date:
    """Return the day since which so many working days have passed.

    >>> working_days_before(date(2026, 12, 15), Calendar(), days=10)
    datetime.date(2026, 12, 1)
    """
    while days:
        days -= calendar.is_working(day)
        day -= A_DAY
    return day


def end_of_working_day(at: datetime, calendar: Calendar, terms: Terms, *, days: int) -> datetime:
    """When the office closes so many working days later; never too soon, never on a day off."""
    day = at.date()
    while days:
        day += timedelta(days=1)
        days -= calendar.is_working(day)
    due = datetime.combine(day, terms.day_ends, tzinfo=at.tzinfo)
    while due - at < terms.least or not calendar.takes_deadlines(due.date()):
        due += timedelta(days=1)
    return due
