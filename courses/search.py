"""Finding records by what people type, in the database. The rules are in ``domain/search.py``."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from courses.domain import search
from courses.models import Course

ALIKE = 0.5  # word similarity from which two sounds are taken for the same word


def course_ids(query: str) -> list[int]:
    """Return the courses that a query means, the best first."""
    return ids_meant(query, Course.objects.all(), ORDER)


def ids_meant(query: str, among: QuerySet[Any], order: Sequence[str]) -> list[int]:
    """Return those records with a ``search_key`` that a query means, the best first.

    Each word must be found, as written or by its sound. If nothing has them all, one slip is
    forgiven; if that finds nothing either, whatever sounds most alike is shown. Words too short
    to be alike in anything are not found: better nothing, and the way out, than something else.
    """
    words = search.words_of(query)
    if not words:
        return []
    for step in (_as_said, _with_a_slip, _alike):
        found = step(words, among, order)
        if found:
            return found
    return []


def _as_said(words: list[str], among: QuerySet[Any], order: Sequence[str]) -> list[int]:
    wanted = Q()
    for word in words:
        wanted &= Q(search_key__contains=word) | Q(search_key__contains=search.sounds_like(word))
    written = Q()
    for word in words:
        written &= Q(search_key__contains=word)
    # What begins with the word comes before what only mentions it, what is so written before
    # what sounds so.
    rank = Case(
        When(search_key__startswith=f"|{words[0]}", then=Value(0)),
        When(written, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return _ids(among.filter(wanted).alias(rank=rank).order_by("rank", *order))


def _with_a_slip(words: list[str], among: QuerySet[Any], order: Sequence[str]) -> list[int]:
    wanted = Q()
    for word in words:
        slip = search.one_slip(word)
        if not slip:
            return []
        wanted &= Q(search_key__regex=slip) | Q(search_key__contains=word)
    return _ids(among.filter(wanted).order_by(*order))


def _alike(words: list[str], among: QuerySet[Any], order: Sequence[str]) -> list[int]:
    sound = search.sound_to_be_like(words)
    if not sound:
        return []
    alike = TrigramWordSimilarity(sound, "search_key")
    found = among.annotate(alike=alike).filter(alike__gte=ALIKE)
    return _ids(found.order_by("-alike", *order))


ORDER = ("subject__department__position", "subject__position", "level", "pk")


def _ids(found: QuerySet[Any]) -> list[int]:
    return list(found.values_list("pk", flat=True))
