"""Generations of files: opened, grown piece by piece, made whole, shown, dropped.

The lists on the disk say what a generation has; each is replaced at one stroke, and none names
a piece that is not there. One worker at a time writes them: the generation's row is held.
The same room serves films that are made in all sizes and lessons that go out live.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language_info

from accounts.models import AuditEvent
from livestream.domain import boxes, playlists, webvtt
from livestream.domain.command import FIRST_PTS, INIT_NAME, LIST_NAME
from livestream.domain.playlists import (
    CAPTIONS_FOLDER,
    KEY_FRAMES_NAME,
    MASTER_NAME,
    Rendition,
    Segment,
    Words,
)
from livestream.models import Captions, Generation, Recording, Variant, WorkUnit
from livestream.services import filing

SOUND_LANGUAGE = "zh"

State = Generation.State


class GenerationGone(Exception):
    """The generation was given up or is whole already; what was to be added is worth nothing."""


@transaction.atomic
def open_generation(
    recording: Recording,
    *,
    kind: Generation.Kind,
    at: datetime,
    plan: Mapping[str, Any] | None = None,
) -> Generation:
    """Begin a new set of files. Nobody sees it before ``show``."""
    held = Recording.objects.select_for_update(no_key=True, of=["self"]).get(pk=recording.pk)
    latest = held.generations.aggregate(number=Max("number"))["number"] or 0
    return Generation.objects.create(
        recording=recording,
        number=max(latest, held.generation) + 1,
        kind=kind,
        plan=dict(plan or {}),
        began_at=at,
    )


@transaction.atomic
def grow(
    generation: Generation, renditions: Sequence[Rendition], *, target: int | None = None
) -> bool:
    """Add finished pieces to the lists; True when that made the generation watchable.

    The files lie in their folders already. ``renditions`` hold what is new, in its order;
    pieces that a list has already are passed over, so it may be said twice. ``target`` is the
    most seconds a piece may have, stated with the first one. Raises ``GenerationGone``.
    """
    held = _held(generation)
    for rendition in renditions:
        listed = _add(held, rendition, target)
        if held.state == State.MAKING:
            _note(held, replace(rendition, segments=tuple(listed)))
    if held.state == State.MAKING:
        _write_master(held, _measured(held))
        held.state = State.GROWING
        held.save(update_fields=["state"])
        generation.state = held.state
        return True
    return False


@transaction.atomic
def make_whole(generation: Generation, *, at: datetime) -> None:
    """Close the lists and state what was measured. Raises ``GenerationGone``.

    Nobody writes pieces any more: what killed workers left half-written is swept away.
    """
    held = _held(generation)
    filing.sweep(held.folder())
    renditions = _measured(held)
    for rendition in renditions:
        _write_lists(held, rendition, goes_on=False)
        _note(held, rendition)
    _write_master(held, renditions)
    held.state, held.whole_at = State.WHOLE, at
    held.save(update_fields=["state", "whole_at"])
    generation.state, generation.whole_at = held.state, held.whole_at


@transaction.atomic
def show(
    generation: Generation, *, seconds: float, has_picture: bool, has_sound: bool, at: datetime
) -> bool:
    """Let the generation be what people watch, at one stroke; the one before is retired.

    False when a newer one is watched already: two finishes at once end with the newer,
    whichever comes last.
    """
    shown = (
        Recording.objects.that_stand()
        .filter(pk=generation.recording_id, generation__lt=generation.number)
        .select_for_update(no_key=True, of=["self"])
        .first()
    )
    if shown is None:
        return False
    shown.generations.filter(number=shown.generation).update(retired_at=at)
    is_first = not shown.is_made()
    shown.generation = generation.number
    shown.seconds, shown.has_picture, shown.has_sound = seconds, has_picture, has_sound
    shown.cut_at_seconds = None
    if is_first:
        shown.status, shown.ready_at = Recording.Status.READY, at
        AuditEvent.objects.record(None, "replay made", shown, at=at, unit=shown.unit)
    shown.save(
        update_fields=[
            *("generation", "seconds", "has_picture", "has_sound", "status", "ready_at"),
            "cut_at_seconds",
        ]
    )
    return True


@transaction.atomic
def end_at(generation: Generation, seconds: float, *, at: datetime) -> None:
    """Let what is watched end where it has no more, since the rest of it cannot be made.

    What comes before is finished as planned, and closes it.
    """
    recording = generation.recording
    Generation.objects.filter(pk=generation.pk).update(plan=generation.plan | {"ends_at": seconds})
    WorkUnit.objects.of(generation).behind(seconds).delete()
    Recording.objects.filter(pk=recording.pk, generation=generation.number).update(
        seconds=seconds, cut_at_seconds=seconds
    )
    AuditEvent.objects.record(
        None, "replay ends early", recording, at=at, unit=recording.unit, seconds=seconds
    )


@transaction.atomic
def drop(generation: Generation) -> bool:
    """Give a generation up, with its files; False for the one that is watched: it stays."""
    is_watched = Recording.objects.filter(
        pk=generation.recording_id, generation=generation.number
    ).exists()
    if is_watched:
        return False
    WorkUnit.objects.of(generation).delete()
    Generation.objects.filter(pk=generation.pk).give_up()
    filing.delete_folder(generation.folder())
    return True


def pieces_in(generation: Generation, folder: str) -> int:
    """How many pieces of a variant lie in their places."""
    names = filing.names_in(f"{generation.folder()}/{folder}")
    return sum(name.endswith(".m4s") for name in names)


def scan(generation: Generation, folder: str) -> list[Segment]:
    """Read the pieces of a variant from the disk, in order; one that breaks off ends them.

    For a list that was lost: what lies there is the truth.
    """
    init = filing.read(f"{generation.folder()}/{folder}/{INIT_NAME}")
    if init is None:
        return []
    scale = boxes.timescale_of(init)
    found: list[Segment] = []
    for name in filing.names_in(f"{generation.folder()}/{folder}"):
        if not name.endswith(".m4s"):
            continue
        try:
            found.append(_scanned(f"{generation.folder()}/{folder}/{name}", name, scale))
        except boxes.PieceFailed:
            break
    return found


def put_captions_in(recording: Recording) -> None:
    """Let viewers have the captions that were read through, and no others.

    For a change of captions; a new generation takes them in when it is made whole.
    """
    watched = recording.generations.filter(number=recording.generation).first()
    if watched is None or watched.state != State.WHOLE:
        return
    with transaction.atomic():
        held = Generation.objects.select_for_update(no_key=True, of=["self"]).get(pk=watched.pk)
        _write_master(held, _measured(held))


def _held(generation: Generation) -> Generation:
    held = (
        Generation.objects.unfinished()
        .select_for_update(no_key=True, of=["self"])
        .select_related("recording")
        .filter(pk=generation.pk)
        .first()
    )
    if held is None:
        raise GenerationGone(str(generation))
    return held


def _add(generation: Generation, rendition: Rendition, target: int | None) -> list[Segment]:
    """Write a list anew with more pieces at its end; give all its pieces."""
    folder = f"{generation.folder()}/{rendition.folder}"
    text = (filing.read(f"{folder}/{LIST_NAME}") or b"").decode()
    listed = _listed(folder, text) if text else []
    known = {segment.name for segment in listed}
    more = [segment for segment in rendition.segments if segment.name not in known]
    if more:
        stated = playlists.target_in(text) or target or playlists.target_of(more)
        whole = replace(rendition, segments=(*listed, *more))
        _write_lists(generation, whole, goes_on=True, target=stated)
    return [*listed, *more]


def _listed(folder: str, text: str) -> list[Segment]:
    pictures = (filing.read(f"{folder}/{KEY_FRAMES_NAME}") or b"").decode()
    return playlists.read_segments(text, pictures)


def _write_lists(
    generation: Generation, rendition: Rendition, *, goes_on: bool, target: int | None = None
) -> None:
    folder = f"{generation.folder()}/{rendition.folder}"
    if rendition.has_key_frames:
        pictures = playlists.key_frame_list(rendition.segments, target=target, goes_on=goes_on)
        filing.put(f"{folder}/{KEY_FRAMES_NAME}", pictures)
    listed = playlists.media_list(rendition.segments, target=target, goes_on=goes_on)
    filing.put(f"{folder}/{LIST_NAME}", listed)


def _note(generation: Generation, rendition: Rendition) -> None:
    """Keep what a variant is; its sizes are stated anew when the generation is whole."""
    Variant.objects.update_or_create(
        recording=generation.recording,
        generation=generation.number,
        name=rendition.folder,
        defaults={
            "codec": rendition.codec,
            "width": rendition.width,
            "height": rendition.height,
            "frame_rate": rendition.fps,
            "bandwidth": playlists.peak(rendition),
            "average_bandwidth": round(rendition.average),
            "segments": len(rendition.segments),
            "size": rendition.size,
        },
    )


def _measured(generation: Generation) -> list[Rendition]:
    """Every variant of a generation with all pieces that its list names."""
    variants = Variant.objects.of(generation)
    return [_rendition(generation, variant) for variant in variants]


def _rendition(generation: Generation, variant: Variant) -> Rendition:
    folder = f"{generation.folder()}/{variant.name}"
    text = filing.read(f"{folder}/{LIST_NAME}")
    listed = scan(generation, variant.name) if text is None else _listed(folder, text.decode())
    init = filing.read(f"{folder}/{INIT_NAME}") or b""
    return Rendition(
        folder=variant.name,
        codec=variant.codec,
        segments=tuple(
            replace(one, size=filing.storage().size(f"{folder}/{one.name}")) for one in listed
        ),
        width=variant.width,
        height=variant.height,
        fps=variant.frame_rate,
        channels=playlists.STEREO if variant.width else playlists.channels_of(init),
    )


def _write_master(generation: Generation, renditions: Sequence[Rendition]) -> None:
    videos = [rendition for rendition in renditions if rendition.width]
    sound = next((rendition for rendition in renditions if not rendition.width), None)
    words: list[Words] = []
    if videos and generation.state != State.MAKING:  # not while its length is not known
        words = _put_words(generation, max(rendition.seconds for rendition in renditions))
    master = playlists.master_list(videos, sound, language=SOUND_LANGUAGE, words=words)
    filing.put(f"{generation.folder()}/{MASTER_NAME}", master)


def _put_words(generation: Generation, seconds: float) -> list[Words]:
    """Put the captions that were read through into the folder of a generation.

    Each version has a name of its own: players keep what they have fetched.
    """
    found = []
    for captions in Captions.objects.shown().filter(recording=generation.recording_id):
        cues = webvtt.reread((filing.read(captions.stored_as) or b"").decode())
        name = f"{captions.language}-{captions.shown_version}"
        folder = f"{generation.folder()}/{CAPTIONS_FOLDER}"
        (text,) = webvtt.slices(cues, [seconds], first_pts=FIRST_PTS)
        filing.put(f"{folder}/{name}.vtt", text)
        filing.put(f"{folder}/{name}.m3u8", playlists.captions_list(f"{name}.vtt", seconds))
        found.append(Words(captions.language, _own_name(captions.language), f"{name}.m3u8"))
    return found


def _own_name(language: str) -> str:
    """What a language calls itself."""
    return str(get_language_info(language.lower())["name_local"])


def _scanned(path: str, name: str, scale: int) -> Segment:
    with filing.storage().open(path, "rb") as file:
        return measured(file, name, scale)


def measured(file: Any, name: str, scale: int) -> Segment:
    """What a piece says about itself. Raises ``boxes.PieceFailed`` for one that breaks off."""
    piece = boxes.read_piece(file)
    return Segment(
        name=name,
        seconds=piece.ticks / scale,
        size=file.seek(0, 2) or file.tell(),
        key_offset=piece.key_offset,
        key_size=piece.key_size,
    )
