"""The sound of a film as one file: its pieces in a row, and an index that players jump by.

Programs for podcasts know no lists of pieces. An init section and the pieces behind it are one
fragmented MP4; the index (``sidx``) in between says how long each piece is and how large.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TIMESCALE = 48_000
_ENTRY = struct.Struct(">III")
_HEAD = struct.Struct(">4sBxxxIIQQHH")
_STARTS_WITH_KEY = 0x9000_0000
"""Each piece begins with a sample that is decoded by itself (starts_with_SAP, type 1)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the file: bytes of our own, or those of a stored one of this size."""

    size: int
    name: str = ""
    own: bytes = b""


@dataclass(frozen=True)
class Stretch:
    """What to read of a part for a request."""

    part: Part
    start: int
    end: int


def index_of(pieces: Sequence[tuple[float, int]]) -> bytes:
    """The index of pieces of these lengths (seconds) and sizes (bytes), which follow it.

    >>> len(index_of([(6.0, 1000), (3.5, 600)]))
    64
    """
    body = b"".join(
        _ENTRY.pack(size, round(seconds * TIMESCALE), _STARTS_WITH_KEY) for seconds, size in pieces
    )
    head = _HEAD.pack(b"sidx", 1, 1, TIMESCALE, 0, 0, 0, len(pieces))
    return struct.pack(">I", 4 + len(head) + len(body)) + head + body


def stretches(parts: Sequence[Part], first: int, last: int) -> Iterator[Stretch]:
    """Which bytes of which parts make up the bytes ``first`` to ``last`` of the whole.

    >>> [(one.part.name, one.start, one.end)
    ...  for one in stretches([Part(10, "a"), Part(5, "b"), Part(5, "c")], 8, 12)]
    [('a', 8, 10), ('b', 0, 3)]
    """
    at = 0
    for part in parts:
        start, end = max(first - at, 0), min(last + 1 - at, part.size)
        if start < end:
            yield Stretch(part, start, end)
        at += part.size
