"""The lists a player reads, written by us from what was measured.

ffmpeg's own master list states the bit rate it was asked for, no average, no
frame rate and no sound-only variant; a player on a thin line chooses by these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from livestream.domain.command import AUDIO_FOLDER, INIT_NAME, LIST_NAME, SEGMENT_SECONDS

MASTER_NAME = "master.m3u8"
SOUND_GROUP = "sound"
SHORT_PIECE_SECONDS = SEGMENT_SECONDS / 2
"""A shorter piece says nothing about the line: it is measured with the one before."""

_EXTINF = re.compile(r"^#EXTINF:([0-9.]+),", re.ASCII)


class PlaylistFailed(Exception):
    """What ffmpeg left is not a list with its pieces."""


@dataclass(frozen=True)
class Segment:
    """One piece of a variant, as it lies on disk."""

    name: str
    seconds: float
    size: int


@dataclass(frozen=True)
class Rendition:
    """One variant with everything measured. ``width`` 0: sound."""

    folder: str
    codec: str
    segments: tuple[Segment, ...]
    width: int = 0
    height: int = 0
    fps: float = 0.0

    @property
    def seconds(self) -> float:
        return sum(segment.seconds for segment in self.segments)

    @property
    def size(self) -> int:
        return sum(segment.size for segment in self.segments)

    @property
    def average(self) -> float:
        """Bits a second over the whole film."""
        return self.size * 8 / self.seconds


def read_list(text: str) -> list[tuple[str, float]]:
    """Give name and length of each piece of a list ffmpeg wrote. Raises ``PlaylistFailed``."""
    pieces: list[tuple[str, float]] = []
    seconds: float | None = None
    for line in text.splitlines():
        if match := _EXTINF.match(line):
            seconds = float(match[1])
        elif line and not line.startswith("#"):
            if not seconds:
                raise PlaylistFailed(f"a piece without a length: {line}")
            pieces.append((line.rsplit("/", 1)[-1], seconds))
            seconds = None
    if not pieces or "#EXT-X-ENDLIST" not in text:
        raise PlaylistFailed("the list is empty or not finished")
    return pieces


def media_list(segments: Sequence[Segment]) -> str:
    """The list of one variant."""
    target = max(1, *(round(segment.seconds) for segment in segments))
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{INIT_NAME}"',
    ]
    for segment in segments:
        lines += [f"#EXTINF:{segment.seconds:.6f},", segment.name]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def master_list(videos: Sequence[Rendition], sound: Rendition | None, *, language: str) -> str:
    """The list a player starts from: thinnest picture first, the sound by itself last."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound is not None and videos:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{SOUND_GROUP}",NAME="{language}",'
            f'LANGUAGE="{language}",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",'
            f'URI="{AUDIO_FOLDER}/{LIST_NAME}"'
        )
    for video in sorted(videos, key=lambda rendition: rendition.average):
        lines += [_stream(video, sound), f"{video.folder}/{LIST_NAME}"]
    if sound is not None:
        lines += [_stream(sound, sound if videos else None), f"{AUDIO_FOLDER}/{LIST_NAME}"]
    return "\n".join([*lines, ""])


def peak(*renditions: Rendition) -> int:
    """The most bits a second that playing these together asks for, over one piece."""
    together: list[float] = []
    for pieces in zip_longest(*(_merged(rendition.segments) for rendition in renditions)):
        together.append(sum(size * 8 / seconds for size, seconds in filter(None, pieces)))
    return round(max(together))


def codec_of(init: bytes) -> str:
    """The codec string of an init section, from the boxes that the decoder itself reads.

    Raises ``PlaylistFailed`` when there is neither H.264 nor AAC in it.
    """
    at = init.find(b"avcC")
    if at >= 0 and len(init) >= at + 8:
        return f"avc1.{init[at + 5 : at + 8].hex()}"
    at = init.find(b"esds")
    if at >= 0:
        return f"mp4a.40.{_audio_object_type(init[at + 8 :])}"
    raise PlaylistFailed("the init section names no codec we make")


def _stream(rendition: Rendition, sound: Rendition | None) -> str:
    played = [rendition]
    if sound is not None and sound is not rendition:
        played.append(sound)
    codecs = ",".join(part.codec for part in played)
    words = [
        f"BANDWIDTH={peak(*played)}",
        f"AVERAGE-BANDWIDTH={round(sum(part.average for part in played))}",
        f'CODECS="{codecs}"',
    ]
    if rendition.width:
        words += [f"RESOLUTION={rendition.width}x{rendition.height}"]
        words += [f"FRAME-RATE={rendition.fps:.3f}"]
    if sound is not None:
        words.append(f'AUDIO="{SOUND_GROUP}"')
    return "#EXT-X-STREAM-INF:" + ",".join(words)


def _merged(segments: Sequence[Segment]) -> list[tuple[int, float]]:
    merged: list[tuple[int, float]] = []
    for segment in segments:
        if merged and segment.seconds < SHORT_PIECE_SECONDS:
            size, seconds = merged.pop()
            merged.append((size + segment.size, seconds + segment.seconds))
        else:
            merged.append((segment.size, segment.seconds))
    return merged


def _audio_object_type(descriptors: bytes) -> int:
    """Find the decoder-specific descriptor (tag 5); its first five bits are the object type."""
    at = 0
    skip = {0x03: 3, 0x04: 13}  # the fixed fields before the descriptors inside
    while at < len(descriptors):
        tag, at = descriptors[at], at + 1
        while at < len(descriptors) and descriptors[at] & 0x80:
            at += 1
        at += 1
        if tag == 0x05 and at < len(descriptors):
            return descriptors[at] >> 3
        if tag not in skip:
            break
        at += skip[tag]
    raise PlaylistFailed("the init section says nothing about its sound")
