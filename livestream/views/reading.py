"""What of a film is read: captions for players, and the transcript to read or print."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts import clock
from accounts.models import User
from livestream import queries, services, wording
from livestream.domain.captions import Paragraph
from livestream.models import Captions, Recording
from livestream.queries import Reading

LANGUAGES = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}
FOR_A_MINUTE = "private, max-age=60"


@require_GET
def captions_file(request: HttpRequest, recording_id: int, language: str) -> HttpResponse:
    """The captions of a film as a file, for players of those who may watch it."""
    recording = _watched(request, recording_id)
    shown = Captions.objects.shown().filter(recording=recording)
    return captions_response(get_object_or_404(shown, language=language))


def captions_response(captions: Captions) -> HttpResponse:
    """Captions as players take them."""
    response = HttpResponse(queries.text_of(captions), content_type="text/vtt; charset=utf-8")
    response["Cache-Control"] = FOR_A_MINUTE
    return response


@require_GET
def read_transcript(request: HttpRequest, recording_id: int) -> HttpResponse:
    """What is said in a film as a page to read and print, with the teacher's notes."""
    recording = _watched(request, recording_id)
    context = {"recording": recording, "title": wording.title(recording)}
    context |= in_writing(queries.reading_of(recording, language=language_here()))
    if not context["transcript"] and not context["notes"]:
        raise Http404
    return render(request, "livestream/transcript.html", context)


def language_here() -> str:
    """The language of the page, as captions name it."""
    return LANGUAGES.get((get_language() or "").lower(), "zh-Hans")


def in_writing(reading: Reading) -> dict[str, object]:
    """What templates show of what there is to read."""
    return {
        "chapters": [
            {
                "at": _at(chapter.starts_at_seconds),
                "moment": wording.moment(chapter.starts_at_seconds),
                "title": chapter.title,
            }
            for chapter in reading.chapters
        ],
        "transcript": [_paragraph(one) for one in reading.transcript],
        "transcript_language": reading.language,
        "notes": reading.notes,
    }


def tracks_of(recording: Recording, reading: Reading) -> list[dict[str, str]]:
    """The captions a player can choose from."""
    return [
        {
            "language": captions.language,
            "name": captions.get_language_display(),
            "src": reverse("livestream:captions-file", args=[recording.pk, captions.language]),
        }
        for captions in reading.captions
    ]


def _paragraph(paragraph: Paragraph) -> dict[str, object]:
    return {
        "at": _at(paragraph.starts),
        "moment": wording.moment(paragraph.starts),
        "text": paragraph.text,
    }


def _at(seconds: float) -> int:
    return int(seconds)


def _watched(request: HttpRequest, recording_id: int) -> Recording:
    """The film, for somebody who may watch it; for others there is nothing here."""
    recording = get_object_or_404(Recording.objects.with_all_to_show(), pk=recording_id)
    user = request.user if isinstance(request.user, User) else None
    access = services.may_watch(recording=recording, user=user, at=clock.now())
    if access.reason is not None:
        raise Http404
    return recording
