"""Doors for two people who come together: both get a place, or both wait as one."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import scope
from accounts.http import LearnerRequest, learner_required, new_press, press_of
from accounts.models import Learner
from courses.models import ClassSection
from enrolment import queries, services, wording
from enrolment.models import Claim, Outcome, Together
from enrolment.services import SeveralRefused
from enrolment.views.passes import passes_of, waits_at
from enrolment.views.presses import measured, one_key_one_request


@measured
@never_cache
@learner_required
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def enrol_together(request: LearnerRequest, section_id: int) -> HttpResponse:
    """With whom one comes, and what that means; then one press for both."""
    section = get_object_or_404(ClassSection.objects.listed().with_all_to_show(), pk=section_id)
    companions = _companions(request)
    if not companions:
        return redirect("enrolment:check-class", section.pk)
    if request.method == "POST":
        return _press(request, section, companions)
    found = [(one, _why_not(request, section, one)) for one in companions]
    card = queries.live_card(section, at=request.at)
    for_two = (card.section.availability.seats_left or 0) > 1
    facts = queries.dossier(
        [section.pk], learner=request.learner, actor=request.user, at=request.at
    )
    return render(
        request,
        "enrolment/enrol_together.html",
        {
            "section": section,
            "possible": [one for one, why in found if not why],
            "impossible": [(one, why) for one, why in found if why],
            "own_refusal": _why_not(request, section, request.learner),
            "both_fen": 2 * section.fee_fen,
            "seats": card.seats,
            "due_at": facts.hold_until(section.pk) if for_two else None,
            "refund_rule": wording.refund_rule(section),
            "waits_at": waits_at(request, facts, section.pk),
            "press": new_press(),
        },
    )


@never_cache
@learner_required
@require_safe
def show_together(request: LearnerRequest, section_id: int, key: UUID) -> HttpResponse:
    """What one press for two people came to, for each of them, as it stands now."""
    section = get_object_or_404(ClassSection.objects.with_all_to_show(), pk=section_id)
    known = [request.learner, *_companions(request)]
    with scope.learners([one.pk for one in known]):
        claims = queries.answers_together([one.pk for one in known], section, key)
        if not any(one.learner_id == request.learner.pk for one in claims):
            raise Http404
        waits = all(one.outcome == Outcome.WAITLISTED for one in claims)
        return render(
            request,
            "enrolment/together.html",
            {
                "section": section,
                "answers": [(one, _place(one, request)) for one in claims],
                "names": wording.names([one.learner.name for one in claims]),
                "waits": waits,
                "told": wording.told([one.learner for one in claims]),
                "both_fen": 2 * section.fee_fen,
                "due_at": next(
                    (one.enrolment.due_at for one in claims if one.enrolment is not None), None
                ),
            },
        )


def _place(claim: Claim, request: LearnerRequest) -> queries.Place | None:
    entries = [claim.entry] if claim.entry is not None else []
    return next(iter(queries.places_of(entries, claim.learner, at=request.at)), None)


def _companions(request: LearnerRequest) -> list[Learner]:
    """Return who may come along."""
    return queries.companions_of(request.learner, request.user, at=request.at)


def _why_not(request: LearnerRequest, section: ClassSection, learner: Learner) -> str:
    """Say what the rules have against one of the two; "" for nothing."""
    facts = queries.dossier([section.pk], learner=learner, actor=request.user, at=request.at)
    said = facts.objection(section.pk)
    if said is None:
        return ""
    other = queries.section_to_show(said.other_section) if said.other_section else None
    if learner.pk != request.learner.pk:
        return wording.why_not_for(learner.name, said, section, other=other)
    return wording.objection(said, section, other=other)


def _press(
    request: LearnerRequest, section: ClassSection, companions: list[Learner]
) -> HttpResponse:
    """Ask for both, once, whatever the taps."""
    page = redirect("enrolment:enrol-together", section.pk)
    chosen = next((one for one in companions if str(one.pk) == request.POST.get("with")), None)
    if chosen is None:
        messages.warning(request, wording.choose_with_whom())
        return page
    key = press_of(request)
    both = [request.learner, chosen]
    try:
        services.hold_several(
            sections=[section],
            learners=both,
            mode=Together.TOGETHER,
            actor=request.user,
            key=key,
            at=request.at,
            passes=passes_of(request),
        )
    except SeveralRefused as refused:
        name = next((one.name for one in both if one.pk == refused.learner), "")
        other = refused.other_section
        why = wording.refusal(
            refused.reason,
            section,
            other=queries.section_to_show(other) if other else None,
            opens_at=refused.opens_at,
        )
        messages.warning(request, wording.not_together(name, why))
        return page
    except ClassSection.DoesNotExist:
        raise Http404 from None
    return redirect("enrolment:show-together", section.pk, key)
