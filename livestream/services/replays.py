"""The states of a recording while a worker makes its replay.

A worker holds a lease and an attempt number. Every write names the attempt, so
one whose lease ran out, and who wakes up again, can change nothing any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.models import AuditEvent
from livestream.domain.inspection import FilmRefused, Problem
from livestream.domain.playlists import Rendition, peak
from livestream.models import Recording, Variant

LEASE = timedelta(seconds=90)
"""Longer than ffmpeg may stand still before it is ended, so that only the dead lose theirs."""

MOST_ATTEMPTS = 4
"""A film that took four workers down is not given to a fifth by itself."""


class LeaseLost(Exception):
    """Another worker has this recording now; whatever we have made is worth nothing."""


def claim(recording_id: int, *, at: datetime) -> Recording | None:
    """Take a recording to work on, or None when it is done or in somebody's hands."""
    claimed = (
        Recording.objects.claimable(at)
        .filter(pk=recording_id)
        .update(
            status=Recording.Status.PROCESSING,
            lease_ends_at=at + LEASE,
            attempt=F("attempt") + 1,
            progress=0,
        )
    )
    return Recording.objects.with_all_to_show().get(pk=recording_id) if claimed else None


def keep_lease(recording: Recording, *, percent: int, at: datetime) -> None:
    """Say that the work goes on, and how far it is. Raises ``LeaseLost``."""
    kept = (
        Recording.objects.held_by(recording.attempt)
        .filter(pk=recording.pk)
        .update(progress=percent, lease_ends_at=at + LEASE)
    )
    if not kept:
        raise LeaseLost


@transaction.atomic
def finish(
    recording: Recording,
    *,
    renditions: Sequence[Rendition],
    seconds: float,
    at: datetime,
) -> None:
    """Let the new files be found, all at one stroke. Raises ``LeaseLost``."""
    done = (
        Recording.objects.held_by(recording.attempt)
        .filter(pk=recording.pk)
        .update(
            status=Recording.Status.READY,
            lease_ends_at=None,
            progress=100,
            generation=recording.attempt,
            seconds=seconds,
            ready_at=at,
            has_picture=any(rendition.width for rendition in renditions),
            has_sound=any(not rendition.width for rendition in renditions),
        )
    )
    if not done:
        raise LeaseLost
    Variant.objects.bulk_create(_variant(recording, rendition) for rendition in renditions)
    AuditEvent.objects.record(None, "replay made", recording, at=at, unit=recording.unit)


def give_up(recording: Recording, refused: FilmRefused, *, at: datetime) -> None:
    """Note why there is no replay; the teacher reads it in words."""
    with transaction.atomic():
        changed = (
            Recording.objects.held_by(recording.attempt)
            .filter(pk=recording.pk)
            .update(
                status=Recording.Status.FAILED,
                lease_ends_at=None,
                problem=refused.problem,
                cut_at_seconds=refused.seconds,
            )
        )
        if changed:
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
    if recording.attempt >= MOST_ATTEMPTS:
        give_up(recording, FilmRefused(problem), at=at)
        return False
    Recording.objects.held_by(recording.attempt).filter(pk=recording.pk).update(
        status=Recording.Status.UPLOADED, lease_ends_at=None, progress=0
    )
    return True


def _variant(recording: Recording, rendition: Rendition) -> Variant:
    return Variant(
        recording=recording,
        generation=recording.attempt,
        name=rendition.folder,
        codec=rendition.codec,
        width=rendition.width,
        height=rendition.height,
        frame_rate=rendition.fps,
        bandwidth=peak(rendition),
        average_bandwidth=round(rendition.average),
        segments=len(rendition.segments),
        size=rendition.size,
    )
