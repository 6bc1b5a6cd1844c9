"""What a teacher does with films: send, publish, take back, try again, remove."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.storage import storages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import IntegrityError, connection, transaction

from accounts import outbox, scope
from accounts.models import AuditEvent, User
from courses.models import Lesson
from livestream import probing
from livestream.domain import inspection
from livestream.models import Recording, Upload, WatchGrant

FREE_SHARE = 0.05
"""This much of the disk stays free whatever is sent: a full one would stop everything else."""


class UploadRefused(Exception):
    """There is no room for a film of this size at the moment."""


class PressReused(Exception):
    """This press of the button has brought another film already; one press brings one film."""


class NothingToPublish(Exception):
    """The film is not in a state that this can be done with; somebody was faster."""


def ensure_room_for(size: int) -> None:
    """Refuse a film before its first byte is read. Raises ``FilmRefused`` or ``UploadRefused``."""
    inspection.ensure_size(size)
    scratch = Path(settings.SCRATCH_ROOT)
    scratch.mkdir(parents=True, exist_ok=True)
    disk = shutil.disk_usage(scratch)
    if disk.free - inspection.space_needed(size) < disk.total * FREE_SHARE:
        raise UploadRefused


def receive_upload(
    *,
    lesson: Lesson,
    film: TemporaryUploadedFile,
    take_what_is_there: bool,
    actor: User,
    press: UUID,
    at: datetime,
) -> Recording:
    """Take in the film of a lesson and leave the errand that makes a replay of it.

    Looked into before anything is kept: a refused film leaves no row and no file.
    Raises ``FilmRefused``. The same ``press`` with the same film gives the same recording;
    with another one it raises ``PressReused``: nobody may hear that a film arrived which
    was thrown away.
    """
    known = _sent_before(press, lesson=lesson, film=film, actor=actor)
    if known is not None:
        return known
    _take_time()
    found = probing.look(Path(film.temporary_file_path()))
    inspection.ensure_usable(found, take_what_is_there=take_what_is_there)
    recording = Recording(
        asset=uuid4(),
        lesson=lesson,
        unit=lesson.section.unit,
        uploaded_by=actor,
        takes_what_is_there=take_what_is_there,
        has_picture=found.picture is not None,
        has_sound=found.has_sound,
        seconds=found.reaches,
        uploaded_at=at,
    )
    storage = storages["recordings"]
    asset = recording.asset.hex
    stored_as = storage.save(f"source/{asset[:2]}/{asset}", film)
    upload = Upload(
        by=actor,
        press=press,
        original_name=(film.name or "")[:255],
        stored_as=stored_as,
        size=found.size,
        received_at=at,
    )
    try:
        _take_in(recording, upload)
    except IntegrityError:
        storage.delete(stored_as)
        first = _sent_before(press, lesson=lesson, film=film, actor=actor)  # twice at once
        if first is None:
            raise
        return first
    except BaseException:
        storage.delete(stored_as)
        raise
    return recording


@transaction.atomic
def _take_in(recording: Recording, upload: Upload) -> None:
    recording.save(force_insert=True)
    upload.recording = recording
    upload.save(force_insert=True)
    AuditEvent.objects.record(
        upload.by,
        "film received",
        recording,
        at=upload.received_at,
        unit=recording.unit,
        size=upload.size,
    )
    outbox.put("process_recording", recording.pk)


def _sent_before(
    press: UUID, *, lesson: Lesson, film: TemporaryUploadedFile, actor: User
) -> Recording | None:
    """What this press brought, when it is what comes now. Raises ``PressReused``."""
    sent = Upload.objects.select_related("recording").filter(press=press).first()
    if sent is None:
        return None
    if (sent.recording.lesson_id, sent.by_id, sent.size) != (lesson.pk, actor.pk, film.size):
        raise PressReused
    return sent.recording


def _take_time() -> None:
    """Let the transaction of the page rest while we read and keep gigabytes; no row is held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', '15min', true)")


@transaction.atomic
def publish(
    *, recording: Recording, to_everybody: bool = False, actor: User, at: datetime
) -> Recording:
    """Let the class watch, or everybody. Raises ``NothingToPublish`` when there is no replay."""
    changed = (
        Recording.objects.made()
        .filter(pk=recording.pk)
        .update(
            status=Recording.Status.PUBLISHED,
            published_at=at,
            taken_back_at=None,
            is_public=to_everybody,
        )
    )
    if not changed:
        raise NothingToPublish
    AuditEvent.objects.record(
        actor, "film published", recording, at=at, unit=recording.unit, public=to_everybody
    )
    recording.refresh_from_db()
    return recording


@transaction.atomic
def take_back(*, recording: Recording, actor: User, at: datetime) -> Recording:
    """Unpublish. Paths that are out open nothing from a few seconds on (``delivery.ended``).

    Also those of teachers and staff, who may go on looking: their players ask anew.
    """
    changed = (
        Recording.objects.published()
        .filter(pk=recording.pk)
        .update(
            status=Recording.Status.READY, published_at=None, taken_back_at=at, is_public=False
        )
    )
    if not changed:
        raise NothingToPublish
    with scope.system("take a film back"):
        WatchGrant.objects.live(at).filter(recording=recording).end(at)
    AuditEvent.objects.record(actor, "film taken back", recording, at=at, unit=recording.unit)
    recording.refresh_from_db()
    return recording


@transaction.atomic
def try_again(*, recording: Recording, actor: User, at: datetime) -> Recording:
    """Put a film that failed back in the queue. Raises ``NothingToPublish`` for any other."""
    changed = (
        Recording.objects.failed()
        .filter(pk=recording.pk, upload__isnull=False)
        .update(
            status=Recording.Status.UPLOADED,
            problem="",
            cut_at_seconds=None,
            progress=0,
            # Knowing where it is cut and sending it again means: take what is there.
            takes_what_is_there=recording.takes_what_is_there
            or recording.problem == inspection.Problem.CUT_OFF,
        )
    )
    if not changed:
        raise NothingToPublish
    AuditEvent.objects.record(actor, "film tried again", recording, at=at, unit=recording.unit)
    outbox.put("process_recording", recording.pk)
    recording.refresh_from_db()
    return recording


@transaction.atomic
def remove(*, recording: Recording, actor: User, at: datetime) -> None:
    """Remove a film that never became a replay, with its bytes. Raises ``NothingToPublish``."""
    failed = Recording.objects.failed().select_for_update().filter(pk=recording.pk).first()
    if failed is None:
        raise NothingToPublish
    AuditEvent.objects.record(actor, "film removed", failed, at=at, unit=failed.unit)
    stored_as = failed.upload.stored_as
    failed.delete()
    transaction.on_commit(lambda: storages["recordings"].delete(stored_as))
