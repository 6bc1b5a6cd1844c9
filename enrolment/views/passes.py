"""The pass that opens the door of an opening: a cookie for each learner, renewed by activity."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import clock
from accounts.http import LearnerRequest
from accounts.models import Learner
from enrolment import queries, services
from enrolment.domain.queueing import ACTIVE_FOR
from enrolment.models import Opening
from enrolment.services import SeatRefused

# Whose pass it is stands in the name, too: somebody may help two people at one screen.
NAME = re.compile(r"pass-(?P<opening>\d{1,18})-(?P<learner>\d{1,18})")


def waits_at(request: LearnerRequest, facts: queries.Dossier, section_id: int) -> int | None:
    """Return the opening before which it is not this learner's turn yet, if there is one."""
    try:
        services.ensure_admitted(
            facts,
            [section_id],
            learner=request.learner,
            passes=passes_of(request),
            at=request.at,
        )
    except SeatRefused as refused:
        return refused.opening
    return None


def passes_of(request: LearnerRequest) -> dict[int, str]:
    """Return the passes a request comes with for its learner, by opening. Nothing is checked."""
    found = ((NAME.fullmatch(name), token) for name, token in request.COOKIES.items())
    return {
        int(match["opening"]): token
        for match, token in found
        if match is not None and int(match["learner"]) == request.learner_id
    }


def keep_pass(response: HttpResponse, opening: Opening, learner: Learner, token: str) -> None:
    """Let the browser bring a pass along for the next quarter of an hour."""
    _set(response, f"pass-{opening.pk}-{learner.pk}", token)


def passes_last(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Renew a pass with every page its holder opens, so that nobody is shut out while reading."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, token in request.COOKIES.items():
            match = NAME.fullmatch(name)
            if match is None or name in response.cookies:
                continue
            fresh = services.renewed_pass(
                token,
                learner=int(match["learner"]),
                opening=int(match["opening"]),
                at=clock.now(),
            )
            if fresh is not None:
                _set(response, name, fresh)
        return response

    return middleware


def _set(response: HttpResponse, name: str, token: str) -> None:
    response.set_cookie(
        name,
        token,
        max_age=ACTIVE_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
