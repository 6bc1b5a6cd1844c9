"""Writes the series of lectures: what was held, and the plan of this year and the next.

The films of lectures long past were not kept, and the pages say so: in the demo only films that
a worker really makes can be watched. A library of 2,082 titles is what tests make.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta

from psycopg.types.range import Range

from config.demo import tables, texts
from config.demo.calendar import CHINA, next_working_day
from config.demo.load_places import Keys
from config.demo.records import CityPlan
from livestream.domain.recurrence import Meeting, NthWeekday, Shift, meetings
from livestream.models import Lecture, Series, SeriesPage
from livestream.queries import rule_of
from livestream.services import keep_lecture, keep_series

RULES: dict[str, dict[str, object]] = {
    "silver-lectures": {"rule": "weekday", "rule_nth": 3, "rule_weekday": 3, "starts_at": time(9)},
    "autumn-readings": {"rule": "month_days", "rule_days": "20", "starts_at": time(14)},
    "quarterly-news": {"rule": "quarter_days", "rule_days": "10", "starts_at": time(9, 30)},
}
POSTER_OF = {"lectures": "silver-lectures"}
HELD = {"silver-lectures": 68, "autumn-readings": 4, "quarterly-news": 1}
YEARS_BACK = 7
DAY = timedelta(days=1)


def load_series(plan: CityPlan, keys: dict[str, Keys]) -> int:
    """Write the series with their lectures; return how many lectures."""
    said = tomllib.loads((texts.CONTENT / "lectures.toml").read_text("utf-8"))
    campus = next(one for one in plan.campuses if one.unit == tables.CITY and one.kind == "main")
    count = 0
    for slug, words in said["series"].items():
        name, name_en = texts.pair(words["name"])
        about, about_en = texts.pair(words["about"])
        series = keep_series(
            series=Series(
                slug=slug,
                name=name,
                name_i18n={"en": name_en},
                about=about,
                about_i18n={"en": about_en},
                unit_id=keys["units"][tables.CITY],
                campus_id=keys["campuses"][campus.code],
                place=words["place"],
                **RULES[slug],
            )
        )
        count += _load_lectures(plan, series, said["titles"][slug].split("\n"))
    return count


def hang_on_posters() -> None:
    """Let the posters of series say which record they are of."""
    for page, slug in POSTER_OF.items():
        SeriesPage.objects.filter(slug=page).update(series=Series.objects.get(slug=slug))


def _load_lectures(plan: CityPlan, series: Series, lines: list[str]) -> int:
    """Number them so that today stands behind those that were held."""
    titles = [line for line in lines if line.strip()]
    days = _days(plan, series)
    past = [one for one in days if one.day < plan.today][-HELD[series.slug] :]
    coming = [one for one in days if one.day >= plan.today and one.day.year <= plan.today.year + 1]
    for number, meeting in enumerate([*past, *coming], start=1):
        line = titles[number - 1] if number <= len(titles) else ""
        keep_lecture(lecture=_lecture(series, number, meeting, line))
    return len(past) + len(coming)


def _lecture(series: Series, number: int, meeting: Meeting, line: str) -> Lecture:
    title, english, speaker = ([part.strip() for part in line.split("|")] + ["", "", ""])[:3]
    begins = datetime.combine(meeting.day, series.starts_at or time(9), tzinfo=CHINA)
    return Lecture(
        series=series,
        issue=number,
        name=title,
        name_i18n={"en": english} if english else {},
        speaker=speaker,
        during=Range(begins.astimezone(UTC), (begins + timedelta(minutes=90)).astimezone(UTC)),
        unit=series.unit,
        campus=series.campus,
        place=series.place,
        ruled_for=meeting.ruled if meeting.is_moved else None,
    )


def _days(plan: CityPlan, series: Series) -> list[Meeting]:
    rule = rule_of(series)
    own = {rule.weekday} if isinstance(rule, NthWeekday) else set()

    def is_working(day: date) -> bool:
        return next_working_day(day - DAY, plan.holidays) == day or (
            day.isoweekday() in own and day not in closed
        )

    closed = {one.day for one in plan.holidays if one.closed}
    years = range(plan.today.year - YEARS_BACK, plan.today.year + 2)
    return [
        meeting
        for year in years
        for meeting in meetings(rule, year, shift=Shift(series.shift), is_working=is_working)
    ]
