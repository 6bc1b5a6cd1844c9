"""Afternoons at viewing points: planned, begun, counted, ended; and who of the class was there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import scope
from accounts.models import AuditEvent, Learner, User
from courses.models import Attendance
from livestream import queries
from livestream.domain.viewings import ViewingRefusal
from livestream.models import HeadCount, RoomViewing, WatchGrant
from livestream.models.viewings import MOST_PEOPLE

Status = RoomViewing.Status


class ViewingRefused(Exception):
    """It cannot be done. ``reason`` is what ``wording`` has a sentence for."""

    def __init__(self, reason: ViewingRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def plan_viewing(*, viewing: RoomViewing, actor: User, at: datetime) -> RoomViewing:
    """Enter an afternoon, or change one that has not begun. Raises ``ViewingRefused``.

    A room is shown one thing at a time: the database says so, whoever else plans meanwhile.
    """
    is_new = viewing.pk is None
    try:
        with transaction.atomic():
            if not is_new and not _locked(viewing).is_planned:
                raise ViewingRefused(ViewingRefusal.OVER)
            viewing.save()
            _note(actor, "afternoon planned" if is_new else "afternoon changed", viewing, at=at)
    except IntegrityError as error:
        if "one_room_is_shown_one_thing_at_a_time" in str(error):
            raise ViewingRefused(ViewingRefusal.TAKEN) from error
        raise
    return viewing


def call_viewing_off(*, viewing: RoomViewing, actor: User, at: datetime) -> None:
    """Call an afternoon off that has not begun. Raises ``ViewingRefused``; twice is once."""
    with transaction.atomic():
        mine = _locked(viewing)
        if mine.status == Status.CANCELLED:
            return
        if not mine.is_planned:
            raise ViewingRefused(ViewingRefusal.OVER)
        mine.status = Status.CANCELLED
        mine.save(update_fields=["status"])
        _note(actor, "afternoon called off", mine, at=at)


def begin_viewing(*, viewing: RoomViewing, actor: User, at: datetime) -> RoomViewing:
    """Begin to show it. Pressed twice it began once. Raises ``ViewingRefused``."""
    with transaction.atomic():
        mine = _locked(viewing)
        if mine.status == Status.CANCELLED:
            raise ViewingRefused(ViewingRefusal.CALLED_OFF)
        if mine.is_planned:
            mine.status, mine.began_at = Status.RUNNING, at
            mine.facilitator = mine.facilitator or actor
            mine.save(update_fields=["status", "began_at", "facilitator"])
            _note(actor, "afternoon begun", mine, at=at)
    return mine


def count_heads(
    *,
    viewing: RoomViewing,
    moment: str,
    people: int,
    key: UUID,
    counted_at: datetime,
    actor: User,
    at: datetime,
) -> HeadCount:
    """Keep how many people sit in the room. The same key is the same count, however often sent.

    It may come late, from a page that had no line, also after the end. Raises ``ViewingRefused``.
    """
    if not 0 <= people <= MOST_PEOPLE:
        raise ViewingRefused(ViewingRefusal.TOO_MANY)
    with transaction.atomic():
        mine = _locked(viewing)  # two pages that send the same count stand in one line here
        _ensure_begun(mine)
        count, is_new = HeadCount.objects.get_or_create(
            key=key,
            defaults={
                "viewing": mine,
                "moment": moment,
                "people": people,
                "by": actor,
                "counted_at": counted_at,
                "received_at": at,
            },
        )
        if is_new:
            _note(actor, "heads counted", mine, at=at, moment=moment, people=people)
    return count


def end_viewing(
    *, viewing: RoomViewing, ended_at: datetime, actor: User, at: datetime
) -> RoomViewing:
    """End it; the room's right to watch ends with it. Ended twice, the first word counts."""
    with transaction.atomic():
        mine = _locked(viewing)
        _ensure_begun(mine)
        if mine.is_running and mine.began_at is not None:
            mine.status, mine.ended_at = Status.ENDED, max(ended_at, mine.began_at)
            mine.save(update_fields=["status", "ended_at"])
            _note(actor, "afternoon ended", mine, at=at)
        WatchGrant.objects.live(at).filter(viewing=mine).end(at)
    return mine


def keep_notes_of_viewing(*, viewing: RoomViewing, notes: str) -> None:
    """Keep what the facilitator wrote about the afternoon."""
    RoomViewing.objects.filter(pk=viewing.pk).update(notes=notes)


def note_present(
    *, viewing: RoomViewing, present: Iterable[int], actor: User, at: datetime
) -> int:
    """Keep who of the class watched the lesson in this room; return how many.

    ``present`` are learners of the list that ``queries.class_at`` gives, and no others count.
    Who sat in the room of the class stays there: these are kept apart. Raises ``ViewingRefused``.
    """
    _ensure_begun(viewing)
    if viewing.lesson is None:
        raise ViewingRefused(ViewingRefusal.NOT_A_LESSON)
    listed = queries.ids_of_class_at(viewing)
    chosen = set(present) & set(listed)
    here = Attendance.Kind.VIEWING_POINT
    with scope.learners(listed):
        rows = Attendance.objects.filter(lesson=viewing.lesson, learner__in=listed)
        rows.filter(kind=here).exclude(learner__in=chosen).delete()
        known = set(rows.values_list("learner", flat=True))
        new = [
            Attendance(lesson=viewing.lesson, learner_id=pk, kind=here, by=actor, at=at)
            for pk in sorted(chosen - known)
        ]
        Attendance.objects.bulk_create(new, ignore_conflicts=True)
        _note(actor, "present at a viewing point", viewing, at=at, people=len(chosen))
    return len(chosen)


def note_card(*, viewing: RoomViewing, card: str, actor: User, at: datetime) -> Learner | None:
    """Keep that the holder of a learner card is here; None for whom the list does not have."""
    _ensure_begun(viewing)
    if viewing.lesson is None:
        raise ViewingRefused(ViewingRefusal.NOT_A_LESSON)
    listed = queries.ids_of_class_at(viewing)
    with scope.learners(listed):
        learner = Learner.objects.known_by(card, "").filter(pk__in=listed).first()
        if learner is None:
            return None
        Attendance.objects.get_or_create(
            lesson=viewing.lesson,
            learner=learner,
            defaults={"kind": Attendance.Kind.VIEWING_POINT, "by": actor, "at": at},
        )
        _note(actor, "present at a viewing point", viewing, at=at, learner=learner)
    return learner


def _locked(viewing: RoomViewing) -> RoomViewing:
    mine: RoomViewing = (
        RoomViewing.objects.select_for_update(of=("self",))
        .select_related("campus__unit")
        .get(pk=viewing.pk)
    )
    return mine


def _ensure_begun(viewing: RoomViewing) -> None:
    if viewing.status == Status.CANCELLED:
        raise ViewingRefused(ViewingRefusal.CALLED_OFF)
    if viewing.is_planned:
        raise ViewingRefused(ViewingRefusal.NOT_BEGUN)


def _note(actor: User, action: str, viewing: RoomViewing, *, at: datetime, **more: Any) -> None:
    AuditEvent.objects.record(actor, action, viewing, at=at, unit=viewing.campus.unit, **more)
