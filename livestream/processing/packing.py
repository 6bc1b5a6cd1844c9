"""Finished units become lists: in the order of the film, as far as there is no hole."""

from __future__ import annotations

import math
from collections.abc import Iterator

from livestream.domain import boxes, playlists
from livestream.domain.command import AUDIO_FOLDER, INIT_NAME, LIST_NAME, Plan
from livestream.domain.ladder import Rung
from livestream.domain.playlists import Rendition, Segment
from livestream.domain.units import SEGMENT_SECONDS
from livestream.models import Generation, Recording, WorkUnit
from livestream.processing import files
from livestream.processing.places import Clock
from livestream.services import filing, generations, units

Kind = WorkUnit.Kind


def advance(generation: Generation, now: Clock) -> None:
    """Put into the lists what is finished, show it if it can be shown, close it at the end.

    Safe to call at any time and twice at once: the lists are written under a lock, and what
    they have is passed over.
    """
    work = list(WorkUnit.objects.of(generation))
    if not work:
        return
    generation.refresh_from_db(fields=["plan"])  # after its work: it may have to end earlier
    plan = Plan.from_stored(generation.plan)
    pieces = _pieces_to_list(generation, plan, work)
    if not pieces:
        return
    is_done = all(unit.state == WorkUnit.State.DONE for unit in work)
    try:
        finished = list(_finished(generation, plan, pieces))
        generations.grow(generation, finished, target=SEGMENT_SECONDS)
        if is_done:
            _leave_out(generation, plan, pieces)
            files.join(generation, plan)
            generations.make_whole(generation, at=now())
    except generations.GenerationGone:
        return
    if is_done or not Recording.objects.made().filter(pk=generation.recording_id).exists():
        generations.show(
            generation,
            seconds=plan.ends,
            has_picture=bool(plan.rungs),
            has_sound=plan.has_sound,
            at=now(),
        )
    if is_done:
        units.tell(work[0], 100)


def _pieces_to_list(generation: Generation, plan: Plan, work: list[WorkUnit]) -> int:
    """How many pieces the film is finished for without a hole, in the picture and the sound.

    Sound is cut a packet before or after the picture, so its pieces are as many; while it is
    still being made, those that lie there count.
    """
    waiting = [unit for unit in work if unit.state != WorkUnit.State.DONE]
    missing = [unit.starts_at_seconds for unit in waiting if unit.kind == Kind.PICTURE]
    whole = math.ceil(round(plan.ends / SEGMENT_SECONDS, 3))
    pictured = round(min(missing) / SEGMENT_SECONDS) if missing else whole
    if not any(unit.kind == Kind.SOUND for unit in waiting):
        return pictured
    return min(pictured, whole, generations.pieces_in(generation, AUDIO_FOLDER))


def _finished(generation: Generation, plan: Plan, pieces: int) -> Iterator[Rendition]:
    for rung in plan.rungs:
        yield _added(generation, rung.name, rung, last=pieces)
    if plan.has_sound:
        is_whole = plan.ends_at is None and pieces * SEGMENT_SECONDS >= plan.length
        yield _added(generation, AUDIO_FOLDER, None, last=math.inf if is_whole else pieces)


def _leave_out(generation: Generation, plan: Plan, pieces: int) -> None:
    """Delete what was made behind the place at which a film has to end."""
    if plan.ends_at is None:
        return
    for folder in (f"{generation.folder()}/{name}" for name in plan.folders):
        for name in filing.names_in(folder):
            if name.endswith(".m4s") and name >= f"{pieces:05d}.m4s":
                filing.storage().delete(f"{folder}/{name}")


def _added(generation: Generation, name: str, rung: Rung | None, *, last: float) -> Rendition:
    """The pieces that lie there and are in no list yet, up to so many in all."""
    folder = f"{generation.folder()}/{name}"
    init = filing.read(f"{folder}/{INIT_NAME}")
    if init is None:
        raise boxes.PieceFailed(f"{folder} has no beginning")
    listed = (filing.read(f"{folder}/{LIST_NAME}") or b"#EXTM3U").decode()
    number = len(playlists.read_segments(listed))
    scale = boxes.timescale_of(init)
    found: list[Segment] = []
    while number < last:
        path = f"{folder}/{number:05d}.m4s"
        if not filing.storage().exists(path):
            break
        with filing.storage().open(path, "rb") as file:
            found.append(generations.measured(file, f"{number:05d}.m4s", scale))
        number += 1
    return files.rendition(name, playlists.codec_of(init), tuple(found), rung)
