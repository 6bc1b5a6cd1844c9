"""Where a page of ours sends a film in pieces, so that a bad line costs one piece at most.

Who may, is asked as at every other door: signed in, a post that sends films, and the token
against forged forms, which the page sends in a header (``X-CSRFToken``); the body is never
searched for it.
No transaction is open while bytes come in. A thread of the web is busy as long as a piece
takes, so only some of them may be (``AT_ONCE``), and a line that falls silent is let go.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.http import StaffRequest, staff_required
from accounts.middleware import NOTE_EVERY, SEEN
from livestream import queries, services
from livestream.domain import tus
from livestream.models import Upload
from livestream.views.films import SENDERS

AT_ONCE = 2
"""Pieces that one process of the web takes in at a time; it has four threads for everybody."""
BUSY_SECONDS = 3

READ = 64 * 1024
BLOCK = 512 * 1024
WAITING = 4
SILENCE_SECONDS = 20.0
"""A line that brings nothing for so long is gone, though nobody told us. The next one may come."""

_threads = threading.BoundedSemaphore(AT_ONCE)


@staff_required(*SENDERS, in_parts=True)
def announce_film(request: StaffRequest) -> HttpResponse:
    """Take the announcement of a film, and perhaps its first bytes."""
    return _answered(request, None)


@staff_required(*SENDERS, in_parts=True)
def send_film(request: StaffRequest, press: UUID) -> HttpResponse:
    """Say how much of a film is here, or take more of it."""
    return _answered(request, press)


@require_POST
@staff_required(*SENDERS, in_parts=True)
def give_up_film(request: StaffRequest, press: UUID) -> HttpResponse:
    """Forget a film that is not finished."""
    try:
        services.give_up(_mine(request, press), actor=request.user, at=clock.now())
    except services.Busy:
        _say_busy(request)
    except services.UploadGone:
        _say_changed(request)
    else:
        messages.success(request, _("Given up. The film on your device stays as it is."))
    return redirect("livestream:list-films")


@require_POST
@staff_required(*SENDERS, in_parts=True)
def use_cut_film(request: StaffRequest, press: UUID) -> HttpResponse:
    """Make do with a film whose end is missing."""
    try:
        recording = services.use_what_is_there(_mine(request, press), at=clock.now())
    except services.Busy:
        _say_busy(request)
    except services.UploadGone:
        _say_changed(request)
    else:
        if recording is not None:
            _say_arrived(request)
    return redirect("livestream:list-films")


def _mine(request: StaffRequest, press: UUID) -> Upload:
    return get_object_or_404(
        Upload.objects.unfinished().sent_by(request.user).with_what_it_shows(), press=press
    )


def _say_busy(request: HttpRequest) -> None:
    messages.warning(request, _("This film is being sent just now. Please stop that first."))


def _say_changed(request: HttpRequest) -> None:
    messages.warning(
        request, _("This film has changed in the meantime. Please look at its state below.")
    )


def _say_arrived(request: HttpRequest) -> None:
    messages.success(
        request,
        _(
            "The film has arrived. It is being processed now; you may leave this page. When it "
            "is ready, look at it and publish it."
        ),
    )


# -- the protocol at our door ---------------------------------------------------------------


def _answered(request: StaffRequest, press: UUID | None) -> HttpResponse:
    line = Line(request, _length(request))
    asked = tus.Request(
        method=request.method or "",
        headers={name.lower(): value for name, value in request.headers.items()},
        key=press.hex if press else None,
        pieces=line,
    )
    if line.length and not _threads.acquire(blocking=False):
        return _closed(_busy())
    try:
        answer = tus.answer(asked, _store(request))
    finally:
        line.close()
        if line.length:
            _threads.release()
    _note_seen(request)
    if asked.meant_method() in {"PATCH", "POST"} and _has_arrived(answer, press):
        _say_arrived(request)
    response = HttpResponse(
        answer.words, status=answer.status, content_type="text/plain; charset=utf-8"
    )
    for name, value in answer.headers.items():
        response[name] = value
    return response if line.is_whole else _closed(response)


def _busy() -> HttpResponse:
    response = HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Tus-Resumable"] = tus.VERSION
    response["Retry-After"] = str(BUSY_SECONDS)
    return response


def _closed(response: HttpResponse) -> HttpResponse:
    response["Connection"] = "close"  # what is still on its way is not waited for
    return response


def _length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isascii() and said.isdigit() else 0


def _store(request: StaffRequest) -> services.SentFilms:
    return services.SentFilms(
        sender=request.user,
        chosen=lambda said: queries.meeting_to_film(
            request.user, said.get("lesson", ""), at=clock.now()
        ),
        address_of=lambda key: reverse("livestream:send-film", args=[UUID(key)]),
        now=clock.now,
    )


def _has_arrived(answer: tus.Answer, press: UUID | None) -> bool:
    standing = answer.standing
    if press is None or standing is None or standing.offset < standing.size:
        return False
    return not Upload.objects.unfinished().filter(press=press).exists()


def _note_seen(request: StaffRequest) -> None:
    """A piece may take longer than staff may be idle: who sends it is here all the while."""
    now = time.time()
    if now - request.session.get(SEEN, 0) > NOTE_EVERY:
        request.session[SEEN] = now


class Stream(Protocol):
    """Where a body is read from."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, or fewer at the end."""


class Line:
    """The body of a request as it comes in, in blocks, over a line that may fall silent.

    It ends when all is here, when the line breaks, or when nothing came for a while: what did
    arrive has been handed out by then. A thread of its own reads, because nobody can wait for
    a server's body with a limit.
    """

    def __init__(self, stream: Stream, length: int, silence: float = SILENCE_SECONDS) -> None:
        self.length = length
        self.came = 0
        self._stream = stream
        self._silence = silence
        self._read: queue.Queue[bytes] = queue.Queue(WAITING)
        self._is_closed = threading.Event()

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is still to come."""
        return self.came >= self.length

    def __iter__(self) -> Iterator[bytes]:
        if not self.length:
            return
        threading.Thread(target=self._fetch, name="film on its way", daemon=True).start()
        block = bytearray()
        while data := self._next():
            self.came += len(data)
            block += data
            if len(block) >= BLOCK:
                yield bytes(block)
                block.clear()
        if block:
            yield bytes(block)

    def close(self) -> None:
        """Want no more of it."""
        self._is_closed.set()

    def _next(self) -> bytes:
        try:
            return self._read.get(timeout=self._silence)
        except queue.Empty:
            return b""

    def _fetch(self) -> None:
        left = self.length
        while left and not self._is_closed.is_set():
            try:
                data = self._stream.read(min(READ, left))
            except Exception:  # each server has its own word for a line that broke
                data = b""
            left = left - len(data) if data else 0
            if data and not self._handed(data):
                return
        self._handed(b"")

    def _handed(self, data: bytes) -> bool:
        while not self._is_closed.is_set():
            try:
                self._read.put(data, timeout=1.0)
            except queue.Full:
                continue
            return True
        return False
