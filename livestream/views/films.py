"""Films that one has sent or is seen in: where each stands, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.http import StaffRequest, staff_required
from accounts.models import StaffPost, User
from livestream import queries, services, wording
from livestream.models import Recording, Upload

SENDERS = (StaffPost.Role.TEACHER, *queries.ROLES_THAT_PLAN)
FILMS_SHOWN = 40


@require_GET
@staff_required(*SENDERS)
def list_films(request: StaffRequest) -> HttpResponse:
    """Show somebody their films, the newest lesson or lecture first."""
    found = Recording.objects.of_teacher(request.user).with_all_to_show().latest_first()
    shown = list(found.select_related("viewers")[:FILMS_SHOWN])
    damaged = queries.damaged_places(shown)
    films = [
        {
            "recording": recording,
            "title": wording.title(recording),
            "state": wording.state(recording),
            "trouble": wording.trouble(recording),
            "still_to_come": wording.still_to_come(recording),
            "damage": wording.damage(damaged.get(recording.pk, [])),
            "viewers": wording.viewers(recording),
            "length": wording.minutes(recording.seconds) if recording.seconds else "",
            "kept_until": recording.taken_back_at and recording.taken_back_at + services.KEPT,
        }
        for recording in shown
    ]
    uploads = unfinished_of(request.user, at=clock.now())
    context = {"films": films, "uploads": uploads}
    return render(request, "livestream/list_films.html", context)


def unfinished_of(user: User, *, at: datetime) -> list[dict[str, Any]]:
    """What somebody began to send, or sent in vain, and what to say about each."""
    found = Upload.objects.within_time(at).sent_by(user).with_what_it_shows().latest_first()
    return [
        {
            "record": upload,
            "title": wording.of_upload(upload),
            "state": wording.upload_state(upload),
            "trouble": wording.upload_trouble(upload),
        }
        for upload in found
    ]


@require_GET
@staff_required(*SENDERS)
def watched_online(request: StaffRequest, recording_id: int) -> HttpResponse:
    """Who has watched a lesson so far that it counts as attending online."""
    lessons = Recording.objects.of_teacher(request.user).made().filter(lesson__isnull=False)
    recording = get_object_or_404(lessons.with_all_to_show(), pk=recording_id)
    learners = queries.attended_online(recording)
    context = {"title": wording.title(recording), "learners": learners}
    return render(request, "livestream/watched_online.html", context)


@require_POST
@staff_required(*SENDERS)
def publish_film(request: StaffRequest, recording_id: int) -> HttpResponse:
    """Let the class watch, or everybody; a lecture is for everybody."""
    to_everybody = request.POST.get("for") == "everybody"

    def publish(recording: Recording) -> str:
        published = services.publish(
            recording=recording, to_everybody=to_everybody, actor=request.user, at=clock.now()
        )
        if published.is_public:
            return _("Published. Everybody can watch this replay now.")
        return _("Published. The learners of the class can watch this replay now.")

    return _do(request, recording_id, publish)


@require_POST
@staff_required(*SENDERS)
def take_film_back(request: StaffRequest, recording_id: int) -> HttpResponse:
    """Unpublish a replay."""

    def take_back(recording: Recording) -> str:
        services.take_back(recording=recording, actor=request.user, at=clock.now())
        return _(
            "Taken back. Nobody can open this replay any more; where it is playing, it stops "
            "within a minute. You can publish it again within %(days)s days."
        ) % {"days": services.KEPT.days}

    return _do(request, recording_id, take_back)


@require_POST
@staff_required(*SENDERS)
def try_film_again(request: StaffRequest, recording_id: int) -> HttpResponse:
    """Put a film that failed back in the queue."""

    def try_again(recording: Recording) -> str:
        services.try_again(recording=recording, actor=request.user, at=clock.now())
        return _("The film is in the queue again. You may leave this page.")

    return _do(request, recording_id, try_again)


@require_POST
@staff_required(*SENDERS)
def remove_film(request: StaffRequest, recording_id: int) -> HttpResponse:
    """Remove a film that never became a replay."""

    def remove(recording: Recording) -> str:
        services.remove(recording=recording, actor=request.user, at=clock.now())
        return _("The film is removed. You can send another one.")

    return _do(request, recording_id, remove)


def _do(request: StaffRequest, recording_id: int, act: Callable[[Recording], str]) -> HttpResponse:
    mine = Recording.objects.of_teacher(request.user).with_all_to_show()
    recording = get_object_or_404(mine, pk=recording_id)
    try:
        messages.success(request, act(recording))
    except services.NothingToPublish:
        messages.warning(
            request, _("This film has changed in the meantime. Please look at its state below.")
        )
    return redirect("livestream:list-films")
