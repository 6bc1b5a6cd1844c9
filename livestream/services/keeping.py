"""How long films are kept, and how they go: the bytes first, then the row that names them.

A run that breaks off between the two finds the row again and does the rest. The
other way round bytes would stay that nobody knows of, of a film perhaps that somebody
in it minded.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import AuditEvent
from livestream.models import Generation, Recording, Upload
from livestream.services import filing, generations

KEPT = timedelta(days=30)
"""For so long a film that was taken back may be published again, and an original is kept."""

REPLACED_KEPT = timedelta(hours=24)
"""For so long the files of a replaced generation stay: somebody may be in the middle of it."""


@transaction.atomic
def drop_original(recording: Recording, *, before: datetime, at: datetime) -> bool:
    """Delete the film that a replay was made of; False when it is needed after all."""
    due = Recording.objects.standing_since(before).select_for_update(of=["self"])
    if not due.filter(pk=recording.pk).exists():
        return False
    filing.storage().delete(recording.upload.stored_as)
    Upload.objects.filter(recording=recording).update(stored_as="")
    AuditEvent.objects.record(None, "film original dropped", recording, at=at, unit=recording.unit)
    return True


@transaction.atomic
def drop_film(recording: Recording, *, before: datetime, at: datetime) -> bool:
    """Delete a film that was taken back, with all its files; False when it is out again."""
    due = Recording.objects.taken_back_since(before).select_for_update()
    if not due.filter(pk=recording.pk).exists():
        return False
    upload = Upload.objects.filter(recording=recording).exclude(stored_as="").first()
    if upload is not None:
        filing.storage().delete(upload.stored_as)
    filing.delete_folder(recording.folder_of_all())
    AuditEvent.objects.record(None, "film dropped", recording, at=at, unit=recording.unit)
    recording.delete()
    return True


@transaction.atomic
def drop_generation(generation: Generation, *, before: datetime) -> bool:
    """Delete files that were replaced before this moment; False when they are watched."""
    due = Generation.objects.retired_since(before).select_for_update(of=["self"])
    if not due.filter(pk=generation.pk).exists():
        return False
    return generations.drop(generation)
