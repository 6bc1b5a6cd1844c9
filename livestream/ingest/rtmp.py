"""RTMP on one connection: handshake, chunks, messages. Nothing here knows of lessons.

Written from Adobe's published specification of 2012. ffmpeg can listen for RTMP too, but takes
any key in with a warning, and one process serves one camera on one port.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

HANDSHAKE = 1536
VERSION = 3
SET_CHUNK_SIZE, ABORT, ACKNOWLEDGE, CONTROL, WINDOW, BANDWIDTH = range(1, 7)
AUDIO, VIDEO, DATA3, COMMAND3, DATA, COMMAND = 8, 9, 15, 17, 18, 20

OUR_CHUNK = 4096
OUR_WINDOW = 2_500_000
MOST_STREAMS = 32
LARGEST_CHUNK = 1 << 20
LARGEST_MESSAGE = 8 << 20
"""A key frame of a large picture; nothing else comes near it."""

SHORT_STAMP = 0xFFFFFF


class Hangup(Exception):
    """The other side left, was silent for too long, or speaks something else."""


@dataclass
class Message:
    """One message, whole. ``stamp`` is in milliseconds."""

    kind: int
    stamp: int
    stream: int
    payload: bytes


@dataclass
class _Lane:
    """What the last chunk of a chunk stream said; the next one leaves out what stays."""

    kind: int = 0
    length: int = 0
    stamp: int = 0
    delta: int = 0
    stream: int = 0
    is_extended: bool = False
    arrived: bytearray = field(default_factory=bytearray)


class Wire:
    """One connection, as messages. ``largest`` is how much a message may hold by now."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.reader = connection.makefile("rb", buffering=65_536)
        self.chunk = 128
        self.largest = 65_536
        self.window = OUR_WINDOW
        self.received = 0
        self.acknowledged = 0
        self.lanes: dict[int, _Lane] = {}

    def shake_hands(self) -> None:
        """The plain handshake; nobody's version of it is checked by cameras in use."""
        if self._take(1)[0] != VERSION:
            raise Hangup("not RTMP")
        theirs = self._take(HANDSHAKE)
        self._send(bytes([VERSION]) + b"\0" * 8 + os.urandom(HANDSHAKE - 8) + theirs)
        self._take(HANDSHAKE)

    def messages(self) -> Iterator[Message]:
        """Every message for whoever listens; what concerns the line is done here."""
        while True:
            message = self._next()
            if message is None:
                continue
            if message.kind == SET_CHUNK_SIZE and len(message.payload) >= 4:
                wanted = int.from_bytes(message.payload[:4], "big") & 0x7FFFFFFF
                self.chunk = max(1, min(wanted, LARGEST_CHUNK))
            elif message.kind == ABORT and len(message.payload) >= 4:
                self.lanes.pop(int.from_bytes(message.payload[:4], "big"), None)
            elif message.kind == WINDOW and len(message.payload) >= 4:
                self.window = max(1, int.from_bytes(message.payload[:4], "big"))
            elif message.kind > BANDWIDTH:
                yield message

    def say(self, kind: int, payload: bytes, *, stream: int = 0, lane: int = 3) -> None:
        """Send one message; ours are short."""
        head = bytes([lane]) + b"\0\0\0" + len(payload).to_bytes(3, "big")
        head += bytes([kind]) + struct.pack("<I", stream)
        pieces = [payload[at : at + OUR_CHUNK] for at in range(0, len(payload), OUR_CHUNK)]
        self._send(head + bytes([0xC0 | lane]).join(pieces))

    def greet(self) -> None:
        """What a server says before it answers: how it cuts, and when it wants to hear."""
        self.say(WINDOW, struct.pack(">I", OUR_WINDOW), lane=2)
        self.say(BANDWIDTH, struct.pack(">IB", OUR_WINDOW, 2), lane=2)
        self.say(SET_CHUNK_SIZE, struct.pack(">I", OUR_CHUNK), lane=2)

    def _next(self) -> Message | None:
        """Read one chunk; the message, when it was the last of one."""
        first = self._take(1)[0]
        number = first & 0x3F
        if number == 0:
            number = 64 + self._take(1)[0]
        elif number == 1:
            low, high = self._take(2)
            number = 64 + low + 256 * high
        lane = self.lanes.setdefault(number, _Lane())
        if len(self.lanes) > MOST_STREAMS:
            raise Hangup("too many streams")
        self._head(lane, first >> 6)
        wanted = min(self.chunk, lane.length - len(lane.arrived))
        lane.arrived += self._take(wanted)
        self._acknowledge()
        if len(lane.arrived) < lane.length:
            return None
        payload, lane.arrived = bytes(lane.arrived), bytearray()
        return Message(lane.kind, lane.stamp, lane.stream, payload)

    def _head(self, lane: _Lane, form: int) -> None:
        begins = not lane.arrived
        stamp = 0
        if form <= 2:
            stamp = int.from_bytes(self._take(3), "big")
            lane.is_extended = stamp == SHORT_STAMP
        if form <= 1:
            lane.length = int.from_bytes(self._take(3), "big")
            lane.kind = self._take(1)[0]
            lane.arrived.clear()
            begins = True
        if form == 0:
            (lane.stream,) = struct.unpack("<I", self._take(4))
        if lane.length > self.largest:
            raise Hangup("a message too large")
        if lane.is_extended:
            extended = int.from_bytes(self._take(4), "big")
            stamp = extended if form <= 2 else stamp
        if form == 0:
            lane.stamp, lane.delta = stamp, stamp
        elif begins:
            lane.delta = stamp if form <= 2 else lane.delta
            lane.stamp = (lane.stamp + lane.delta) & 0xFFFFFFFF

    def _acknowledge(self) -> None:
        if self.received - self.acknowledged >= self.window:
            self.acknowledged = self.received
            self.say(ACKNOWLEDGE, struct.pack(">I", self.received & 0xFFFFFFFF), lane=2)

    def _take(self, size: int) -> bytes:
        try:
            data: bytes = self.reader.read(size)
        except (OSError, ValueError) as error:
            raise Hangup(str(error)) from error
        if len(data) < size:
            raise Hangup("the line ended")
        self.received += size
        return data

    def _send(self, data: bytes) -> None:
        try:
            self.connection.sendall(data)
        except OSError as error:
            raise Hangup(str(error)) from error
