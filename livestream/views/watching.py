"""Where learners watch replays, and where players ask for their right."""

from __future__ import annotations

import time

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.http import LearnerRequest, learner_required
from accounts.models import User
from livestream import queries, services, wording
from livestream.domain import storyboard
from livestream.domain.access import Refusal
from livestream.domain.command import AUDIO_FOLDER, FILE_NAME, LIST_NAME, POSTER_NAME
from livestream.domain.tokens import audience_in
from livestream.models import Recording
from livestream.views.reading import in_writing, language_here, tracks_of

REPLAYS_A_PAGE = 12
RESUME_FROM_SECONDS = 10


@require_GET
@learner_required
def list_replays(request: LearnerRequest) -> HttpResponse:
    """The replays of a learner's classes, the newest lesson first."""
    page = Paginator(queries.replays_of(request.learner), REPLAYS_A_PAGE).get_page(
        request.GET.get("page")
    )
    to_the_end = queries.watched_to_the_end(request.learner, list(page))
    replays = [(one, wording.title(one), one.pk in to_the_end) for one in page]
    return render(request, "livestream/list_replays.html", {"replays": replays, "page": page})


@never_cache
@require_GET
def watch(request: HttpRequest, recording_id: int) -> HttpResponse:
    """The player, or the reason why not and what one can do."""
    recording = _recording(recording_id)
    at = clock.now()
    try:
        right = services.grant(
            recording=recording, user=_user(request), at=at, signed_at=time.time()
        )
    except services.WatchRefused as refused:
        return _refused(request, refused.reason)
    state = queries.place_of(recording, right.learner_id)
    position = state.position_seconds if state else 0.0
    is_over = recording.seconds is not None and position > recording.seconds - RESUME_FROM_SECONDS
    reading = queries.reading_of(recording, language=language_here())
    context = {
        "recording": recording,
        "title": wording.title(recording),
        "length": wording.minutes(recording.seconds or 0),
        "master": right.path(),
        "poster": right.path(POSTER_NAME) if recording.has_picture else "",
        "sound": f"{AUDIO_FOLDER}/{LIST_NAME}",
        "file": right.path(FILE_NAME) if queries.has_plain_file(recording) else "",
        "file_name": FILE_NAME,
        "audience": right.grant.audience,
        "renew_in": right.renew_in,
        "beacon": right.beacon,
        "start": _start(request, recording),
        "sheet": queries.small_pictures_of(recording),
        "sheet_file": f"{storyboard.FOLDER}/{storyboard.SHEET_NAME}",
        "growing": queries.is_growing(recording),
        "tracks": tracks_of(recording, reading),
        "position": 0 if is_over else int(position),
        "position_words": wording.minutes(position),
        "sequence": state.sequence if state else 0,
        "keeps_place": right.keeps_place,
        **in_writing(reading),
    }
    return render(request, "livestream/watch.html", context)


@never_cache
@require_POST
def grant(request: HttpRequest, recording_id: int) -> HttpResponse:
    """Give a player a new right when its old one runs out, as JSON."""
    recording = _recording(recording_id)
    try:
        right = services.renew(
            recording=recording,
            user=_user(request),
            at=clock.now(),
            signed_at=time.time(),
            renews=audience_in(request.POST.get("renews", "")),
        )
    except services.WatchRefused as refused:
        heading, text = wording.refusal(refused.reason)
        said = {"reason": refused.reason.value, "heading": heading, "text": text}
        return JsonResponse(said, status=403)
    return JsonResponse(
        {
            "master": right.path(),
            "expires": right.grant.expires,
            "renew_in": right.renew_in,
            "audience": right.grant.audience,
            "beacon": right.beacon,
        }
    )


def _start(request: HttpRequest, recording: Recording) -> int:
    """Where in the film a link leads: to a chapter, or to what was said there."""
    typed = request.GET.get("at", "")
    is_one = typed.isascii() and typed.isdigit() and len(typed) < 6
    return int(typed) if is_one and int(typed) < (recording.seconds or 0) else 0


def _recording(recording_id: int) -> Recording:
    return get_object_or_404(Recording.objects.with_all_to_show(), pk=recording_id)


def _user(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _refused(request: HttpRequest, reason: Refusal) -> HttpResponse:
    heading, text = wording.refusal(reason)
    way_back = urlencode({"next": request.get_full_path()})
    context = {
        "title": heading,
        "reason": text,
        "must_sign_in": reason is Refusal.SIGN_IN,
        "offers_courses": reason is Refusal.NOT_IN_CLASS,
        "sign_in_here": f"{reverse('account_request_login_code')}?{way_back}",
    }
    return render(request, "livestream/refused.html", context, status=403)
