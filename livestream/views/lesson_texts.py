"""Where whoever sent a film writes its chapters and notes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.http import StaffRequest, staff_required
from livestream import queries, services, wording
from livestream.caption_forms import ChaptersForm, NotesForm
from livestream.models import Chapter
from livestream.views.captions import film_of
from livestream.views.films import SENDERS

reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@reads_and_posts
@staff_required(*SENDERS)
def edit_chapters(request: StaffRequest, recording_id: int) -> HttpResponse:
    """The chapters of a film, as lines with a time and a name."""
    recording = film_of(request, recording_id)
    chapters = Chapter.objects.filter(recording=recording).in_order()
    typed = request.POST if request.method == "POST" else None
    form = ChaptersForm(chapters, typed=typed, seconds=recording.seconds)
    if typed is not None and form.is_valid():
        services.keep_chapters(
            recording=recording, chapters=form.chapters(), actor=request.user, at=clock.now()
        )
        messages.success(request, _("The chapters are saved. Learners see them at once."))
        return redirect("livestream:edit-chapters", recording.pk)
    context = {"recording": recording, "title": wording.title(recording), "chapters": form}
    status = 200 if typed is None else 422
    return render(request, "livestream/edit_chapters.html", context, status=status)


@reads_and_posts
@staff_required(*SENDERS)
def edit_notes(request: StaffRequest, recording_id: int) -> HttpResponse:
    """The notes of a lesson or lecture, which learners read and print."""
    recording = film_of(request, recording_id)
    if request.method == "POST":
        form = NotesForm(request.POST)
        if form.is_valid():
            text = form.cleaned_data["text"]
            services.keep_notes(recording=recording, text=text, actor=request.user, at=clock.now())
            messages.success(request, _("The notes are saved. Learners see them at once."))
            return redirect("livestream:list-captions", recording.pk)
    else:
        form = NotesForm(initial={"text": queries.notes_of(recording)})
    context = {"recording": recording, "title": wording.title(recording), "form": form}
    status = 422 if form.errors else 200
    return render(request, "livestream/edit_notes.html", context, status=status)
