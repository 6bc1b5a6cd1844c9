"""Replays served before Django: the way in for one machine without nginx.

A learner's player asks for a piece every six seconds. The whole question, may
they, is in the signed path, so no session, no question to the database and no
middleware is needed to answer it; rights that ended early are known beforehand
(``ended``). In a city nginx stands in front and hands the files out itself (``nginx``).
"""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import Storage, storages

from livestream.delivery import ended, paths
from livestream.domain.tokens import PREFIX, Grant, TokenRefused

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]

CHUNK = 256 * 1024
TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "mp4": "video/mp4",
    "m4s": "video/iso.segment",
    "jpg": "image/jpeg",
    "vtt": "text/vtt; charset=utf-8",
}
FOR_A_DAY = "private, max-age=86400, immutable"
FOR_A_MINUTE = "private, max-age=60"
FOR_A_SECOND = "private, max-age=1"
# Seen by whoever opens the address of a film that has run out: what to do, and whom to ask.
SORRY = (
    "请回到课程页面，重新打开回放。不清楚请打电话{phone}。\n"
    "請回到課程頁面，重新打開回放。不清楚請打電話{phone}。\n"
    "Please go back to the page of the lesson and open the replay again, or phone {phone}.\n"
)

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


@dataclass
class _File:
    stream: IO[bytes]
    size: int
    etag: str


def with_recordings(application: Application) -> Application:
    """Put the files of replays in front of a WSGI application; all else is handed on."""

    def answer(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        if not str(environ.get("PATH_INFO", "")).startswith(PREFIX):
            return application(environ, start_response)
        return serve(environ, start_response)

    return answer


def serve(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Answer one request below ``/v/``."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return _refuse(start_response, HTTPStatus.METHOD_NOT_ALLOWED, [("Allow", "GET, HEAD")])
    try:
        grant, name = _granted(environ["PATH_INFO"])
    except TokenRefused as refused:
        status = HTTPStatus.GONE if refused.expired else HTTPStatus.FORBIDDEN
        return _refuse(start_response, status)
    kind = TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream")
    try:
        file = _open(storages["recordings"], f"{grant.folder}/{name}")
    except (FileNotFoundError, IsADirectoryError, SuspiciousFileOperation):
        return _refuse(start_response, HTTPStatus.NOT_FOUND)
    headers = _headers(kind, file, kept=_kept(grant, name))
    if _is_known(environ.get("HTTP_IF_NONE_MATCH", ""), file.etag):
        file.stream.close()
        start_response("304 Not Modified", headers[1:])
        return []
    if name.endswith(".m3u8"):
        return _list(environ, start_response, file, headers)
    return _piece(environ, start_response, file, headers)


def _granted(path: str) -> tuple[Grant, str]:
    """The grant and the file, of a right that still stands. Raises ``TokenRefused``."""
    grant, name = paths.understood(path, at=time.time(), series=ended.rights.series())
    if ended.rights.include(grant.audience):
        raise TokenRefused(expired=True)
    return grant, name


def _open(storage: Storage, name: str) -> _File:
    """Through the storage's own API, so that a bucket works as well as a folder."""
    stream = storage.open(name, "rb")
    size = storage.size(name)
    changed = storage.get_modified_time(name).timestamp()
    return _File(stream=stream, size=size, etag=f'"{int(changed * 1000):x}-{size:x}"')


def _kept(grant: Grant, name: str) -> str:
    """How long a browser may keep a file: pieces never change, a list may get longer."""
    if not name.endswith(".m3u8"):
        return FOR_A_DAY
    return FOR_A_SECOND if grant.grows else FOR_A_MINUTE


def _headers(kind: str, file: _File, *, kept: str) -> list[tuple[str, str]]:
    return [
        ("Content-Type", kind),
        ("ETag", file.etag),
        ("Cache-Control", kept),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]


def _list(
    environ: dict[str, Any], start_response: Start, file: _File, headers: list[tuple[str, str]]
) -> Iterable[bytes]:
    with file.stream as stream:
        body = stream.read()
    headers.append(("Vary", "Accept-Encoding"))
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body = gzip.compress(body, compresslevel=6, mtime=0)
        headers.append(("Content-Encoding", "gzip"))
    start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _piece(
    environ: dict[str, Any], start_response: Start, file: _File, headers: list[tuple[str, str]]
) -> Iterable[bytes]:
    headers.append(("Accept-Ranges", "bytes"))
    span = (0, file.size - 1)
    status = "200 OK"
    if environ.get("HTTP_IF_RANGE", file.etag) == file.etag:
        asked = _span(environ.get("HTTP_RANGE", ""), file.size)
        if asked is not None and asked[0] > asked[1]:
            file.stream.close()
            nothing = [("Content-Range", f"bytes */{file.size}")]
            return _refuse(start_response, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, nothing)
        if asked is not None:
            span, status = asked, "206 Partial Content"
            headers.append(("Content-Range", f"bytes {span[0]}-{span[1]}/{file.size}"))
    length = span[1] - span[0] + 1
    start_response(status, [*headers, ("Content-Length", str(length))])
    if environ["REQUEST_METHOD"] == "HEAD":
        file.stream.close()
        return []
    file.stream.seek(span[0])
    return _Body(file.stream, length)


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """The bytes of a Range header; None: give the whole; first > last: there are none such."""
    match = _RANGE.fullmatch(asked.strip())
    if match is None or (not match[1] and not match[2]):
        return None
    if not match[1]:
        last = int(match[2])
        return (max(0, size - last), size - 1) if last else (size, size - 1)
    first = int(match[1])
    if match[2] and int(match[2]) < first:
        return None
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    return (first, last) if first < size else (size, size - 1)


def _is_known(asked: str, etag: str) -> bool:
    return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in asked.split(","))


def _refuse(
    start_response: Start, status: HTTPStatus, more: Iterable[tuple[str, str]] = ()
) -> Iterable[bytes]:
    words = SORRY.format(phone=settings.SITE_PHONE).encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(words))),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        *more,
    ]
    start_response(f"{status.value} {status.phrase}", headers)
    return [words]


class _Body:
    """The bytes asked for, in chunks; the server closes it, also when the viewer has gone."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self.stream = stream
        self.left = length

    def __iter__(self) -> Iterator[bytes]:
        while self.left > 0:
            chunk = self.stream.read(min(CHUNK, self.left))
            if not chunk:
                return
            self.left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.stream.close()
