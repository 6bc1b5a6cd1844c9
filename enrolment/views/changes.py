"""Doors to change one class for another: choose, check, and one press that ends the old one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import LearnerRequest, Right, learner_required, new_press, press_of
from courses.models import ClassSection
from enrolment import queries, services, wording
from enrolment.domain.changes import Money
from enrolment.domain.eligibility import PHASES_WITH_SEATS
from enrolment.domain.refusals import Refusal
from enrolment.models import Enrolment, Outcome
from enrolment.services import SeatRefused
from enrolment.views.passes import passes_of, waits_at
from enrolment.views.presses import (
    address_of,
    measured,
    one_key_one_request,
    say_when_to_go_on,
)


@never_cache
@learner_required(right=Right.WITHDRAW)
@require_safe
def choose_change(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """Classes like one's own, with places or lines."""
    enrolment = _enrolment(request, enrolment_id)
    if not enrolment.holds_a_seat():
        return redirect("enrolment:show-enrolment", enrolment.pk)
    offers = queries.could_change_to(enrolment, actor=request.user, at=request.at)
    return render(
        request,
        "enrolment/choose_change.html",
        {
            "enrolment": enrolment,
            "section": enrolment.section,
            "offers": [
                (offer, wording.before_the_tap(offer.findings, offer.card.section))
                for offer in offers
            ],
        },
    )


@measured
@never_cache
@learner_required(right=Right.WITHDRAW)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def change_class(request: LearnerRequest, enrolment_id: int, section_id: int) -> HttpResponse:
    """What ends and what comes; then one press, which cannot be taken back."""
    section = get_object_or_404(ClassSection.objects.listed().with_all_to_show(), pk=section_id)
    if request.method == "POST":
        with request.scope():
            enrolment = _enrolment(request, enrolment_id)
        return _press(request, enrolment, section)
    enrolment = _enrolment(request, enrolment_id)
    if not enrolment.holds_a_seat():
        return redirect("enrolment:show-enrolment", enrolment.pk)
    return render(request, "enrolment/change_class.html", _both_sides(request, enrolment, section))


def _enrolment(request: LearnerRequest, enrolment_id: int) -> Enrolment:
    mine = Enrolment.objects.of(request.learner).with_all_to_show()
    return get_object_or_404(mine, pk=enrolment_id)


def _both_sides(
    request: LearnerRequest, enrolment: Enrolment, section: ClassSection
) -> dict[str, Any]:
    """Gather what a person has to know before one class ends for another."""
    facts = queries.dossier(
        [section.pk], learner=request.learner, actor=request.user, at=request.at
    )
    offer = queries.offers_for(
        [queries.live_card(section, at=request.at)],
        request.learner,
        facts,
        at=request.at,
        giving_up=enrolment.section_id,
    )[0]
    refusal = _refusal(offer, enrolment)
    fee = queries.fee_of_change(enrolment, section)
    state, phase = offer.card.seats.state, facts.section(section.pk).phase
    is_full = state == "full" or phase not in PHASES_WITH_SEATS
    due_at = None if is_full else enrolment.due_at or facts.hold_until(section.pk)
    return {
        "enrolment": enrolment,
        "old": enrolment.section,
        "section": section,
        "seats": offer.card.seats,
        "is_full": is_full,
        "refusal": refusal,
        "papers": [] if refusal else wording.papers(offer.findings, section),
        "advice": wording.advice(offer.findings),
        "money": wording.money_of_change(fee, section, due_at),
        "costs_more": fee.money is Money.MORE,
        "waits_at": waits_at(request, facts, section.pk),
        "press": new_press(),
    }


def _refusal(offer: queries.Offer, enrolment: Enrolment) -> str:
    """Say why the change cannot be; "" where it can, if only with a paper."""
    section, objection = offer.card.section, offer.objection
    if section.term_id != enrolment.section.term_id:
        return wording.of_another_term()
    if queries.money_stays(enrolment, section):
        return wording.refusal(Refusal.OTHER_OFFICE, section)
    if objection is None or objection.paper is not None:
        return ""
    opens_at = offer.card.seats.opens_at
    return wording.objection(objection, section, other=offer.other, opens_at=opens_at)


def _press(request: LearnerRequest, enrolment: Enrolment, section: ClassSection) -> HttpResponse:
    """Change once, whatever the taps; the answer stands on the new class's page."""
    check_page = redirect("enrolment:change-class", enrolment.pk, section.pk)
    may_wait = request.POST.get("expects") == "line"
    try:
        claim = services.swap_class(
            enrolment=enrolment,
            section=section,
            may_wait=may_wait,
            actor=request.user,
            key=press_of(request),
            at=request.at,
            passes=passes_of(request),
        )
    except SeatRefused as refused:
        if refused.reason is Refusal.FULL:
            messages.info(request, wording.just_full())
        say_when_to_go_on(request, refused, section)
        return check_page  # which says why, from the facts of this moment
    except ClassSection.DoesNotExist:
        raise Http404 from None
    if claim.outcome == Outcome.WAITLISTED:
        messages.success(request, wording.waits_to_change(enrolment.section))
    else:
        messages.success(request, wording.changed(enrolment.section, section))
    return redirect(address_of(claim))
