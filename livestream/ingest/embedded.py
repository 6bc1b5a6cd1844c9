"""The small server of ./run (``receiver``): it needs no hooks and no configuration."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from django.conf import settings

from livestream.ingest.words import HookRefused, Knock, Line, Said, Told


def sign(name: str) -> str:
    """What a reader of a take has to know: other programs of this machine do not."""
    secret = settings.SECRET_KEY.encode()
    return hmac.digest(secret, f"live take {name}".encode(), "sha256").hex()[:32]


class Embedded:
    """``manage.py livereceiver``."""

    def stream_key(self, *, address: int, key: str) -> str:
        return key

    def source(self, line: Line, *, from_seconds: float) -> str:
        begin = f"?from={int(from_seconds * 1000)}" if from_seconds > 0 else ""
        port = settings.LIVE_READ_PORT
        return f"http://127.0.0.1:{port}/{sign(line.name)}/{line.name}.flv{begin}"

    def knock(self, said: Said) -> Knock:
        raise HookRefused

    def welcome(self, line: Line) -> Mapping[str, str]:
        return {}

    def told(self, said: Said) -> Told:
        raise HookRefused

    def configuration(self, *, hooks: str) -> str:
        return "# manage.py livereceiver needs no configuration but LIVE_PORT and LIVE_LISTEN.\n"
