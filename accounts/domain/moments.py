"""Moments as a person types them to move the clock."""

import re
from datetime import datetime, timedelta

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_STEP = re.compile(r"([+-])(\d{1,6})([wdhms])")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


class NotAMoment(ValueError):
    """The words name no moment; the sentence shows some that do."""


def moved(now: datetime, words: str) -> datetime:
    """Return the moment that ``words`` name, seen from ``now``.

    Words are taken in order: a step, a day or a coming weekday, a time of day.

    >>> now = datetime(2026, 12, 1, 10, 30)
    >>> moved(now, "+3d 09:00").isoformat()
    '2026-12-04T09:00:00'
    >>> moved(now, "tue 08:00").isoformat()
    '2026-12-08T08:00:00'
    >>> moved(now, "2027-01-05").isoformat()
    '2027-01-05T10:30:00'
    """
    moment = now
    for word in words.lower().split():
        moment = _one(moment, word)
    return moment


def _one(moment: datetime, word: str) -> datetime:
    if step := _STEP.fullmatch(word):
        length = timedelta(**{_UNITS[step[3]]: int(step[2])})
        return moment + length if step[1] == "+" else moment - length
    if time := _TIME.fullmatch(word):
        return moment.replace(
            hour=int(time[1]), minute=int(time[2]), second=int(time[3] or 0), microsecond=0
        )
    if word[:3] in _WEEKDAYS and word.isalpha():
        ahead = (_WEEKDAYS.index(word[:3]) - moment.weekday()) % 7 or 7
        return moment + timedelta(days=ahead)
    if day := _DAY.fullmatch(word):
        try:
            return moment.replace(year=int(day[1]), month=int(day[2]), day=int(day[3]))
        except ValueError:
            pass
    raise NotAMoment(
        f"“{word}” is no moment. Write for example: +3d 09:00, +2h, tue 10:00, 2027-01-05 10:00"
    )
