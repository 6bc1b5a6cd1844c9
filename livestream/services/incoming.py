"""The bytes of films on their way: one file each, and one writer at a time.

They lie on the scratch disk, which is the disk of the films: when all are here, the file is
renamed, never copied. The lock lies beside the bytes and belongs to the kernel, so that it
ends with its holder however that ends, and no transaction stays open for the hour that a film
may take. Web processes that take films share this disk.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files import File

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Busy(Exception):
    """Somebody else is writing to this upload, or looking into its film."""


class DiskFull(Exception):
    """The disk takes no more bytes."""


class Moved(File):  # type: ignore[type-arg]  # File is generic only to the stubs
    """A file the storage may take as it lies: a local storage renames it, a bucket reads it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def folder() -> Path:
    """Where films on their way lie."""
    path = Path(settings.SCRATCH_ROOT) / "uploads"
    path.mkdir(parents=True, exist_ok=True)
    return path


def path_of(press: UUID) -> Path:
    """Where the bytes of one upload lie."""
    return folder() / press.hex


@contextmanager
def alone(press: UUID) -> Iterator[None]:
    """Be the only one who does anything with an upload. Raises ``Busy``; never waits."""
    path = folder() / f"{press.hex}.lock"
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise Busy from None
        if _still_there(path, lock):
            break
        os.close(lock)  # whoever had it deleted it: take the new one
    try:
        yield
    finally:
        os.close(lock)


def _still_there(path: Path, lock: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(lock).st_ino
    except FileNotFoundError:
        return False


def forget(press: UUID) -> None:
    """Delete the bytes of an upload, and then its lock, which the caller holds."""
    path_of(press).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        (folder() / f"{press.hex}.lock").unlink()


def size_of(press: UUID) -> int:
    """How many bytes of an upload lie on the disk."""
    try:
        return path_of(press).stat().st_size
    except FileNotFoundError:
        return 0


class Bytes:
    """The file of one upload, open for writing behind what is certain already."""

    def __init__(self, press: UUID, certain: int) -> None:
        path = path_of(press)
        is_new = not path.exists()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if is_new:
            _sync_folder(path.parent)
        self.certain = min(certain, os.fstat(self._file).st_size)
        """Bytes that are on the disk and have been answered for; the rest is cut off."""
        self.undo()

    def write(self, data: bytes) -> None:
        """Put bytes behind the others. Raises ``DiskFull`` after what still fitted."""
        left = memoryview(data)
        with _full_is_said():
            while left:
                left = left[os.write(self._file, left) :]

    def keep(self) -> None:
        """Have what was written on the disk. Raises ``DiskFull``, and then has not."""
        end = os.lseek(self._file, 0, os.SEEK_CUR)
        with _full_is_said():
            os.fsync(self._file)
        self.certain = end

    def undo(self) -> None:
        """Cut off what was written and not kept."""
        os.ftruncate(self._file, self.certain)
        os.lseek(self._file, self.certain, os.SEEK_SET)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


@contextmanager
def _full_is_said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull from error
        raise


def _sync_folder(path: Path) -> None:
    """Have the file's name on the disk, too."""
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
