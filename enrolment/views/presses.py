"""What the doors have in common: by which way a press came, and where its answer stands."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DEFAULT_DB_ALIAS, models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from courses.models import ClassSection
from enrolment import wording
from enrolment.domain.refusals import Refusal
from enrolment.models import Claim
from enrolment.services import PressReused, SeatRefused, note_claim

Row = TypeVar("Row", bound=models.Model)


def say_when_to_go_on(
    request: HttpRequest, refused: SeatRefused, section: ClassSection | None = None
) -> None:
    """Say what no page can find out by itself: that this account has helped enough for now."""
    if refused.reason is Refusal.HELPED_ENOUGH:
        said = wording.refusal(refused.reason, section, opens_at=refused.opens_at)
        messages.warning(request, said)


def numbered(model: type[Row], pk: int) -> Row:
    """Stand for a row of which nothing but the number is known; the rest is read if asked for.

    ``model(pk=pk)`` would look alike and be filled with the defaults of every other field.
    """
    return model.from_db(DEFAULT_DB_ALIAS, ["id"], [pk])


def address_of(claim: Claim) -> str:
    """Return the page that shows what a press came to."""
    if claim.enrolment_id:
        return reverse("enrolment:show-enrolment", args=[claim.enrolment_id])
    return reverse("enrolment:show-entry", args=[claim.entry_id])


def one_key_one_request(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a key that comes with a second, different request: 422, and nothing is done."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except PressReused:
            return render(request, "400.html", status=422)

    return guarded


def measured(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Tell the pacer of the waiting room how long presses of this door take, faults included.

    Stands outermost, so that finding out who asks is measured, too.
    """

    @wraps(view)
    def timed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        began = time.perf_counter()
        try:
            response = view(request, *args, **kwargs)
        except (Http404, PermissionDenied, SuspiciousOperation):
            raise  # their own fault, not one of ours
        except Exception:
            note_claim(time.perf_counter() - began, failed=True)
            raise
        note_claim(time.perf_counter() - began, failed=response.status_code >= 500)
        return response

    return timed
