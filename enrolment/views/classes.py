"""Doors to one class: check, ask for a place, declare, be reminded."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import LearnerRequest, learner_required, new_press, press_of, safe_next
from accounts.models import Learner
from courses.models import ClassSection
from enrolment import queries, services, wording
from enrolment.domain.refusals import Refusal
from enrolment.models import Opening, Outcome
from enrolment.services import SeatRefused
from enrolment.views.passes import passes_of, waits_at
from enrolment.views.presses import (
    address_of,
    measured,
    numbered,
    one_key_one_request,
    say_when_to_go_on,
)


def _section(section_id: int) -> ClassSection:
    sections = ClassSection.objects.listed().with_all_to_show()
    return get_object_or_404(sections, pk=section_id)


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD"])
def check_class(request: LearnerRequest, section_id: int) -> HttpResponse:
    """Everything about a class before one says yes; or why not, and what to do next."""
    section = _section(section_id)
    card = queries.live_card(section, at=request.at)
    facts = queries.dossier(
        [section.pk], learner=request.learner, actor=request.user, at=request.at
    )
    offer = queries.offers_for([card], request.learner, facts, at=request.at)[0]
    objection = offer.objection
    refusal = objection.reason if objection and objection.paper is None else None
    at_limit = refusal is Refusal.LIMIT
    limit, counted = facts.limit(section.pk)
    # Only those that alone stand in the way: whoever leaves one shall then have the place.
    to_leave = set(counted) & set(facts.could_be_given_for(section.pk)) if at_limit else set()
    # Papers can be brought before the first day; while anything else stands they help nobody.
    papers_help = refusal in {None, Refusal.NOT_OPEN_YET}
    too_early = refusal is Refusal.NOT_OPEN_YET
    ahead = queries.opening_ahead(section, at=request.at) if too_early else None
    return render(
        request,
        "enrolment/check_class.html",
        {
            "section": section,
            "offer": offer,
            "refusal": _against_the_choice(facts, section)
            if section.takes_choices
            else wording.before_the_hour(ahead, at=request.at)
            if ahead is not None
            else _refusal(offer, limit=limit, one_is_enough=bool(to_leave)),
            "to_leave": queries.classes_of(request.learner, to_leave),
            "falls_back": card.seats.state in {"open", "few"}
            and queries.falls_back_elsewhere(request.learner, section),
            "papers": wording.papers(offer.findings, section) if papers_help else [],
            "situation": wording.situation(
                offer.findings, section, others=offer.others, opens_at=card.seats.opens_at
            ),
            "not_open_yet": too_early
            and not section.takes_choices
            and card.seats.opens_at is not None,
            "room": ahead if ahead is not None and ahead.takes_people(request.at) else None,
            "advice": wording.advice(offer.findings),
            "due_at": facts.hold_until(section.pk),
            "refund_rule": wording.refund_rule(section),
            "like_it": queries.like_it(section, at=request.at)
            if (card.seats.state == "full" or refusal) and not at_limit
            else [],
            "turn": None if objection else _turn(request, facts, section),
            **_other_ways(request, facts, section),
            "press": new_press(),
        },
    )


def _turn(
    request: LearnerRequest, facts: queries.Dossier, section: ClassSection
) -> queries.Turn | None:
    """Return where the learner stands before the door of a class; None where none is shut."""
    waits = waits_at(request, facts, section.pk)
    if waits is None:
        return None
    opening = Opening.objects.with_words().get(pk=waits)
    return queries.turn_of(opening, request.learner, at=request.at)


def _refusal(offer: queries.Offer, *, limit: int, one_is_enough: bool) -> str:
    """Say why one cannot enrol; "" where one can, if only with a paper."""
    section, said = offer.card.section, offer.objection
    if said is None or said.paper is not None:
        return ""
    if said.reason is Refusal.LIMIT:
        return wording.limit_reached(limit, one_is_enough=one_is_enough)
    return wording.objection(said, section, other=offer.other, opens_at=offer.card.seats.opens_at)


def _against_the_choice(facts: queries.Dossier, section: ClassSection) -> str:
    """Say why a class cannot stand on the form; "" where it can, if with papers to follow."""
    said = facts.against_wish(section.pk)
    if said is None:
        return ""
    other = queries.section_to_show(said.other_section) if said.other_section else None
    return wording.objection(said, section, other=other)


def _other_ways(
    request: LearnerRequest, facts: queries.Dossier, section: ClassSection
) -> dict[str, Any]:
    """Gather what else one may do here: change for it, come with somebody, put it aside."""
    ways_out = facts.could_be_given_for(section.pk)
    return {
        "to_change": queries.classes_of(request.learner, ways_out) if ways_out else [],
        "comes_along": bool(queries.companions_of(request.learner, request.user, at=request.at)),
        "is_listed": section.pk in queries.listed_sections(request.learner),
    }


@measured
@learner_required
@one_key_one_request
def hold_seat(request: LearnerRequest, section_id: int) -> HttpResponse:
    """Ask for a place; the answer stands on a page of its own, or on the check page."""
    if request.method != "POST":  # somebody came back after signing in
        return redirect("enrolment:check-class", section_id)
    try:
        claim = services.hold_seat(
            # The numbers alone: the rest is the database's business in this one.
            section=numbered(ClassSection, section_id),
            learner=numbered(Learner, request.learner_id),
            actor=request.user,
            key=press_of(request),
            at=request.at,
            passes=passes_of(request),
        )
    except SeatRefused as refused:  # the check page says why, from the facts of this moment
        if refused.reason is Refusal.HELPED_ENOUGH:
            say_when_to_go_on(request, refused, _section(section_id))
        return redirect("enrolment:check-class", section_id)
    except ClassSection.DoesNotExist:
        raise Http404 from None
    hoped_for_a_seat = request.POST.get("expects") == "seat"
    if hoped_for_a_seat and claim.outcome == Outcome.WAITLISTED:
        messages.info(request, wording.seat_went_meanwhile())
    if not hoped_for_a_seat and claim.outcome != Outcome.WAITLISTED:
        messages.info(request, wording.seat_came_meanwhile())
    return HttpResponseRedirect(address_of(claim))


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare_health(request: LearnerRequest, section_id: int) -> HttpResponse:
    """One's word that one is fit for a vigorous course; then back to where it was asked for."""
    section = _section(section_id)
    back = reverse("enrolment:check-class", args=[section.pk])
    if request.method == "POST":
        services.declare_health(learner=request.learner, actor=request.user, at=request.at)
        messages.success(request, wording.health_declared())
        return redirect(safe_next(request) or back)
    return render(
        request,
        "enrolment/declare_health.html",
        {"section": section, "next": safe_next(request), "back": safe_next(request) or back},
    )


@learner_required
def remind_of_opening(request: LearnerRequest, section_id: int) -> HttpResponse:
    """Have a message sent when enrolment for a class begins."""
    section = _section(section_id)
    opens_at = queries.live_card(section, at=request.at).seats.opens_at
    if request.method == "POST" and opens_at is not None and opens_at > request.at:
        services.remind_of_opening(
            section=section,
            learner=request.learner,
            actor=request.user,
            opens_at=opens_at,
            at=request.at,
        )
        messages.success(request, wording.reminder_set(opens_at))
    return redirect("enrolment:check-class", section.pk)
