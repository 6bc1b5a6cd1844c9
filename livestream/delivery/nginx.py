"""What nginx has to know to hand out films by itself, so that Python never sees a piece.

Two things are written to ``WATCH_ROOT``: ``keys.conf``, a map from the name of a key to the key,
and in ``ended/`` one empty file for each right that ended before its time. nginx looks for that
file before it hands a piece out, which costs it one look into a folder it has in memory. So a
right ends without nginx being reloaded; only new keys, once a day, need that.

A map of ended rights would have to be loaded again every few seconds while a city watches, and
each time all workers of nginx are replaced.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from livestream.delivery import ended, paths
from livestream.delivery.wsgi import (
    FOR_A_DAY,
    FOR_A_MINUTE,
    FOR_A_SECOND,
    SORRY,
    TYPES,
)
from livestream.domain.tokens import AUDIENCE, FILE, GENERATION, KID

KEYS = "keys.conf"
ENDED = "ended"
WORDS = "sorry.txt"

# For the part "http" of nginx: which key, how long to keep what, and a log without signatures.
MAPS = """\
map $kid $watch_key {{
    default "";
    include {folder}/{keys};
}}
map "$watch_grows$file" $watch_kept {{
    default "{for_a_day}";
    "~^g.*[.]m3u8$" "{for_a_second}";
    "~[.]m3u8$" "{for_a_minute}";
}}
log_format films '$time_iso8601 $status $body_bytes_sent $request_time $aud'
    ' $asset/$generation/$file';
"""

# For the part "server": films, by path alone. Whatever else is below /v/ is nobody's. nginx logs
# an answer where it ends: "@sorry" has our log too, or what is refused there would leave paths
# that still open films in the log of the site; so would a missing file in the log of errors.
PLACES = """\
location ^~ /v/ {{
    location ~ "^/v/(?<kid>n{kid})/(?<closes>[0-9]{{1,11}})(?<watch_grows>g?)/(?<aud>{aud})\
/(?<sig>[A-Za-z0-9_-]{{22}})/(?<asset>(?<aa>[0-9a-f][0-9a-f])[0-9a-f]{{30}})\
/(?<generation>{generation})/(?<file>{file})$" {{
        secure_link $sig,$closes;
        secure_link_md5 "$kid/$closes$watch_grows/$aud/$asset/$generation $watch_key";
        if ($watch_key = "") {{ return 410; }}
        if ($secure_link = "") {{ return 403; }}
        if ($secure_link = "0") {{ return 410; }}
        if (-f {folder}/{ended}/$aud) {{ return 410; }}
        alias {films}/media/$aa/$asset/$generation/$file;
        types {{
{types}
        }}
        default_type application/octet-stream;
        charset utf-8;
        charset_types text/vtt;
        gzip on;
        gzip_types application/vnd.apple.mpegurl text/vtt;
        gzip_min_length 256;
        gzip_proxied any;
        gzip_vary on;
        sendfile on;
        tcp_nopush on;
        error_page 403 404 405 410 @sorry;
        log_not_found off;
        add_header Cache-Control $watch_kept;
        add_header X-Content-Type-Options nosniff;
        add_header Referrer-Policy no-referrer;
        add_header Cross-Origin-Resource-Policy same-origin;
        {log}
    }}
    return 403;
    error_page 403 @sorry;
}}
location @sorry {{
    internal;
    {log}
    default_type text/plain;
    charset utf-8;
    add_header Cache-Control no-store always;
    add_header X-Content-Type-Options nosniff always;
    add_header Content-Security-Policy "default-src 'none'; frame-ancestors 'none'" always;
    root {folder};
    try_files /{sorry} =500;
}}
"""


def maps() -> str:
    """The lines for the part ``http``."""
    return MAPS.format(
        folder=settings.WATCH_ROOT,
        keys=KEYS,
        for_a_second=FOR_A_SECOND,
        for_a_minute=FOR_A_MINUTE,
        for_a_day=FOR_A_DAY,
    )


def places(*, log: str = "access_log off;") -> str:
    """The lines for the part ``server``."""
    types = "\n".join(
        f"            {kind.partition(';')[0]} {ending};" for ending, kind in TYPES.items()
    )
    return PLACES.format(
        kid=KID,
        aud=AUDIENCE,
        generation=GENERATION,
        file=FILE,
        folder=settings.WATCH_ROOT,
        ended=ENDED,
        films=settings.STORAGES["recordings"]["OPTIONS"]["location"],
        types=types,
        sorry=WORDS,
        log=log,
    )


def render() -> bool:
    """Write keys and ended rights; whether nginx has to be reloaded to know the keys."""
    audiences, series = ended.read_now()
    folder = Path(settings.WATCH_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    keys = paths.keys_for_nginx(at=time.time(), series=series)
    lines = "".join(f'{kid} "{key}";\n' for kid, key in keys.items())
    _mark(folder / ENDED, audiences)
    _replace(folder / WORDS, SORRY.format(phone=settings.SITE_PHONE), mode=0o644)
    return _replace(folder / KEYS, lines, mode=0o600)


def reload() -> bool:
    """Let nginx read its configuration again; False when the settings do not name its process.

    Where the product may not send it a signal, the system watches the file of the keys
    (docs/runbook.md).
    """
    if not settings.WATCH_FRONT_PID:
        return False
    process = int(Path(settings.WATCH_FRONT_PID).read_text(encoding="ascii"))
    os.kill(process, signal.SIGHUP)
    return True


def _mark(folder: Path, audiences: frozenset[str]) -> None:
    folder.mkdir(exist_ok=True)
    marked = {entry.name for entry in os.scandir(folder)}
    for audience in audiences - marked:
        (folder / audience).touch()
    for audience in marked - audiences:  # their paths have run out
        (folder / audience).unlink(missing_ok=True)


def _replace(file: Path, text: str, *, mode: int) -> bool:
    """Write a file all at once; whether it has changed."""
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    beside = file.with_name(f"{file.name}.{uuid4().hex}")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as new:
        new.write(text)
    beside.replace(file)
    return True
