"""Files of replays in their storage: whole or not there, and replaced at one stroke.

In a folder of ours a file is written beside its place, brought to the disk and moved into it;
a bucket replaces whole objects by itself.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

CHUNK = 1024**2

HEX_DIGITS = 32
"""Of the name that a file has while it is written."""


def storage() -> Storage:
    """Where originals and replays lie."""
    return storages["recordings"]


def put(name: str, content: str | bytes) -> None:
    """Write a small file; whoever reads it sees the old one or the new one."""
    data = content.encode() if isinstance(content, str) else content
    place = local_path(name)
    if place is None:
        _replace(name, ContentFile(data))
        return
    _write(place, BytesIO(data))


def take_in(path: Path, name: str) -> None:
    """Move a finished file from a local folder to its place, over one that lies there."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    place = local_path(name)
    if place is None:
        with path.open("rb") as file:
            _replace(name, File(file))
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.replace(place)
    except OSError as error:
        if error.errno != errno.EXDEV:  # scratch and storage are different disks
            raise
        with path.open("rb") as file:
            _write(place, file)
        path.unlink()


def settle(folder: str) -> None:
    """See that what was moved into a folder is still there after a power cut."""
    place = local_path(folder)
    if place is None:
        return
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(name: str) -> bytes | None:
    """The bytes of a small file, or None when there is none."""
    try:
        with storage().open(name, "rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def names_in(folder: str) -> list[str]:
    """The files of a folder by name, in order."""
    try:
        return sorted(storage().listdir(folder)[1])
    except FileNotFoundError:
        return []


def delete_folder(folder: str) -> None:
    """Delete what lies in a folder of the storage, and the folder."""
    with suppress(FileNotFoundError):
        folders, files = storage().listdir(folder)
        for name in files:
            storage().delete(f"{folder}/{name}")
        for name in folders:
            delete_folder(f"{folder}/{name}")
        storage().delete(folder)  # a local folder; to a bucket there is nothing left to delete


def sweep(folder: str) -> None:
    """Delete what lies beside its place in a folder, below it too: whoever wrote it is gone."""
    place = local_path(folder)
    if place is None:
        return  # a bucket has whole objects only
    for left in place.rglob(f".*.{'?' * HEX_DIGITS}"):
        left.unlink(missing_ok=True)


def local_path(name: str) -> Path | None:
    """Where a file lies on a disk of this machine; None when it lies in a bucket."""
    try:
        return Path(storage().path(name))
    except NotImplementedError:
        return None


def _write(place: Path, source: IO[bytes]) -> None:
    """Write a file beside its place, piece by piece, and then into it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.{uuid4().hex}")
    try:
        with beside.open("xb") as file:
            shutil.copyfileobj(source, file, CHUNK)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _replace(name: str, file: File) -> None:  # type: ignore[type-arg]  # generic to the stubs only
    if storage().exists(name):
        storage().delete(name)
    storage().save(name, file)
