"""The calendar of a term before it begins: what is proposed, and what is wrong with a plan."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum


class PhaseRefusal(StrEnum):
    """Why a term cannot go on; ``courses/wording.py`` has the sentences."""

    BACKWARDS = "backwards"
    NOT_PLANNED = "not_planned"
    NO_RULES = "no_rules"
    STILL_TAUGHT = "still_taught"


@dataclass(frozen=True)
class Window:
    """From when to when a phase is open."""

    phase: str
    opens_at: datetime
    closes_at: datetime | None


# `domain.md` 2.1: phase; days before (-) or after the first day of teaching, and hour.
# The first day of teaching of that calendar is a Monday, so weekdays stay what they are there.
OFFICE, EVENING = time(9), time(17)
BEFORE_TEACHING: tuple[tuple[str, int, time, int, time], ...] = (
    ("published", -90, OFFICE, -84, OFFICE),
    ("renewal_open", -84, OFFICE, -78, EVENING),
    ("wishes_open", -77, OFFICE, -64, EVENING),
    ("frozen", -63, time(12), -61, time(14, 59)),
    ("drawn", -61, time(15), -61, EVENING),
    ("confirming", -61, EVENING, -54, EVENING),
    ("waitlisting", -53, OFFICE, -38, EVENING),
    ("open_enrolment", -35, OFFICE, -3, EVENING),
)
SETTLED_AFTER = 41  # days from the last day of teaching until everything is settled
# A term that gives its seats in order of arrival has these phases, and no draw.
NEEDED = frozenset({"published", "open_enrolment", "teaching", "closed"})


def proposed_windows(starts_on: date, ends_on: date, zone: tzinfo) -> list[Window]:
    """Return the usual calendar of a term that is taught from one day to another.

    >>> from datetime import UTC, date
    >>> first, *_others, last = proposed_windows(date(2027, 3, 1), date(2027, 6, 20), UTC)
    >>> f"{first.phase} {first.opens_at:%Y-%m-%d %H:%M}, {last.phase} {last.opens_at:%m-%d}"
    'published 2026-12-01 09:00, closed 06-21'
    """

    def moment(day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, tzinfo=zone)

    windows = [
        Window(
            phase,
            moment(starts_on + timedelta(days=opens), opening),
            moment(starts_on + timedelta(days=closes), closing),
        )
        for phase, opens, opening, closes, closing in BEFORE_TEACHING
    ]
    after = ends_on + timedelta(days=1)
    settled = ends_on + timedelta(days=SETTLED_AFTER)
    return [
        *windows,
        Window("teaching", moment(starts_on, time(0)), moment(ends_on, time(23, 59))),
        Window("closed", moment(after, time(0)), moment(settled, EVENING)),
    ]


def out_of_order(windows: Iterable[Window]) -> list[str]:
    """Return the phases that would begin before the one ahead of them.

    >>> from datetime import UTC, datetime
    >>> early, late = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    >>> out_of_order([Window("published", late, None), Window("open_enrolment", early, None)])
    ['open_enrolment']
    """
    wrong = []
    latest: datetime | None = None
    for window in windows:
        if latest is not None and window.opens_at < latest:
            wrong.append(window.phase)
        latest = max(latest or window.opens_at, window.opens_at)
    return wrong


def deadlines_on(windows: Iterable[Window], closed: Collection[date]) -> list[tuple[str, date]]:
    """Return the phases in which people have to act, and that end on a closed day.

    >>> from datetime import UTC, date, datetime
    >>> at = datetime(2027, 2, 5, 17, tzinfo=UTC)
    >>> deadlines_on([Window("open_enrolment", at, at)], {date(2027, 2, 5)})
    [('open_enrolment', datetime.date(2027, 2, 5))]
    """
    return [
        (window.phase, window.closes_at.date())
        for window in windows
        if window.closes_at is not None
        and window.phase not in {"teaching", "closed"}
        and window.closes_at.date() in closed
    ]
