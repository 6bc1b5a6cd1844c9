"""Films sent in pieces: the uploads of one person, as the protocol wants to see them.

``domain.tus`` says what a request is answered; here are the rows and the bytes it speaks of.
Every word of refusal is one that a teacher may read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from uuid import UUID, uuid4

from accounts.models import User
from courses.models import Lesson
from livestream import wording
from livestream.domain.inspection import LARGEST_FILE, FilmRefused, Lack, Problem
from livestream.domain.tus import Announced, Standing, TusRefused
from livestream.models import Lecture, Upload
from livestream.services import incoming, room, uploads

Clock = Callable[[], datetime]
Chosen = Callable[[Mapping[str, str]], Lesson | Lecture | None]


class SentFilms:
    """The store of ``domain.tus`` for one person."""

    largest = LARGEST_FILE

    def __init__(
        self, *, sender: User, chosen: Chosen, address_of: Callable[[str], str], now: Clock
    ) -> None:
        self.sender = sender
        self.chosen = chosen
        self.address_of = address_of
        self.now = now

    def create(self, announced: Announced) -> str:
        """Announce a film. What it is of, and which press brings it, its metadata says."""
        said = announced.metadata
        shows = self.chosen(said)
        if shows is None:
            raise TusRefused(HTTPStatus.FORBIDDEN, wording.not_yours_to_film())
        try:
            upload = uploads.begin_upload(
                shows=shows,
                size=announced.size,
                name=said.get("filename", ""),
                fingerprint=said.get("fingerprint", ""),
                metadata=announced.said,
                actor=self.sender,
                press=_press(said),
                at=self.now(),
            )
        except uploads.PressReused:
            raise TusRefused(HTTPStatus.CONFLICT, wording.press_is_spent()) from None
        except room.UploadRefused as refused:
            words = wording.no_room(refused.lack)
            raise TusRefused(HTTPStatus.INSUFFICIENT_STORAGE, words) from None
        except FilmRefused as refused:
            too_large = refused.problem is Problem.TOO_LARGE
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else HTTPStatus.BAD_REQUEST
            raise TusRefused(status, wording.problem(refused.problem)) from None
        return upload.press.hex

    def look(self, key: str) -> Standing:
        """Say how an upload stands: never more than what really lies on the disk."""
        upload = self._mine(key)
        if upload.state == Upload.State.ARRIVING and not upload.is_all_here():
            upload.offset = min(upload.offset, incoming.size_of(upload.press))
        return _standing(upload)

    @contextmanager
    def writing(self, key: str) -> Iterator[_Writer]:
        """Write, as the only one; the last byte makes a recording of it."""
        try:
            with incoming.alone(self._mine(key).press):
                upload = self._mine(key)
                with _writer(upload, self.now) as writer:
                    yield writer
                self._finish(upload)
        except incoming.Busy:
            raise TusRefused(HTTPStatus.LOCKED, wording.somebody_sends()) from None

    def remove(self, key: str) -> None:
        """Give an upload up."""
        try:
            uploads.give_up(self._mine(key), actor=self.sender, at=self.now())
        except incoming.Busy:
            raise TusRefused(HTTPStatus.LOCKED, wording.somebody_sends()) from None
        except uploads.UploadGone:
            raise TusRefused(HTTPStatus.FORBIDDEN, wording.has_arrived()) from None

    def _mine(self, key: str) -> Upload:
        mine = Upload.objects.sent_by(self.sender).with_what_it_shows()
        upload = mine.select_related("by", "recording").filter(press=UUID(key)).first()
        if upload is None:
            raise TusRefused(HTTPStatus.NOT_FOUND)
        if upload.has_expired(self.now()):
            raise TusRefused(HTTPStatus.GONE, wording.upload_expired())
        return upload

    def _finish(self, upload: Upload) -> None:
        if upload.state == Upload.State.ARRIVING and upload.is_all_here():
            uploads.finish_upload(upload, at=self.now())


class _Writer:
    """The bytes of an upload and its row, kept in step: first the disk, then the row."""

    def __init__(self, upload: Upload, file: incoming.Bytes, now: Clock) -> None:
        self.upload = upload
        self.file = file
        self.now = now
        upload.offset = file.certain

    @property
    def standing(self) -> Standing:
        return _standing(self.upload)

    def write(self, data: bytes) -> None:
        with _full_is_refused():
            self.file.write(data)

    def keep(self) -> None:
        with _full_is_refused():
            self.file.keep()
        uploads.note_arrived(self.upload, self.file.certain, at=self.now())

    def undo(self) -> None:
        self.file.undo()


class _Complete(_Writer):
    """Of an upload that is all here: there is nothing to write, and nothing to keep."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload

    def write(self, data: bytes) -> None:
        pass  # none is left to come

    def keep(self) -> None:
        pass

    def undo(self) -> None:
        pass


@contextmanager
def _writer(upload: Upload, now: Clock) -> Iterator[_Writer]:
    if upload.is_all_here() or upload.state != Upload.State.ARRIVING:
        yield _Complete(upload)
        return
    file = incoming.Bytes(upload.press, upload.offset)
    try:
        yield _Writer(upload, file, now)
    finally:
        file.close()


@contextmanager
def _full_is_refused() -> Iterator[None]:
    try:
        yield
    except incoming.DiskFull:
        words = wording.no_room(Lack.DISK)
        raise TusRefused(HTTPStatus.INSUFFICIENT_STORAGE, words) from None


def _standing(upload: Upload) -> Standing:
    return Standing(
        size=upload.size,
        offset=upload.offset,
        expires=upload.expires_at,
        metadata=upload.metadata,
    )


def _press(said: Mapping[str, str]) -> UUID:
    """The press that a page of ours names, so that a second tap is no second film."""
    try:
        return UUID(said.get("press", ""))
    except ValueError:
        return uuid4()
