"""The master copy of a take: an FLV file that is read while it is still being written."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from livestream.ingest import amf
from livestream.ingest.rtmp import AUDIO, DATA, VIDEO, Message

HEAD = b"FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00"
SOUND_MARK_MS = 1000
"""Where there is no picture one may begin to read at about each second."""

CHUNK = 128 * 1024
LOOK_SECONDS = 0.5


class Master:
    """One file. What RTMP carries are the tags of FLV without their heads, so nothing is lost."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.began_at: int | None = None
        self.has_picture = False
        self.head = HEAD
        self.marks: list[tuple[int, int]] = []
        self.size = 0
        self.is_over = False
        self.news = threading.Condition()
        self.file = path.open("wb", buffering=0)
        self._write(HEAD)

    def add(self, message: Message) -> None:
        """Write one message of sound, picture or words about them."""
        payload = _without_wrapping(message) if message.kind == DATA else message.payload
        if not payload:
            return
        if self.began_at is None:
            self.began_at = message.stamp
        stamp = max(0, message.stamp - self.began_at)
        tag = _tag(message.kind, stamp, payload)
        if _is_setup(message.kind, payload):
            self.head += tag
        elif self._begins_here(message.kind, stamp, payload):
            self.marks.append((stamp, self.size))
        self._write(tag)

    def close(self) -> None:
        """Nothing more comes. Who reads gets what is there, then the end."""
        with self.news:
            self.is_over = True
            self.news.notify_all()
        self.file.close()

    def read_from(self, milliseconds: int) -> Iterator[bytes]:
        """The film from the first key frame at or after a moment, as it comes, to its end."""
        at = 0
        if milliseconds > 0:
            found = self._mark_after(milliseconds)
            if found is None:
                return
            at = found
            yield self.head
        with self.path.open("rb", buffering=0) as file:
            file.seek(at)
            while True:
                data = file.read(CHUNK)
                if data:
                    yield data
                elif self._wait_beyond(file.tell()):
                    return

    def _begins_here(self, kind: int, stamp: int, payload: bytes) -> bool:
        if kind == VIDEO:
            self.has_picture = True
            return payload[0] >> 4 in {1, 9}  # a key frame; 9: said the enhanced way
        if kind != AUDIO or self.has_picture:
            return False
        return not self.marks or stamp - self.marks[-1][0] >= SOUND_MARK_MS

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self.file.write(view) :]
        with self.news:
            self.size += len(data)
            self.news.notify_all()

    def _mark_after(self, milliseconds: int) -> int | None:
        with self.news:
            while True:
                number = bisect_left(self.marks, (milliseconds, 0))
                if number < len(self.marks):
                    return self.marks[number][1]
                if self.is_over:
                    return None
                self.news.wait(LOOK_SECONDS)

    def _wait_beyond(self, size: int) -> bool:
        """Wait until there is more than this; True: there never will be."""
        with self.news:
            while self.size <= size:
                if self.is_over:
                    return True
                self.news.wait(LOOK_SECONDS)
        return False


def _tag(kind: int, stamp: int, payload: bytes) -> bytes:
    size = len(payload).to_bytes(3, "big")
    when = (stamp & 0xFFFFFF).to_bytes(3, "big") + bytes([stamp >> 24 & 0xFF])
    return (
        bytes([kind]) + size + when + b"\0\0\0" + payload + (len(payload) + 11).to_bytes(4, "big")
    )


def _is_setup(kind: int, payload: bytes) -> bool:
    """What a decoder needs before anything else: sizes, and how sound and picture are coded."""
    if kind == DATA:
        return True
    if kind == AUDIO:
        return payload[0] >> 4 == 10 and payload[1:2] == b"\0"
    return (payload[0] & 0x80 == 0 and payload[1:2] == b"\0") or payload[0] & 0x8F == 0x80


def _without_wrapping(message: Message) -> bytes:
    """The words about a film as a file has them; nothing for other words."""
    try:
        words = amf.read_all(message.payload)
    except amf.Garbled:
        return b""
    if words[:1] == ["@setDataFrame"]:
        return message.payload[len(amf.write("@setDataFrame")) :]
    return message.payload if words[:1] == ["onMetaData"] else b""
