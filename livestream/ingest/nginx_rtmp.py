"""nginx with Debian's RTMP module (libnginx-mod-rtmp): what a city takes lessons in with.

The module asks before it lets a camera in. Our answer gives the stream another name, so that
the key stands in no file name and in no address of ours. Its later reports name the key again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from livestream.domain.live import LARGEST_MASTER
from livestream.ingest.words import HookRefused, Knock, Line, Said, Told

APP = "live"

CONFIGURATION = """\
# nginx.conf for live lessons, written by manage.py live_configuration.
load_module modules/ngx_rtmp_module.so;
worker_processes 1;  # the module shares streams with no other worker
pid {root}/nginx.pid;
error_log {root}/nginx.log warn;
events {{ worker_connections 1024; }}
rtmp {{
    server {{
        listen {listen}:{port};
        chunk_size 4096;
        max_streams 64;
        ping 10s;
        ping_timeout 10s;
        notify_method post;
        application {app} {{
            live on;
            wait_key on;
            interleave on;
            drop_idle_publisher 15s;
            allow play 127.0.0.1;
            deny play all;
            record all;
            record_path {root};
            record_suffix .flv;
            record_max_size {largest}M;
            on_publish {hooks}publish?secret={secret};
            on_publish_done {hooks}done?secret={secret};
            on_record_done {hooks}record?secret={secret};
            on_update {hooks}heard?secret={secret};
            notify_update_timeout 5s;
        }}
    }}
}}
"""


class NginxRtmp:
    """The module's own words: a form, with the arguments of the address in it."""

    def stream_key(self, *, address: int, key: str) -> str:
        return key

    def source(self, line: Line, *, from_seconds: float) -> str:
        return f"rtmp://127.0.0.1:{settings.LIVE_PORT}/{APP}/{line.name}"

    def knock(self, said: Said) -> Knock:
        if said.get("call") != "publish" or said.get("app") != APP:
            raise HookRefused
        return Knock(key=said.get("name", ""), publisher=_publisher(said))

    def welcome(self, line: Line) -> Mapping[str, str]:
        return {"Location": line.name}

    def told(self, said: Said) -> Told:
        if said.get("app", APP) != APP:
            raise HookRefused
        path, name = Path(said.get("path", "")), said.get("name", "")
        if path.name:
            return Told(name=path.stem, recorded_as=path.name)
        if "-" in name:  # our own packager, which reads by the name of a take
            return Told(name=name)
        return Told(key=name, publisher=_publisher(said))

    def configuration(self, *, hooks: str) -> str:
        return CONFIGURATION.format(
            app=APP,
            hooks=hooks,
            largest=LARGEST_MASTER // 1024**2,
            listen=settings.LIVE_LISTEN,
            port=settings.LIVE_PORT,
            root=settings.LIVE_ROOT,
            secret=settings.LIVE_HOOK_SECRET,
        )


def _publisher(said: Said) -> str:
    return f"{said.get('addr', '')}#{said.get('clientid', '')}"
