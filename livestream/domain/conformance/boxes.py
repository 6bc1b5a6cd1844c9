"""Reading the boxes of fragmented MP4 (ISO/IEC 14496-12), as far as a stream is judged by them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

CONTAINERS = frozenset({"moov", "trak", "mdia", "minf", "stbl", "mvex", "edts", "moof", "traf"})
PICTURE, SOUND = "vide", "soun"
ENTRY_HEADS = {PICTURE: 78, SOUND: 28}
"""Bytes of a sample entry before the boxes inside it."""

IS_NO_KEY = 0x10000


class BoxesBroken(Exception):
    """The bytes are not the boxes they should be."""


@dataclass(frozen=True)
class Box:
    """One box: its name, and where its content begins and ends."""

    kind: str
    start: int
    end: int
    at: int


@dataclass(frozen=True)
class Track:
    """One track of an init section."""

    number: int
    handler: str
    timescale: int
    codec: str
    edit_seconds: float
    defaults: tuple[int, int, int]

    @property
    def is_picture(self) -> bool:
        return self.handler == PICTURE


@dataclass(frozen=True)
class Sample:
    """One frame as the boxes state it; times in seconds, ``offset`` from the start of the data."""

    decoded_at: float
    shown_at: float
    seconds: float
    offset: int
    size: int
    is_key: bool


def boxes(data: bytes, start: int = 0, end: int | None = None, *, cut: bool = False) -> list[Box]:
    """The boxes of a stretch, those inside containers too. ``cut``: the last may be cut off."""
    end = len(data) if end is None else end
    found: list[Box] = []
    at = start
    while at < end:
        if end - at < 8:
            raise BoxesBroken("ends in the middle of a box")
        size = int.from_bytes(data[at : at + 4])
        kind = data[at + 4 : at + 8].decode("latin-1")
        head = 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16]), 16
        elif size == 0:
            size = end - at
        if size < head or (at + size > end and not (cut and kind == "mdat")):
            raise BoxesBroken(f"has a box {kind!r} that ends outside")
        box = Box(kind, at + head, min(at + size, end), at)
        found.append(box)
        if kind in CONTAINERS:
            found += boxes(data, box.start, box.end)
        at += size
    return found


def tracks(init: bytes) -> list[Track]:
    """The tracks of an init section."""
    found = boxes(init)
    moov = [box for box in found if box.kind == "moov"]
    if len(moov) != 1:
        raise BoxesBroken("has no movie header")
    defaults = {}
    for box in found:
        if box.kind == "trex":
            number, _index, length, size, flags = struct.unpack_from(">5I", init, box.start + 4)
            defaults[number] = (length, size, flags)
    listed = []
    for trak in (box for box in found if box.kind == "trak"):
        inside = {box.kind: box for box in found if trak.start <= box.at < trak.end}
        listed.append(_track(init, inside, defaults))
    if not listed:
        raise BoxesBroken("has no track")
    return listed


def _track(
    init: bytes, inside: dict[str, Box], defaults: dict[int, tuple[int, int, int]]
) -> Track:
    try:
        tkhd, mdhd, hdlr = inside["tkhd"], inside["mdhd"], inside["hdlr"]
        stsd = inside["stsd"]
    except KeyError as missing:
        raise BoxesBroken(f"has a track without {missing.args[0]}") from missing
    number = int.from_bytes(_skip(init, tkhd, (12, 20), 4))
    timescale = int.from_bytes(_skip(init, mdhd, (12, 20), 4))
    handler = init[hdlr.start + 8 : hdlr.start + 12].decode("latin-1")
    if not timescale:
        raise BoxesBroken("has a track without a timescale")
    return Track(
        number=number,
        handler=handler,
        timescale=timescale,
        codec=_codec(init, stsd, handler),
        edit_seconds=_edit(init, inside.get("elst"), timescale),
        defaults=defaults.get(number, (0, 0, 0)),
    )


def _skip(data: bytes, box: Box, by_version: tuple[int, int], length: int) -> bytes:
    at = box.start + by_version[1 if data[box.start] == 1 else 0]
    return data[at : at + length]


def _edit(init: bytes, elst: Box | None, timescale: int) -> float:
    """By how much the edit list moves the track: what it waits, less what it leaves out."""
    if elst is None:
        return 0.0
    is_long = init[elst.start] == 1
    (count,) = struct.unpack_from(">I", init, elst.start + 4)
    form = ">Qq4x" if is_long else ">Ii4x"
    moved = 0.0
    for number in range(min(count, 16)):
        at = elst.start + 8 + number * struct.calcsize(form)
        length, media_time = struct.unpack_from(form, init, at)
        # An empty edit counts in the movie's own timescale, which fragments leave at 1000.
        moved += length / 1000 if media_time == -1 else -media_time / timescale
    return moved


def _codec(init: bytes, stsd: Box, handler: str) -> str:
    """The words of RFC 6381, from the configuration that the decoder itself reads."""
    entries = boxes(init, stsd.start + 8, stsd.end)
    if not entries or handler not in ENTRY_HEADS:
        raise BoxesBroken("has a track of no kind we know")
    entry = entries[0]
    inside = {box.kind: box for box in boxes(init, entry.start + ENTRY_HEADS[handler], entry.end)}
    if "avcC" in inside:
        at = inside["avcC"].start
        return f"{entry.kind}.{init[at + 1 : at + 4].hex()}"
    if "esds" in inside:
        box = inside["esds"]
        return f"mp4a.40.{_object_type(init[box.start + 4 : box.end])}"
    raise BoxesBroken(f"has a codec we do not send: {entry.kind}")


def _object_type(data: bytes) -> int:
    """ISO/IEC 14496-1: the first five bits of the decoder-specific part of an ES descriptor."""
    at = 0
    while at + 2 <= len(data):
        tag, at = data[at], at + 1
        length = 0
        while at < len(data):
            length, more, at = (length << 7) | (data[at] & 0x7F), data[at] & 0x80, at + 1
            if not more:
                break
        if tag == 5 and at + 1 < len(data):
            kind = data[at] >> 3
            return kind if kind != 31 else 32 + ((data[at] & 7) << 3 | data[at + 1] >> 5)
        at += {3: 3, 4: 13}.get(tag, length)
    raise BoxesBroken("says nothing about its sound")


def samples(data: bytes, track: Track, *, cut: bool = False) -> list[Sample]:
    """The frames of one track in a segment, in the order they are stored."""
    found = boxes(data, cut=cut)
    listed: list[Sample] = []
    for moof in (box for box in found if box.kind == "moof"):
        for traf in (box for box in found if box.kind == "traf" and moof.at < box.at < moof.end):
            inside = [box for box in found if traf.start <= box.at < traf.end]
            listed += _of_fragment(data, moof, inside, track)
    if not listed:
        raise BoxesBroken("has no fragment of its track")
    bodies = [(box.start, box.end) for box in found if box.kind == "mdat"]
    for sample in listed:
        ends = sample.offset + sample.size
        if not cut and not any(start <= sample.offset and ends <= end for start, end in bodies):
            raise BoxesBroken("has a frame outside its media data")
    return listed


def _of_fragment(data: bytes, moof: Box, inside: list[Box], track: Track) -> Iterator[Sample]:
    tfhd = next((box for box in inside if box.kind == "tfhd"), None)
    tfdt = next((box for box in inside if box.kind == "tfdt"), None)
    if tfhd is None or tfdt is None:
        raise BoxesBroken("has a fragment without its header or its time")
    words = _Words(data, tfhd)
    if words.take() != track.number:
        return
    length, size, flags = track.defaults
    base = moof.at
    if words.flags & 0x1:
        base = words.take(8)
    if words.flags & 0x2:
        words.take()
    length = words.take() if words.flags & 0x8 else length
    size = words.take() if words.flags & 0x10 else size
    flags = words.take() if words.flags & 0x20 else flags
    time = int.from_bytes(_skip(data, tfdt, (4, 4), 8 if data[tfdt.start] == 1 else 4))
    offset = base
    for trun in (box for box in inside if box.kind == "trun"):
        words = _Words(data, trun)
        count = words.take()
        offset = base + words.take(signed=True) if words.flags & 0x1 else offset
        first = words.take() if words.flags & 0x4 else None
        for number in range(count):
            lasts = words.take() if words.flags & 0x100 else length
            holds = words.take() if words.flags & 0x200 else size
            is_so = words.take() if words.flags & 0x400 else flags
            later = words.take(signed=words.version == 1) if words.flags & 0x800 else 0
            is_so = first if first is not None and number == 0 else is_so
            scale = track.timescale
            yield Sample(
                time / scale, (time + later) / scale, lasts / scale, offset, holds,
                not is_so & IS_NO_KEY,
            )  # fmt: skip
            time, offset = time + lasts, offset + holds


class _Words:
    """The numbers of a full box, one after the other."""

    def __init__(self, data: bytes, box: Box) -> None:
        self.data, self.at, self.end = data, box.start + 4, box.end
        self.version = data[box.start]
        self.flags = int.from_bytes(data[box.start + 1 : box.start + 4])

    def take(self, length: int = 4, *, signed: bool = False) -> int:
        if self.at + length > self.end:
            raise BoxesBroken("has a table that is longer than its box")
        self.at += length
        return int.from_bytes(self.data[self.at - length : self.at], signed=signed)


def begins_new(data: bytes, sample: Sample) -> bool:
    """Whether an H.264 frame stands by itself: its first slice is an IDR one (NAL type 5)."""
    at, end = sample.offset, sample.offset + sample.size
    while at + 5 <= end:
        kind = data[at + 4] & 0x1F
        if kind in {1, 5}:
            return kind == 5
        at += 4 + int.from_bytes(data[at : at + 4])
    return False
