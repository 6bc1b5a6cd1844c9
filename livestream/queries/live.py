"""Questions about what goes out live: how it stands, who may come in, what can be planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q, QuerySet

from accounts import scope
from accounts.models import StaffPost, User
from courses.models import Lesson
from livestream.domain import live
from livestream.models import Broadcast, Lecture, Recording, Take
from livestream.models.live import BroadcastQuerySet
from livestream.queries.replays import Access, access

ROLES_THAT_BROADCAST = (
    StaffPost.Role.EDITOR,
    StaffPost.Role.BRANCH_HEAD,
    StaffPost.Role.REGISTRAR,
)
AHEAD = timedelta(days=8)
TOLD_FOR = timedelta(minutes=15)
"""So long after the end pages that wait are told that it is over."""


class Stage(StrEnum):
    """How a broadcast stands, for who waits and for who watches."""

    EARLY = "early"
    WAITING = "waiting"
    LIVE = "live"
    LOST = "lost"
    OVER = "over"
    MISSED = "missed"


@dataclass(frozen=True)
class Standing:
    """The stage of a broadcast, and since when; ``film`` is what plays then, 0 while nothing."""

    stage: Stage
    since: datetime | None = None
    film: int = 0


def standing_of(broadcast: Broadcast, *, at: datetime) -> Standing:
    """How a broadcast stands."""
    recording = broadcast.recording
    film = recording.pk if recording is not None and recording.generation else 0
    if broadcast.status == Broadcast.Status.ENDED:
        stage = Stage.OVER if broadcast.began_at else Stage.MISSED
        return Standing(stage, broadcast.ended_at, film)
    if broadcast.status == Broadcast.Status.LIVE and film:
        lost = broadcast.lost_at
        return (
            Standing(Stage.LOST, lost, film)
            if lost
            else Standing(Stage.LIVE, broadcast.began_at, film)
        )
    during = broadcast.shown().during
    if at < during.lower - live.OPENS_BEFORE:
        return Standing(Stage.EARLY)
    return Standing(Stage.WAITING if at <= during.upper + live.OPEN_AFTER else Stage.MISSED)


def broadcast_of(meeting: Lesson | Lecture) -> Broadcast | None:
    """The broadcast of a lesson or a lecture: the one that stands, else the last one."""
    of = Q(lesson=meeting) if isinstance(meeting, Lesson) else Q(lecture=meeting)
    found = Broadcast.objects.for_people().with_all_to_show().filter(of).latest_first()
    return found.standing().first() or found.first()


def may_enter(broadcast: Broadcast, user: User | None, *, at: datetime) -> Access:
    """Whether a person may come into the classroom: as they may watch its film once published."""
    as_film = Recording(
        lesson=broadcast.lesson,
        lecture=broadcast.lecture,
        unit_id=broadcast.unit_id,
        uploaded_by_id=broadcast.opened_by_id,
        status=Recording.Status.PUBLISHED,
        is_public=broadcast.lecture_id is not None,
    )
    return access(as_film, user, at=at)


def broadcasts_of(user: User) -> BroadcastQuerySet:
    """Broadcasts that a person may see to: of their own lessons, and of their offices."""
    offices = scope.offices_of(user, ROLES_THAT_BROADCAST)
    mine = Broadcast.objects.of_teacher(user) | Broadcast.objects.of_offices(offices)
    return mine.for_people().with_all_to_show()


def lessons_to_broadcast(user: User, *, at: datetime) -> QuerySet[Lesson]:
    """Lessons a teacher may teach live: those of the coming days, the next first."""
    given = Q(teacher__user=user) | Q(teacher=None, section__teacher__user=user)
    return (
        Lesson.objects.taking_place()
        .filter(
            given, during__endswith__gt=at - live.OPEN_AFTER, during__startswith__lt=at + AHEAD
        )
        .select_related("section__course", "section__campus")
        .order_by("during", "pk")
    )


def lectures_to_broadcast(user: User, *, at: datetime) -> QuerySet[Lecture]:
    """Lectures of the offices of an editor that may go out live, the next first."""
    offices = scope.offices_of(user, ROLES_THAT_BROADCAST)
    return (
        Lecture.objects.taking_place()
        .filter(
            unit__in=offices,
            during__endswith__gt=at - live.OPEN_AFTER,
            during__startswith__lt=at + AHEAD,
        )
        .select_related("series")
        .order_by("during", "pk")
    )


def sends_what_no_browser_plays(broadcast: Broadcast) -> bool:
    """Whether a picture comes in, for the lesson or as a trial, that we cannot show."""
    of = Q(broadcast=broadcast) | Q(broadcast__trial_of=broadcast)
    return Take.objects.unplayable().filter(of).exists()


def live_for_class(section_id: int, *, at: datetime) -> Broadcast | None:
    """The live lesson of a class that is on, or the next one within a day."""
    soon = Q(lesson__during__startswith__lt=at + timedelta(days=1))
    return (
        Broadcast.objects.for_people()
        .standing()
        .filter(
            soon, lesson__section=section_id, lesson__during__endswith__gt=at - live.OPEN_AFTER
        )
        .select_related("lesson", "recording")
        .order_by("lesson__during")
        .first()
    )
