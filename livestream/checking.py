"""Reads a whole stream, decodes every piece of it with PyAV, and has the rules judge it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import av

from livestream.domain.conformance import Finding, Rule, boxes, judge, lists, webvtt
from livestream.domain.conformance.boxes import BoxesBroken, Track
from livestream.domain.conformance.facts import (
    CaptionsTrack,
    Decoded,
    KeyEntry,
    KeyList,
    Piece,
    Rendition,
    Stream,
)
from livestream.domain.conformance.lists import Bytes, Entry, Listed

Read = Callable[[str], bytes]
"""Gives a file of the stream by its name from the stream's folder; raises ``OSError``."""

MASTER = "master.m3u8"
MOST_EDIT_SECONDS = 0.1
"""The priming of a sound coder is less; more is a piece of film that a player leaves out."""


def check(read: Read, *, master: str = MASTER, is_copied: bool = False) -> list[Finding]:
    """Give what is wrong with a stream; nothing for a good one.

    ``is_copied``: the picture is as a camera made it, so key frames may stand
    up to 4 s apart, and no list of them is due.
    """
    return _Check(read, is_copied=is_copied).run(master)


class _Check:
    """One look at one stream: the facts as they are found, and what was wrong on the way."""

    def __init__(self, read: Read, *, is_copied: bool) -> None:
        self.read = lru_cache(maxsize=2)(read)
        self.is_copied = is_copied
        self.findings: list[Finding] = []

    def run(self, name: str) -> list[Finding]:
        master = self.listed(name)
        if master is None or not master.is_master:
            if master is not None:
                self.say(Rule.LISTS, name, "is no master list")
            return self.findings
        stream = Stream(master, is_copied=self.is_copied)
        for variant in master.variants:
            self.take_rendition(stream, variant.uri)
        for said in master.media:
            if "URI" in said and said.get("TYPE") == "SUBTITLES":
                self.take_captions(stream, said["URI"])
            elif "URI" in said:
                self.take_rendition(stream, said["URI"])
        for variant in master.key_lists:
            self.take_keys(stream, variant.uri)
        return self.findings + judge(stream)

    def say(self, rule: Rule, where: str, says: str) -> None:
        self.findings.append(Finding(rule, where, says))

    def listed(self, name: str) -> Listed | None:
        data = self.bytes_of(name, name)
        if data is None:
            return None
        listed = lists.read(name, data)
        self.findings += listed.findings
        return listed

    def bytes_of(self, where: str, name: str, part: Bytes | None = None) -> bytes | None:
        """A file or a part of it; what is not there is said."""
        try:
            data = self.read(name)
        except OSError:
            self.say(Rule.FILES, where, f"{name} is not there")
            return None
        if part is not None:
            data = data[part.offset : part.offset + part.length]
        if not data or (part is not None and len(data) < part.length):
            self.say(Rule.FILES, where, f"{name} is shorter than it should be")
            return None
        return data

    def list_of(self, stream: Stream, uri: str, known: Any) -> Listed | None:
        """A media list the master leads to, read once."""
        name = stream.master.inside(uri)
        if name is None or name in known:
            return None
        listed = self.listed(name)
        if listed is not None and listed.is_master:
            self.say(Rule.LISTS, name, "is a master where a list of pieces should be")
            return None
        return listed

    def take_rendition(self, stream: Stream, uri: str) -> None:
        listed = self.list_of(stream, uri, stream.renditions)
        if listed is None:
            return
        rendition = stream.renditions[listed.name] = Rendition(listed)
        for entry, init, tracks, data in self.parts(listed):
            track = next((one for one in tracks if one.is_picture), tracks[0])
            rendition.is_picture = track.is_picture
            rendition.codecs = tuple(one.codec for one in tracks)
            try:
                rendition.pieces.append(_piece(entry, init, track, data))
            except BoxesBroken as broken:
                self.say(Rule.BOXES, listed.name, f"{entry.uri} {broken}")

    def take_keys(self, stream: Stream, uri: str) -> None:
        listed = self.list_of(stream, uri, stream.key_lists)
        if listed is None:
            return
        keys = stream.key_lists[listed.name] = KeyList(listed)
        for entry, init, tracks, data in self.parts(listed):
            keys.codecs = tuple(one.codec for one in tracks)
            try:
                keys.entries.append(_key_entry(entry, init, tracks[0], data))
            except BoxesBroken as broken:
                self.say(Rule.KEY_ENTRIES, listed.name, f"{entry.uri} {broken}")

    def take_captions(self, stream: Stream, uri: str) -> None:
        listed = self.list_of(stream, uri, stream.captions)
        if listed is None:
            return
        track = stream.captions[listed.name] = CaptionsTrack(listed)
        for entry in listed.entries:
            name = listed.inside(entry.uri)
            data = name and self.bytes_of(listed.name, name, entry.part)
            if not data:
                continue
            try:
                track.pieces.append((entry, webvtt.cues(data)))
            except webvtt.CaptionsBroken as broken:
                self.say(Rule.CAPTIONS, listed.name, f"{entry.uri} {broken}")

    def parts(self, listed: Listed) -> Iterator[tuple[Entry, bytes, list[Track], bytes]]:
        """Each entry that is there, with its init section and the tracks in it."""
        inits: dict[tuple[str, Bytes | None], tuple[bytes, list[Track]] | None] = {}
        for entry in listed.entries:
            which = (entry.init, entry.init_part)
            if which not in inits:
                inits[which] = self.init(listed, entry)
            found = inits[which]
            name = listed.inside(entry.uri)
            if found is None or name is None:
                continue
            data = self.bytes_of(listed.name, name, entry.part)
            if data is not None:
                yield entry, *found, data

    def init(self, listed: Listed, entry: Entry) -> tuple[bytes, list[Track]] | None:
        name = listed.inside(entry.init)
        if not entry.init or name is None:
            if not entry.init:
                self.say(Rule.LISTS, listed.name, f"names no init section for {entry.uri}")
            return None
        data = self.bytes_of(listed.name, name, entry.init_part)
        if data is None:
            return None
        try:
            tracks = boxes.tracks(data)
        except BoxesBroken as broken:
            self.say(Rule.BOXES, listed.name, f"{entry.init} {broken}")
            return None
        for track in tracks:
            if abs(track.edit_seconds) > MOST_EDIT_SECONDS:
                says = f"{entry.init} has an edit list that moves by {track.edit_seconds:+.3f} s"
                self.say(Rule.EDITS, listed.name, says)
        return data, tracks


def _piece(entry: Entry, init: bytes, track: Track, data: bytes) -> Piece:
    samples = boxes.samples(data, track)
    first = samples[0]
    starts = min(sample.shown_at for sample in samples)
    is_new = boxes.begins_new(data, first) if track.codec.startswith("avc") else True
    return Piece(
        entry=entry,
        size=len(data),
        starts=starts,
        ends=max(sample.shown_at + sample.seconds for sample in samples),
        decoded_from=first.decoded_at,
        decoded_to=samples[-1].decoded_at + samples[-1].seconds,
        frame=max(sample.seconds for sample in samples),
        samples=len(samples),
        keys=tuple(sample.shown_at for sample in samples if sample.is_key),
        begins_with_key=first.is_key and is_new,
        shows_earlier=track.is_picture and starts < first.shown_at,
        decoded=decode(init, data),
    )


def _key_entry(entry: Entry, init: bytes, track: Track, data: bytes) -> KeyEntry:
    samples = boxes.samples(data, track, cut=True)
    whole = [sample for sample in samples if sample.offset + sample.size <= len(data)]
    return KeyEntry(
        entry=entry,
        size=len(data),
        frames=len(whole),
        is_key=bool(whole) and whole[0].is_key,
        shown_at=samples[0].shown_at,
        decoded=decode(init, data, most=1),
    )


def decode(init: bytes, data: bytes, *, most: int = 0) -> Decoded:
    """Decode one piece with its init section and nothing else, every error counting.

    ``most`` ends after so many stored frames, where a piece is cut off on purpose.
    """
    options = {"ignore_editlist": "1", "protocol_whitelist": "file"}
    try:
        with av.open(io.BytesIO(init + data), format="mp4", container_options=options) as film:
            stream = next(iter((*film.streams.video, *film.streams.audio)))
            stream.codec_context.options = {"err_detect": "explode"}
            return _decoded(film, stream, most)
    except (av.FFmpegError, ValueError, StopIteration, OSError) as error:
        return Decoded(error=str(error) or type(error).__name__)


def _decoded(film: Any, stream: Any, most: int) -> Decoded:
    frames = 0
    first_is_key, first, last, lasts = False, None, 0.0, 0.0
    for number, packet in enumerate(film.demux(stream)):
        is_over = most and number >= most
        for frame in stream.codec_context.decode(None if is_over else packet):
            if first is None:
                first_is_key = bool(getattr(frame, "key_frame", True))
            at = float(frame.pts * stream.time_base) if frame.pts is not None else last
            first, last = min(at, at if first is None else first), max(last, at)
            lasts = float((frame.duration or 0) * stream.time_base)
            frames += 1
        if is_over:
            break
    is_picture = stream.type == "video"
    return Decoded(
        frames=frames,
        seconds=last - (first or 0.0) + lasts,
        width=stream.codec_context.width if is_picture else 0,
        height=stream.codec_context.height if is_picture else 0,
        channels=0 if is_picture else stream.codec_context.channels,
        first_is_key=first_is_key,
    )
