"""The lists a player reads, written by us from what was measured, and read again to go on.

ffmpeg's own master list states the bit rate it was asked for, no average, no frame rate, no
list of key frames and no sound-only variant; a player on a thin line chooses by these.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from livestream.domain.command import AUDIO_FOLDER, INIT_NAME, LIST_NAME

MASTER_NAME = "master.m3u8"
KEY_FRAMES_NAME = "keyframes.m3u8"
CAPTIONS_FOLDER = "sub"
SOUND_GROUP = "sound"
CAPTIONS_GROUP = "captions"
STEREO = 2


class PlaylistFailed(Exception):
    """What lies there is not a list with its pieces."""


@dataclass(frozen=True)
class Segment:
    """One piece of a variant, as it lies on disk.

    ``key_offset`` and ``key_size`` say where its first picture lies; 0: it has none by itself.
    ``is_after_break``: what comes before is another take, on another clock (live only);
    ``begins_at`` is when it was filmed (live only).
    """

    name: str
    seconds: float
    size: int = 0
    key_offset: int = 0
    key_size: int = 0
    init: str = INIT_NAME
    is_after_break: bool = False
    begins_at: datetime | None = None


@dataclass(frozen=True)
class Rendition:
    """One variant with everything measured. ``width`` 0: sound."""

    folder: str
    codec: str
    segments: tuple[Segment, ...]
    width: int = 0
    height: int = 0
    fps: float = 0.0
    channels: int = STEREO

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

    @property
    def has_key_frames(self) -> bool:
        """Whether one can be shown picture by picture, for looking ahead quickly."""
        return bool(self.width) and any(segment.key_size for segment in self.segments)


@dataclass(frozen=True)
class Words:
    """Captions in one language. ``file`` is the list's name in the folder of captions."""

    language: str
    name: str
    file: str


def media_list(
    segments: Sequence[Segment], *, target: int | None = None, goes_on: bool = False
) -> str:
    """The list of one variant. ``goes_on``: more will be added at its end, and nothing changed."""
    lines = _head(segments, target, "EVENT" if goes_on else "VOD")
    init = None
    for segment in segments:
        if segment.is_after_break:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.init != init:
            init = segment.init
            lines.append(f'#EXT-X-MAP:URI="{init}"')
        if segment.begins_at is not None:
            stamp = segment.begins_at.isoformat(timespec="milliseconds")
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{stamp}")
        lines += [f"#EXTINF:{segment.seconds:.6f},", segment.name]
    return "\n".join([*lines, *([] if goes_on else ["#EXT-X-ENDLIST"]), ""])


def key_frame_list(
    segments: Sequence[Segment], *, target: int | None = None, goes_on: bool = False
) -> str:
    """The list of the pictures that pieces begin with, for looking ahead quickly."""
    lines = _head(segments, target, "EVENT" if goes_on else "VOD", "#EXT-X-I-FRAMES-ONLY")
    init = None
    for segment in segments:
        if segment.is_after_break:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.init != init:
            init = segment.init
            lines.append(f'#EXT-X-MAP:URI="{init}"')
        lines += [
            f"#EXTINF:{segment.seconds:.6f},",
            f"#EXT-X-BYTERANGE:{segment.key_size}@{segment.key_offset}",
            segment.name,
        ]
    return "\n".join([*lines, *([] if goes_on else ["#EXT-X-ENDLIST"]), ""])


def captions_list(file: str, seconds: float) -> str:
    """The list of captions in one file."""
    return media_list([Segment(file, seconds, init="")]).replace('#EXT-X-MAP:URI=""\n', "")


def target_of(segments: Sequence[Segment]) -> int:
    """The length no piece is longer than, rounded: stated by lists, and never changed by them."""
    return max(1, *(round(segment.seconds) for segment in segments))


def read_segments(media: str, key_frames: str = "") -> list[Segment]:
    """Read a list of ours again, with the places of its pictures. Sizes stand in no list.

    Raises ``PlaylistFailed``.
    """
    found: list[Segment] = []
    known = Segment("", 0.0)
    for line in media.splitlines():
        tag, _, value = line.partition(":")
        try:
            known = _read(known, tag, value)
        except ValueError as error:
            raise PlaylistFailed(f"not of ours: {line}") from error
        if line and not line.startswith("#"):
            if not known.seconds:
                raise PlaylistFailed(f"a piece without a length: {line}")
            found.append(replace(known, name=line))
            known = Segment("", 0.0, init=known.init)
    if not media.startswith("#EXTM3U"):
        raise PlaylistFailed("not a list")
    places = {match[3]: (int(match[2]), int(match[1])) for match in _RANGE.finditer(key_frames)}
    return [
        replace(one, key_offset=places[one.name][0], key_size=places[one.name][1])
        if one.name in places
        else one
        for one in found
    ]


def target_in(media: str) -> int | None:
    """The target length that a list states."""
    match = _TARGET.search(media)
    return int(match[1]) if match else None


def master_list(
    videos: Sequence[Rendition],
    sound: Rendition | None,
    *,
    language: str,
    words: Sequence[Words] = (),
) -> str:
    """The list a player starts from: thinnest picture first, the sound by itself last."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound is not None and videos:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{SOUND_GROUP}",NAME="{language}",'
            f'LANGUAGE="{language}",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="{sound.channels}",'
            f'URI="{AUDIO_FOLDER}/{LIST_NAME}"'
        )
    for one in words:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{CAPTIONS_GROUP}",NAME="{one.name}",'
            f'LANGUAGE="{one.language}",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,'
            f'URI="{CAPTIONS_FOLDER}/{one.file}"'
        )
    by_size = sorted(videos, key=lambda rendition: rendition.average)
    for video in by_size:
        lines += [_stream(video, sound, bool(words)), f"{video.folder}/{LIST_NAME}"]
    if sound is not None:
        alone = _stream(sound, sound if videos else None, bool(words))
        lines += [alone, f"{AUDIO_FOLDER}/{LIST_NAME}"]
    lines += [_key_frames(video) for video in by_size if video.has_key_frames]
    return "\n".join([*lines, ""])


def peak(*renditions: Rendition) -> int:
    """The most bits a second that playing these together may ask for, over one piece of each."""
    return sum(_highest((one.size, one.seconds) for one in it.segments) for it in renditions)


def codec_of(init: bytes) -> str:
    """The codec string of an init section, from the boxes that the decoder itself reads.

    Raises ``PlaylistFailed`` when there is neither H.264 nor AAC in it.
    """
    at = init.find(b"avcC")
    if at >= 0 and len(init) >= at + 8:
        return f"avc1.{init[at + 5 : at + 8].hex()}"
    at = init.find(b"esds")
    if at >= 0:
        return f"mp4a.40.{_audio_config(init[at + 8 :])[0] >> 3}"
    raise PlaylistFailed("the init section names no codec we make")


def channels_of(init: bytes) -> int:
    """How many channels the sound of an init section has. Raises ``PlaylistFailed``.

    Five bits of object type, four of the rate, then four that say how the channels stand.
    """
    at = init.find(b"esds")
    config = _audio_config(init[at + 8 :]) if at >= 0 else b""
    stand = (int.from_bytes(config[:2]) >> 3) & 0x0F
    return {7: 8}.get(stand, stand) or STEREO


_RANGE = re.compile(r"^#EXT-X-BYTERANGE:(\d+)@(\d+)\n(.+)$", re.ASCII | re.MULTILINE)
_TARGET = re.compile(r"^#EXT-X-TARGETDURATION:(\d+)$", re.ASCII | re.MULTILINE)


def _head(segments: Sequence[Segment], target: int | None, kind: str, *more: str) -> list[str]:
    return [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target or target_of(segments)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{kind}",
        *(more or ["#EXT-X-INDEPENDENT-SEGMENTS"]),
    ]


def _read(known: Segment, tag: str, value: str) -> Segment:
    """What one line of a list says of the piece that comes next."""
    match tag:
        case "#EXTINF":
            return replace(known, seconds=float(value.rstrip(",")))
        case "#EXT-X-MAP":
            return replace(known, init=value.removeprefix('URI="').removesuffix('"'))
        case "#EXT-X-DISCONTINUITY":
            return replace(known, is_after_break=True)
        case "#EXT-X-PROGRAM-DATE-TIME":
            return replace(known, begins_at=datetime.fromisoformat(value))
    return known


def _stream(rendition: Rendition, sound: Rendition | None, has_words: bool) -> str:
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
    if has_words:
        words.append(f'SUBTITLES="{CAPTIONS_GROUP}"')
    return "#EXT-X-STREAM-INF:" + ",".join(words)


def _key_frames(video: Rendition) -> str:
    highest = _highest((one.key_size, one.seconds) for one in video.segments)
    whole = sum(segment.key_size for segment in video.segments) * 8 / video.seconds
    words = [
        f"BANDWIDTH={highest}",
        f"AVERAGE-BANDWIDTH={round(whole)}",
        f'CODECS="{video.codec}"',
        f"RESOLUTION={video.width}x{video.height}",
        f'URI="{video.folder}/{KEY_FRAMES_NAME}"',
    ]
    return "#EXT-X-I-FRAME-STREAM-INF:" + ",".join(words)


def _highest(pieces: Iterable[tuple[int, float]]) -> int:
    """The highest rate of a run of pieces that lasts 0.5 to 1.5 targets, as RFC 8216 has it."""
    found = list(pieces)
    target = max(1, *(round(seconds) for _size, seconds in found))
    most = sum(size for size, _seconds in found) * 8 / sum(seconds for _size, seconds in found)
    for first in range(len(found)):
        size, seconds = 0, 0.0
        for more, lasts in found[first:]:
            size, seconds = size + more, seconds + lasts
            if seconds > 1.5 * target:
                break
            if seconds >= 0.5 * target:
                most = max(most, size * 8 / seconds)
    return math.ceil(most)


def _audio_config(descriptors: bytes) -> bytes:
    """The words the decoder of sound is set up with: the descriptor of tag 5."""
    at = 0
    skip = {0x03: 3, 0x04: 13}  # the fixed fields before the descriptors inside
    while at < len(descriptors):
        tag, at = descriptors[at], at + 1
        while at < len(descriptors) and descriptors[at] & 0x80:
            at += 1
        at += 1
        if tag == 0x05 and at + 1 < len(descriptors):
            return descriptors[at:]
        if tag not in skip:
            break
        at += skip[tag]
    raise PlaylistFailed("the init section says nothing about its sound")
