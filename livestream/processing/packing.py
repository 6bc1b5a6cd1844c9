"""Finished units become lists: in the order of the film, as far as there is no hole."""

from __future__ import annotations

import math
from collections.abc import Iterator

from livestream.domain import boxes, playlists
from livestream.domain.command import AUDIO_FOLDER, BASE_SECONDS, INIT_NAME, LIST_NAME, Plan
from livestream.domain.ladder import Rung
from livestream.domain.playlists import Rendition, Segment
from livestream.domain.units import SEGMENT_SECONDS
from livestream.models import Generation, Recording, WorkUnit
from livestream.processing.files import rendition
from livestream.processing.places import Clock
from livestream.services import filing, generations, units

JITTER = 0.1
"""Sound is cut between its own packets, a little before or after the picture."""

Kind = WorkUnit.Kind


def advance(generation: Generation, now: Clock) -> None:
    """Put into the lists what is finished, show it if it can be shown, close it at the end.

    Safe to call at any time and twice at once: the lists are written under a lock, and what
    they have is passed over.
    """
    work = list(WorkUnit.objects.of(generation))
    plan = Plan.from_stored(generation.plan)
    reached = _reached(work, plan)
    if not work or reached <= 0:
        return
    is_done = all(unit.state == WorkUnit.State.DONE for unit in work)
    try:
        generations.grow(
            generation, list(_finished(generation, plan, reached)), target=SEGMENT_SECONDS
        )
        if is_done:
            generations.make_whole(generation, at=now())
    except generations.GenerationGone:
        return
    if is_done or not Recording.objects.made().filter(pk=generation.recording_id).exists():
        generations.show(
            generation,
            seconds=plan.length,
            has_picture=bool(plan.rungs),
            has_sound=plan.has_sound,
            at=now(),
        )
    if is_done:
        units.tell(work[0], 100)


def _reached(work: list[WorkUnit], plan: Plan) -> float:
    """How far the film is finished without a hole; nothing before its sound is there."""
    waiting = [unit for unit in work if unit.state != WorkUnit.State.DONE]
    if any(unit.kind == Kind.SOUND for unit in waiting):
        return 0.0
    missing = [unit.starts_at_seconds for unit in waiting if unit.kind == Kind.PICTURE]
    return min(missing, default=plan.length)


def _finished(generation: Generation, plan: Plan, reached: float) -> Iterator[Rendition]:
    for rung in plan.rungs:
        last = math.ceil(round(reached / SEGMENT_SECONDS, 3))
        yield _added(generation, rung.name, rung, last=last)
    if plan.has_sound:
        ends = reached + JITTER if reached < plan.length else math.inf
        yield _added(generation, AUDIO_FOLDER, None, ends=ends)


def _added(
    generation: Generation, name: str, rung: Rung | None, *, last: int = 0, ends: float = 0.0
) -> Rendition:
    """The pieces that lie there and are in no list yet, up to a number or a moment."""
    folder = f"{generation.folder()}/{name}"
    init = filing.read(f"{folder}/{INIT_NAME}")
    if init is None:
        raise boxes.PieceFailed(f"{folder} has no beginning")
    listed = (filing.read(f"{folder}/{LIST_NAME}") or b"#EXTM3U").decode()
    number = len(playlists.read_segments(listed))
    scale = boxes.timescale_of(init)
    found: list[Segment] = []
    while not last or number < last:
        path = f"{folder}/{number:05d}.m4s"
        if not filing.storage().exists(path):
            break
        with filing.storage().open(path, "rb") as file:
            piece = generations.measured(file, f"{number:05d}.m4s", scale)
            if not last and boxes.read_piece(file).ends / scale - BASE_SECONDS > ends:
                break
        found.append(piece)
        number += 1
    return rendition(name, playlists.codec_of(init), tuple(found), rung)
