"""Where whoever sent a film brings, corrects and publishes the captions of a film."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock
from accounts.http import StaffRequest, staff_required
from livestream import services, speech, wording
from livestream.caption_forms import CUES_A_PAGE, CaptionsFileForm, CuesForm
from livestream.domain import webvtt
from livestream.domain.captions import EDITS, add
from livestream.models import Captions, Recording
from livestream.views.films import SENDERS

reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@reads_and_posts
@staff_required(*SENDERS)
def list_captions(request: StaffRequest, recording_id: int) -> HttpResponse:
    """What is written beside a film: its captions in each language; a file is taken in here."""
    recording = film_of(request, recording_id)
    if request.method != "POST":
        return _list(request, recording, CaptionsFileForm())
    form = CaptionsFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, recording, form, status=422)
    try:
        captions = services.import_captions(
            recording=recording,
            language=form.cleaned_data["language"],
            data=form.cleaned_data["file"],
            actor=request.user,
            at=clock.now(),
        )
    except webvtt.CaptionsRefused as refused:
        form.refuse(wording.in_file(refused.faults))
        return _list(request, recording, form, status=422)
    messages.success(
        request, _("The captions are here as a draft. Read them through, then publish them.")
    )
    return redirect("livestream:edit-captions", captions.pk)


@require_POST
@staff_required(*SENDERS)
def begin_captions(request: StaffRequest, recording_id: int) -> HttpResponse:
    """Begin to write captions by hand, or let a machine begin."""
    recording = film_of(request, recording_id)
    language = request.POST.get("language", "")
    if language not in Captions.Language.values:
        return redirect("livestream:list-captions", recording.pk)
    begun: dict[str, Any] = {"recording": recording, "language": language, "at": clock.now()}
    if request.POST.get("by") != "machine":
        captions = services.begin_captions(**begun, actor=request.user)
        return redirect("livestream:edit-captions", captions.pk)
    try:
        services.ask_machine(**begun, actor=request.user)
    except services.CaptionsChanged:
        messages.warning(request, _("These captions have been begun already."))
    else:
        messages.success(
            request, _("A machine is writing the captions now. You may leave this page.")
        )
    return redirect("livestream:list-captions", recording.pk)


@reads_and_posts
@staff_required(*SENDERS)
def edit_captions(request: StaffRequest, captions_id: int) -> HttpResponse:
    """Correct captions line by line: one page of them at a time."""
    captions = _captions_of(request, captions_id)
    if captions.is_being_written():
        return redirect("livestream:list-captions", captions.recording_id)
    cues = services.cues_of(captions)
    seconds = captions.recording.seconds
    if request.method != "POST":
        first = CUES_A_PAGE * (_number(request.GET.get("page"), least=1) - 1)
        first = first if first < len(cues) else 0
        return _edit(request, captions, CuesForm(cues, first=first, seconds=seconds))
    first = _number(request.POST.get("first"), least=0)
    version = _number(request.POST.get("version"), least=0)
    # What was typed rests on the list as it was: on another one it would land on other words.
    form = CuesForm(cues, first=first, typed=request.POST, seconds=seconds)
    if version != captions.version:
        return _edit(request, captions, form, status=409, is_outdated=True)
    if not form.is_valid():
        return _edit(request, captions, form, status=422)
    act, _dash, place = request.POST.get("act", "save").partition("-")
    at = _number(place, least=0)
    edited = form.cues()
    if act in EDITS and at < max(1, len(edited)):
        edited = EDITS[act](edited, at) if edited else add(edited, 0)
    try:
        services.save_captions(captions=captions, cues=edited, version=version, at=clock.now())
    except services.CaptionsChanged:  # between our look and our writing
        return redirect(_back_to(captions, 0, "save", first))
    if act not in EDITS:
        messages.success(request, _("Saved."))
    return redirect(_back_to(captions, at + (act == "add" and bool(form.rows)), act, first))


def _back_to(captions: Captions, place: int, act: str, first: int) -> str:
    """The page of the editor on which a caption stands now, and the caption itself."""
    here = reverse("livestream:edit-captions", args=[captions.pk])
    if act not in EDITS and act != "at":
        pages = {"next": 1, "previous": -1}
        return f"{here}?page={max(1, first // CUES_A_PAGE + 1 + pages.get(act, 0))}"
    return f"{here}?page={place // CUES_A_PAGE + 1}#text-{place}"


@require_POST
@staff_required(*SENDERS)
def publish_captions(request: StaffRequest, captions_id: int) -> HttpResponse:
    """Show captions to learners: who presses has read them through, and says so."""
    captions = _captions_of(request, captions_id)
    if not request.POST.get("checked"):
        messages.warning(
            request,
            _("Please read the captions through first, then tick the box above “Publish”."),
        )
        return redirect("livestream:edit-captions", captions.pk)
    try:
        services.publish_captions(
            captions=captions,
            version=_number(request.POST.get("version"), least=0),
            actor=request.user,
            at=clock.now(),
        )
    except services.CaptionsChanged:
        messages.warning(
            request, _("The captions have changed in the meantime. Please look at them once more.")
        )
    except services.CaptionsUnfit as unfit:
        for sentence in wording.in_list(unfit.found) or [wording.no_words_yet()]:
            messages.warning(request, sentence)
    else:
        messages.success(request, _("Published. Learners see these captions now."))
        return redirect("livestream:list-captions", captions.recording_id)
    return redirect("livestream:edit-captions", captions.pk)


@require_POST
@staff_required(*SENDERS)
def remove_captions(request: StaffRequest, captions_id: int) -> HttpResponse:
    """Take captions away, with their draft."""
    captions = _captions_of(request, captions_id)
    with suppress(services.CaptionsChanged):  # pressed twice: they are gone already
        services.remove_captions(captions=captions, actor=request.user, at=clock.now())
    messages.success(request, _("The captions are removed."))
    return redirect("livestream:list-captions", captions.recording_id)


def film_of(request: StaffRequest, recording_id: int) -> Recording:
    """A film of this person with something to watch."""
    mine = Recording.objects.of_teacher(request.user).made().with_all_to_show()
    return get_object_or_404(mine, pk=recording_id)


def _captions_of(request: StaffRequest, captions_id: int) -> Captions:
    mine = Recording.objects.of_teacher(request.user).made()
    rows = Captions.objects.select_related("recording").filter(recording__in=mine.values("pk"))
    return get_object_or_404(rows, pk=captions_id)


def _list(
    request: HttpRequest, recording: Recording, form: CaptionsFileForm, status: int = 200
) -> HttpResponse:
    rows = list(Captions.objects.filter(recording=recording).in_order())
    begun = {captions.language for captions in rows}
    context = {
        "recording": recording,
        "title": wording.title(recording),
        "captions": [(captions, wording.captions_state(captions)) for captions in rows],
        "unbegun": [one for one in Captions.Language.choices if one[0] not in begun],
        "has_machine": speech.listener() is not None,
        "form": form,
    }
    return render(request, "livestream/list_captions.html", context, status=status)


def _edit(
    request: HttpRequest,
    captions: Captions,
    cues: CuesForm,
    *,
    status: int = 200,
    is_outdated: bool = False,
) -> HttpResponse:
    pages = max(1, -(-len(cues.all) // CUES_A_PAGE))
    page = cues.first // CUES_A_PAGE + 1
    context = {
        "captions": captions,
        "recording": captions.recording,
        "title": wording.title(captions.recording),
        "state": wording.captions_state(captions),
        "cues": cues,
        "page": page,
        "pages": pages,
        "is_last": page >= pages,
        "is_outdated": is_outdated,
    }
    return render(request, "livestream/edit_captions.html", context, status=status)


def _number(typed: str | None, *, least: int) -> int:
    text = typed or ""
    is_one = text.isascii() and text.isdigit() and len(text) < 8
    return max(least, int(text)) if is_one else least
