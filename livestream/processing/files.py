"""From what ffmpeg left in a folder of ours to pieces in the storage, each of them measured."""

from __future__ import annotations

from pathlib import Path

from livestream.domain import boxes, playlists
from livestream.domain.command import INIT_NAME
from livestream.domain.ladder import Rung
from livestream.domain.playlists import Rendition, Segment
from livestream.models import Generation
from livestream.processing import places
from livestream.services import filing, generations


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


def rendition(
    name: str, codec: str, segments: tuple[Segment, ...], rung: Rung | None
) -> Rendition:
    """A variant with its pieces."""
    if rung is None:
        return Rendition(name, codec, segments)
    return Rendition(name, codec, segments, rung.width, rung.height, rung.fps)
