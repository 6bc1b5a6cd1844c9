"""Doors of learners to money that goes back: how it stands, a special cause, money or a class."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import LearnerRequest, Right, learner_required, new_press, press_of, sent
from courses.models import ClassSection
from enrolment import queries
from enrolment.domain.refunds import Why
from enrolment.forms.money.refunds import SpecialForm
from enrolment.models import Enrolment, Refund
from enrolment.queries.money import refund_pages
from enrolment.services import SeatRefused, money
from enrolment.services.money import PaperRefused, PaymentRefused
from enrolment.services.money.papers import LARGEST
from enrolment.wording import money_refunds as wording
from enrolment.wording import refusal


@never_cache
@learner_required
@require_safe
def list_refunds(request: LearnerRequest) -> HttpResponse:
    """Everything that goes back to a learner, and until when."""
    mine = refund_pages.refunds_of(request.learner, at=request.at)
    rows = [(one, wording.how_it_stands(one.refund, one.until)) for one in mine]
    return render(request, "enrolment/money/refunds/list.html", {"rows": rows})


@never_cache
@learner_required(right=Right.WITHDRAW)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_special(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """Ask for the lessons one could not have, with a photo of the paper that says why."""
    with request.scope():
        mine = Enrolment.objects.of(request.learner).with_all_to_show()
        enrolment = get_object_or_404(mine.select_related("learner"), pk=enrolment_id)
        found = queries.refund_of(enrolment, at=enrolment.ended_at or request.at, why=Why.SPECIAL)
    form = SpecialForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid() and found is not None:
        try:
            money.ask_special(
                enrolment=enrolment, seen_by=None, asked_by=request.user, at=request.at,
                **form.asked(),
            )  # fmt: skip
        except PaperRefused:
            form.refuse_paper(too_large=form.cleaned_data["paper"].size > LARGEST)
        except PaymentRefused as refused:
            messages.warning(request, wording.refused(refused.problem))
            return redirect("enrolment:list-refunds")
        else:
            messages.success(request, wording.asked())
            return redirect("enrolment:list-refunds")
    context = {"enrolment": enrolment, "section": enrolment.section, "form": form, "found": found}
    with request.scope():
        return render(
            request, "enrolment/money/refunds/special.html", context,
            status=422 if form.errors else 200,
        )  # fmt: skip


@never_cache
@learner_required(right=Right.WITHDRAW)
@require_http_methods(["GET", "HEAD", "POST"])
def choose_refund(request: LearnerRequest, refund_id: UUID) -> HttpResponse:
    """A class was called off: the money, or one of three other classes."""
    with request.scope():
        refund = _own(request, refund_id)
    if request.method == "POST":
        money.take_the_money(refund=refund, at=request.at, actor=request.user)
        messages.success(request, wording.money_comes())
        return redirect("enrolment:list-refunds")
    if refund.choose_until is None:
        return redirect("enrolment:list-refunds")
    context: dict[str, Any] = {
        "refund": refund,
        "section": refund.line.enrolment.section if refund.line else None,
        "offers": refund_pages.alternatives(refund, actor=request.user, at=request.at),
        "press": new_press(),
    }
    return render(request, "enrolment/money/refunds/choose.html", context)


@learner_required(right=Right.APPLY)
@require_POST
def take_another(request: LearnerRequest, refund_id: UUID, section_id: int) -> HttpResponse:
    """Take another class for the money of the one that was called off."""
    with request.scope():
        refund = _own(request, refund_id)
        listed = ClassSection.objects.listed().with_all_to_show()
        section = get_object_or_404(listed, pk=section_id)
    try:
        place = money.take_another(
            refund=refund, section=section, actor=request.user, key=press_of(request),
            at=request.at,
        )  # fmt: skip
    except SeatRefused as refused:
        messages.warning(request, refusal(refused.reason, section))
    except PaymentRefused as late:
        messages.warning(request, wording.refused(late.problem))
    else:
        if place is not None:
            messages.success(request, wording.another_taken(section.display_name()))
            return redirect("enrolment:show-enrolment", place.pk)
        messages.warning(request, wording.another_is_full())
    return redirect("enrolment:choose-refund", refund.pk)


def _own(request: LearnerRequest, refund_id: UUID) -> Refund:
    mine = refund_pages.one_of().filter(order__learner=request.learner_id)
    return get_object_or_404(mine, pk=refund_id)
