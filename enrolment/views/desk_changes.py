"""Doors for staff who change one class of a learner for another; then comes the till."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import clock, scope
from accounts.http import StaffRequest, new_press, sent, staff_required
from courses.models import ClassSection
from enrolment import queries, services, wording
from enrolment.domain.changes import Money
from enrolment.domain.eligibility import PHASES_WITH_SEATS
from enrolment.domain.refusals import Refusal
from enrolment.forms import WordForm
from enrolment.models import Enrolment
from enrolment.services import money
from enrolment.views.calls import ON_THE_PHONE, place, usual_channel
from enrolment.views.desk import press_for
from enrolment.views.office import AT_THE_COUNTER
from enrolment.views.presses import one_key_one_request


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def change_class_for(request: StaffRequest, enrolment_id: int, section_id: int) -> HttpResponse:
    """What ends, what comes and what is to be paid; then one press, which has no way back."""
    enrolment = place(request, enrolment_id)
    section = get_object_or_404(
        ClassSection.objects.listed().of_units(request.units).with_all_to_show(), pk=section_id
    )
    if not enrolment.holds_a_seat():
        return redirect("enrolment:show-learner", enrolment.learner_id)
    facts = _both_sides(request, enrolment, section)
    form = WordForm(sent(request), initial={"channel": usual_channel(request)})
    if request.method == "POST" and form.is_valid():
        may_wait = request.POST.get("expects") == "line"
        change = partial(
            services.swap_class, enrolment=enrolment, section=section, may_wait=may_wait
        )
        if press_for(
            request, change, enrolment.learner, section, form, done=wording.changed_to(section)
        ):
            # What was paid goes along at once; a difference is taken while they stand here.
            owed = money.follow_changes(learner=enrolment.learner, at=clock.now())
            to_the_till = (owed or facts["is_to_pay"]) and scope.offices_of(
                request.user, AT_THE_COUNTER
            )
            return redirect(
                "enrolment:till-of" if to_the_till else "enrolment:show-learner",
                enrolment.learner_id,
            )
    return render(
        request,
        "enrolment/office/change_class_for.html",
        facts | {"form": form, "press": request.POST.get("press") or new_press()},
        status=422 if form.errors else 200,
    )


def _both_sides(
    request: StaffRequest, enrolment: Enrolment, section: ClassSection
) -> dict[str, Any]:
    at = clock.now()
    card = queries.live_card(section, at=at)
    facts = queries.dossier([section.pk], learner=enrolment.learner, actor=request.user, at=at)
    found = queries.offers_for(
        [card],
        enrolment.learner,
        facts,
        at=at,
        by_staff=True,
        giving_up=enrolment.section_id,
    )[0]
    is_full = card.seats.state == "full" or section.term.phase not in PHASES_WITH_SEATS
    due_at = None if is_full else facts.hold_until(section.pk)
    fee = queries.fee_of_change(enrolment, section)
    return {
        "enrolment": enrolment,
        "learner": enrolment.learner,
        "old": enrolment.section,
        "section": section,
        "seats": card.seats,
        "is_full": is_full,
        "objection": found.objection,
        "refusal": _refusal(enrolment, section),
        "situation": wording.situation(
            found.findings, section, others=found.others, opens_at=card.seats.opens_at
        ),
        "money": wording.money_at_the_desk(fee, is_full=is_full)
        or wording.money_of_change(fee, section, due_at),
        "is_to_pay": fee.money is Money.TO_PAY and not is_full,
        "back": reverse("enrolment:choose-class", args=[enrolment.learner_id])
        + f"?instead_of={enrolment.pk}",
    }


def _refusal(enrolment: Enrolment, section: ClassSection) -> str:
    if section.term_id != enrolment.section.term_id:
        return wording.of_another_term()
    if queries.money_stays(enrolment, section):
        return wording.refusal(Refusal.OTHER_OFFICE, section)
    return ""
