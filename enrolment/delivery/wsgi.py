"""The waiting room's files before Django: the way in where no web server hands them out.

Thousands of pages ask every few seconds how far it has got, or whether a lecture has begun (the
floor above writes that). None of them needs a session or the database for that. ``./run`` lets
granian serve the folder itself, in a city nginx does (docs/runbook.md): then not even a thread
is taken from somebody whose turn it is. Any other server finds the files here, tests and
journeys among them.
"""

import gzip
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from django.core.files.storage import storages

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]
Headers = list[tuple[str, str]]

PREFIX = "/queue/"
FRESH = "public, max-age=2"
PAYS_FROM = 1024
"""Bytes from which compressing a file saves more than it costs."""

_PATH = re.compile(
    r"/queue/(?P<name>[0-9]{1,18}/(?:state\.json|order\.txt|places/[A-Za-z0-9]{2}\.json)"
    r"|live/[0-9a-f]{32}\.json)",
    re.ASCII,
)
_TYPES = {"json": "application/json", "txt": "text/plain; charset=utf-8"}


def with_queue(application: Application) -> Application:
    """Put the waiting room's files in front of a WSGI application; all else is handed on."""

    def answer(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        if not str(environ.get("PATH_INFO", "")).startswith(PREFIX):
            return application(environ, start_response)
        return serve(environ, start_response)

    return answer


def serve(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Answer one request below ``/queue/``."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return _nothing(start_response, HTTPStatus.METHOD_NOT_ALLOWED, ("Allow", "GET, HEAD"))
    match = _PATH.fullmatch(environ["PATH_INFO"])
    found = _read(match["name"]) if match else None
    if match is None or found is None:
        # Soon there may be one: a place is written within a second of the draw.
        return _nothing(start_response, HTTPStatus.NOT_FOUND, ("Cache-Control", FRESH))
    body, etag = found
    headers = [
        ("Content-Type", _TYPES[match["name"].rpartition(".")[2]]),
        ("ETag", etag),
        ("Cache-Control", FRESH),
        ("Vary", "Accept-Encoding"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
    if _is_known(environ.get("HTTP_IF_NONE_MATCH", ""), etag):
        start_response("304 Not Modified", headers[1:])
        return []
    if len(body) >= PAYS_FROM and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body = _compressed(body)
        headers.append(("Content-Encoding", "gzip"))
    start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _read(name: str) -> tuple[bytes, str] | None:
    """Return a file and its tag. Files change whole, so the two belong together."""
    shelf = storages["queue"]
    try:
        with shelf.open(name, "rb") as file:
            body: bytes = file.read()
    except OSError:
        return None
    return body, _tag(body)


def _tag(body: bytes) -> str:
    """Weak, for a compressed answer has it too; the same in every worker of every machine."""
    return f'W/"{blake2b(body, digest_size=8).hexdigest()}"'


@lru_cache(maxsize=8)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)


def _is_known(asked: str, etag: str) -> bool:
    return any(tag.strip() in {etag, "*"} for tag in asked.split(","))


def _nothing(
    start_response: Start, status: HTTPStatus, header: tuple[str, str]
) -> Iterable[bytes]:
    headers = [("Content-Length", "0"), ("X-Content-Type-Options", "nosniff"), header]
    start_response(f"{status.value} {status.phrase}", headers)
    return []
