"""The master copies of a broadcast become the film that a replay in all sizes is made of."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from livestream import ffmpeg, ingest, probing
from livestream.domain import inspection, live
from livestream.domain import packing as rules
from livestream.domain.inspection import FilmRefused
from livestream.models import Broadcast, Recording, Take
from livestream.services import filing, packing

log = logging.getLogger(__name__)

LIMITS = ffmpeg.Limits(
    wall_seconds=3600, cpu_seconds=3600, stall_seconds=120, file_bytes=live.LARGEST_MASTER
)
SMALLEST = 1000
"""Bytes of a master copy in which something may be seen."""

MASTERS = {".flv", ".mp4"}
LEFT_SECONDS = 24 * 3600
"""Copies nobody waits for that are older were left by a process that died."""


class NoRoom(Exception):
    """The disk has no room for the film and its replay; the replay as it went out stands."""


def hand_over(broadcast: Broadcast, now: Callable[[], datetime]) -> None:
    """Give the film of a broadcast that is over to the workers. Safe to repeat.

    A film that is clearly less than what people saw live replaces nothing. Raises ``NoRoom``.
    """
    masters = _masters_of(broadcast)
    if broadcast.recording is None or not masters or _bytes_of(masters) > live.LARGEST_MASTER:
        packing.hand_over(broadcast, stored_as="", size=0, at=now())
        return
    scratch = Path(f"{packing.scratch_of(broadcast)}-master")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        film = _joined(masters, scratch)
        if not _is_whole(film, broadcast):
            packing.hand_over(broadcast, stored_as="", size=0, at=now())
            return
        size = film.stat().st_size
        asset = broadcast.recording.asset.hex
        stored_as = f"source/{asset[:2]}/{asset}"
        filing.take_in(film, stored_as)
        packing.hand_over(broadcast, stored_as=stored_as, size=size, at=now())
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    for master in masters:
        master.unlink(missing_ok=True)


def sweep() -> int:
    """Delete master copies that nobody waits for any more. Return how many.

    A process that died between two steps left them, or a film that was clearly too short.
    """
    root = Path(settings.LIVE_ROOT)
    takes = Take.objects.filter(broadcast__in=Broadcast.objects.with_masters_to_keep())
    known = {take.recorded_as or take.name for take in takes}
    swept = 0
    for path in root.rglob("*"):
        if path.suffix not in MASTERS or time.time() - path.stat().st_mtime < LEFT_SECONDS:
            continue
        if str(path.relative_to(root)) not in known and path.stem not in known:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _masters_of(broadcast: Broadcast) -> list[Path]:
    takes = broadcast.takes.in_order()
    found = (ingest.master_file(take.recorded_as) for take in takes)
    return [path for path in found if path is not None and path.stat().st_size > SMALLEST]


def _bytes_of(masters: list[Path]) -> int:
    return sum(master.stat().st_size for master in masters)


def _joined(masters: list[Path], scratch: Path) -> Path:
    """All takes behind each other; where they do not fit together, the longest of them.

    A camera that came back with other settings may leave such; the replay as it went out has
    all takes in any case. Raises ``NoRoom``.
    """
    size = _bytes_of(masters)
    if shutil.disk_usage(scratch).free < inspection.space_needed(size):
        raise NoRoom(f"{size} bytes of master copies")
    parts, film = scratch / "parts.txt", scratch / "film.mkv"
    parts.write_text("".join(f"file 'file:{master}'\n" for master in masters))
    try:
        ffmpeg.run(rules.join(str(parts), str(film)), limits=LIMITS, folder=scratch)
    except ffmpeg.FfmpegKilled:
        raise
    except ffmpeg.FfmpegFailed as failed:
        log.warning("%s takes do not fit together: %s", len(masters), failed)
        shutil.copyfile(max(masters, key=lambda path: path.stat().st_size), film)
    return film


def _is_whole(film: Path, broadcast: Broadcast) -> bool:
    """Whether a film has everything that people could watch live."""
    try:
        found = probing.look(film)
    except FilmRefused as refused:
        log.warning("broadcast %s: its master copy is no film: %s", broadcast.pk, refused)
        return False
    shown = Recording.objects.get(broadcast=broadcast)
    if live.is_a_fragment(found.duration, of=shown.seconds or 0.0):
        log.warning(
            "broadcast %s: %.1f of %.1f s in its master copy; the replay stays as it went out",
            *(broadcast.pk, found.duration, shown.seconds),
        )
        return False
    return True
