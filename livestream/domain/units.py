"""How the work on a film is cut: stretches of whole segments that join without a gap.

Each stretch is made by one worker from the one source, all sizes in one go. Times are counted
in frames, so that every stretch but the last ends with a segment and none begins late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SEGMENT_SECONDS = 6
SEGMENTS_PER_UNIT = 10
SEGMENTS_OF_THE_FIRST = 2
"""The first stretch is short: what is watched while it is being made begins sooner."""

SHORT_FILM_SECONDS = 15 * 60
"""Shorter films go before longer ones: a minute of work and one teacher less who waits."""

SHORTEST_REST = 0.25
"""A shorter rest at the end of a film is left out; as a segment it would only cost a request."""


@dataclass(frozen=True)
class Stretch:
    """A part of a film: from where, how long, and the number of its first segment."""

    starts_at: float
    seconds: float
    first_segment: int


def stretches(seconds: float) -> tuple[Stretch, ...]:
    """Cut a film of this length.

    >>> [(one.starts_at, one.seconds, one.first_segment) for one in stretches(100.5)]
    [(0.0, 12.0, 0), (12.0, 60.0, 2), (72.0, 28.5, 12)]
    """
    return tuple(_cut(kept(seconds)))


def kept(seconds: float) -> float:
    """How much of a film of this length is made: all but a rest nobody would miss.

    >>> kept(12.1), kept(13.0), kept(0.2)
    (12.0, 13.0, 0.2)
    """
    whole = float(seconds // SEGMENT_SECONDS * SEGMENT_SECONDS)
    return whole if whole and seconds - whole < SHORTEST_REST else seconds


def _cut(seconds: float) -> Iterator[Stretch]:
    at, segment, size = 0.0, 0, SEGMENTS_OF_THE_FIRST
    while at < seconds:
        length = min(float(size * SEGMENT_SECONDS), seconds - at)
        yield Stretch(at, length, segment)
        at, segment, size = at + length, segment + size, SEGMENTS_PER_UNIT
