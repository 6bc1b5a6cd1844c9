"""What a teacher writes beside a film: its chapters and the notes of the lesson."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import AuditEvent, User
from livestream.models import Chapter, LessonNotes, Recording


@transaction.atomic
def keep_chapters(
    *, recording: Recording, chapters: Sequence[tuple[float, str]], actor: User, at: datetime
) -> None:
    """Make these the chapters of the film, in place of those before."""
    Recording.objects.select_for_update(of=["self"]).get(pk=recording.pk)
    Chapter.objects.filter(recording=recording).delete()
    Chapter.objects.bulk_create(
        Chapter(recording=recording, starts_at_seconds=starts, title=title)
        for starts, title in chapters
    )
    AuditEvent.objects.record(
        actor, "chapters kept", recording, at=at, unit=recording.unit, chapters=len(chapters)
    )


@transaction.atomic
def keep_notes(*, recording: Recording, text: str, actor: User, at: datetime) -> None:
    """Make this the notes of the lesson; an empty text takes them away."""
    text = text.replace("\r\n", "\n").strip()
    if text:
        LessonNotes.objects.update_or_create(
            recording=recording, defaults={"text": text, "edited_by": actor, "edited_at": at}
        )
    else:
        LessonNotes.objects.filter(recording=recording).delete()
    AuditEvent.objects.record(
        actor, "lesson notes kept", recording, at=at, unit=recording.unit, letters=len(text)
    )
