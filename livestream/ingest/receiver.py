"""The small server that ./run takes lessons in with: RTMP in on one port, FLV out on another.

One thread for each camera and for each reader. It knows no keys: a ``Door`` decides who comes
in. A city with many lessons at once runs nginx or MediaMTX in its place (docs/runbook.md).
"""

from __future__ import annotations

import logging
import re
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from livestream.domain.live import PublishRefused
from livestream.ingest import amf, rtmp
from livestream.ingest.master import Master
from livestream.ingest.rtmp import Hangup, Message, Wire

log = logging.getLogger(__name__)

APP = "live"
BEFORE_THE_KEY_SECONDS = 10.0
SILENCE_SECONDS = 15.0
ASK_EVERY_SECONDS = 5.0
MOST_CAMERAS = 64
KEPT_AFTER_THE_END_SECONDS = 60.0
"""So long a packager that was late may still read the end of a take."""

_ASKED = re.compile(r"/(?P<sign>[0-9a-f]{32})/(?P<name>[0-9]+-[0-9]+)\.flv", re.ASCII)


def file_of(name: str) -> str:
    """What the master copy of a take is called."""
    return f"{name}.flv"


class Door(Protocol):
    """Who decides about cameras."""

    def admit(self, key: str, publisher: str) -> str:
        """The name of the take this key opens. Raises ``PublishRefused``."""

    def is_wanted(self, name: str) -> bool:
        """Hear that the take goes on; False when the camera is to be sent away."""

    def left(self, name: str, recorded_as: str) -> None:
        """The take is over, and its master copy lies here."""

    def in_words(self, refused: PublishRefused) -> str:
        """What the program of the camera shows to the teacher."""

    def sign(self, name: str) -> str:
        """What a reader of this take has to know."""


class _Threaded(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Receiver:
    """Both servers and the takes between them."""

    def __init__(
        self, door: Door, folder: Path, *, listen: tuple[str, int], read_port: int
    ) -> None:
        self.door = door
        self.folder = folder
        self.takes: dict[str, Master] = {}
        self.cameras = threading.BoundedSemaphore(MOST_CAMERAS)
        receiver = self

        class Camera(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                receiver.serve(self.request)

        class Reader(_Reader):
            source = receiver

        self.servers: list[socketserver.BaseServer] = [
            _Threaded(listen, Camera),
            ThreadingHTTPServer(("127.0.0.1", read_port), Reader),
        ]

    def start(self) -> None:
        """Begin to listen; returns at once."""
        for server in self.servers:
            threading.Thread(target=server.serve_forever, args=(0.2,), daemon=True).start()

    def stop(self) -> None:
        """Take nobody in any more."""
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def serve(self, connection: socket.socket) -> None:
        """One camera, from its first byte to its last."""
        if not self.cameras.acquire(blocking=False):
            return
        try:
            connection.settimeout(BEFORE_THE_KEY_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _Camera(self, connection).talk()
        except (Hangup, amf.Garbled) as left:
            log.info("a camera left: %s", left)
        finally:
            self.cameras.release()

    def open(self, name: str) -> Master:
        """A new master copy; old ones that nobody needs to read any more are forgotten."""
        for old, take in list(self.takes.items()):
            if take.is_over and time.time() - take.path.stat().st_mtime > (
                KEPT_AFTER_THE_END_SECONDS
            ):
                del self.takes[old]
        master = Master(self.folder / file_of(name))
        self.takes[name] = master
        return master


class _Camera:
    """What is said with one camera."""

    def __init__(self, receiver: Receiver, connection: socket.socket) -> None:
        self.receiver = receiver
        self.door = receiver.door
        self.connection = connection
        self.wire = Wire(connection)
        self.is_at_the_right_place = False

    def talk(self) -> None:
        """Handshake, words, and then the film until it ends."""
        self.wire.shake_hands()
        messages = self.wire.messages()
        name = self._name_of(messages)
        if name is None:
            return
        self.connection.settimeout(SILENCE_SECONDS)
        self.wire.largest = rtmp.LARGEST_MESSAGE
        master = self.receiver.open(name)
        try:
            self._take_in(name, master, messages)
        finally:
            master.close()
            self.door.left(name, master.path.name)

    def _name_of(self, messages: Iterator[Message]) -> str | None:
        """Answer what comes before the film; the name of the take, or None for a refusal."""
        until = time.monotonic() + BEFORE_THE_KEY_SECONDS
        for message in messages:
            if time.monotonic() > until:
                raise Hangup("no key in time")
            words = _command(message)
            if not words:
                continue
            command, number = words[0], words[1] if len(words) > 1 else 0
            if command == "publish":
                key = str(words[3]) if len(words) > 3 else ""
                return self._publish(key, message.stream)
            self._answer(str(command), number, words)
        return None

    def _answer(self, command: str, number: Any, words: list[Any]) -> None:
        if command == "connect":
            asked = words[2] if len(words) > 2 and isinstance(words[2], dict) else {}
            self.is_at_the_right_place = str(asked.get("app", "")).strip("/") == APP
            self.wire.greet()
            about = {"fmsVer": "FMS/3,0,1,123", "capabilities": 31}
            said = {
                "level": "status",
                "code": "NetConnection.Connect.Success",
                "description": "Connection succeeded.",
                "objectEncoding": 0,
            }
            self._say("_result", number, about, said)
        elif command == "createStream":
            self._say("_result", number, None, 1)
        elif command in {"releaseStream", "FCPublish"}:
            self._say("_result", number, None, None)
        elif command == "play":
            raise Hangup("nobody watches here")

    def _publish(self, key: str, stream: int) -> str | None:
        host, port = self.connection.getpeername()[:2]
        try:
            if not self.is_at_the_right_place:
                raise Hangup("another address")
            name = self.door.admit(key.partition("?")[0], f"{host}:{port}")
        except PublishRefused as refused:
            words = self.door.in_words(refused)
            self._status(stream, "error", "NetStream.Publish.BadName", words)
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_WR)
            return None
        self._status(stream, "status", "NetStream.Publish.Start", name)
        return name

    def _take_in(self, name: str, master: Master, messages: Iterator[Message]) -> None:
        asked_at = time.monotonic()
        for message in messages:
            if message.kind in {rtmp.AUDIO, rtmp.VIDEO, rtmp.DATA}:
                master.add(message)
            elif _command(message)[:1] in (["deleteStream"], ["FCUnpublish"], ["closeStream"]):
                return
            if time.monotonic() - asked_at > ASK_EVERY_SECONDS:
                asked_at = time.monotonic()
                if not self.door.is_wanted(name):
                    return

    def _status(self, stream: int, level: str, code: str, words: str) -> None:
        said = {"level": level, "code": code, "description": words}
        self.wire.say(rtmp.COMMAND, amf.write("onStatus", 0, None, said), stream=stream, lane=5)

    def _say(self, *words: Any) -> None:
        self.wire.say(rtmp.COMMAND, amf.write(*words))


class _Reader(BaseHTTPRequestHandler):
    """Hands a take to a packager on this machine, from any moment on, until it ends."""

    source: Receiver
    timeout = 30
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        match = _ASKED.fullmatch(asked.path)
        if match is None or match["sign"] != self.source.door.sign(match["name"]):
            self.send_error(403)
            return
        master = self.source.takes.get(match["name"])
        if master is None:
            self.send_error(404)
            return
        begin = parse_qs(asked.query).get("from", ["0"])[0]
        self.send_response(200)
        self.send_header("Content-Type", "video/x-flv")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with suppress(OSError):
            for data in master.read_from(int(begin) if begin.isdigit() else 0):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)


def _command(message: Message) -> list[Any]:
    """The words of a command; none for anything else."""
    if message.kind == rtmp.COMMAND:
        return amf.read_all(message.payload)
    if message.kind == rtmp.COMMAND3:
        return amf.read_all(message.payload[1:])
    return []
