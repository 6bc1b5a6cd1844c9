"""How a live picture is cut into pieces: the words for ffmpeg, the names, what continues what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from livestream.domain.command import AUDIO_FOLDER
from livestream.domain.inspection import FORMATS
from livestream.domain.playlists import Segment

PICTURE_FOLDER = "live"
"""The picture as it came; what size that is stands in the list."""

READ_TIMEOUT_SECONDS = 4
LOOK_MICROSECONDS = 2_000_000
OVERLAP_SECONDS = 0.02
"""FLV counts in milliseconds: a key frame may stand a little before the end of our sum."""

_NAME = re.compile(r"r(?P<run>\d{5})t(?P<take>\d{4})-(?P<number>\d{5})\.m4s", re.ASCII)

BOTH = (PICTURE_FOLDER, AUDIO_FOLDER)
WAYS = (BOTH, (PICTURE_FOLDER,), (AUDIO_FOLDER,))
"""What may come in, in the order in which it is tried."""

NO_SUCH_STREAM = "matches no streams"
NOT_TO_BE_CUT = ("Could not find tag for codec", "codec not currently supported in container")
"""What ffmpeg says of picture or sound that no MP4 file can hold."""


@dataclass(frozen=True)
class Run:
    """One stretch packed by one process: its number in the broadcast, and of which take."""

    number: int
    take: int

    @property
    def prefix(self) -> str:
        """What the names of its pieces begin with; later runs come later in the alphabet."""
        return f"r{self.number:05d}t{self.take:04d}"

    @property
    def init(self) -> str:
        return f"{self.prefix}.mp4"


def run_of(name: str) -> Run | None:
    """Which run a piece is of; None for any other file.

    >>> run_of("r00002t0001-00007.m4s")
    Run(number=2, take=1)
    """
    match = _NAME.fullmatch(name)
    return Run(int(match["run"]), int(match["take"])) if match else None


def command(source: str, run: Run, folders: Sequence[str], *, seconds: int) -> list[str]:
    """The arguments that copy a line into pieces; nothing is decoded."""
    words = [
        *("-stats_period", "0.2", "-protocol_whitelist", "rtmp,http,tcp"),
        *("-format_whitelist", "flv,live_flv", "-analyzeduration", str(LOOK_MICROSECONDS)),
        *("-rw_timeout", str(READ_TIMEOUT_SECONDS * 1_000_000), "-i", source),
    ]
    for folder in folders:
        stream = "0:a:0" if folder == AUDIO_FOLDER else "0:v:0"
        words += ["-map", stream, "-c", "copy", *_pieces(folder, run, seconds)]
    return words


def _pieces(folder: str, run: Run, seconds: int) -> list[str]:
    # Frames that are stored before they are shown get their place without an edit list, which
    # browsers pass over: lips would move before the sound.
    return [
        *("-f", "hls", "-hls_time", str(seconds), "-hls_list_size", "3"),
        *("-hls_segment_type", "fmp4", "-hls_flags", "independent_segments+temp_file"),
        *("-hls_segment_options", "movflags=+negative_cts_offsets"),
        *("-hls_fmp4_init_filename", run.init),
        *("-hls_segment_filename", f"{folder}/{run.prefix}-%05d.m4s"),
        f"{folder}/{run.prefix}.m3u8",
    ]


def join(parts: str, to: str) -> list[str]:
    """The arguments that put the master copies of several takes behind each other, as they are."""
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", f"concat,{FORMATS}"),
        *("-f", "concat", "-safe", "0", "-i", f"file:{parts}"),
        *("-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy", "-f", "matroska", f"file:{to}"),
    ]


def packed_of(take: int, listed: Sequence[Segment]) -> float:
    """How many seconds of a take are in a list already."""
    runs = ((run_of(segment.name), segment.seconds) for segment in listed)
    return sum(seconds for run, seconds in runs if run is not None and run.take == take)


def target_of(pieces: Mapping[str, Sequence[Segment]], wanted: int) -> int:
    """What lists state as the longest piece.

    A camera that sends key frames seldom makes pieces longer than we want them, and some of
    them longer than the first.
    """
    longest = max(piece.seconds for those in pieces.values() for piece in those)
    return wanted if longest < wanted + 0.5 else round(longest * 1.5)


def is_of_take(name: str, take: int) -> bool:
    """Whether a piece is of this take."""
    run = run_of(name)
    return run is not None and run.take == take
