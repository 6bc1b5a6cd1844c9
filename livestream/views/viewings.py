"""Doors of the room at a viewing point: today's programme, begin, count, end, who was there."""

from __future__ import annotations

import time
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.http import StaffRequest, new_press, staff_required
from accounts.models import StaffPost
from livestream import queries, services, wording
from livestream.domain.tokens import audience_in
from livestream.domain.viewings import half_time, said_at
from livestream.models import HeadCount, RoomViewing
from livestream.services import ViewingRefused, WatchRefused
from livestream.viewing_forms import EndForm, HeadCountForm

Role = StaffPost.Role
LOOK_AFTER = (Role.FACILITATOR, Role.COUNTER, Role.BRANCH_HEAD, Role.REGISTRAR)


@never_cache
@staff_required(*LOOK_AFTER)
@require_safe
def list_viewings(request: StaffRequest) -> HttpResponse:
    """Today's programme at the places of one's offices: one's own afternoons first."""
    at = clock.now()
    found = list(queries.viewings_to_look_after(request.units, at=at))
    found.sort(key=lambda one: (one.is_over, one.facilitator_id != request.user.pk))
    rows = [(one, wording.shown_title(one), wording.hours_of(one)) for one in found]
    context = {"rows": rows, "today": localtime(at)}
    return render(request, "livestream/viewings/list.html", context)


@never_cache
@staff_required(*LOOK_AFTER)
@require_safe
def show_viewing(request: StaffRequest, viewing_id: int) -> HttpResponse:
    """One afternoon: before it begins, while it is shown, and after."""
    viewing = _viewing(request, viewing_id)
    film = queries.film_to_show(viewing)
    context = {
        "viewing": viewing,
        "title": wording.shown_title(viewing),
        "hours": wording.hours_of(viewing),
        "film": film,
        "start_count": viewing.counted(HeadCount.Moment.START),
        "half_count": viewing.counted(HeadCount.Moment.HALF_TIME),
        "has_names": viewing.lesson_id is not None,
        "press": new_press(),
        "other_press": new_press(),
    }
    if viewing.is_running and viewing.began_at is not None:
        half = half_time(viewing.began_at, viewing.during.lower, viewing.during.upper)
        context["half_in"] = int((half - clock.now()).total_seconds())
        context |= _player(request, viewing, film)
    return render(request, "livestream/viewings/show.html", context)


@staff_required(*LOOK_AFTER)
@require_POST
def begin_viewing(request: StaffRequest, viewing_id: int) -> HttpResponse:
    """Begin to show it."""
    viewing = _viewing(request, viewing_id)
    try:
        services.begin_viewing(viewing=viewing, actor=request.user, at=clock.now())
    except ViewingRefused as refused:
        messages.warning(request, wording.viewing_refused(refused.reason))
    return redirect("livestream:show-viewing", viewing.pk)


@staff_required(*LOOK_AFTER)
@require_POST
def count_heads(request: StaffRequest, viewing_id: int) -> HttpResponse:
    """Keep a head-count; a page that had no line sends it late, and perhaps twice."""
    viewing, form, at = _viewing(request, viewing_id), HeadCountForm(request.POST), clock.now()
    if not form.is_valid():
        return _answered(request, viewing, str(wording.count_wanted()), status=422)
    said = form.cleaned_data
    try:
        services.count_heads(
            viewing=viewing,
            moment=said["moment"],
            people=said["people"],
            key=said["key"],
            counted_at=said_at(at, said["ago"] or 0),
            actor=request.user,
            at=at,
        )
    except ViewingRefused as refused:
        return _answered(request, viewing, wording.viewing_refused(refused.reason), status=409)
    return _answered(request, viewing, wording.counted(said["people"]))


@staff_required(*LOOK_AFTER)
@require_POST
def end_viewing(request: StaffRequest, viewing_id: int) -> HttpResponse:
    """End it."""
    viewing, form, at = _viewing(request, viewing_id), EndForm(request.POST), clock.now()
    if not form.is_valid():
        return HttpResponse(status=400)
    try:
        services.end_viewing(
            viewing=viewing,
            ended_at=said_at(at, form.cleaned_data["ago"] or 0),
            actor=request.user,
            at=at,
        )
    except ViewingRefused as refused:
        return _answered(request, viewing, wording.viewing_refused(refused.reason), status=409)
    if form.cleaned_data["notes"]:
        services.keep_notes_of_viewing(viewing=viewing, notes=form.cleaned_data["notes"])
    return _answered(request, viewing, wording.ended())


@never_cache
@staff_required(*LOOK_AFTER)
@require_POST
def grant_to_room(request: StaffRequest, viewing_id: int) -> HttpResponse:
    """Give the room's player a new right when its old one runs out, as JSON."""
    viewing = _viewing(request, viewing_id)
    film = queries.film_to_show(viewing) if viewing.is_running else None
    if film is None:
        return JsonResponse(wording.nothing_to_show(), status=403)
    try:
        right = services.grant(
            recording=film.recording,
            user=request.user,
            at=clock.now(),
            signed_at=time.time(),
            renews=audience_in(request.POST.get("renews", "")),
            viewing=viewing,
        )
    except WatchRefused as refused:
        heading, text = wording.refusal(refused.reason)
        said = {"reason": refused.reason.value, "heading": heading, "text": text}
        return JsonResponse(said, status=403)
    return JsonResponse(
        {
            "master": right.path(),
            "renew_in": right.renew_in,
            "audience": right.grant.audience,
            "beacon": right.beacon,
        }
    )


@never_cache
@staff_required(*LOOK_AFTER)
@require_http_methods(["GET", "HEAD", "POST"])
def note_names(request: StaffRequest, viewing_id: int) -> HttpResponse:
    """Who of the class is in the room: by card, or ticked on the list."""
    viewing, at = _viewing(request, viewing_id), clock.now()
    if request.method == "POST":
        try:
            _note_names(request, viewing, at=at)
        except ViewingRefused as refused:
            messages.warning(request, wording.viewing_refused(refused.reason))
        return redirect("livestream:note-names", viewing.pk)
    context = {
        "viewing": viewing,
        "title": wording.shown_title(viewing),
        "people": queries.class_at(viewing),
    }
    return render(request, "livestream/viewings/names.html", context)


def _note_names(request: StaffRequest, viewing: RoomViewing, *, at: datetime) -> None:
    card = request.POST.get("card", "").strip()[:40]
    if card:
        learner = services.note_card(viewing=viewing, card=card, actor=request.user, at=at)
        if learner is None:
            messages.warning(request, wording.card_unknown(card))
        else:
            messages.success(request, wording.is_here(learner.name))
        return
    present = [int(one) for one in request.POST.getlist("here") if one.isdecimal()]
    number = services.note_present(viewing=viewing, present=present, actor=request.user, at=at)
    messages.success(request, wording.names_kept(number))


def _player(
    request: StaffRequest, viewing: RoomViewing, film: queries.FilmToShow | None
) -> dict[str, object]:
    """Everything the player of the room needs; nothing while there is nothing to show."""
    if film is None:
        return {}
    try:
        right = services.grant(
            recording=film.recording,
            user=request.user,
            at=clock.now(),
            signed_at=time.time(),
            viewing=viewing,
        )
    except WatchRefused:
        return {}
    return {
        "master": right.path(),
        "audience": right.grant.audience,
        "renew_in": right.renew_in,
        "beacon": right.beacon,
    }


def _viewing(request: StaffRequest, viewing_id: int) -> RoomViewing:
    ours = RoomViewing.objects.of_units(request.units).with_all_to_show()
    return get_object_or_404(ours, pk=viewing_id)


def _answered(
    request: StaffRequest, viewing: RoomViewing, words: str, *, status: int = 200
) -> HttpResponse:
    """Answer the page that sent it: in JSON where its script asks, else on the page itself."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"words": words}, status=status)
    (messages.success if status == 200 else messages.warning)(request, words)
    return redirect("livestream:show-viewing", viewing.pk)
