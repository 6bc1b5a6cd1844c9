"""Questions about series: what comes next, what was, and how each lecture can be watched."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from psycopg.types.range import Range

from accounts.models import StaffPost
from campus.models import Holiday
from livestream.domain import recurrence
from livestream.domain.recurrence import Meeting, Rule, RuleRefused, Shift
from livestream.models import Broadcast, Lecture, Recording, Series, SeriesSubscription

SATURDAY = 6

ROLES_THAT_PLAN = (StaffPost.Role.EDITOR, StaffPost.Role.REGISTRAR, StaffPost.Role.BRANCH_HEAD)
"""Who keeps the series of an office: plans its lectures, and sends their films."""


@dataclass(frozen=True)
class Proposal:
    """A day of the rule; ``held`` is the lecture that stands there already."""

    meeting: Meeting
    during: Range[datetime]
    issue: int | None
    held: Lecture | None


@dataclass(frozen=True)
class Shown:
    """A lecture with the ways there are to watch it now."""

    lecture: Lecture
    broadcast: Broadcast | None
    replay: Recording | None
    is_over: bool

    @property
    def is_live(self) -> bool:
        """Whether it goes out at this moment."""
        return self.broadcast is not None and self.broadcast.status == Broadcast.Status.LIVE

    @property
    def is_off(self) -> bool:
        """Whether it was called off."""
        return self.lecture.status == Lecture.Status.CANCELLED


def rule_of(series: Series) -> Rule:
    """Return the rule of a series. Raises ``RuleRefused`` where there is none to read."""
    match series.rule:
        case Series.Rule.MONTH_DAYS:
            return recurrence.MonthDays(recurrence.read_days(series.rule_days))
        case Series.Rule.QUARTER_DAYS:
            return recurrence.QuarterDays(recurrence.read_days(series.rule_days))
        case Series.Rule.WEEKDAY if series.rule_nth and series.rule_weekday:
            return recurrence.NthWeekday(series.rule_nth, series.rule_weekday)
    raise RuleRefused("no_rule")


def working_days(year: int, *, also: Collection[int] = ()) -> Callable[[date], bool]:
    """Return which days of a year, and of the weeks about it, the offices work.

    ``also`` are weekdays of the weekend that are meant: a series of Saturdays gives way to a
    holiday, and not to its own Saturday.
    """
    about = timedelta(days=recurrence.FARTHEST_SHIFT)
    days = Holiday.objects.between(date(year, 1, 1) - about, date(year, 12, 31) + about)
    kinds = dict(days.values_list("day", "kind"))

    def is_working(day: date) -> bool:
        if day in kinds:
            return kinds[day] == Holiday.Kind.WORKING
        return day.isoweekday() < SATURDAY or day.isoweekday() in also

    return is_working


def knows_holidays(year: int) -> bool:
    """Whether anybody has entered the holidays of a year."""
    return Holiday.objects.filter(day__year=year).exists()


def proposed(series: Series, *, year: int, at: datetime) -> list[Proposal]:
    """Return the days of a year by the rule of the series, each with the lecture it has.

    Days that are past have no number: nobody can be asked to come. Raises ``RuleRefused``.
    """
    rule = rule_of(series)
    also = [rule.weekday] if isinstance(rule, recurrence.NthWeekday) else []
    found = recurrence.meetings(
        rule, year, shift=Shift(series.shift), is_working=working_days(year, also=also)
    )
    held = _lectures_by_day(series, year)
    numbers = list(Lecture.objects.filter(series=series).values_list("issue", flat=True))
    last = max((number for number in numbers if number), default=0)
    proposals = []
    for meeting in found:
        begins = _begins(series, meeting.day)
        lecture = held.get(meeting.day) or held.get(meeting.ruled)
        issue = lecture.issue if lecture is not None else None
        if lecture is None:
            if begins <= at:
                continue
            last += 1
            issue = last
        during = Range(begins, begins + timedelta(minutes=series.minutes))
        proposals.append(Proposal(meeting, during, issue, lecture))
    return proposals


def _lectures_by_day(series: Series, year: int) -> dict[date, Lecture]:
    """The lectures of a year by the day they are on, and by the day their rule gave."""
    by_day: dict[date, Lecture] = {}
    for lecture in of_year(series, year):
        by_day.setdefault(timezone.localtime(lecture.during.lower).date(), lecture)
        if lecture.ruled_for is not None:
            by_day.setdefault(lecture.ruled_for, lecture)
    return by_day


def _begins(series: Series, day: date) -> datetime:
    if series.starts_at is None:
        raise RuleRefused("no_hour")
    here = timezone.get_current_timezone()
    return datetime.combine(day, series.starts_at, tzinfo=here).astimezone(UTC)


def of_year(series: Series, year: int) -> QuerySet[Lecture]:
    """The lectures of a year, called off or not, in order."""
    here = timezone.get_current_timezone()
    first, end = (datetime(number, 1, 1, tzinfo=here) for number in (year, year + 1))
    return (
        Lecture.objects.filter(series=series)
        .between(first, end)
        .select_related("series", "campus", "subject")
    )


def years_of(series: Series) -> list[int]:
    """The years in which the series had or will have lectures, the latest first."""
    days = Lecture.objects.filter(series=series).datetimes("during__startswith", "year", "DESC")
    return [timezone.localtime(day).year for day in days]


def next_of(series: Series, *, at: datetime) -> Lecture | None:
    """The lecture that is on, or the next one."""
    coming = Lecture.objects.filter(series=series).still_to_come(at)
    return coming.select_related("series", "campus", "subject").first()


def next_of_each(*, at: datetime) -> list[tuple[Series, Lecture | None]]:
    """Every series with its next lecture, those with one first, in two questions."""
    coming: dict[int, Lecture] = {}
    soon = Lecture.objects.still_to_come(at).filter(series__isnull=False)
    for lecture in soon.select_related("campus").order_by("series", "during").distinct("series"):
        coming[lecture.series_id or 0] = lecture
    every = Series.objects.select_related("unit").order_by("name_pinyin", "pk")
    pairs = [(series, coming.get(series.pk)) for series in every]
    return sorted(
        pairs, key=lambda pair: (pair[1] is None, pair[1].during.lower if pair[1] else at)
    )


def shown(lectures: Iterable[Lecture], *, at: datetime) -> list[Shown]:
    """Say of each lecture how it can be watched, in two questions however many they are."""
    listed = list(lectures)
    standing = Broadcast.objects.for_people().standing().filter(lecture__in=listed)
    broadcasts = {one.lecture_id: one for one in standing}
    films = Recording.objects.open_to_all().filter(lecture__in=listed).order_by("pk")
    replays = {one.lecture_id: one for one in films}
    return [
        Shown(
            lecture=one,
            broadcast=broadcasts.get(one.pk),
            replay=replays.get(one.pk),
            is_over=one.during.upper <= at,
        )
        for one in listed
    ]


def subscribes(series: Series, learner_id: int) -> bool:
    """Whether a learner is written to; asked in the learner's own scope."""
    in_force = SeriesSubscription.objects.in_force()
    return in_force.filter(series=series, learner=learner_id).exists()
