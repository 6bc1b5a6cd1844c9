"""The tus protocol, version 1.0: what a request asks for, and what it is answered.

Core, creation (with first bytes or without), expiration, checksums and termination. Where
the bytes go is the business of a ``Store``; what the protocol demands of a server stands
here, and nothing about HTTP servers or databases does.

https://tus.io/protocols/resumable-upload
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, Protocol

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "expiration", "checksum", "termination")
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
PIECE = "application/offset+octet-stream"
CHECKSUM_MISMATCH = 460
"""A status that only this protocol has."""

KEPT_EVERY = 16 * 1024 * 1024
"""What a server that dies may cost a sender who sends everything in one request."""

LONGEST_METADATA = 2000
MOST_DIGITS = 15


class TusRefused(Exception):
    """The answer is no: with this status, and these words for whoever sends by hand."""

    def __init__(
        self, status: int, words: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{int(status)} {words}")
        self.status = int(status)
        self.words = words
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Standing:
    """How an upload stands. Without ``expires`` it is waited for no more: all of it is here."""

    size: int
    offset: int
    expires: datetime | None = None
    metadata: str = ""


@dataclass(frozen=True)
class Announced:
    """What a sender wants to send. ``said`` is its metadata word for word."""

    size: int
    metadata: Mapping[str, str]
    said: str


class Writer(Protocol):
    """The one who writes to an upload at the moment."""

    @property
    def standing(self) -> Standing:
        """What has been kept so far."""

    def write(self, data: bytes) -> None:
        """Put bytes behind the others. Raises ``TusRefused`` when the disk takes no more."""

    def keep(self) -> None:
        """Answer for what was written: from now on it survives everything."""

    def undo(self) -> None:
        """Forget what was written and not kept."""


class Store(Protocol):
    """Where uploads are. Each method may raise ``TusRefused``: not yours, gone, no room."""

    largest: int

    def create(self, announced: Announced) -> str:
        """Make an upload, and return its key."""

    def address_of(self, key: str) -> str:
        """Return where an upload is asked for."""

    def look(self, key: str) -> Standing:
        """Say how an upload stands."""

    def writing(self, key: str) -> AbstractContextManager[Writer]:
        """Write, as the only one. Refuses with 423 while somebody else does."""

    def remove(self, key: str) -> None:
        """Forget an upload, and free what it held."""


@dataclass(frozen=True)
class Request:
    """What came in. ``headers`` have lower-case names; ``pieces`` end where the body does."""

    method: str
    headers: Mapping[str, str]
    key: str | None = None
    pieces: Iterable[bytes] = ()

    def meant_method(self) -> str:
        """The method, or the one a sender means whose way lets no PATCH or DELETE through."""
        return (self.headers.get("x-http-method-override") or self.method).strip().upper()


@dataclass
class Answer:
    """What goes back. ``standing`` is how the upload stands now, for whoever asked for it."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    words: str = ""
    standing: Standing | None = None


def answer(request: Request, store: Store) -> Answer:
    """Answer one request. Never raises what is meant for the sender."""
    try:
        given = _answer(request, store)
    except TusRefused as refused:
        given = Answer(refused.status, dict(refused.headers), refused.words)
    # Its words and its offset are of this moment: no cache may ever repeat them.
    given.headers = {"Tus-Resumable": VERSION, "Cache-Control": "no-store", **given.headers}
    return given


def _answer(request: Request, store: Store) -> Answer:
    method = request.meant_method()
    if method == "OPTIONS":
        return _can_do(store)
    if request.headers.get("tus-resumable", "").strip() != VERSION:
        raise TusRefused(
            HTTPStatus.PRECONDITION_FAILED,
            f"This server speaks tus {VERSION}.",
            {"Tus-Version": VERSION},
        )
    if request.key is None:
        if method != "POST":
            raise _not_allowed("POST, OPTIONS")
        return _create(request, store)
    match method:
        case "HEAD":
            return _look(request.key, store)
        case "PATCH":
            return _append(request, request.key, store)
        case "DELETE":
            store.remove(request.key)
            return Answer(HTTPStatus.NO_CONTENT)
    raise _not_allowed("HEAD, PATCH, DELETE, OPTIONS")


def _not_allowed(methods: str) -> TusRefused:
    return TusRefused(HTTPStatus.METHOD_NOT_ALLOWED, "", {"Allow": methods})


def _can_do(store: Store) -> Answer:
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Max-Size": str(store.largest),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return Answer(HTTPStatus.NO_CONTENT, headers)


def _look(key: str, store: Store) -> Answer:
    standing = store.look(key)
    headers = {"Upload-Length": str(standing.size), **_progress(standing)}
    if standing.metadata:
        headers["Upload-Metadata"] = standing.metadata
    return Answer(HTTPStatus.OK, headers, standing=standing)


def _create(request: Request, store: Store) -> Answer:
    announced = _announced(request.headers, store.largest)
    checksum = checksum_of(request.headers)
    brings_bytes = _length(request.headers) > 0
    if brings_bytes:
        _ensure_a_piece(request.headers)
        _ensure_fits(request.headers, announced.size)
    key = store.create(announced)
    headers = {"Location": store.address_of(key)}
    standing = store.look(key)
    if brings_bytes:
        if not standing.offset:
            standing = _first_bytes(request, key, store, checksum) or standing
        headers["Upload-Offset"] = str(standing.offset)
    return Answer(HTTPStatus.CREATED, {**headers, **_expiry(standing)}, standing=standing)


def _first_bytes(
    request: Request, key: str, store: Store, checksum: Checksum | None
) -> Standing | None:
    """Take what came with the announcement. Whatever happens to it, the upload is there."""
    try:
        with store.writing(key) as writer:
            _take(request.pieces, writer, checksum)
            return writer.standing
    except TusRefused:
        return None


def _append(request: Request, key: str, store: Store) -> Answer:
    _ensure_a_piece(request.headers)
    offset = _number(request.headers, "upload-offset")
    checksum = checksum_of(request.headers)
    with store.writing(key) as writer:
        standing = writer.standing
        if offset != standing.offset:
            raise TusRefused(
                HTTPStatus.CONFLICT,
                f"{standing.offset} bytes are here, not {offset}.",
                {"Upload-Offset": str(standing.offset)},
            )
        _ensure_fits(request.headers, standing.size - standing.offset)
        _take(request.pieces, writer, checksum)
        standing = writer.standing
    return Answer(HTTPStatus.NO_CONTENT, _progress(standing), standing=standing)


def _take(pieces: Iterable[bytes], writer: Writer, checksum: Checksum | None) -> None:
    """Write what comes, and keep it, also when less comes than was announced.

    With a checksum all or nothing is kept: what it does not prove is not wanted.
    """
    left = writer.standing.size - writer.standing.offset
    digest = checksum.begin() if checksum else None
    unkept = 0
    try:
        for data in pieces:
            if len(data) > left:
                writer.undo()
                raise TusRefused(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "More came than was announced."
                )
            left -= len(data)
            unkept += len(data)
            writer.write(data)
            if digest is not None:
                digest.update(data)
            elif unkept >= KEPT_EVERY:
                writer.keep()
                unkept = 0
    except TusRefused as refused:
        if refused.status == HTTPStatus.INSUFFICIENT_STORAGE:
            _keep_unless(writer, checksum)
            refused.headers["Upload-Offset"] = str(writer.standing.offset)
        raise
    if checksum is not None and digest is not None and not checksum.fits(digest):
        writer.undo()
        raise TusRefused(
            CHECKSUM_MISMATCH,
            "What arrived is not what was sent.",
            {"Upload-Offset": str(writer.standing.offset)},
        )
    writer.keep()


def _keep_unless(writer: Writer, checksum: Checksum | None) -> None:
    if checksum is None:
        writer.keep()
    else:
        writer.undo()


def _progress(standing: Standing) -> dict[str, str]:
    return {"Upload-Offset": str(standing.offset), **_expiry(standing)}


def _expiry(standing: Standing) -> dict[str, str]:
    if standing.expires is None:
        return {}
    return {"Upload-Expires": format_datetime(standing.expires.astimezone(UTC), usegmt=True)}


# -- what headers say -----------------------------------------------------------------------


@dataclass(frozen=True)
class Checksum:
    """What the bytes of a request must come to."""

    algorithm: str
    wanted: bytes

    def begin(self) -> Any:
        """A digest to feed the bytes to."""
        return ALGORITHMS[self.algorithm]()

    def fits(self, digest: Any) -> bool:
        """Whether the bytes are what was sent."""
        return hmac.compare_digest(digest.digest(), self.wanted)


def checksum_of(headers: Mapping[str, str]) -> Checksum | None:
    """Read ``Upload-Checksum``: an algorithm, a space, the checksum in Base64."""
    said = headers.get("upload-checksum")
    if said is None:
        return None
    algorithm, _, encoded = said.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise TusRefused(HTTPStatus.BAD_REQUEST, f"Known checksums: {', '.join(ALGORITHMS)}.")
    wanted = _decoded(encoded.strip(), "Upload-Checksum")
    if len(wanted) != ALGORITHMS[algorithm]().digest_size:
        raise TusRefused(HTTPStatus.BAD_REQUEST, "Upload-Checksum has another length.")
    return Checksum(algorithm, wanted)


def metadata_of(said: str) -> dict[str, str]:
    """Read ``Upload-Metadata``: pairs with commas between them, values in Base64.

    >>> metadata_of("filename bGVzc29uLzMubXA0,is_private")
    {'filename': 'lesson/3.mp4', 'is_private': ''}
    """
    found: dict[str, str] = {}
    for pair in said.split(",") if said.strip() else ():
        key, _, encoded = pair.strip().partition(" ")
        if not key or key in found or not key.isascii():
            raise TusRefused(HTTPStatus.BAD_REQUEST, "Upload-Metadata: a key each, no key twice.")
        try:
            found[key] = _decoded(encoded.strip(), "Upload-Metadata").decode()
        except UnicodeDecodeError:
            raise TusRefused(HTTPStatus.BAD_REQUEST, "Upload-Metadata is not UTF-8.") from None
    return found


def _decoded(encoded: str, name: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise TusRefused(HTTPStatus.BAD_REQUEST, f"{name} is not in Base64.") from None


def _announced(headers: Mapping[str, str], largest: int) -> Announced:
    if "upload-defer-length" in headers:
        raise TusRefused(HTTPStatus.BAD_REQUEST, "The length must be known: Upload-Length.")
    size = _number(headers, "upload-length")
    if size > largest:
        raise TusRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {largest} bytes.")
    said = headers.get("upload-metadata", "").strip()
    if len(said) > LONGEST_METADATA:
        raise TusRefused(HTTPStatus.BAD_REQUEST, "Upload-Metadata is too long.")
    return Announced(size, metadata_of(said), said)


def _ensure_a_piece(headers: Mapping[str, str]) -> None:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != PIECE:
        raise TusRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type: {PIECE}")


def _ensure_fits(headers: Mapping[str, str], left: int) -> None:
    """Refuse before a byte is read what says itself that it is too much."""
    if _length(headers) > left:
        raise TusRefused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{left} bytes of the upload are missing."
        )


def _length(headers: Mapping[str, str]) -> int:
    return _number(headers, "content-length") if headers.get("content-length") else 0


def _number(headers: Mapping[str, str], name: str) -> int:
    said = headers.get(name, "").strip()
    if not (said.isascii() and said.isdigit() and len(said) <= MOST_DIGITS):
        raise TusRefused(HTTPStatus.BAD_REQUEST, f"{name.title()} must be a number, from 0 on.")
    return int(said)
