"""Doors to one's own classes: see them, leave one, change one's mind."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import LearnerRequest, Right, learner_required, new_press, press_of
from enrolment import queries, services, wording
from enrolment.domain.refunds import Why
from enrolment.models import Claim, Enrolment
from enrolment.queries.money import refund_pages
from enrolment.services import SeatRefused
from enrolment.views.presses import one_key_one_request

Answer = Callable[..., Claim]


def _enrolment(request: LearnerRequest, enrolment_id: int) -> Enrolment:
    mine = Enrolment.objects.of(request.learner).with_all_to_show()
    return get_object_or_404(mine, pk=enrolment_id)


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD"])
def list_my_classes(request: LearnerRequest) -> HttpResponse:
    """Next lesson, offers to answer, classes, lines, finished ones."""
    mine = queries.my_classes(request.learner, at=request.at)
    turns = queries.turns_of(request.learner, at=request.at)
    to_choose = refund_pages.to_choose(request.learner)
    context = {"mine": mine, "turns": turns, "to_choose": to_choose, "at": request.at}
    return render(request, "enrolment/my_classes.html", context)


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD"])
def show_enrolment(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """One class of one's own: what was agreed, what happens next, how to leave."""
    enrolment = _enrolment(request, enrolment_id)
    may_undo = enrolment.undo_until is not None and enrolment.undo_until > request.at
    left_at = enrolment.ended_at if may_undo else None
    goes_back = queries.refund_of(enrolment, at=left_at) if left_at else None
    return render(
        request,
        "enrolment/show_enrolment.html",
        {
            "enrolment": enrolment,
            "section": enrolment.section,
            "may_undo": may_undo,
            "goes_back": goes_back and wording.comes_back(goes_back),
            "refund_rule": wording.refund_rule(
                enrolment.section, joined_late=enrolment.source == Enrolment.Source.LATE
            ),
            "came_instead": queries.came_instead(enrolment),
            "ran_out": _ran_out(request, enrolment),
            "late_fee": queries.late_fee_agreed(enrolment),
            "line_is_open": queries.line_is_open(enrolment.section, at=request.at),
            "next_lesson": _next_lesson(enrolment, request.at),
            "has_refund": enrolment.refunds.exists(),
            "special_fen": 0 if enrolment.holds_a_seat() else _special(enrolment, request.at),
            "press": new_press(),
            "other_press": new_press(),
        },
    )


def _ran_out(request: LearnerRequest, enrolment: Enrolment) -> str:
    """Say of a place that was not paid in time what became of it; "" for any other."""
    if enrolment.status != Enrolment.Status.LAPSED:
        return ""
    section = queries.section_to_show(enrolment.section_id)
    facts = queries.dossier(
        [section.pk], learner=request.learner, actor=request.user, at=request.at
    )
    card = queries.live_card(section, at=request.at)
    offer = queries.offers_for([card], request.learner, facts, at=request.at)[0]
    has_places = card.seats.state in {"open", "few"}
    return wording.not_paid_in_time(can_be_had=has_places and offer.may_go_on)


def _special(enrolment: Enrolment, at: datetime) -> int:
    """Return what a special reason would bring back of a place, in fen."""
    found = queries.refund_of(enrolment, at=enrolment.ended_at or at, why=Why.SPECIAL)
    return found.fen if found is not None else 0


def _next_lesson(enrolment: Enrolment, at: datetime) -> queries.MyLesson | None:
    if not enrolment.holds_a_seat():
        return None
    coming = (one for one in queries.lessons_of([enrolment], at=at) if not one.is_lost)
    return next(coming, None)


@never_cache
@learner_required(right=Right.WITHDRAW)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def withdraw(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """Leave a class: first everything it means, then one press."""
    if request.method == "POST":
        return _press(request, enrolment_id, services.withdraw)
    enrolment = _enrolment(request, enrolment_id)
    if not enrolment.holds_a_seat():
        return redirect("enrolment:show-enrolment", enrolment.pk)
    refund = queries.refund_of(enrolment, at=request.at)
    return render(
        request,
        "enrolment/withdraw.html",
        {
            "enrolment": enrolment,
            "section": enrolment.section,
            "refund": refund and wording.comes_back(refund),
            "money_comes_back": refund is not None and refund.fen > 0,
            "special_fen": _special(enrolment, request.at) > refund.fen if refund else False,
            "line_is_open": queries.line_is_open(enrolment.section, at=request.at),
            "press": new_press(),
        },
    )


@learner_required
@one_key_one_request
def say_one_comes(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """Say yes to a place of the draw or of a renewal."""
    return _press(request, enrolment_id, services.say_one_comes)


@never_cache
@learner_required(right=Right.APPLY)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def say_one_stays_away(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """Say no to such a place: first what it means, then one press."""
    if request.method == "POST":
        return _press(request, enrolment_id, services.say_one_stays_away)
    enrolment = _enrolment(request, enrolment_id)
    if not enrolment.is_to_confirm:
        return redirect("enrolment:show-enrolment", enrolment.pk)
    return render(
        request,
        "enrolment/results/stay_away.html",
        {"enrolment": enrolment, "section": enrolment.section, "press": new_press()},
    )


@learner_required
@one_key_one_request
def undo_withdrawal(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """Take the place back."""
    return _press(request, enrolment_id, services.undo_withdrawal)


@learner_required(right=Right.WITHDRAW)
@one_key_one_request
def yield_seat(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """Let the next person have the place at once."""
    return _press(request, enrolment_id, services.yield_seat)


def _press(request: LearnerRequest, enrolment_id: int, service: Answer) -> HttpResponse:
    """Do it once, whatever the taps, and show the class as it stands afterwards."""
    if request.method == "POST":
        with request.scope():
            enrolment = _enrolment(request, enrolment_id)
        try:
            service(
                enrolment=enrolment,
                actor=request.user,
                key=press_of(request),
                at=request.at,
            )
        except SeatRefused as refused:
            messages.warning(request, wording.refusal(refused.reason, enrolment.section))
    return redirect("enrolment:show-enrolment", enrolment_id)
