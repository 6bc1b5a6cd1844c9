"""The library: every film that is open to everybody, to be found without typing a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, ExtractYear, Left, Upper

from courses.models import Subject
from courses.search import course_ids, ids_meant
from livestream.models import Broadcast, Lecture, Recording, Series

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OTHER = "#"
"""Stands for titles that begin with a figure or have no sound of their own."""



@dataclass(frozen=True)
class Choice:
    """What a reader chose in the library; an empty one is the whole of it, the newest first."""

    series: str = ""
    subject: str = ""
    year: int | None = None
    letter: str = ""
    words: str = ""

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Choice:
        """Read an address; what makes no sense is left out."""
        year, letter = said.get("year", ""), said.get("letter", "").upper()[:1]
        return cls(
            series=said.get("series", "")[:60],
            subject=said.get("subject", "")[:60],
            year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
            letter=letter if letter and letter in LETTERS + OTHER else "",
            words=said.get("q", "").strip()[:40],
        )

    def is_whole(self) -> bool:
        """Whether nothing was chosen."""
        return self == Choice()


@dataclass(frozen=True)
class Shelf:
    """One of the ways to go on: a series, a subject, a year or a letter, and how many it holds."""

    value: str
    name: str
    count: int


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
    return found.with_all_to_show().select_related(
        "lesson__section__course__subject", "lecture__subject", "lecture__campus"
    )


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


def coming_lectures(*, at: datetime) -> QuerySet[Lecture]:
    """Lectures to come, the next first."""
    return Lecture.objects.still_to_come(at).select_related("series", "campus")
