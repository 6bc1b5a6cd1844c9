"""On which days the departments of a term open: proposed by rule, decided by the registrar."""

from datetime import datetime, time, timedelta

from enrolment.domain.deadlines import Calendar

MORNING = time(9)


def proposed_days(
    departments: int, *, first: datetime, last: datetime | None, calendar: Calendar
) -> list[datetime]:
    """Return a moment for each of so many departments: one a working day, at nine.

    A day is left out when the offices are closed, and when nothing may fall due on it: who asks
    for a place that day has to pay the next. Where the window is too short for all, those left
    over share its last such day. No day at all: no proposal. All moments are local.

    >>> from datetime import UTC, date
    >>> friday = datetime(2027, 1, 29, 9, tzinfo=UTC)
    >>> quiet = Calendar(quiet=((date(2027, 1, 30), date(2027, 2, 20)),))
    >>> days = proposed_days(3, first=friday, last=None, calendar=quiet)
    >>> [f"{day:%m-%d %H:%M}" for day in days]
    ['01-29 09:00', '02-22 09:00', '02-23 09:00']
    """
    found: list[datetime] = []
    day = first.date()
    until = last.date() if last else day + timedelta(days=366)
    while len(found) < departments and day <= until:
        moment = datetime.combine(day, MORNING, tzinfo=first.tzinfo)
        if first <= moment and (last is None or moment < last) and calendar.takes_deadlines(day):
            found.append(moment)
        day += timedelta(days=1)
    return found + found[-1:] * (departments - len(found))
