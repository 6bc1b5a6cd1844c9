"""Doors to one's places in line: see one, answer an offer, leave."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import LearnerRequest, learner_required, new_press, press_of
from enrolment import queries, services, wording
from enrolment.models import Claim, Enrolment, WaitlistEntry
from enrolment.services import SeatRefused
from enrolment.views.presses import address_of, one_key_one_request


def _entry(request: LearnerRequest, entry_id: int) -> WaitlistEntry:
    mine = WaitlistEntry.objects.of(request.learner).with_all_to_show()
    return get_object_or_404(mine, pk=entry_id)


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD"])
def show_entry(request: LearnerRequest, entry_id: int) -> HttpResponse:
    """One's place in a line, or the offer to answer."""
    entry = _entry(request, entry_id)
    rules = queries.rules_of(entry.section.term, at=request.at)
    place = next(iter(queries.places_of([entry], request.learner, at=request.at)), None)
    offered = entry.state == WaitlistEntry.State.OFFERED
    return render(
        request,
        "enrolment/show_offer.html" if offered else "enrolment/show_entry.html",
        {
            "entry": entry,
            "section": entry.section,
            "place": place,
            "line_length": place and wording.line_length(place.length),
            "payment_until": queries.payment_until(entry.section, rules, at=request.at),
            **_company(request, entry),
            "too_late": offered and entry.due_at is not None and entry.due_at <= request.at,
            "like_it": [
                card
                for card in queries.like_it(entry.section, at=request.at)
                if not queries.classes_of(request.learner, [card.section.pk])
            ],
            "press": new_press(),
        },
    )


@learner_required
@one_key_one_request
def accept_offer(request: LearnerRequest, entry_id: int) -> HttpResponse:
    """Take the place that was offered."""
    return _answer(request, entry_id, services.accept_offer)


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def decline_offer(request: LearnerRequest, entry_id: int) -> HttpResponse:
    """Let the next person have the place: first what it means, then one press."""
    if request.method == "POST":
        return _answer(request, entry_id, services.decline_offer)
    return _ask_first(
        request, entry_id, WaitlistEntry.State.OFFERED, "enrolment/decline_offer.html"
    )


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def leave_waitlist(request: LearnerRequest, entry_id: int) -> HttpResponse:
    """Stop waiting: first what it means, then one press."""
    if request.method == "POST":
        return _answer(request, entry_id, services.leave_waitlist)
    return _ask_first(
        request, entry_id, WaitlistEntry.State.WAITING, "enrolment/leave_waitlist.html"
    )


def _ask_first(
    request: LearnerRequest, entry_id: int, state: WaitlistEntry.State, template: str
) -> HttpResponse:
    """Show what a press means, while there is still something to press for."""
    entry = _entry(request, entry_id)
    if entry.state != state:
        return redirect("enrolment:show-entry", entry.pk)
    context = {"entry": entry, "section": entry.section, "press": new_press()}
    return render(request, template, {**context, **_company(request, entry)})


def _company(request: LearnerRequest, entry: WaitlistEntry) -> dict[str, object]:
    """Gather with whom somebody waits, and the class that ends when this one comes about."""
    others, known = (
        queries.waits_beside(entry, request.user, at=request.at) if entry.together else (0, [])
    )
    gives_up = Enrolment.objects.of(request.learner).holding_a_seat().with_all_to_show()
    return {
        "company": wording.waits_with(known, others),
        "gives_up": gives_up.filter(pk=entry.gives_up_id).first() if entry.gives_up_id else None,
    }


def _answer(request: LearnerRequest, entry_id: int, service: Callable[..., Claim]) -> HttpResponse:
    page = redirect("enrolment:show-entry", entry_id)
    if request.method != "POST":
        return page
    with request.scope():
        entry = _entry(request, entry_id)
    try:
        claim = service(
            entry=entry,
            actor=request.user,
            key=press_of(request),
            at=request.at,
        )
    except SeatRefused as refused:
        messages.warning(request, wording.refusal(refused.reason, entry.section))
        return page
    return redirect(address_of(claim))
