"""Doors of the television: large pages for a remote control, and the pairing of a set.

The set is known by a cookie of its own, which no other page reads. Nobody signs in here: what
a set may do is to watch, what everybody may watch or what its person may.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.views.sign_in import door
from livestream import queries, services, wording
from livestream.domain.library import Choice
from livestream.forms import PairForm
from livestream.models import Captions, Recording, Television
from livestream.views.library import title_row
from livestream.views.reading import captions_response, language_here, tracks_of

COOKIE = "television"
COOKIE_LIVES = 365 * 24 * 3600
TILES_A_PAGE = 12
NEWEST = 4
AT_THE_EDGE = -1  # as hls.js has it: where the lecture is now, not its beginning
SHELVES: dict[str, Callable[[], list[Any]]] = {
    "series": queries.shelves_of_series,
    "subject": queries.shelves_of_subjects,
    "year": queries.shelves_of_years,
    "letter": queries.shelves_of_letters,
}


class SetRequest(HttpRequest):
    """A request of a television; ``television`` is None while it is nobody's."""

    television: Television | None


View = Callable[..., HttpResponseBase]


def for_a_set(view: View) -> View:
    """Let a view know which television asks, if it is one that was paired."""

    @never_cache
    @wraps(view)
    def front_door(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = services.known_set(request.COOKIES.get(COOKIE, ""), at=clock.now())
        request.television = found if found is not None and found.user_id is not None else None
        return view(request, *args, **kwargs)

    return front_door


@for_a_set
@require_safe
def tv_home(request: SetRequest) -> HttpResponse:
    """What is on now, what is new, and the ways into the library."""
    newest = list(queries.titles()[:NEWEST])
    context = {
        "television": request.television,
        "live": queries.live_lectures(),
        "newest": [title_row(one) for one in newest],
        "coming": [
            {
                "title": wording.lecture_title(one),
                "when": wording.when(one),
                "place": wording.place(one),
            }
            for one in queries.coming_lectures(at=clock.now())[:NEWEST]
        ],
        "count": queries.how_many(),
    }
    return render(request, "livestream/tv/home.html", context)


@for_a_set
@require_safe
def tv_shelves(request: SetRequest, name: str) -> HttpResponse:
    """Series, subjects, years or letters, each with how many films it holds."""
    if name not in SHELVES:
        raise Http404
    context = {"name": name, "heading": wording.shelf(name), "shelves": SHELVES[name]()}
    return render(request, "livestream/tv/shelves.html", context)


@for_a_set
@require_safe
def tv_titles(request: SetRequest) -> HttpResponse:
    """The films of one shelf, twelve a page."""
    choice = Choice.read(request.GET.dict() | {"q": ""})
    shelf = next((name for name in SHELVES if getattr(choice, name)), "")
    found = SHELVES[shelf]() if shelf else []
    value = str(getattr(choice, shelf)) if shelf else ""
    page = Paginator(queries.titles(choice), TILES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "heading": next((one.name for one in found if one.value == value), _("The newest first")),
        "shelf": shelf,
        "page": page,
        "titles": [title_row(one) for one in page],
    }
    return render(request, "livestream/tv/titles.html", context)


@for_a_set
@require_safe
def tv_mine(request: SetRequest) -> HttpResponse:
    """The replays of the classes of whoever the set was paired by."""
    if request.television is None or request.television.user is None:
        return redirect("livestream:tv-pair")
    found = queries.replays_for(request.television.user, at=clock.now())
    page = Paginator(found, TILES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "heading": _("My lessons"),
        "shelf": "",
        "page": page,
        "titles": [title_row(one) for one in page],
    }
    return render(request, "livestream/tv/titles.html", context)


@for_a_set
@require_safe
def tv_watch(request: SetRequest, recording_id: int) -> HttpResponse:
    """The player of the television, or the reason why not."""
    recording = _recording(recording_id)
    try:
        right = services.grant_on_television(
            television=request.television,
            recording=recording,
            at=clock.now(),
            signed_at=time.time(),
        )
    except services.WatchRefused as refused:
        heading, text = wording.refusal(refused.reason)
        context = {"heading": heading, "text": text, "television": request.television}
        return render(request, "livestream/tv/refused.html", context, status=403)
    context = player_context(recording, right) | {"row": title_row(recording)}
    return render(request, "livestream/tv/watch.html", context)


@for_a_set
@require_POST
def tv_grant(request: SetRequest, recording_id: int) -> HttpResponse:
    """Give the player of a television a new right when its old one runs out, as JSON."""
    try:
        right = services.grant_on_television(
            television=request.television,
            recording=_recording(recording_id),
            at=clock.now(),
            signed_at=time.time(),
        )
    except services.WatchRefused as refused:
        heading, text = wording.refusal(refused.reason)
        return JsonResponse({"heading": heading, "text": text}, status=403)
    return JsonResponse(right_as_json(right))


@for_a_set
@require_safe
def tv_captions(request: SetRequest, recording_id: int, language: str) -> HttpResponse:
    """The captions of a film, for the player of a television that may watch it."""
    recording = _recording(recording_id)
    user = request.television.user if request.television is not None else None
    if services.may_watch(recording=recording, user=user, at=clock.now()).reason is not None:
        raise Http404
    captions = get_object_or_404(Captions.objects.shown(), recording=recording, language=language)
    return captions_response(captions)


@door
@require_safe
def tv_pair(request: HttpRequest) -> HttpResponse:
    """Six digits to be typed in on a phone. A set that waits keeps its code until it runs out."""
    at = clock.now()
    token = request.COOKIES.get(COOKIE, "")
    address = request.META.get("REMOTE_ADDR", "")
    television = services.known_set(token, at=at)
    if television is not None and television.user_id is not None:
        return redirect("livestream:tv-home")
    if television is None:
        new = services.begin_pairing(address=address, at=at)
        television, token = new.television, new.token
    elif television.code_until is None or television.code_until <= at:
        television = services.new_code(television=television, address=address, at=at)
    response = render(request, "livestream/tv/pair.html", {"code": television.code})
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_LIVES,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


@for_a_set
@require_safe
def tv_pair_state(request: SetRequest) -> HttpResponse:
    """Whether the code on the screen has been typed in, for the screen itself."""
    return JsonResponse({"paired": request.television is not None})


@for_a_set
@require_POST
def tv_end(request: SetRequest) -> HttpResponse:
    """Let this set forget whom it watches for."""
    television = request.television
    if television is not None and television.user is not None:
        services.end_television(television_id=television.pk, user=television.user, at=clock.now())
    response = redirect("livestream:tv-home")
    response.delete_cookie(COOKIE)
    return response


@door
@login_required
def list_televisions(request: Any) -> HttpResponse:
    """My televisions: type in the code of a new one; end one that is not mine any more."""
    at = clock.now()
    form = PairForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.pair(code=form.cleaned_data["code"], user=request.user, name="", at=at)
        except services.PairingRefused:
            form.refuse()
        else:
            messages.success(request, _("The television is paired. Please look at its screen."))
            return redirect("livestream:list-televisions")
    televisions = services.televisions_of(request.user, at=at)
    context = {"form": form, "televisions": televisions}
    status = 422 if form.errors else 200
    return render(request, "livestream/list_televisions.html", context, status=status)


@require_POST
@login_required
def end_television(request: Any, television_id: int) -> HttpResponse:
    """End one of my televisions; what it is watching stops."""
    if not services.end_television(television_id=television_id, user=request.user, at=clock.now()):
        raise Http404
    messages.success(request, _("This television is ended. What it was showing stops."))
    return redirect("livestream:list-televisions")


def player_context(recording: Recording, right: services.Right) -> dict[str, Any]:
    """What the player of the television starts from."""
    state = queries.place_of(recording, right.learner_id)
    reading = queries.reading_of(recording, language=language_here())
    position = int(state.position_seconds) if state else 0
    return {
        "recording": recording,
        "title": wording.title(recording),
        "position": position,
        "start": AT_THE_EDGE if queries.is_on_air(recording) else position,
        "sequence": state.sequence if state else 0,
        "keeps_place": right.keeps_place,
        "tracks": [
            one | {"src": reverse("livestream:tv-captions", args=[recording.pk, one["language"]])}
            for one in tracks_of(recording, reading)
        ],
        **right_as_json(right),
    }


def right_as_json(right: services.Right) -> dict[str, Any]:
    """A right as the player takes it."""
    return {
        "master": right.path(),
        "audience": right.grant.audience,
        "beacon": right.beacon,
        "renew_in": right.renew_in,
    }


def _recording(recording_id: int) -> Recording:
    return get_object_or_404(Recording.objects.with_all_to_show(), pk=recording_id)
