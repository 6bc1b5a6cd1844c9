"""What there is to read of a film: captions, chapters, transcript and notes."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.files.storage import storages

from livestream.domain import webvtt
from livestream.domain.captions import Paragraph, paragraphs
from livestream.domain.command import FILE_NAME
from livestream.models import Captions, Chapter, LessonNotes, Recording, Storyboard


@dataclass(frozen=True)
class Reading:
    """Everything written that belongs to a film; the transcript is that of ``language``."""

    captions: tuple[Captions, ...]
    chapters: tuple[Chapter, ...]
    notes: str
    language: str
    transcript: tuple[Paragraph, ...]


def reading_of(recording: Recording, *, language: str) -> Reading:
    """What there is to read of a film, the transcript in this language if there is one."""
    captions = tuple(Captions.objects.shown().filter(recording=recording))
    chapters = tuple(Chapter.objects.filter(recording=recording).in_order())
    chosen = next((one for one in captions if one.language == language), None)
    chosen = chosen or (captions[-1] if captions else None)  # Chinese stands behind English
    turns = [chapter.starts_at_seconds for chapter in chapters]
    cues = webvtt.reread(text_of(chosen)) if chosen else ()
    return Reading(
        captions=captions,
        chapters=chapters,
        notes=notes_of(recording),
        language=chosen.language if chosen else "",
        transcript=tuple(paragraphs(cues, turns=turns)),
    )


def text_of(captions: Captions) -> str:
    """The file that viewers get."""
    with storages["recordings"].open(captions.stored_as, "rb") as file:
        return bytes(file.read()).decode()


def notes_of(recording: Recording) -> str:
    """The notes of a lesson or lecture; empty when there are none."""
    notes = LessonNotes.objects.filter(recording=recording).first()
    return notes.text if notes else ""


def is_growing(recording: Recording) -> bool:
    """Whether the film can be watched from its beginning while its end is still being made."""
    return recording.generations.growing().filter(number=recording.generation).exists()


def small_pictures_of(recording: Recording) -> Storyboard | None:
    """The small pictures of the generation that is watched now."""
    found = Storyboard.objects.filter(recording=recording, generation=recording.generation)
    return found.first()


def has_plain_file(recording: Recording) -> bool:
    """Whether one size is kept as a plain file, for browsers that play no lists of pieces."""
    return storages["recordings"].exists(f"{recording.folder()}/{FILE_NAME}")
