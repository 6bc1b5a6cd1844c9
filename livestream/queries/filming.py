"""What somebody may send films of: lessons they give, lectures of the series they keep."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts import scope
from accounts.models import User
from courses.models import Lesson
from livestream.models import Lecture, Recording
from livestream.models.series import LectureQuerySet
from livestream.queries.series import ROLES_THAT_PLAN

LESSONS_BACK = timedelta(days=60)
CHOICES = 12
LECTURE = "lecture-"


def key_of(meeting: Lesson | Lecture) -> str:
    """How a form names what a film is of: a lesson by its number, a lecture as ``lecture-3``.

    Lessons had the word to themselves once, and films that began to arrive then go on.
    """
    return f"{LECTURE}{meeting.pk}" if isinstance(meeting, Lecture) else str(meeting.pk)


def choices_to_film(
    user: User, *, at: datetime, named: Iterable[str] = ()
) -> list[Lesson | Lecture]:
    """What somebody may choose from, the newest first: their lessons, and lectures with no film.

    Each says with ``has_film`` whether a film of it is here. Those that are ``named`` are among
    them, however long ago they were, where the person may send a film of them at all.
    """
    offered = [*_lessons(user, at=at), *lectures_without_film(user, at=at)[:CHOICES]]
    known = {key_of(one): one for one in offered}
    for key in named:
        meeting = known.get(key) or meeting_to_film(user, key, at=at)
        if meeting is not None:
            known[key] = meeting
    return sorted(known.values(), key=lambda one: (one.during.lower, one.pk), reverse=True)


def meeting_to_film(user: User, key: str, *, at: datetime) -> Lesson | Lecture | None:
    """The lesson or lecture of this key, when it is one that somebody may send a film of."""
    number = key.removeprefix(LECTURE)
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    if key.startswith(LECTURE):
        return _lectures(user, at=at).filter(pk=int(number)).first()
    return next((one for one in _lessons(user, at=at) if one.pk == int(number)), None)


def lectures_without_film(user: User, *, at: datetime) -> LectureQuerySet:
    """Lectures of somebody's offices that have begun and have no film yet, the newest first."""
    return _lectures(user, at=at).filter(~Exists(_FILMS_OF_LECTURE))


_FILMS_OF_LECTURE = Recording.objects.that_stand().filter(lecture=OuterRef("pk"))


def _lectures(user: User, *, at: datetime) -> LectureQuerySet:
    offices = scope.offices_of(user, ROLES_THAT_PLAN)
    begun = Lecture.objects.begun(at).filter(unit__in=offices).latest_first()
    has_film = Exists(_FILMS_OF_LECTURE)
    return begun.annotate(has_film=has_film).select_related("series", "unit")


def _lessons(user: User, *, at: datetime) -> list[Lesson]:
    """Lessons a film may be sent for: today's and those before, the nearest first."""
    tonight = timezone.localtime(at).replace(hour=23, minute=59, second=59)
    given = Q(teacher__user=user) | Q(teacher=None, section__teacher__user=user)
    films = Recording.objects.that_stand().filter(lesson=OuterRef("pk"))
    nearest = (
        Lesson.objects.taking_place()
        .filter(given, during__startswith__gt=at - LESSONS_BACK, during__startswith__lte=tonight)
        .order_by("-during", "pk")
        .annotate(has_film=Exists(films))
        .select_related("section__course", "section__campus", "section__unit")
    )
    return list(nearest[:CHOICES])
