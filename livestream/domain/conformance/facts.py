"""What was found in the files of a stream; the rules judge it and read no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from livestream.domain.conformance.lists import Entry, Listed
from livestream.domain.conformance.webvtt import Cue


@dataclass(frozen=True)
class Decoded:
    """What a decoder made of one piece with its init section, and of nothing else."""

    frames: int = 0
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    channels: int = 0
    first_is_key: bool = False
    error: str = ""


@dataclass(frozen=True)
class Piece:
    """One piece: what its list states, what its boxes state, what came out of it.

    Times are those of the media itself, without edit lists: so a player of the web joins them.
    """

    entry: Entry
    size: int
    starts: float
    ends: float
    decoded_from: float
    decoded_to: float
    frame: float
    samples: int
    keys: tuple[float, ...]
    begins_with_key: bool
    shows_earlier: bool
    decoded: Decoded

    @property
    def seconds(self) -> float:
        return self.ends - self.starts


@dataclass
class Rendition:
    """One size of the picture, or the sound, piece by piece."""

    listed: Listed
    pieces: list[Piece] = field(default_factory=list)
    codecs: tuple[str, ...] = ()
    is_picture: bool = False

    @property
    def name(self) -> str:
        return self.listed.name

    @property
    def seconds(self) -> float:
        return sum(piece.seconds for piece in self.pieces)

    @property
    def frame(self) -> float:
        """The length of its longest frame."""
        return max(piece.frame for piece in self.pieces)

    @property
    def average(self) -> float:
        """Bits a second over the whole."""
        return sum(piece.size for piece in self.pieces) * 8 / self.seconds

    @property
    def peak(self) -> float:
        """The most bits a second over any stretch of half to one and a half target durations."""
        target = self.listed.number("EXT-X-TARGETDURATION", 1)
        return peak([(piece.size, piece.seconds) for piece in self.pieces], target)


@dataclass(frozen=True)
class KeyEntry:
    """One entry of a list of key frames: how many frames it holds, and what came out of it."""

    entry: Entry
    size: int
    frames: int
    is_key: bool
    shown_at: float
    decoded: Decoded


@dataclass
class KeyList:
    """A list of key frames for looking fast through a film."""

    listed: Listed
    entries: list[KeyEntry] = field(default_factory=list)
    codecs: tuple[str, ...] = ()


@dataclass
class CaptionsTrack:
    """Captions in one language, piece by piece: what the list states, and its cues."""

    listed: Listed
    pieces: list[tuple[Entry, list[Cue]]] = field(default_factory=list)


@dataclass
class Stream:
    """A master list and everything that it leads to, by the name of its list."""

    master: Listed
    renditions: dict[str, Rendition] = field(default_factory=dict)
    key_lists: dict[str, KeyList] = field(default_factory=dict)
    captions: dict[str, CaptionsTrack] = field(default_factory=dict)
    is_copied: bool = False

    @property
    def pictures(self) -> list[Rendition]:
        return [one for one in self.renditions.values() if one.is_picture and one.pieces]

    @property
    def sounds(self) -> list[Rendition]:
        return [one for one in self.renditions.values() if not one.is_picture and one.pieces]

    @property
    def has_ended(self) -> bool:
        return all(one.listed.has_ended for one in self.renditions.values())


def peak(pieces: Sequence[tuple[int, float]], target: float) -> float:
    """RFC 8216, 4.3.4.2: the largest rate of any run of pieces that lasts 0.5 to 1.5 targets.

    >>> peak([(1000, 2.0), (4000, 2.0), (1000, 2.0)], target=2)
    16000.0
    """
    most = 0.0
    for first in range(len(pieces)):
        size, seconds = 0, 0.0
        for more, lasts in pieces[first:]:
            size, seconds = size + more, seconds + lasts
            if seconds > 1.5 * target:
                break
            if seconds >= 0.5 * target:
                most = max(most, size * 8 / seconds)
    if not most and pieces:
        most = sum(size for size, _ in pieces) * 8 / sum(lasts for _, lasts in pieces)
    return most
