"""MediaMTX, where a city runs it already: RTMP, SRT and, from a browser, WHIP.

It is in no registry we build from, so nothing of ours starts it. It asks by JSON before it lets
anybody in, and cannot rename a stream: a camera comes to ``live/<number>`` with the key as a
query or, by WHIP, as a bearer token.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs

from django.conf import settings

from livestream.ingest.words import HookRefused, Knock, Line, Said, Told

APP = "live"

CONFIGURATION = """\
# mediamtx.yml for live lessons, written by manage.py live_configuration.
authMethod: http
authHTTPAddress: {hooks}publish?secret={secret}
authHTTPExclude: []
api: no
rtmpAddress: {listen}:{port}
webrtc: yes  # WHIP: https://<host>:8889/live/<number>/whip
pathDefaults:
  record: yes
  recordPath: {root}/%path/%Y-%m-%d_%H-%M-%S-%f
  recordFormat: fmp4
  recordSegmentDuration: 24h
  runOnNotReady: >-
    curl -fsS --data-urlencode path=$MTX_PATH {hooks}done?secret={secret}
  runOnRecordSegmentComplete: >-
    curl -fsS --data-urlencode path=$MTX_PATH
    --data-urlencode file=$MTX_SEGMENT_PATH {hooks}record?secret={secret}
paths:
  "~^live/[0-9]+$":
"""


class MediaMtx:
    """MediaMTX's words: JSON when it asks, a form of our own making when it tells."""

    def stream_key(self, *, address: int, key: str) -> str:
        return f"{address}?key={key}"

    def source(self, line: Line, *, from_seconds: float) -> str:
        return f"rtmp://127.0.0.1:{settings.LIVE_PORT}/{APP}/{line.address}"

    def knock(self, said: Said) -> Knock | None:
        """A camera; our own packager reads from this machine and needs no key."""
        if said.get("action") == "read" and said.get("ip") in {"127.0.0.1", "::1"}:
            return None
        if said.get("action") != "publish":
            raise HookRefused
        address = _address(said)
        asked = parse_qs(said.get("query", "")).get("key", [""])[0]
        key = asked or said.get("token", "") or said.get("password", "")
        return Knock(key, f"{said.get('ip', '')}#{said.get('id', '')}", address)

    def welcome(self, line: Line) -> Mapping[str, str]:
        return {}

    def told(self, said: Said) -> Told:
        file = said.get("file", "")
        root = str(settings.LIVE_ROOT)
        recorded_as = str(Path(file).relative_to(root)) if file.startswith(f"{root}/") else ""
        return Told(address=_address(said), recorded_as=recorded_as)

    def configuration(self, *, hooks: str) -> str:
        return CONFIGURATION.format(
            hooks=hooks,
            listen=settings.LIVE_LISTEN,
            port=settings.LIVE_PORT,
            root=settings.LIVE_ROOT,
            secret=settings.LIVE_HOOK_SECRET,
        )


def _address(said: Said) -> int:
    app, _, number = said.get("path", "").partition("/")
    if app != APP or not number.isdigit():
        raise HookRefused
    return int(number)
