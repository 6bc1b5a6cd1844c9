"""Sentences about series and lectures: their rule, when and where, and what cannot be."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from psycopg.types.range import Range

from livestream.domain.recurrence import Meeting, RuleRefused, read_days
from livestream.models import Lecture, Series


class HasHours(Protocol):
    """A lecture, planned or only proposed."""

    @property
    def during(self) -> Range[datetime]:
        """From when to when."""


def rule(series: Series) -> str:
    """The rule of a series in a sentence; empty where each day is chosen."""
    match series.rule:
        case Series.Rule.MONTH_DAYS:
            said = _("On the %(days)s of each month") % {"days": _days(series.rule_days)}
        case Series.Rule.QUARTER_DAYS:
            said = _("On the %(days)s of the first month of each quarter") % {
                "days": _days(series.rule_days)
            }
        case Series.Rule.WEEKDAY:
            said = _("On %(nth)s %(weekday)s of each month") % {
                "nth": series.get_rule_nth_display(),
                "weekday": series.get_rule_weekday_display(),
            }
        case _other:
            return ""
    if series.starts_at is None:
        return said
    return _("%(rule)s at %(hour)s") % {
        "rule": said,
        "hour": formats.time_format(series.starts_at, "G:i"),
    }


def shift(series: Series) -> str:
    """What becomes of a day on which the offices are closed; empty where nothing does."""
    match series.shift:
        case Series.Shift.LATER:
            return _("If that day is a holiday, the next working day.")
        case Series.Shift.EARLIER:
            return _("If that day is a holiday, the working day before.")
    return ""


def when(meeting: HasHours) -> str:
    """Day and hours of a lecture in full."""
    begins, ends = map(timezone.localtime, (meeting.during.lower, meeting.during.upper))
    on = formats.date_format(begins, _("F j (l)"))
    return f"{on} {begins:%-H:%M}–{ends:%-H:%M}"


def place(lecture: Lecture) -> str:
    """Campus and hall; empty for a lecture that is only shown."""
    campus = lecture.campus.display_name() if lecture.campus is not None else ""
    return " ".join(filter(None, (campus, lecture.place)))


def lecture_row(lecture: Lecture) -> dict[str, Any]:
    """A lecture in the words of lists and sheets."""
    return {
        "lecture": lecture,
        "issue": issue(lecture),
        "title": lecture.display_name(),
        "when": when(lecture),
        "place": place(lecture),
        "moved": moved(lecture),
    }


def issue(lecture: Lecture) -> str:
    """The number of a lecture in its series; empty for one by itself."""
    if lecture.issue is None:
        return ""
    return _("Issue %(number)s") % {"number": lecture.issue}


def moved(lecture: Lecture) -> str:
    """Which day a holiday moved it from; empty where none did."""
    return moved_from(lecture.ruled_for) if lecture.ruled_for is not None else ""


def moved_day(meeting: Meeting) -> str:
    """Which day of the rule a proposed one was moved from; empty where none was."""
    return moved_from(meeting.ruled) if meeting.is_moved else ""


def moved_from(ruled: date) -> str:
    """From which day a holiday moved a lecture."""
    return _("moved from %(day)s because of a holiday") % {"day": short_day(ruled)}


def short_day(on: date) -> str:
    """A day without its year."""
    return formats.date_format(on, "MONTH_DAY_FORMAT")


def why_no_plan(refused: RuleRefused) -> str:
    """Why no days can be proposed, and what to do."""
    return _NO_PLAN[refused.reason]()


_NO_PLAN = {
    "no_rule": lambda: _(
        "This series has no rule for its days. Enter one with the series, or each lecture by hand."
    ),
    "no_days": lambda: _("The rule names no day. Write the days as numbers, for example 5 20 26."),
    "no_such_day": lambda: _("The rule names a day that no month has. Days go from 1 to 31."),
    "no_hour": lambda: _("The series does not say at what time its lectures begin."),
}


def holidays_missing(year: int) -> str:
    """Nobody has entered the holidays of a year: its days may still change."""
    return _(
        "Nobody has entered the holidays of %(year)s yet. Days that fall on one will have to be "
        "moved by hand."
    ) % {"year": year}


def planned(number: int, year: int) -> str:
    """How many lectures were entered."""
    if not number:
        return _("Every day of %(year)s has its lecture already.") % {"year": year}
    return _(
        "%(number)s lectures of %(year)s are entered. Their titles are still to be written."
    ) % {
        "number": number,
        "year": year,
    }


def _days(text: str) -> str:
    days = [str(day) for day in read_days(text)]
    if (get_language() or "").startswith("en"):
        days = [_ordinal(int(day)) for day in days]
    return _(", ").join(days)


def _ordinal(day: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st: for readers of English."""
    ending = "th" if day in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
