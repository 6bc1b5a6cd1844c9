"""Questions about replays: who may watch, what is there, what may go."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from redis.exceptions import RedisError

from accounts import scope
from accounts.models import Learner, StaffPost, User
from accounts.queries import learners_of
from enrolment.models import CloudSeat, Enrolment
from livestream.delivery import paths, pending
from livestream.domain.access import Facts, Refusal, refusal
from livestream.models import (
    Generation,
    Recording,
    ReplayPage,
    RoomViewing,
    WatchGrant,
    WatchState,
    WorkUnit,
)
from livestream.models.watching import WatchGrantQuerySet

log = logging.getLogger(__name__)

Role = StaffPost.Role

ROLES_THAT_LOOK_IN = (
    Role.REGISTRAR,
    Role.BRANCH_HEAD,
    Role.COUNTER,
    Role.HOTLINE,
    Role.EDITOR,
    Role.FACILITATOR,
)


@dataclass(frozen=True)
class Access:
    """Whether one may watch, and as whom: the learner whose place is kept, if there is one."""

    reason: Refusal | None
    learner_id: int | None = None


def access(
    recording: Recording,
    user: User | None,
    *,
    at: datetime,
    viewing: RoomViewing | None = None,
) -> Access:
    """Decide for a person at the screen, or for the room they show something to.

    A phone may belong to several learners, and a daughter may sit beside her
    mother: any of those they may act for opens the replay, the first one in the
    class keeps the place. In a room nobody's place is kept.
    """
    by_oneself = user is not None and viewing is None
    learner_id = _learner_with_a_seat(recording, user, at=at) if by_oneself and user else None
    facts = Facts(
        is_signed_in=user is not None,
        has_seat=learner_id is not None,
        gives_the_lesson=user is not None and user.pk in recording.teachers(),
        works_for_the_unit=user is not None
        and recording.unit_id in scope.offices_of(user, ROLES_THAT_LOOK_IN),
        is_public=recording.is_public,
        is_made=recording.is_made(),
        is_published=recording.status == Recording.Status.PUBLISHED,
        is_failed=recording.status == Recording.Status.FAILED,
        is_shown_to_a_room=user is not None and _shows(viewing, recording, user),
        is_of_a_lecture=recording.lesson_id is None,
    )
    return Access(refusal(facts), learner_id)


def _shows(viewing: RoomViewing | None, recording: Recording, user: User) -> bool:
    """Whether this afternoon shows this film now, and whether it is this person who shows it."""
    if viewing is None or not viewing.is_running or viewing.shows != recording.shown():
        return False
    offices = scope.offices_of(user, ROLES_THAT_LOOK_IN)
    return viewing.facilitator_id == user.pk or viewing.campus.unit_id in offices


def _learner_with_a_seat(recording: Recording, user: User, *, at: datetime) -> int | None:
    allowed = learners_of(user, at=at)
    ids = [*allowed.own, *allowed.grants]
    if not ids:
        return None
    with scope.learners(ids):
        seated = set(_seated(recording, ids))
    return next((learner_id for learner_id in ids if learner_id in seated), None)


def _seated(recording: Recording, ids: Iterable[int]) -> list[int]:
    """Those of the learners who sit in the class, or follow its course online this term."""
    if recording.lesson is None:  # lectures are open to everybody or to nobody
        return []
    section = recording.lesson.section
    in_room = Enrolment.objects.attending().filter(section=section, learner__in=ids)
    online = CloudSeat.objects.standing().filter(course=section.course_id, term=section.term_id)
    return [
        *in_room.values_list("learner_id", flat=True),
        *online.filter(learner__in=ids).values_list("learner_id", flat=True),
    ]


def place_of(recording: Recording, learner_id: int | None) -> WatchState | None:
    """How far this learner has come, if they have begun: what was reported just now included."""
    if learner_id is None:
        return None
    with scope.learners([learner_id]):
        state = WatchState.objects.filter(recording=recording, learner=learner_id).first()
    try:
        latest = pending.place_of(paths.watcher_of(recording.pk, "learner", learner_id))
    except RedisError as away:
        log.warning("places that are not written yet could not be read: %s", away)
        return state
    if latest is None or (state is not None and latest[0] <= state.sequence):
        return state
    state = state or WatchState(recording=recording, learner_id=learner_id)
    state.sequence, place = latest
    state.position_seconds = min(float(place), recording.seconds or float(place))
    return state


def replays_of(learner: Learner) -> QuerySet[Recording]:
    """Published replays of the classes a learner is in, the newest lesson first."""
    classes = Enrolment.objects.attending().filter(learner=learner).values("section")
    courses = CloudSeat.objects.of(learner).standing().values_list("course", "term")
    online = Q()
    for course, term in courses:
        online |= Q(lesson__section__course=course, lesson__section__term=term)
    return (
        Recording.objects.published()
        .filter(Q(lesson__section__in=classes) | online)
        .with_all_to_show()
        .latest_first()
    )


def rights_without_a_reason(*, at: datetime) -> WatchGrantQuerySet:
    """Live rights that ``access`` would not give any more.

    A film open to everybody needs no reason, a learner's right a place in the class, that of a
    room an afternoon that goes on. Without those it is the right of a teacher or of staff, who
    may look before the class does, as long as they give the lesson or hold their post. None is
    left to an account that was switched off.
    """
    section = OuterRef("recording__lesson__section")
    in_room = Enrolment.objects.attending().filter(section=section, learner=OuterRef("learner"))
    online = CloudSeat.objects.standing().filter(
        course=OuterRef("recording__lesson__section__course"),
        term=OuterRef("recording__lesson__section__term"),
        learner=OuterRef("learner"),
    )
    shows = Recording.objects.filter(pk=OuterRef("recording"))
    is_out = Exists(shows.published())
    rests_on_nobody = Q(learner=None, viewing=None)
    rests_on_itself = (
        Exists(shows.open_to_all())
        | (is_out & (Exists(in_room) | Exists(online)))
        | (is_out & Exists(RoomViewing.objects.running().filter(pk=OuterRef("viewing"))))
        | (rests_on_nobody & Exists(shows.of_teacher(OuterRef("user"))))
    )
    account = User.objects.filter(pk=OuterRef("user"))
    switched_off = Exists(account.filter(is_active=False))
    rights = WatchGrant.objects.live(at)
    by_post = _rest_on_a_post(rights.filter(rests_on_nobody).exclude(rests_on_itself))
    return rights.filter(switched_off | ~(rests_on_itself | Q(pk__in=by_post)))


def _rest_on_a_post(rights: WatchGrantQuerySet) -> list[int]:
    """Those of these few rights whose film belongs to an office their account works for."""
    offices: dict[int, list[int]] = {}
    found = []
    for right in rights.select_related("user", "recording"):
        if right.user is None:
            continue
        if right.user.pk not in offices:
            offices[right.user.pk] = scope.offices_of(right.user, ROLES_THAT_LOOK_IN)
        if right.recording.unit_id in offices[right.user.pk]:
            found.append(right.pk)
    return found


def films_to_drop(*, before: datetime) -> QuerySet[Recording]:
    """Taken back before this moment, and on no page: a poster keeps its film."""
    poster = ReplayPage.objects.filter(recording=OuterRef("pk"))
    return Recording.objects.taken_back_since(before).exclude(Exists(poster)).order_by("pk")


def originals_to_drop(*, before: datetime) -> QuerySet[Recording]:
    """Whose replay was made before this moment: the film it was made of is not needed."""
    standing = Recording.objects.standing_since(before)
    return standing.select_related("upload").order_by("pk")


def damaged_places(recordings: Iterable[Recording]) -> dict[int, list[float]]:
    """For each film: the seconds from which its picture is broken for a while."""
    damaged = WorkUnit.objects.damaged().filter(recording__in=recordings)
    found: dict[int, list[float]] = {}
    for recording_id, starts_at in damaged.order_by("recording", "number").values_list(
        "recording", "starts_at_seconds"
    ):
        found.setdefault(recording_id, []).append(starts_at)
    return found


def generations_to_drop(*, before: datetime) -> QuerySet[Generation]:
    """Files of replays that newer ones replaced before this moment."""
    return Generation.objects.retired_since(before).select_related("recording").order_by("pk")
