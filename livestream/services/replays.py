"""The states of a recording while a worker looks into its film and plans the work.

A worker holds a lease and an attempt number. Every write names the attempt, so
one whose lease ran out, and who wakes up again, can change nothing any more.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When

from accounts import outbox
from accounts.models import AuditEvent
from livestream.domain.command import AUDIO_FOLDER, Plan
from livestream.domain.inspection import FilmRefused, Problem
from livestream.domain.units import SEGMENT_SECONDS, Stretch
from livestream.models import Generation, Recording, WorkUnit
from livestream.services import generations, units

LEASE = units.LEASE

Status = Recording.Status


class LeaseLost(Exception):
    """Another worker has this recording now; whatever we have made is worth nothing."""


def claim(recording_id: int, *, at: datetime) -> Recording | None:
    """Take a recording to look into, or None when that is done or in somebody's hands."""
    claimed = (
        Recording.objects.claimable(at)
        .filter(pk=recording_id)
        .update(
            status=Case(
                When(status=Status.UPLOADED, then=Value(Status.PROCESSING)), default=F("status")
            ),
            lease_ends_at=at + LEASE,
            attempt=F("attempt") + 1,
            progress=0,
        )
    )
    return Recording.objects.with_all_to_show().get(pk=recording_id) if claimed else None


@transaction.atomic
def make_anew(recording: Recording, *, at: datetime) -> None:
    """Have a replay that stands made once more, from the original as it lies there now.

    People go on watching what there is until the new one is whole.
    """
    changed = (
        Recording.objects.made()
        .filter(pk=recording.pk, lease_ends_at=None)
        .update(lease_ends_at=at)  # a lease that is over: free for whoever comes
    )
    if changed:
        outbox.put("process_recording", recording.pk)


@transaction.atomic
def make_first(recording: Recording) -> None:
    """Have a replay made of the master copy of a lesson that nobody could watch live."""
    waiting = Recording.objects.in_work().filter(pk=recording.pk)
    if waiting.update(status=Status.UPLOADED):
        outbox.put("process_recording", recording.pk)


def keep_lease(recording: Recording, *, percent: int, at: datetime) -> None:
    """Say that the work goes on, and how far it is. Raises ``LeaseLost``."""
    kept = Recording.objects.held_by(recording.attempt).filter(pk=recording.pk)
    if not kept.update(progress=percent, lease_ends_at=at + LEASE):
        raise LeaseLost


@transaction.atomic
def plan_work(
    recording: Recording, generation: Generation, parts: tuple[Stretch, ...], *, has_sound: bool
) -> None:
    """Leave the work on a film to whoever comes; ours is done. Raises ``LeaseLost``."""
    held = Recording.objects.held_by(recording.attempt).filter(pk=recording.pk)
    if not held.update(lease_ends_at=None):
        raise LeaseLost
    for older in recording.generations.of_a_film().unfinished().exclude(pk=generation.pk):
        units.cancel(older)
    units.plan(generation, parts, has_sound=has_sound)


def forget_unfinished(recording: Recording) -> None:
    """Delete what attempts before this one began and did not end."""
    for generation in recording.generations.of_a_film().unfinished():
        generations.drop(generation)


@transaction.atomic
def give_up(recording: Recording, refused: FilmRefused, *, at: datetime) -> None:
    """Note why there is no replay; the teacher reads it in words. What is watched stays."""
    held = Recording.objects.held_by(recording.attempt).filter(pk=recording.pk)
    if held.made().update(lease_ends_at=None, progress=100):
        _note_kept(recording, refused, at=at)
    elif held.exists():
        _fail(recording, refused, at=at)


@transaction.atomic
def do_without(unit: WorkUnit, refused: FilmRefused, *, at: datetime) -> None:
    """End a film of which this unit cannot be made.

    Without its small pictures; with what was watched before; where it is made to without a
    hole, when people watch it already; or failed. Nothing, when another worker has the unit.
    """
    recordings = Recording.objects.select_for_update(no_key=True, of=["self"])
    recording = recordings.filter(pk=unit.recording_id).first()
    still = WorkUnit.objects.unfinished().filter(pk=unit.pk, fence=unit.fence)
    if recording is None or not still.exists():
        return
    generation = recording.generations.unfinished().filter(number=unit.generation).first()
    if generation is None:
        units.strike_out(unit)
    elif unit.kind == WorkUnit.Kind.SHEET:
        units.leave_out(unit)
    elif generation.number == recording.generation:
        _end_at_the_hole(generation, unit, at=at)
    else:
        _give_up_making(generation, recording, refused, at=at)


def _end_at_the_hole(generation: Generation, unit: WorkUnit, *, at: datetime) -> None:
    hole = unit.starts_at_seconds
    if unit.kind == WorkUnit.Kind.SOUND:
        hole = float(generations.pieces_in(generation, AUDIO_FOLDER) * SEGMENT_SECONDS)
        units.leave_out(unit)
    plan = Plan.from_stored(generation.plan)
    if hole < plan.ends:
        generations.end_at(generation, hole, at=at)


def _give_up_making(
    generation: Generation, recording: Recording, refused: FilmRefused, *, at: datetime
) -> None:
    generations.drop(generation)
    if recording.is_made():
        Recording.objects.filter(pk=recording.pk).update(progress=100)
        _note_kept(recording, refused, at=at)
    else:
        _fail(recording, refused, at=at)


def _note_kept(recording: Recording, refused: FilmRefused, *, at: datetime) -> None:
    """What was watched before is watched on, and nothing better comes."""
    AuditEvent.objects.record(
        *(None, "replay not made anew", recording),
        at=at,
        unit=recording.unit,
        problem=refused.problem.value,
    )


def _fail(recording: Recording, refused: FilmRefused, *, at: datetime) -> None:
    Recording.objects.in_work().filter(pk=recording.pk).update(
        status=Status.FAILED,
        lease_ends_at=None,
        problem=refused.problem,
        cut_at_seconds=refused.seconds,
    )
    AuditEvent.objects.record(
        None,
        "replay failed",
        recording,
        at=at,
        unit=recording.unit,
        problem=refused.problem.value,
    )


def give_back(recording: Recording, problem: Problem, *, at: datetime) -> bool:
    """Put the recording back for another attempt; False, and failed, after too many of them."""
    if recording.attempt >= Recording.MOST_ATTEMPTS:
        give_up(recording, FilmRefused(problem), at=at)
        return False
    held = Recording.objects.held_by(recording.attempt).filter(pk=recording.pk)
    if not held.in_work().update(status=Status.UPLOADED, lease_ends_at=None, progress=0):
        held.update(lease_ends_at=at)
    return True
