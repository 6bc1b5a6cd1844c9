"""The library: every film that is open to everybody, to be found without typing a word."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, ExtractYear, Left, Upper

from accounts import scope
from accounts.models import Learner, User
from accounts.queries import learners_of
from courses.models import Subject
from courses.search import course_ids, ids_meant
from livestream.domain.library import LETTERS, OTHER, Choice, Shelf
from livestream.models import Broadcast, Lecture, Recording, Series
from livestream.queries.replays import replays_of


def titles(choice: Choice | None = None) -> QuerySet[Recording]:
    """Films open to everybody, with all that a list shows; the newest first, or by the sound.

    A letter lists by the sound of the title, for whoever looks for a word. A search lists the
    best first.
    """
    choice = choice or Choice()
    found = _open()
    if choice.series:
        found = found.filter(lecture__series__slug=choice.series)
    if choice.subject:
        found = found.filter(subject_slug=choice.subject)
    if choice.year:
        found = found.filter(year=choice.year)
    if choice.letter:
        wanted = Q(initial=choice.letter)
        if choice.letter == OTHER:
            wanted = ~Q(initial__in=list(LETTERS))
        found = found.filter(wanted).order_by("sound", "-begins", "-pk")
    else:
        found = found.order_by("-begins", "-pk")
    if choice.words:
        found = found.filter(_meant(choice.words))
    listed: QuerySet[Recording] = found.with_all_to_show().select_related(
        "lesson__section__course__subject", "lecture__subject", "lecture__campus"
    )
    return listed


def _open() -> Any:
    return Recording.objects.open_to_all().annotate(
        begins=Coalesce("lesson__during__startswith", "lecture__during__startswith"),
        year=ExtractYear(F("begins")),
        sound=Coalesce("lecture__name_pinyin", "lesson__section__course__name_pinyin"),
        initial=Upper(Left("sound", 1)),
        subject_slug=Coalesce("lecture__subject__slug", "lesson__section__course__subject__slug"),
    )


def _meant(words: str) -> Q:
    """Films of lectures and of courses that the words mean, forgiving as the catalogue is."""
    lectures = ids_meant(words, Lecture.objects.all(), ("pk",))
    courses = course_ids(words)
    return Q(lecture__in=lectures) | Q(lesson__section__course__in=courses)


def how_many() -> int:
    """How many films are open to everybody."""
    return Recording.objects.open_to_all().count()


def shelves_of_series() -> list[Shelf]:
    """Series with films, the largest first."""
    counted = _counted("lecture__series")
    found = Series.objects.filter(pk__in=counted)
    shelves = [Shelf(one.slug, one.display_name(), counted[one.pk]) for one in found]
    return sorted(shelves, key=lambda shelf: (-shelf.count, shelf.value))


def shelves_of_subjects() -> list[Shelf]:
    """Subjects with films, in the order of the catalogue."""
    counted = _counted("subject_slug")
    found = Subject.objects.filter(slug__in=counted)
    ordered = found.order_by("department__position", "position", "pk")
    return [Shelf(one.slug, one.display_name(), counted[one.slug]) for one in ordered]


def shelves_of_years() -> list[Shelf]:
    """Years with films, the latest first."""
    counted = _counted("year")
    return [Shelf(str(year), str(year), counted[year]) for year in sorted(counted, reverse=True)]


def shelves_of_letters() -> list[Shelf]:
    """Letters with which titles begin when they are said, all that others begin with last."""
    counted = _counted("initial")
    known = [Shelf(one, one, counted[one]) for one in LETTERS if one in counted]
    others = sum(count for one, count in counted.items() if one not in LETTERS)
    return [*known, Shelf(OTHER, OTHER, others)] if others else known


def _counted(by: str) -> dict[Any, int]:
    rows = _open().filter(**{f"{by}__isnull": False}).order_by()
    return dict(rows.values_list(by).annotate(count=Count("pk")))


def live_lectures() -> QuerySet[Broadcast]:
    """Lectures that go out at this moment, for everybody."""
    on_air = Broadcast.objects.live().for_people().filter(lecture__isnull=False)
    return on_air.with_all_to_show().order_by("began_at", "pk")


def is_on_air(recording: Recording) -> bool:
    """Whether this is what goes out at this moment."""
    return Broadcast.objects.live().filter(recording=recording).exists()


def lectures_between(first: datetime, end: datetime) -> QuerySet[Lecture]:
    """Lectures of all series in a stretch of time that take place, in order."""
    found = Lecture.objects.taking_place().filter(series__isnull=False)
    return found.between(first, end).select_related("series")


def coming_lectures(*, at: datetime) -> QuerySet[Lecture]:
    """Lectures to come, the next first."""
    return Lecture.objects.still_to_come(at).select_related("series", "campus")


def replays_for(user: User, *, at: datetime) -> list[Recording]:
    """Published replays of the classes of everybody this account may act for, the newest first.

    For a screen that asks nobody who is sitting before it.
    """
    allowed = learners_of(user, at=at)
    found: dict[int, Recording] = {}
    for learner_id in (*allowed.own, *allowed.grants):
        with scope.learners([learner_id]):
            learner = Learner.objects.get(pk=learner_id)
            found |= {one.pk: one for one in replays_of(learner)}
    return sorted(found.values(), key=lambda one: (one.shown().during.lower, one.pk), reverse=True)
