"""What a teacher does with captions: bring a file, correct the draft, read it through, publish.

Viewers see nothing that nobody has read: publishing names the person, and a later change of the
draft stays a draft until it is published again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F

from accounts import outbox
from accounts.models import AuditEvent, User
from livestream.domain import webvtt
from livestream.domain.captions import Cue, Fault, faults
from livestream.models import Captions, Recording

Machine = Captions.Machine


class CaptionsChanged(Exception):
    """The captions are not what the person had before them; somebody was faster."""


class CaptionsUnfit(Exception):
    """These captions cannot be published yet. ``found`` says which, and what is wrong."""

    def __init__(self, found: Sequence[tuple[int, Fault]]) -> None:
        super().__init__(", ".join(f"caption {place}: {fault}" for place, fault in found))
        self.found = tuple(found[: webvtt.MOST_FAULTS])


@transaction.atomic
def import_captions(
    *, recording: Recording, language: str, data: bytes, actor: User, at: datetime
) -> Captions:
    """Make a file the draft in this language, in place of the one before.

    Raises ``webvtt.CaptionsRefused``. What viewers see stays as it is.
    """
    cues = webvtt.read_file(data, seconds=recording.seconds)
    captions = _draft_of(recording, language, at=at)
    _take(captions, cues, machine=Machine.NOT_ASKED, at=at)
    AuditEvent.objects.record(
        actor,
        "captions brought",
        recording,
        at=at,
        unit=recording.unit,
        language=language,
        cues=len(cues),
    )
    return captions


@transaction.atomic
def begin_captions(*, recording: Recording, language: str, actor: User, at: datetime) -> Captions:
    """Begin to write captions by hand; those that are there already stay."""
    captions = _draft_of(recording, language, at=at)
    if captions.machine == Machine.FAILED:
        captions.machine = Machine.NOT_ASKED
        captions.save(update_fields=["machine"])
    if captions.version == 0:
        AuditEvent.objects.record(
            actor, "captions begun", recording, at=at, unit=recording.unit, language=language
        )
    return captions


@transaction.atomic
def save_captions(
    *, captions: Captions, cues: Sequence[Cue], version: int, at: datetime
) -> Captions:
    """Keep the corrected draft. Raises ``CaptionsChanged`` unless it rests on ``version``."""
    captions = Captions.objects.select_for_update(of=["self"]).get(pk=captions.pk)
    if captions.version != version or captions.is_being_written():
        raise CaptionsChanged
    draft = webvtt.write(cues)
    if draft != captions.draft:
        _take(captions, cues, machine=Machine(captions.machine), at=at)
    return captions


@transaction.atomic
def publish_captions(*, captions: Captions, version: int, actor: User, at: datetime) -> Captions:
    """Show the draft to viewers; ``actor`` is who has read it through.

    Raises ``CaptionsChanged`` when the draft is not the version that was read, and
    ``CaptionsUnfit`` when there are no words in it, or some that cannot stand.
    """
    captions = _locked(captions)
    recording = captions.recording
    if captions.version != version or captions.is_being_written():
        raise CaptionsChanged
    cues = cues_of(captions)
    wrong = list(faults(cues, seconds=recording.seconds))
    if wrong or not cues:
        raise CaptionsUnfit(wrong)
    before = captions.stored_as
    wanted = f"{recording.folder_of_all()}/captions/{captions.language}-{version}.vtt"
    captions.stored_as = storages["recordings"].save(
        wanted, ContentFile(captions.draft.encode(), name=wanted)
    )
    captions.shown_version = version
    captions.checked_by, captions.checked_at = actor, at
    captions.save(update_fields=["stored_as", "shown_version", "checked_by", "checked_at"])
    _tell(captions, "captions published", before, actor=actor, at=at)
    return captions


@transaction.atomic
def remove_captions(*, captions: Captions, actor: User, at: datetime) -> None:
    """Take captions away, from viewers too, with their draft."""
    captions = _locked(captions)
    _tell(captions, "captions removed", captions.stored_as, actor=actor, at=at)
    captions.delete()


@transaction.atomic
def ask_machine(*, recording: Recording, language: str, actor: User, at: datetime) -> Captions:
    """Let a machine write the draft. Raises ``CaptionsChanged`` where people have begun one."""
    captions = _draft_of(recording, language, at=at)
    if captions.draft or captions.is_being_written():
        raise CaptionsChanged
    captions.machine = Machine.ASKED
    captions.save(update_fields=["machine"])
    AuditEvent.objects.record(
        actor, "captions asked for", recording, at=at, unit=recording.unit, language=language
    )
    outbox.put("write_captions", captions.pk)
    return captions


def machine_wrote(captions: Captions, cues: Sequence[Cue], *, at: datetime) -> bool:
    """Keep what a machine wrote; False when somebody brought words in the meantime."""
    return bool(
        Captions.objects.being_written()
        .filter(pk=captions.pk)
        .update(
            draft=webvtt.write(cues), version=F("version") + 1, machine=Machine.WROTE, edited_at=at
        )
    )


def machine_failed(captions: Captions, *, at: datetime) -> None:
    """Note that the machine could not; the teacher reads it, and brings a file instead."""
    Captions.objects.being_written().filter(pk=captions.pk).update(
        machine=Machine.FAILED, edited_at=at
    )


def cues_of(captions: Captions) -> tuple[Cue, ...]:
    """The draft as a list, with the cues that have no words yet."""
    return webvtt.reread(captions.draft)


def _draft_of(recording: Recording, language: str, *, at: datetime) -> Captions:
    """The row of this language, locked; made when there is none."""
    captions, _is_new = Captions.objects.select_for_update().get_or_create(
        recording=recording, language=language, defaults={"edited_at": at}
    )
    return captions


def _locked(captions: Captions) -> Captions:
    rows = Captions.objects.select_for_update(of=["self"]).select_related("recording__unit")
    found = rows.filter(pk=captions.pk).first()
    if found is None:
        raise CaptionsChanged
    return found


def _take(captions: Captions, cues: Sequence[Cue], *, machine: Machine, at: datetime) -> None:
    captions.draft = webvtt.write(cues)
    captions.version += 1
    captions.machine = machine
    captions.edited_at = at
    captions.save(update_fields=["draft", "version", "machine", "edited_at"])


def _tell(captions: Captions, what: str, before: str, *, actor: User, at: datetime) -> None:
    """Write it into the book, put it into the film's own lists, and drop the older file."""
    recording = captions.recording
    AuditEvent.objects.record(
        actor, what, recording, at=at, unit=recording.unit, language=captions.language
    )
    outbox.put("put_captions_in", recording.pk)
    if before and before != captions.stored_as:
        transaction.on_commit(lambda: storages["recordings"].delete(before))
