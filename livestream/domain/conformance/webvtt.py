"""Reading WebVTT captions, with the place in the film that their cues mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_CUE = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?", re.ASCII)
_MAP = re.compile(rf"X-TIMESTAMP-MAP=(?=.*MPEGTS:(\d+))(?=.*LOCAL:{_TIME})", re.ASCII)
MPEG_TICKS = 90_000


class CaptionsBroken(Exception):
    """The file is not WebVTT."""


@dataclass(frozen=True)
class Cue:
    """One caption: on the screen from ``starts`` to ``ends``, seconds of the media's own time."""

    starts: float
    ends: float


def cues(data: bytes) -> list[Cue]:
    """The cues of a file, in the order they stand. Raises ``CaptionsBroken``."""
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise CaptionsBroken("is not UTF-8") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise CaptionsBroken("does not begin with WEBVTT")
    moved, listed = 0.0, []
    for line in lines[1:]:
        if line.startswith("X-TIMESTAMP-MAP"):
            moved = _moved(line)
        elif "-->" in line:
            found = _CUE.fullmatch(line)
            if found is None:
                raise CaptionsBroken(f"has a time that is none: {line[:60]!r}")
            listed.append(Cue(_seconds(found, 1) + moved, _seconds(found, 5) + moved))
    return listed


def _moved(line: str) -> float:
    found = _MAP.match(line)
    if found is None:
        raise CaptionsBroken(f"has a map of times that cannot be read: {line[:60]!r}")
    return int(found[1]) / MPEG_TICKS - _seconds(found, 2)


def _seconds(found: re.Match[str], first: int) -> float:
    hours, minutes, seconds, thousandths = (int(found[first + n] or 0) for n in range(4))
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
