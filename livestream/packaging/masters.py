"""The master copies of a broadcast become the film that a replay in all sizes is made of."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from livestream import ffmpeg, ingest
from livestream.domain import packing as rules
from livestream.models import Broadcast
from livestream.services import filing, packing

log = logging.getLogger(__name__)

LIMITS = ffmpeg.Limits(
    wall_seconds=3600, cpu_seconds=3600, stall_seconds=120, file_bytes=16 * ffmpeg.GIB
)
SMALLEST = 1000
"""Bytes of a master copy in which something may be seen."""


def hand_over(broadcast: Broadcast, now: Callable[[], datetime]) -> None:
    """Give the film of a broadcast that is over to the workers. Safe to repeat."""
    masters = _masters_of(broadcast)
    if broadcast.recording is None or not masters:
        packing.hand_over(broadcast, stored_as="", size=0, at=now())
        return
    scratch = Path(f"{packing.scratch_of(broadcast)}-master")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        film = _joined(masters, scratch)
        size = film.stat().st_size
        asset = broadcast.recording.asset.hex
        stored_as = f"source/{asset[:2]}/{asset}"
        filing.take_in(film, stored_as)
        packing.hand_over(broadcast, stored_as=stored_as, size=size, at=now())
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    for master in masters:
        master.unlink(missing_ok=True)


def _masters_of(broadcast: Broadcast) -> list[Path]:
    takes = broadcast.takes.in_order()
    found = (ingest.master_file(take.recorded_as) for take in takes)
    return [path for path in found if path is not None and path.stat().st_size > SMALLEST]


def _joined(masters: list[Path], scratch: Path) -> Path:
    """All takes behind each other; where they do not fit together, the longest of them.

    A camera that came back with other settings may leave such; the replay as it went out has
    all takes in any case.
    """
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
