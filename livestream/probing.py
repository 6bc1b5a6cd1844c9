"""A look into a film before any work is put into it, with PyAV.

Nothing but the content counts: name and type that a browser states are not
asked. Formats that can name other files are not opened at all.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from av import _core

from livestream.domain.fastpath import Streams
from livestream.domain.inspection import FORMATS, WIDEST, Film, FilmRefused, Problem
from livestream.domain.ladder import Picture

MOST_LISTED = 32
"""Streams that are listed at all, so that a film with too many is told so and no more is read."""

OPENING = {
    "format_whitelist": FORMATS,
    "protocol_whitelist": "file",
    "max_streams": str(MOST_LISTED),
}

LARGEST_BLOCK = 128 * 1024**2
"""Bytes that PyAV's libraries may take at one stroke: the largest picture that we take, and the
index of six hours, need less. A file of 2 KB may announce an index of many gigabytes."""

SAMPLES = 5
FRAMES_PER_SAMPLE = 12
STILL_SHARE = 0.85
THUMB = (64, 36)
SAME_WITHIN = 10
"""Two thumbnails whose pixels differ by no more than this show the same slide."""

FIRST_PACKETS = 60

STILL_WORTH_ASKING_SECONDS = 60.0
"""A shorter film is made in no time either way; sampling it would be guesswork."""


Meanwhile = Callable[[], None]
"""Called for each packet that is read, so that whoever waits for us knows that we are alive."""


def _nothing() -> None:
    pass


def look(path: Path, *, thoroughly: bool = False, meanwhile: Meanwhile = _nothing) -> Film:
    """Say what is in the file. Raises ``FilmRefused`` when it is no film.

    A file that was cut off still states its whole duration. Where the container
    has an index, the place of the last sample tells; otherwise the file must be
    read to its end, which only ``thoroughly`` does (the worker's look, not the
    one a teacher waits for).
    """
    size = path.stat().st_size
    if size == 0:
        raise FilmRefused(Problem.EMPTY)
    try:
        with _opened(path) as container:
            return _film(container, size, meanwhile if thoroughly else None)
    except (av.FFmpegError, ValueError, IndexError, OSError) as error:
        raise FilmRefused(Problem.NOT_A_FILM) from error


def streams(path: Path, film: Film, meanwhile: Meanwhile = _nothing) -> Streams:
    """Say what the streams of a film are made of. Reads its index, or the whole file once."""
    try:
        with _opened(path) as container:
            return _streams(container, film, meanwhile)
    except (av.FFmpegError, ValueError, IndexError, OSError):
        return Streams()  # fit for nothing but to be made anew; that will say what is wrong


def is_still(path: Path, seconds: float, meanwhile: Meanwhile = _nothing) -> bool:
    """Whether the film shows slides: most frames are like the one before, wherever one looks."""
    if seconds < STILL_WORTH_ASKING_SECONDS:
        return False
    same = seen = 0
    try:
        with _opened(path) as container:
            for sample in range(SAMPLES):
                meanwhile()
                thumbs = list(_thumbs(container, seconds * (sample + 0.5) / SAMPLES))
                for before, after in pairwise(thumbs):
                    seen += 1
                    same += _far_apart(before, after) <= SAME_WITHIN
    except (av.FFmpegError, ValueError, OSError):
        return False  # the transcoder will say what is wrong, with better words
    return seen > 0 and same / seen >= STILL_SHARE


def _opened(path: Path) -> Any:
    _bound_memory()
    return av.open(f"file:{path}", options=dict(OPENING))


@cache
def _bound_memory() -> None:
    """Bound what a film can make this process take; PyAV itself has no word for it."""
    allow = ctypes.CDLL(_core.__file__).av_max_alloc
    allow.argtypes, allow.restype = [ctypes.c_size_t], None
    allow(LARGEST_BLOCK)


def _film(container: Any, size: int, thoroughly: Meanwhile | None) -> Film:
    video = next((s for s in container.streams.video if not _is_cover(s)), None)
    audio = next(iter(container.streams.audio), None)
    timed = [stream for stream in (video, audio) if stream is not None]
    picture = None if video is None else _picture(container, video)
    stated = _stated_seconds(container, timed)
    reaches = _indexed_reach(timed, size)
    if reaches is None and thoroughly is None:
        reaches = stated
    if not reaches:
        reaches = _read_to_the_end(container, timed, thoroughly or _nothing)
    return Film(
        size=size,
        duration=stated or reaches,
        reaches=min(reaches, stated) if stated else reaches,
        streams=len(container.streams),
        picture=picture,
        has_sound=audio is not None,
        has_cover=any(_is_cover(stream) for stream in container.streams.video),
        video_codec="" if video is None else video.codec_context.name,
        audio_codec="" if audio is None else audio.codec_context.name,
    )


def _streams(container: Any, film: Film, meanwhile: Meanwhile) -> Streams:
    video = next((s for s in container.streams.video if not _is_cover(s)), None)
    audio = next(iter(container.streams.audio), None)
    if video is None:
        return Streams(audio=film.audio_codec)
    begins = [float((s.start_time or 0) * s.time_base) for s in (video, audio) if s is not None]
    rotation = _rotation(container, video)
    key_gap, frame_gap = _gaps(_moments(container, video, meanwhile), film.reaches)
    return Streams(
        video=video.codec_context.name,
        profile=video.codec_context.profile or "",
        level=_level(video.codec_context.extradata or b""),
        pixels=_pixels(video),
        rotation=rotation,
        key_gap=key_gap,
        frame_gap=frame_gap,
        audio="" if audio is None else audio.codec_context.name,
        audio_profile="" if audio is None else audio.codec_context.profile or "",
        apart=max(begins) - min(begins),
        bits_a_second=film.size * 8 / max(film.reaches, 0.1),
    )


def _pixels(stream: Any) -> str:
    """How pixels are stored; nothing for such that are not square, which not all players know."""
    is_square = (stream.sample_aspect_ratio or Fraction(1)) == 1
    return stream.codec_context.pix_fmt or "" if is_square else ""


def _moments(container: Any, stream: Any, meanwhile: Meanwhile) -> list[tuple[float, bool]]:
    """When each picture is stored, and whether one can begin with it."""
    entries = stream.index_entries
    if len(entries) and len(entries) >= (stream.frames or 0) > 0:
        return [(float(e.timestamp * stream.time_base), bool(e.is_keyframe)) for e in entries]
    container.seek(0)
    return [
        (float(packet.dts * packet.time_base), packet.is_keyframe)
        for packet in _told(container.demux(stream), meanwhile)
        if packet.dts is not None
    ]


def _gaps(moments: list[tuple[float, bool]], ends: float) -> tuple[float, float]:
    """The longest stretch without a picture to begin at, and the longest with one picture."""
    if not moments:
        return 0.0, 0.0
    first = moments[0][0]
    times = [at - first for at, _is_key in moments]
    keys = [at - first for at, is_key in moments if is_key]
    longest = max((b - a for a, b in pairwise([*keys, max(ends, times[-1])])), default=0.0)
    return longest, max((b - a for a, b in pairwise(times)), default=0.0)


def _level(extradata: bytes) -> int:
    """The level of H.264, from the header that goes with the stream; 0 when there is none."""
    if extradata[:1] == b"\x01":
        return extradata[3]
    at = extradata.find(b"\x00\x00\x01\x67")
    return extradata[at + 6] if at >= 0 and len(extradata) > at + 6 else 0


def _is_cover(stream: Any) -> bool:
    """A picture stuck on a sound file is not a film."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _stated_seconds(container: Any, streams: list[Any]) -> float:
    """How long the file says it is; its streams know better than its header."""
    stated = [
        float(stream.duration * stream.time_base)
        for stream in streams
        if stream.duration and stream.time_base
    ]
    if stated:
        return max(stated)
    return float(container.duration or 0) / av.time_base


def _indexed_reach(streams: list[Any], size: int) -> float | None:
    """How far the samples go that lie wholly inside the file, or None without a whole index."""
    reach = 0.0
    for stream in streams:
        entries = stream.index_entries
        if not len(entries) or not stream.time_base or not stream.duration:
            return None
        last = entries[len(entries) - 1]
        whole = (last.timestamp - entries[0].timestamp) * stream.time_base
        if whole < stream.duration * stream.time_base * Fraction(1, 2):
            return None  # an index of the beginning only, as in Matroska before reading on
        missing = next((entry for entry in entries if entry.pos + entry.size > size), None)
        if missing is not None:
            return float(max(0, missing.timestamp - entries[0].timestamp) * stream.time_base)
        reach = max(reach, float(stream.duration * stream.time_base))
    return reach or None


def _read_to_the_end(container: Any, streams: list[Any], meanwhile: Meanwhile) -> float:
    """How far the packets go, by reading them all. Nothing is decoded."""
    container.seek(0)  # to a key frame: sound that begins before it is not read again
    begins = container.start_time
    first: float | None = None if begins is None else begins / av.time_base
    last = 0.0
    for packet in _told(container.demux(streams), meanwhile):
        if packet.pts is None:
            continue
        at = float(packet.pts * packet.time_base)
        first = at if first is None else min(first, at)
        last = max(last, at + float((packet.duration or 0) * packet.time_base))
    return max(0.0, last - (first or 0.0))


def _told(packets: Iterable[Any], meanwhile: Meanwhile) -> Iterator[Any]:
    for packet in packets:
        meanwhile()
        yield packet


def _picture(container: Any, stream: Any) -> Picture:
    """The picture as a person sees it: pixels made square, the phone's rotation undone."""
    shape = stream.sample_aspect_ratio or Fraction(1)
    width, height = round(stream.width * shape), stream.height
    if max(width, height) <= WIDEST and abs(_rotation(container, stream)) % 180 == 90:
        width, height = height, width
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    return Picture(width=width, height=height, fps=float(rate))


def _rotation(container: Any, stream: Any) -> int:
    """The rotation stands in the frame: PyAV shows the container's matrix nowhere else."""
    for packet, _ in zip(container.demux(stream), range(FIRST_PACKETS), strict=False):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            continue
        if frames:
            return int(frames[0].rotation)
    return 0


def _far_apart(before: bytes, after: bytes) -> int:
    return max(abs(a - b) for a, b in zip(before, after, strict=True))


def _thumbs(container: Any, at: float) -> Iterator[bytes]:
    container.seek(int(at * av.time_base))
    for number, frame in enumerate(container.decode(video=0)):
        if number == FRAMES_PER_SAMPLE:
            return
        plane = frame.reformat(*THUMB, format="gray").planes[0]
        yield bytes(plane)
