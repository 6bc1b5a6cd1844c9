"""What somebody does with a film that is here: publish, take back, try again, remove."""

from __future__ import annotations

from datetime import datetime

from django.core.files.storage import storages
from django.db import transaction

from accounts import outbox, scope
from accounts.models import AuditEvent, User
from livestream.domain import inspection
from livestream.models import Recording, WatchGrant


class NothingToPublish(Exception):
    """The film is not in a state that this can be done with; somebody was faster."""


@transaction.atomic
def publish(
    *, recording: Recording, to_everybody: bool = False, actor: User, at: datetime
) -> Recording:
    """Let the class watch, or everybody; a lecture is never for fewer.

    Who watches a film that was for everybody and is for the class from now on loses the right
    to it, as when it is taken back. Raises ``NothingToPublish`` when there is no replay.
    """
    was_public = Recording.objects.open_to_all().filter(pk=recording.pk).exists()
    is_public = to_everybody or recording.lecture_id is not None
    changed = (
        Recording.objects.made()
        .for_people()
        .filter(pk=recording.pk)
        .update(
            status=Recording.Status.PUBLISHED,
            published_at=at,
            taken_back_at=None,
            is_public=is_public,
        )
    )
    if not changed:
        raise NothingToPublish
    if was_public and not is_public:
        _end_rights_to(recording, at=at)
    AuditEvent.objects.record(
        actor, "film published", recording, at=at, unit=recording.unit, public=is_public
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
    _end_rights_to(recording, at=at)
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


def _end_rights_to(recording: Recording, *, at: datetime) -> None:
    with scope.system("a film is for fewer"):
        WatchGrant.objects.live(at).filter(recording=recording).end(at)
