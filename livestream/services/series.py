"""Series and their lectures: names and numbers kept, a year planned by its rule."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import AuditEvent, User
from accounts.models.naming import traditional
from courses.domain.search import key_of
from livestream import queries
from livestream.models import Lecture, Series


@transaction.atomic
def keep_series(*, series: Series) -> Series:
    """Store a series with complete names, and let its lectures be found by them."""
    series.complete_names()
    if series.about:
        series.about_i18n.setdefault("zh-hant", traditional(series.about))
    series.save()
    lectures = list(Lecture.objects.filter(series=series))
    for lecture in lectures:
        lecture.series = series
        lecture.search_key = search_key(lecture)
    Lecture.objects.bulk_update(lectures, ["search_key"], batch_size=500)
    return series


@transaction.atomic
def keep_lecture(*, lecture: Lecture) -> Lecture:
    """Store a lecture with complete names, its number in the series and its search key."""
    if lecture.series is not None and lecture.issue is None:
        lecture.issue = next_issue(lecture.series)
    if lecture.name:
        lecture.complete_names()
    lecture.search_key = search_key(lecture)
    lecture.save()
    return lecture


def next_issue(series: Series) -> int:
    """The number after the last, with the series locked: two editors never take the same."""
    Series.objects.select_for_update().get(pk=series.pk)
    last = Lecture.objects.filter(series=series).aggregate(last=Max("issue"))["last"]
    return (last or 0) + 1


@transaction.atomic
def plan_year(*, series: Series, year: int, actor: User, at: datetime) -> list[Lecture]:
    """Enter the lectures that the rule proposes for a year and that are not there yet.

    They have no title yet, numbers that go on, and the hour and place of the series. Safe to
    press twice. Raises ``RuleRefused`` for a series without a rule that can be read.
    """
    Series.objects.select_for_update().get(pk=series.pk)
    planned = []
    for one in queries.proposed(series, year=year, at=at):
        if one.held is None:
            lecture = Lecture(
                series=series,
                issue=one.issue,
                during=one.during,
                unit=series.unit,
                campus=series.campus,
                place=series.place,
                ruled_for=one.meeting.ruled if one.meeting.is_moved else None,
            )
            planned.append(keep_lecture(lecture=lecture))
    if planned:
        AuditEvent.objects.record(
            actor, "lectures planned", series, at=at, unit=series.unit, year=year, of=len(planned)
        )
    return planned


def search_key(lecture: Lecture) -> str:
    """What the search reads: title, speaker, series and subject, the title first."""
    names = [lecture.name, lecture.speaker]
    for record in filter(None, (lecture.series, lecture.subject)):
        names += [record.name, *record.name_i18n.values()]
    return key_of([*names, *lecture.name_i18n.values()])
