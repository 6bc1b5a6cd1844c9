"""What the pieces of a film say about themselves: fragmented MP4, read box by box.

Lengths and byte ranges in our lists come from here, not from what the packager claims; so a
list can always be written again from the pieces that lie on disk.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO

_NOT_SYNC = 0x00010000
"""Set in the flags of a sample that cannot be decoded by itself."""


class PieceFailed(Exception):
    """What lies there is not a whole piece of a film."""


@dataclass(frozen=True)
class Piece:
    """One piece: when it begins and how long it is in ticks, and where its first picture lies.

    ``key_offset`` and ``key_size`` cover the index of the fragment and the key frame that it
    begins with; 0 when it begins with none.
    """

    begins: int
    ticks: int
    key_offset: int
    key_size: int

    @property
    def ends(self) -> int:
        """When the next one should begin."""
        return self.begins + self.ticks


@dataclass
class _Fragment:
    offset: int
    begins: int = -1
    ticks: int = 0
    first_size: int = 0
    first_flags: int = _NOT_SYNC
    samples: int = 0


def timescale_of(init: bytes) -> int:
    """Ticks a second, from an init section with one track."""
    at = init.find(b"mdhd")
    if at < 0 or len(init) < at + 28:
        raise PieceFailed("the init section has no clock")
    place = at + (24 if init[at + 4] == 1 else 16)
    (scale,) = struct.unpack_from(">I", init, place)
    if not scale:
        raise PieceFailed("the clock of the init section stands")
    return int(scale)


def read_piece(file: IO[bytes]) -> Piece:
    """Read the indexes of a piece; the pictures between them are passed over.

    Raises ``PieceFailed`` for a piece that breaks off.
    """
    fragments: list[_Fragment] = []
    key_size = 0
    for offset, kind, size in _top_level(file):
        if kind == b"moof":
            file.seek(offset)
            fragments.append(_fragment(offset, file.read(size)))
        elif kind == b"mdat" and len(fragments) == 1 and not key_size:
            key_size = offset + 8 + fragments[0].first_size - fragments[0].offset
    if not fragments or not key_size:
        raise PieceFailed("a piece without a picture or sound")
    first = fragments[0]
    is_key = not first.first_flags & _NOT_SYNC
    return Piece(
        begins=first.begins,
        ticks=sum(fragment.ticks for fragment in fragments),
        key_offset=first.offset if is_key else 0,
        key_size=key_size if is_key else 0,
    )


def _top_level(file: IO[bytes]) -> Iterator[tuple[int, bytes, int]]:
    file.seek(0, 2)
    end = file.tell()
    at = 0
    while at < end:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            raise PieceFailed("a piece breaks off")
        size, kind = struct.unpack_from(">I4s", head)
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack_from(">Q", head, 8)
        if size < 8 or at + size > end:
            raise PieceFailed("a piece breaks off")
        yield at, kind, size
        at += size


def _inside(box: bytes, start: int = 8) -> Iterator[tuple[bytes, bytes]]:
    at = start
    while at + 8 <= len(box):
        size, kind = struct.unpack_from(">I4s", box, at)
        if size < 8 or at + size > len(box):
            raise PieceFailed("an index breaks off")
        yield kind, box[at : at + size]
        at += size


def _fragment(offset: int, moof: bytes) -> _Fragment:
    fragment = _Fragment(offset)
    try:
        for kind, traf in _inside(moof):
            if kind == b"traf":
                _read_track(fragment, traf)
    except struct.error as error:
        raise PieceFailed("an index breaks off") from error
    if fragment.begins < 0 or not fragment.samples:
        raise PieceFailed("an index without times")
    return fragment


def _read_track(fragment: _Fragment, traf: bytes) -> None:
    seconds = size = flags = 0
    for kind, box in _inside(traf):
        if kind == b"tfhd":
            seconds, size, flags = _defaults(box)
        elif kind == b"tfdt":
            code = ">Q" if box[8] == 1 else ">I"
            (fragment.begins,) = struct.unpack_from(code, box, 12)
        elif kind == b"trun":
            _read_run(fragment, box, seconds, size, flags)


def _defaults(tfhd: bytes) -> tuple[int, int, int]:
    """Length, size and flags of samples that say nothing else."""
    wanted = struct.unpack_from(">I", tfhd, 8)[0] & 0xFFFFFF
    reader = BytesIO(tfhd[16:])
    if wanted & 0x01:
        reader.read(8)
    if wanted & 0x02:
        reader.read(4)
    return tuple(  # type: ignore[return-value]  # three of them, by the masks
        struct.unpack(">I", reader.read(4))[0] if wanted & mask else 0
        for mask in (0x08, 0x10, 0x20)
    )


def _read_run(fragment: _Fragment, trun: bytes, ticks: int, size: int, flags: int) -> None:
    says = struct.unpack_from(">I", trun, 8)[0] & 0xFFFFFF
    (count,) = struct.unpack_from(">I", trun, 12)
    at = 16 + (4 if says & 0x01 else 0)
    first_flags = flags
    if says & 0x04:
        (first_flags,) = struct.unpack_from(">I", trun, at)
        at += 4
    own = [mask for mask in (0x100, 0x200, 0x400, 0x800) if says & mask]
    for number in range(count):
        sample = dict(zip(own, struct.unpack_from(f">{len(own)}I", trun, at), strict=True))
        at += 4 * len(own)
        fragment.ticks += sample.get(0x100, ticks)
        if fragment.samples == 0 and number == 0:
            fragment.first_size = sample.get(0x200, size)
            fragment.first_flags = sample.get(0x400, first_flags)
    fragment.samples += count
