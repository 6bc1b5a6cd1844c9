"""From what ffmpeg left in a folder of ours to pieces in the storage, each of them measured."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from livestream import ffmpeg
from livestream.domain import boxes, playlists
from livestream.domain.command import AUDIO_FOLDER, FILE_NAME, INIT_NAME, Plan, joined
from livestream.domain.ladder import Rung
from livestream.domain.playlists import Rendition, Segment
from livestream.models import Generation
from livestream.processing import places
from livestream.services import filing, generations

log = logging.getLogger(__name__)


def measure(folder: Path) -> tuple[Segment, ...]:
    """Read every piece that lies in a folder. Raises ``PieceFailed`` unless all are whole.

    Raises ``OSError`` when they are not because the disk is full.
    """
    try:
        return _measured(folder)
    except (boxes.PieceFailed, playlists.PlaylistFailed):
        places.ensure_room(folder)
        raise


def _measured(folder: Path) -> tuple[Segment, ...]:
    init = folder / INIT_NAME
    names = sorted(path.name for path in folder.glob("*.m4s"))
    if not names or not init.exists():
        raise boxes.PieceFailed(f"nothing was made in {folder.name}")
    scale = boxes.timescale_of(init.read_bytes())
    found = []
    for name in names:
        with (folder / name).open("rb") as file:
            found.append(generations.measured(file, name, scale))
    return tuple(found)


def take_in(place: Path, generation: Generation, name: str, rung: Rung | None) -> Rendition:
    """Move one variant's pieces into the folder of a generation. ``rung`` None: sound."""
    segments = measure(place / name)
    codec = playlists.codec_of((place / name / INIT_NAME).read_bytes())
    folder = f"{generation.folder()}/{name}"
    for file in (INIT_NAME, *(segment.name for segment in segments)):
        filing.take_in(place / name / file, f"{folder}/{file}")
    filing.settle(folder)
    return rendition(name, codec, segments, rung)


def join(generation: Generation, plan: Plan) -> None:
    """Keep one size with its sound as a plain file beside the lists; it may be missing.

    For browsers that play neither our lists nor, without script, those of others.
    """
    rung = plan.rung_of_file
    names = [rung.name] if rung else []
    names += [AUDIO_FOLDER] if plan.has_sound else []
    with places.of_file(generation) as place:
        try:
            sources = [str(_in_a_row(generation, name, place)) for name in names]
            ffmpeg.run(joined(sources), limits=ffmpeg.Limits.for_film(plan.length), folder=place)
            filing.take_in(place / FILE_NAME, f"{generation.folder()}/{FILE_NAME}")
        except (ffmpeg.FfmpegFailed, OSError) as failed:
            log.warning("generation %s has no plain file: %s", generation.pk, failed)


def _in_a_row(generation: Generation, name: str, place: Path) -> Path:
    """The pieces of one variant behind each other, which is a film too."""
    folder = f"{generation.folder()}/{name}"
    pieces = [one for one in filing.names_in(folder) if one.endswith(".m4s")]
    row = place / f"{name}.mp4"
    with row.open("wb") as out:
        for piece in (INIT_NAME, *pieces):
            with filing.storage().open(f"{folder}/{piece}", "rb") as stored:
                shutil.copyfileobj(stored, out)
    return row


def rendition(
    name: str, codec: str, segments: tuple[Segment, ...], rung: Rung | None
) -> Rendition:
    """A variant with its pieces."""
    if rung is None:
        return Rendition(name, codec, segments)
    return Rendition(name, codec, segments, rung.width, rung.height, rung.fps)
