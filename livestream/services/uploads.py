"""How a film comes in: announced and sent in pieces, or at once with a form.

Both ways end in ``_become_recording``. What is done to an upload on its way is done by whoever
holds its lock (``incoming.alone``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import IntegrityError, connection, transaction

from accounts import outbox
from accounts.models import AuditEvent, Unit, User
from courses.models import Lesson
from livestream import probing
from livestream.domain import inspection
from livestream.domain.inspection import Film, FilmRefused, Problem
from livestream.models import Lecture, Recording, Upload
from livestream.services import incoming, room

log = logging.getLogger(__name__)

LASTS = timedelta(days=7)
"""For so long after its last byte an upload waits for the next one."""

LOCK = 5_340_601  # of the announcements in PostgreSQL; any number that nobody else uses


class PressReused(Exception):
    """This press of the button has brought another film already; one press brings one film."""


class UploadGone(Exception):
    """The upload is finished or given up, and there is nothing to be done with it."""


@transaction.atomic
def begin_upload(
    *,
    shows: Lesson | Lecture,
    size: int,
    name: str,
    fingerprint: str = "",
    metadata: str = "",
    actor: User,
    press: UUID,
    at: datetime,
) -> Upload:
    """Announce a film of so many bytes, and keep room for it.

    The same ``press`` for the same film gives the same upload. Raises ``FilmRefused``,
    ``UploadRefused`` or ``PressReused``.
    """
    with connection.cursor() as cursor:  # the room that is left is given away once
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    upload = Upload(
        by=actor,
        press=press,
        lesson=shows if isinstance(shows, Lesson) else None,
        lecture=shows if isinstance(shows, Lecture) else None,
        original_name=name[:255],
        fingerprint=fingerprint[:400],
        metadata=metadata,
        size=size,
        began_at=at,
        expires_at=at + LASTS,
    )
    known = Upload.objects.with_what_it_shows().filter(press=press).first()
    if known is not None:
        if not _same(known, upload):
            raise PressReused
        if known.has_expired(at) and known.state == Upload.State.ARRIVING:
            note_arrived(known, known.offset, at=at)  # not deleted yet: it is wanted again
        return known
    room.ensure_room_for(size, by=actor, unit=_unit(shows))
    upload.save(force_insert=True)
    return upload


def note_arrived(upload: Upload, offset: int, *, at: datetime) -> None:
    """Answer for the first ``offset`` bytes, and wait a while longer for the next."""
    upload.offset, upload.expires_at = offset, at + LASTS
    Upload.objects.arriving().filter(pk=upload.pk).update(
        offset=upload.offset, expires_at=upload.expires_at
    )


def finish_upload(upload: Upload, *, at: datetime) -> Recording | None:
    """Look into a film that is all here, and leave the errand that makes a replay of it.

    Whoever calls holds the lock. Safe to repeat: a run that broke off is taken up where it
    stood. None when the film is refused: its row says why.
    """
    place = _where_it_lies(upload)
    if place is None:
        log.error("upload %s: its bytes are gone", upload.pk)
        note_arrived(upload, 0, at=at)
        return None
    try:
        found = _looked_into(place, take_what_is_there=upload.takes_what_is_there)
    except FilmRefused as refused:
        _note_refused(upload, refused)
        return None
    return _become_recording(upload, found, lies_at=place, at=at)


def _where_it_lies(upload: Upload) -> Path | None:
    """The whole film: on its way, or in the storage already when a run broke off there."""
    if incoming.size_of(upload.press) == upload.size:
        return incoming.path_of(upload.press)
    moved = _path_in(storages["recordings"], _name_in_storage(upload))
    return moved if moved and moved.exists() and moved.stat().st_size == upload.size else None


def _note_refused(upload: Upload, refused: FilmRefused) -> None:
    """Say why. A film that is cut off keeps its bytes: there may be no other."""
    if refused.problem is not Problem.CUT_OFF:
        incoming.forget(upload.press)
    upload.state, upload.problem = Upload.State.REFUSED, refused.problem
    upload.cut_at_seconds = refused.seconds
    upload.save(update_fields=["state", "problem", "cut_at_seconds"])


def use_what_is_there(upload: Upload, *, at: datetime) -> Recording | None:
    """Make do with a film that is cut off. Raises ``UploadGone``, or ``incoming.Busy``."""
    with incoming.alone(upload.press):
        cut = Upload.objects.refused().filter(pk=upload.pk, problem=Problem.CUT_OFF)
        if not cut.update(
            state=Upload.State.ARRIVING,
            problem="",
            cut_at_seconds=None,
            takes_what_is_there=True,
            expires_at=at + LASTS,
        ):
            raise UploadGone
        return finish_upload(Upload.objects.with_what_it_shows().get(pk=upload.pk), at=at)


def give_up(upload: Upload, *, actor: User | None, at: datetime) -> None:
    """Forget a film that has not become a recording: its bytes first, then its row.

    A run that breaks off between the two finds the row again. Raises ``UploadGone`` when it
    has become one after all, ``incoming.Busy`` while somebody sends it.
    """
    with incoming.alone(upload.press), transaction.atomic():
        unfinished = Upload.objects.unfinished().select_for_update(of=["self"])
        mine = unfinished.with_what_it_shows().filter(pk=upload.pk).first()
        if mine is None:
            raise UploadGone
        storages["recordings"].delete(_name_in_storage(mine))
        incoming.forget(mine.press)
        action = "film given up" if actor else "film not waited for"
        AuditEvent.objects.record(
            actor, action, mine, at=at, unit=_unit(mine.shown()), size=mine.size
        )
        mine.delete()


def receive_upload(
    *,
    lesson: Lesson | Lecture,
    film: TemporaryUploadedFile,
    take_what_is_there: bool,
    actor: User,
    press: UUID,
    at: datetime,
) -> Recording:
    """Take in a film that came at once, and leave the errand that makes a replay of it.

    Looked into before anything is kept: a refused film leaves no row and no file.
    Raises ``FilmRefused`` or ``UploadRefused``. The same ``press`` with the same film gives the
    same recording; with another one it raises ``PressReused``: nobody may hear that a film
    arrived which was thrown away.
    """
    upload = Upload(
        by=actor,
        press=press,
        lesson=lesson if isinstance(lesson, Lesson) else None,
        lecture=lesson if isinstance(lesson, Lecture) else None,
        original_name=(film.name or "")[:255],
        size=film.size or 0,
        offset=film.size or 0,
        takes_what_is_there=take_what_is_there,
        began_at=at,
        expires_at=at + LASTS,
    )
    known = _sent_before(upload)
    if known is not None:
        return known
    _take_time()
    place = Path(film.temporary_file_path())
    found = _looked_into(place, take_what_is_there=take_what_is_there)
    room.ensure_room_for(upload.size, by=actor, unit=_unit(lesson))
    try:
        return _become_recording(upload, found, lies_at=place, at=at)
    except IntegrityError:
        first = _sent_before(upload)  # twice at once
        if first is None:
            raise
        return first


def _looked_into(place: Path, *, take_what_is_there: bool) -> Film:
    found = probing.look(place)
    inspection.ensure_usable(found, take_what_is_there=take_what_is_there)
    return found


def _become_recording(upload: Upload, found: Film, *, lies_at: Path, at: datetime) -> Recording:
    """Move the film to where it stays, and only then write down that it is there."""
    shown = upload.shown()
    recording = Recording(
        asset=uuid4(),
        lesson=upload.lesson,
        lecture=upload.lecture,
        unit=_unit(shown),
        uploaded_by=upload.by,
        takes_what_is_there=upload.takes_what_is_there,
        has_picture=found.picture is not None,
        has_sound=found.has_sound,
        seconds=found.reaches,
        uploaded_at=at,
    )
    storage = storages["recordings"]
    with _stored(storage, _name_in_storage(upload), lies_at, is_new=upload.pk is None) as name:
        upload.stored_as, upload.received_at = name, at
        upload.state, upload.expires_at = Upload.State.ARRIVED, None
        _write_down(upload, recording)
    incoming.forget(upload.press)
    return recording


@transaction.atomic
def _write_down(upload: Upload, recording: Recording) -> None:
    recording.save(force_insert=True)
    upload.recording = recording
    upload.save()
    AuditEvent.objects.record(
        upload.by,
        "film received",
        recording,
        at=recording.uploaded_at,
        unit=recording.unit,
        size=upload.size,
    )
    outbox.put("process_recording", recording.pk)


@contextmanager
def _stored(storage: Storage, name: str, lies_at: Path, *, is_new: bool) -> Iterator[str]:
    """Have the film in the storage. One without a row yet leaves no file when it gets none."""
    stored = name
    if _path_in(storage, name) != lies_at:
        if not is_new and storage.exists(name):
            storage.delete(name)  # half a copy, of a run that broke off
        with incoming.Moved(lies_at) as film:
            stored = str(storage.save(name, film))
    try:
        yield stored
    except BaseException:
        if is_new:
            storage.delete(stored)
        raise


def _path_in(storage: Storage, name: str) -> Path | None:
    """Where a film of this name lies in a storage; None in a bucket."""
    try:
        return Path(storage.path(name))
    except NotImplementedError:
        return None


def _name_in_storage(upload: Upload) -> str:
    """Known before the film is there, so that a run that breaks off leaves nothing unknown."""
    press = upload.press.hex
    return f"source/{press[:2]}/{press}"


def _sent_before(upload: Upload) -> Recording | None:
    """What this press brought, when it is what comes now. Raises ``PressReused``."""
    sent = Upload.objects.filter(press=upload.press).select_related("recording").first()
    if sent is None:
        return None
    if sent.recording is None or not _same(sent, upload):
        raise PressReused
    return sent.recording


def _same(known: Upload, new: Upload) -> bool:
    """Whether two uploads with one press are the same film for the same lesson."""
    return (known.shown(), known.by_id, known.size) == (new.shown(), new.by_id, new.size)


def _unit(shown: Lesson | Lecture) -> Unit:
    return shown.section.unit if isinstance(shown, Lesson) else shown.unit


def _take_time() -> None:
    """Let the transaction of the page rest while we read and keep gigabytes; no row is held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', '15min', true)")
