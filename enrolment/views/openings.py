"""Doors of the days on which departments open: their list, and the waiting room before each."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.http import LearnerRequest, learner_required, safe_next
from enrolment import queries, services, wording
from enrolment.models import Channel, Opening
from enrolment.services import NotYourTurn, RoomClosed
from enrolment.views.passes import keep_pass


@require_safe
def list_openings(request: HttpRequest) -> HttpResponse:
    """Which department opens when, how the order is made, and what proves it."""
    at = clock.now()
    return render(
        request,
        "enrolment/list_openings.html",
        {
            "openings": with_words(queries.openings_on_show(at=at), at=at),
            "queue_url": storages["queue"].url(""),
            "at": at,
        },
    )


@never_cache
@learner_required
@require_safe
def show_opening(request: LearnerRequest, opening_id: int) -> HttpResponse:
    """The waiting room: one's number and turn, as they stand now; a script keeps them fresh."""
    opening = _opening(opening_id)
    turn = queries.turn_of(opening, request.learner, at=request.at)
    return render(
        request,
        "enrolment/show_opening.html",
        {
            "opening": opening,
            "turn": turn,
            "place": turn.place,
            "got": queries.came_away_with(opening, request.learner) if turn.has_entered else [],
            "about": wording.about(turn.about),
            "about_words": wording.about_words(),
            "files": storages["queue"].url(f"{opening.pk}/"),
            "next": safe_next(request),
            "here": _here(request, opening),
            "inside": _inside(request, opening),
        },
    )


@learner_required
def join_room(request: LearnerRequest, opening_id: int) -> HttpResponse:
    """Take a place before the door; whoever has one finds it again."""
    opening = _opening(opening_id)
    if request.method == "POST":
        try:
            services.join_room(
                opening=opening,
                learner=request.learner,
                actor=request.user,
                channel=Channel.WEB,
                at=request.at,
            )
        except RoomClosed:
            messages.info(request, wording.room_closed(opening, at=request.at))
    return redirect(_here(request, opening))


@learner_required
def enter_room(request: LearnerRequest, opening_id: int) -> HttpResponse:
    """Come in, where it is one's turn, and go on to where one wanted to."""
    opening = _opening(opening_id)
    if request.method != "POST":
        return redirect(_here(request, opening))  # somebody came back after signing in
    if opening.ended_at is not None:
        return redirect(_inside(request, opening))
    try:
        token = services.enter_room(opening=opening, learner=request.learner, at=request.at)
    except NotYourTurn:
        messages.info(request, wording.not_your_turn())
        return redirect(_here(request, opening))
    response = redirect(_inside(request, opening))
    keep_pass(response, opening, request.learner, token)
    messages.success(request, wording.come_in(opening))
    return response


def with_words(
    staged: list[tuple[Opening, Opening.Stage]], *, at: datetime
) -> list[tuple[Opening, Opening.Stage, str]]:
    """Return openings with how far each has come, in words."""
    return [(one, stage, wording.how_far(one, stage, at=at)) for one, stage in staged]


def _opening(opening_id: int) -> Opening:
    return get_object_or_404(Opening.objects.with_words(), pk=opening_id)


def _here(request: HttpRequest, opening: Opening) -> str:
    """The waiting room, which remembers where one wanted to go."""
    there = safe_next(request)
    page = reverse("enrolment:show-opening", args=[opening.pk])
    return f"{page}?{urlencode({'next': there})}" if there else page


def _inside(request: HttpRequest, opening: Opening) -> str:
    """The page one wanted to see, or else the classes of the department."""
    department = urlencode({"department": opening.department_id})
    return safe_next(request) or f"{reverse('courses:list-courses')}?{department}"
