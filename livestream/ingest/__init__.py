"""The servers that take live pictures in: one module each, behind one Protocol.

``LIVE_INGEST`` chooses. The small one of ./run asks our services directly; the others ask by
hooks, each in its own dialect, which its module translates.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from django.conf import settings

from livestream.ingest import embedded, mediamtx, nginx_rtmp
from livestream.ingest.words import HookRefused, Knock, Line, Said, Told

__all__ = ["HookRefused", "Ingest", "Knock", "Line", "Said", "Told", "chosen", "master_file"]


class Ingest(Protocol):
    """What we ask of a server that takes pictures in."""

    def stream_key(self, *, address: int, key: str) -> str:
        """What a teacher types as the key; ``address`` is the number of the broadcast."""

    def source(self, line: Line, *, from_seconds: float) -> str:
        """Where a packager reads a take, from a moment on where the server can do that."""

    def knock(self, said: Said) -> Knock | None:
        """A camera at the door, as this server reports it; None: a reader of our own.

        Raises ``HookRefused``.
        """

    def welcome(self, line: Line) -> Mapping[str, str]:
        """Headers of the answer that lets a camera in."""

    def told(self, said: Said) -> Told:
        """Which take a later report is about. Raises ``HookRefused``."""

    def configuration(self, *, hooks: str) -> str:
        """What this server is configured with; ``hooks`` is where our hooks answer."""


SERVERS: Mapping[str, Ingest] = {
    "embedded": embedded.Embedded(),
    "nginx-rtmp": nginx_rtmp.NginxRtmp(),
    "mediamtx": mediamtx.MediaMtx(),
}


def chosen() -> Ingest:
    """The server of this installation."""
    return SERVERS[settings.LIVE_INGEST]


def master_file(recorded_as: str) -> Path | None:
    """The master copy of a take; None when it is not there, or outside its folder."""
    root = Path(settings.LIVE_ROOT).resolve()
    path = (root / recorded_as).resolve()
    return path if recorded_as and path.is_relative_to(root) and path.is_file() else None
