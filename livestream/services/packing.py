"""The states of a broadcast in the hands of a packager.

A packager holds a broadcast by a lease and a run number, as a worker holds a film. Every write
names both, so that one who was thought dead, and wakes up, can change nothing any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.models import AuditEvent
from livestream.domain import live
from livestream.domain.playlists import Rendition
from livestream.ingest import master_file
from livestream.models import Broadcast, Generation, Recording, Take, Upload
from livestream.models.live import BroadcastQuerySet
from livestream.services import filing, films, generations, replays

LEASE = timedelta(seconds=15)
"""So long nobody else may take a broadcast whose packager is not heard of."""


class LeaseLost(Exception):
    """Another packager has this broadcast now."""


def claim(*, packager: str, at: datetime) -> Broadcast | None:
    """Take a broadcast that nobody packs, or None."""
    free = Broadcast.objects.without_packager(at)
    for pk in free.order_by("began_at").values_list("pk", flat=True):
        if free.filter(pk=pk).update(
            packager=packager, run=F("run") + 1, lease_ends_at=at + LEASE
        ):
            return Broadcast.objects.with_all_to_show().get(pk=pk)
    return None


def keep(broadcast: Broadcast, take: Take | None, *, at: datetime) -> bool:
    """Say that the packing goes on, and that this take is heard of. False: it is over.

    Raises ``LeaseLost``.
    """
    held = Broadcast.objects.held_by(broadcast.packager, broadcast.run).filter(pk=broadcast.pk)
    if not held.update(lease_ends_at=at + LEASE):
        raise LeaseLost
    if take is not None:
        Take.objects.coming_in().filter(pk=take.pk).update(heard_at=at)
    return held.live().exists()


def next_run(broadcast: Broadcast) -> None:
    """Count one more stretch that is packed by itself. Raises ``LeaseLost``."""
    held = Broadcast.objects.held_by(broadcast.packager, broadcast.run).filter(pk=broadcast.pk)
    if not held.update(run=F("run") + 1):
        raise LeaseLost
    broadcast.run += 1


def let_go(broadcast: Broadcast) -> None:
    """Leave a broadcast to whoever comes next, at once."""
    held = Broadcast.objects.held_by(broadcast.packager, broadcast.run).filter(pk=broadcast.pk)
    held.update(lease_ends_at=None, packager="")


@transaction.atomic
def open_recording(broadcast: Broadcast, *, at: datetime) -> Generation:
    """The files a broadcast grows into: those it has already, or new ones."""
    held = Broadcast.objects.select_for_update(of=["self"]).get(pk=broadcast.pk)
    if held.recording is not None:
        known = held.recording.generations.filter(kind=Generation.Kind.LIVE).first()
        if known is not None:
            return known
    recording = held.recording or Recording.objects.create(
        lesson=broadcast.lesson,
        lecture=broadcast.lecture,
        unit=broadcast.unit,
        uploaded_by=broadcast.opened_by,
        status=Recording.Status.PROCESSING,
        uploaded_at=at,
    )
    held.recording = recording
    held.save(update_fields=["recording"])
    broadcast.recording = recording
    return generations.open_generation(recording, kind=Generation.Kind.LIVE, at=at)


@transaction.atomic
def grow(
    broadcast: Broadcast,
    generation: Generation,
    renditions: Sequence[Rendition],
    *,
    seconds: float,
    target: int,
    at: datetime,
) -> None:
    """Let people have pieces that are finished; the first ones open the classroom.

    Raises ``LeaseLost`` or ``generations.GenerationGone``.
    """
    keep(broadcast, None, at=at)
    begins = generations.grow(generation, renditions, target=target)
    recording = generation.recording
    if begins:
        generations.show(
            generation,
            seconds=seconds,
            has_picture=any(one.width for one in renditions),
            has_sound=any(not one.width for one in renditions),
            at=at,
        )
        if not broadcast.is_trial():
            is_public = broadcast.lecture_id is not None
            films.publish(
                recording=recording, to_everybody=is_public, actor=broadcast.opened_by, at=at
            )
    else:
        Recording.objects.filter(pk=recording.pk).update(seconds=seconds)


@transaction.atomic
def close(broadcast: Broadcast, generation: Generation | None, *, at: datetime) -> None:
    """Nothing more comes: what went out is the replay now. Raises ``LeaseLost``."""
    held = Broadcast.objects.held_by(broadcast.packager, broadcast.run).filter(pk=broadcast.pk)
    if not held.update(closed_at=at, lease_ends_at=None):
        raise LeaseLost
    if generation is not None and generation.state == Generation.State.GROWING:
        generations.make_whole(generation, at=at)
    elif broadcast.recording is not None:  # nothing was ever watched: the master copy may be
        for begun in broadcast.recording.generations.unfinished():
            generations.drop(begun)
    AuditEvent.objects.record(None, "live closed", broadcast, at=at, unit=broadcast.unit)


def cannot_show(take: Take) -> None:
    """Note that a take is coded in a way that nobody could watch; its teacher is told."""
    Take.objects.filter(pk=take.pk).update(is_playable=False)


def drop_trial(trial: Broadcast) -> None:
    """Delete a trial with everything that was seen in it: the bytes first, then the rows."""
    for take in trial.takes.all():
        path = master_file(take.recorded_as)
        if path is not None:
            path.unlink(missing_ok=True)
    if trial.recording is not None:
        filing.delete_folder(trial.recording.folder_of_all())
        trial.recording.delete()
    trial.delete()


@transaction.atomic
def hand_over(broadcast: Broadcast, *, stored_as: str, size: int, at: datetime) -> None:
    """Have a replay in all sizes made of the master copy; people watch on meanwhile.

    Without one (``size`` 0) the replay stays as it went out; where nothing did, it is deleted.
    """
    waiting = Broadcast.objects.with_master_to_hand_over(at).select_for_update(of=["self"])
    held = waiting.filter(pk=broadcast.pk).first()
    if held is None:
        return
    held.handed_over_at = at
    held.save(update_fields=["handed_over_at"])
    recording = held.recording
    if recording is None:
        return
    if not size:
        if not recording.generation:
            recording.delete()
        return
    Upload.objects.create(
        recording=recording,
        lesson=broadcast.lesson,
        lecture=broadcast.lecture,
        by=broadcast.opened_by,
        press=uuid4(),
        original_name=f"{recording.asset.hex}.mkv",
        takes_what_is_there=True,
        state=Upload.State.ARRIVED,
        size=size,
        offset=size,
        began_at=at,
        stored_as=stored_as,
        received_at=at,
    )
    if recording.is_made():
        replays.make_anew(recording, at=at)
    else:
        replays.make_first(recording)


def segment_seconds(broadcast: Broadcast) -> int:
    """How long a piece of this broadcast is meant to be."""
    return live.LECTURE_SECONDS if broadcast.lecture_id else live.LESSON_SECONDS


def scratch_of(broadcast: Broadcast) -> str:
    """Where the pieces of a broadcast lie until they are whole."""
    return f"{settings.SCRATCH_ROOT}/live/{broadcast.pk}"


def trials_to_drop() -> BroadcastQuerySet:
    """Trials that are over and closed."""
    return Broadcast.objects.trials().closed().with_all_to_show()
