"""Where work is done: folders of one attempt, and the film on a local disk."""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings

from livestream.models import Generation, Recording, WorkUnit
from livestream.services import filing

BROKEN_UPLOAD_SECONDS = 24 * 3600
LEAST_ROOM = 64 * 1024
"""With less than this left, pieces that are not whole are the disk's fault."""

KEPT_EVERY_SECONDS = 10.0
"""How often a lease is kept while a film is read: gigabytes take longer than a lease lasts."""

Clock = Callable[[], datetime]


class TryLater(Exception):
    """The machine failed, not the film: full disk, killed process. The errand comes again."""


def is_full(error: Exception) -> bool:
    """Whether a disk without room is what went wrong."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    return "No space left" in str(error)


def ensure_room(place: Path) -> None:
    """Say that a disk is full where ffmpeg does not: it writes empty pieces and ends well."""
    if shutil.disk_usage(place).free < LEAST_ROOM:
        raise OSError(errno.ENOSPC, "No space left for pieces", str(place))


def now_and_then(keep: Callable[[], None]) -> Callable[[], None]:
    """What may be called for every packet that is read, and calls ``keep`` every few seconds."""
    kept_at = time.monotonic()

    def alive() -> None:
        nonlocal kept_at
        if time.monotonic() - kept_at >= KEPT_EVERY_SECONDS:
            keep()
            kept_at = time.monotonic()

    return alive


@contextmanager
def of_attempt(recording: Recording) -> Iterator[Path]:
    """A folder for one look into a film; what earlier ones left is swept away."""
    _sweep_broken_uploads()
    with _folder(f"film-{recording.pk}", recording.attempt) as place:
        yield place


@contextmanager
def of_unit(unit: WorkUnit) -> Iterator[Path]:
    """A folder for one try at a unit; what earlier ones left is swept away."""
    with _folder(f"unit-{unit.pk}", unit.fence) as place:
        yield place


@contextmanager
def of_file(generation: Generation) -> Iterator[Path]:
    """A folder for what is put together of a generation, each time another one."""
    with _folder(f"file-{generation.pk}", time.time_ns()) as place:
        yield place


@contextmanager
def source(recording: Recording, meanwhile: Callable[[], None]) -> Iterator[Path]:
    """The film on a local disk: where it lies, or a copy when it lies in a bucket.

    ``meanwhile`` is called for each block that is copied.
    """
    name = recording.upload.stored_as
    lies_at = filing.local_path(name)
    if lies_at is not None:
        yield lies_at
        return
    with _folder(f"source-{recording.pk}", time.time_ns()) as place:
        copy = place / "film"
        with filing.storage().open(name, "rb") as there, copy.open("wb") as here:
            while block := there.read(1024 * 1024):
                here.write(block)
                meanwhile()
        yield copy


def sweep() -> None:
    """Delete folders of units that are done or gone."""
    left = {name: place for place in _root().glob("unit-*") if (name := place.name[5:]).isdigit()}
    wanted = WorkUnit.objects.unfinished().filter(pk__in=left).values_list("pk", flat=True)
    for name in set(left) - {str(pk) for pk in wanted}:
        shutil.rmtree(left[name], ignore_errors=True)


@contextmanager
def _folder(name: str, number: int) -> Iterator[Path]:
    whole = _root() / name
    for older in whole.glob("*"):
        if older.name.isdigit() and int(older.name) <= number:
            shutil.rmtree(older, ignore_errors=True)
    place = whole / str(number)
    place.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        with suppress(OSError):
            whole.rmdir()


def _root() -> Path:
    root = Path(settings.SCRATCH_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    return root


def _sweep_broken_uploads() -> None:
    """Delete what uploads left that broke off with their server; Django clears the others."""
    for left in _root().glob("tmp*.upload*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > BROKEN_UPLOAD_SECONDS:
                left.unlink()
