"""The sound of a public film as one file, put together from its pieces while it is sent.

Nothing is stored a second time. Programs for podcasts fetch it once, in stretches, hours after
they read the feed: so its address stays, and whether it is open is asked each time.

What a file is made of is looked up once in a process: pieces of a whole generation never change.
And a process sends only so many at a time, because each holds a thread as long as the line of
whoever fetches it is slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from threading import BoundedSemaphore

from django.core.files.storage import Storage, storages

from livestream.domain.command import AUDIO_FOLDER, LIST_NAME
from livestream.domain.joined import Part, Stretch, index_of, stretches
from livestream.domain.playlists import PlaylistFailed, read_segments
from livestream.models import Recording

CHUNK = 256 * 1024
AT_ONCE = 2
"""Files that one process sends at a time: half of its threads (``config/embedded/run.py``)."""

FILES_KNOWN = 128
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


class NoSound(Exception):
    """There is no sound that could be sent as one file."""


class OutOfRange(Exception):
    """The stretch that was asked for is not in the file."""


class Busy(Exception):
    """As many files as may be are on their way; programs come again by themselves."""


class Sending:
    """Bytes on their way. Its place is free again when they are sent, or the line broke.

    Raises ``Busy`` when there is no place.
    """

    _places = BoundedSemaphore(AT_ONCE)

    def __init__(self, body: Iterator[bytes]) -> None:
        if not self._places.acquire(blocking=False):
            raise Busy
        self._body = body
        self._has_place = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._body)

    def close(self) -> None:
        """Give the place back. Django says so at the end of every answer, whatever happened."""
        if self._has_place:
            self._has_place = False
            self._places.release()


@dataclass(frozen=True)
class SoundFile:
    """The parts of the file in their order, and its size."""

    folder: str
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return sum(part.size for part in self.parts)

    def read(self, first: int, last: int) -> Iterator[bytes]:
        """The bytes from ``first`` to ``last``, both included."""
        for stretch in stretches(self.parts, first, last):
            yield from _bytes_of(storages["recordings"], self.folder, stretch)


def sound_of(recording: Recording) -> SoundFile:
    """The sound of the generation that is watched now. Raises ``NoSound``.

    A film that still grows has none yet, and one of several takes has none before it is made in
    all sizes: their pieces are on clocks of their own.
    """
    return _file_in(f"{recording.folder()}/{AUDIO_FOLDER}")


@lru_cache(maxsize=FILES_KNOWN)
def _file_in(folder: str) -> SoundFile:
    storage = storages["recordings"]
    try:
        with storage.open(f"{folder}/{LIST_NAME}") as stored:
            said = stored.read().decode()
        pieces = read_segments(said)
        sizes = [storage.size(f"{folder}/{_plain(piece.name)}") for piece in pieces]
        inits = {_plain(piece.init) for piece in pieces}
        if len(inits) != 1 or "#EXT-X-ENDLIST" not in said:
            raise NoSound
        init = inits.pop()
        init_size = storage.size(f"{folder}/{init}")
    except (FileNotFoundError, PlaylistFailed) as error:
        raise NoSound from error
    lengths = [piece.seconds for piece in pieces]
    index = index_of(list(zip(lengths, sizes, strict=True)))
    named = [Part(size, piece.name) for piece, size in zip(pieces, sizes, strict=True)]
    return SoundFile(folder, (Part(init_size, init), Part(len(index), own=index), *named))


def asked_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of one range that was asked for; None for the whole.

    Raises ``OutOfRange``.

    >>> asked_range("bytes=0-99", 1000), asked_range("bytes=-100", 1000), asked_range("", 1000)
    ((0, 99), (900, 999), None)
    """
    match = _RANGE.fullmatch(header)
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        first, last = size - length, size - 1
    else:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    if first > last:
        raise OutOfRange
    return first, last


def _plain(name: str) -> str:
    """A name beside the list, and nothing else. Raises ``PlaylistFailed``."""
    if not name or PurePosixPath(name).name != name:
        raise PlaylistFailed(f"not beside its list: {name}")
    return name


def _bytes_of(storage: Storage, folder: str, stretch: Stretch) -> Iterator[bytes]:
    if not stretch.part.name:
        yield stretch.part.own[stretch.start : stretch.end]
        return
    with storage.open(f"{folder}/{stretch.part.name}", "rb") as stored:
        stored.seek(stretch.start)
        left = stretch.end - stretch.start
        while left and (piece := stored.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
