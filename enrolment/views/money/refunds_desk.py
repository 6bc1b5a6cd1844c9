"""Doors of the office to money that goes back: decide, read a paper, pay out, ask for somebody."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock, scope
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import StaffPost
from enrolment.forms.money.refunds import (
    CashOutForm,
    GoodwillForm,
    RefusalForm,
    SpecialAtDeskForm,
    TransferOutForm,
)
from enrolment.models import DrawerSession, Enrolment, Refund, RefundPaper
from enrolment.queries.money import refund_pages
from enrolment.services import money
from enrolment.services.money import PaperRefused, PaymentRefused
from enrolment.services.money.papers import LARGEST
from enrolment.views.desk import learner_of
from enrolment.wording import money_refunds as wording

Role = StaffPost.Role
PAYS_OUT = (Role.COUNTER, Role.FINANCE, Role.BRANCH_HEAD, Role.REGISTRAR)
DECIDES = (Role.FINANCE, Role.BRANCH_HEAD, Role.REGISTRAR)
TRANSFERS = (Role.FINANCE,)  # the bank is theirs; nobody else can say that a transfer left it
STANDS_TO_BE_PAID = (Refund.State.APPROVED, Refund.State.FAILED)


@never_cache
@staff_required(*PAYS_OUT)
@require_safe
def list_refunds(request: StaffRequest) -> HttpResponse:
    """What waits for a decision, what is to be paid out, and what is on its way."""
    board = refund_pages.board(request.units, at=clock.now())
    return render(
        request,
        "enrolment/money/refunds/board.html",
        {"board": board, "decides": _decides(request), "in_several": len(request.units) > 1},
    )


@never_cache
@staff_required(*PAYS_OUT)
@require_http_methods(["GET", "HEAD", "POST"])
def show_refund(request: StaffRequest, refund_id: UUID) -> HttpResponse:
    """One refund: how it was worked out, its paper, and what is to be done now."""
    refund = get_object_or_404(refund_pages.one_of(request.units), pk=refund_id)
    at = clock.now()
    people = refund_pages.who_may_receive(refund, at=at)
    act = request.POST.get("act", "")
    forms: dict[str, Any] = {
        "refuse": RefusalForm(request.POST if act == "refuse" else None, prefix="refuse"),
        "cash": CashOutForm(request.POST if act == "cash" else None, prefix="cash", people=people),
        "transfer": TransferOutForm(
            request.POST if act == "transfer" else None, prefix="transfer"
        ),
    }
    tried = forms.get(act)
    if request.method == "POST" and (act == "approve" or (tried and tried.is_valid())):
        try:
            messages.success(request, _done(request, refund, act, tried))
        except PaymentRefused as refused:
            messages.warning(request, wording.refused(refused.problem))
        return redirect("enrolment:desk-refund", refund.pk)
    (shown,) = refund_pages.shown([refund], at=at)
    return render(
        request,
        "enrolment/money/refunds/one.html",
        {
            "refund": refund,
            "shown": shown,
            "rule": wording.by_which_rule(refund),
            "papers": refund.papers.order_by("received_at"),
            "decides": _decides(request) and refund.state == Refund.State.REQUESTED
            and refund.choose_until is None,
            "is_own": refund.is_own_of(request.user),
            "asked_for_it": refund.asked_by_id == request.user.pk,
            "typed_it_in": refund.is_of_money_typed_by(request.user),
            "transfers": refund.unit_id in scope.offices_of(request.user, TRANSFERS),
            "to_pay_out": refund.state in STANDS_TO_BE_PAID and refund.way != Refund.Way.ORIGIN,
            "drawer": DrawerSession.objects.of_cashier(request.user),
            "form": tried,
            "forms": forms,
            "receipt": getattr(refund, "receipt", None),
        },
        status=422 if tried and tried.errors else 200,
    )  # fmt: skip


def _done(request: StaffRequest, refund: Refund, act: str, form: Any) -> str:
    """Do what was pressed, if the post allows it; return what to say."""
    at, by = clock.now(), request.user
    if act in {"approve", "refuse"}:
        if not _decides(request, refund.unit_id):
            raise Http404
        if act == "approve":
            return wording.decided(money.approve(refund=refund, by=by, at=at))
        words = form.cleaned_data["words"]
        return wording.decided(money.say_no(refund=refund, by=by, words=words, at=at))
    said = form.cleaned_data
    if act == "cash":
        to = f"{said['name']}（{wording.as_whom(said['who'].partition('-')[0])}）"
        return wording.paid_out(money.give_cash(refund=refund, to=to, by=by, at=at))
    if refund.unit_id not in scope.offices_of(by, TRANSFERS):
        raise Http404
    return wording.paid_out(
        money.note_transferred(
            refund=refund, to=said["name"], reference=said["reference"], by=by, at=at
        )
    )


@never_cache
@staff_required(*DECIDES)
@require_safe
def read_paper(request: StaffRequest, paper_id: UUID) -> HttpResponse:
    """Hand a paper to somebody who decides, while it is not decided; the reading is on record."""
    papers = RefundPaper.objects.select_related("refund__unit").exclude(name="")
    paper = get_object_or_404(
        papers.filter(refund__unit__in=request.units, refund__state=Refund.State.REQUESTED),
        pk=paper_id,
    )
    try:
        content, sent_as = money.read_paper(paper=paper, by=request.user, at=clock.now())
    except FileNotFoundError:
        raise Http404 from None
    answer = HttpResponse(content, content_type=sent_as)
    answer["Content-Disposition"] = "inline"
    # Whatever somebody sent in: it runs nothing, loads nothing, and is framed by nobody.
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@never_cache
@staff_required(*PAYS_OUT)
@require_safe
def refunds_for(request: StaffRequest, learner_id: int) -> HttpResponse:
    """What one learner paid for, what of it would come back, and their refunds."""
    learner = learner_of(learner_id)
    return render(
        request,
        "enrolment/money/refunds/for_learner.html",
        {
            "learner": learner,
            "places": refund_pages.paid_places(learner, request.units, at=clock.now()),
            "rows": [
                (one, wording.how_it_stands(one.refund, one.until))
                for one in refund_pages.refunds_of(learner, at=clock.now())
                if one.refund.unit_id in request.units
            ],
            "decides": _decides(request),
        },
    )


@never_cache
@staff_required(*PAYS_OUT)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for(request: StaffRequest, enrolment_id: int) -> HttpResponse:
    """Ask for somebody at the counter, for a special cause whose paper is shown there."""
    enrolment = _place(request, enrolment_id)
    form = SpecialAtDeskForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        seen_by = request.user if form.cleaned_data["seen"] else None
        try:
            money.ask_special(
                enrolment=enrolment, seen_by=seen_by, asked_by=request.user, at=clock.now(),
                **form.asked(),
            )  # fmt: skip
        except PaperRefused:
            form.refuse_paper(too_large=form.cleaned_data["paper"].size > LARGEST)
        except PaymentRefused as refused:
            messages.warning(request, wording.refused(refused.problem))
            return redirect("enrolment:refunds-for", enrolment.learner_id)
        else:
            messages.success(request, wording.asked())
            return redirect("enrolment:refunds-for", enrolment.learner_id)
    return _form_page(request, "special", enrolment, form)


@never_cache
@staff_required(*DECIDES)
@require_http_methods(["GET", "HEAD", "POST"])
def offer_back(request: StaffRequest, enrolment_id: int) -> HttpResponse:
    """Propose an amount that the office gives back by its own decision."""
    enrolment = _place(request, enrolment_id)
    form = GoodwillForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            money.offer_back(
                enrolment=enrolment, amount_fen=form.amount_fen(), asked_by=request.user,
                words=form.cleaned_data["words"], at=clock.now(),
            )  # fmt: skip
        except PaymentRefused as refused:
            messages.warning(request, wording.refused(refused.problem))
        else:
            messages.success(request, wording.asked())
        return redirect("enrolment:refunds-for", enrolment.learner_id)
    return _form_page(request, "goodwill", enrolment, form)


@never_cache
@staff_required(*PAYS_OUT)
@require_safe
def print_receipt(request: StaffRequest, refund_id: UUID) -> HttpResponse:
    """The receipt of money that was given back, for the signature of who received it."""
    refund = get_object_or_404(
        refund_pages.one_of(request.units).filter(receipt__isnull=False), pk=refund_id
    )
    (shown,) = refund_pages.shown([refund], at=clock.now())
    return render(
        request,
        "enrolment/money/refunds/receipt.html",
        {"refund": refund, "shown": shown, "receipt": refund.receipt},
    )


def _decides(request: StaffRequest, unit_id: int | None = None) -> bool:
    """Whether the one who asks may decide; in an office, where one is named."""
    units = scope.offices_of(request.user, DECIDES)
    return bool(units) if unit_id is None else unit_id in units


def _place(request: StaffRequest, enrolment_id: int) -> Enrolment:
    places = Enrolment.objects.of_units(request.units).with_all_to_show()
    return get_object_or_404(places.select_related("learner__unit"), pk=enrolment_id)


def _form_page(request: StaffRequest, what: str, enrolment: Enrolment, form: Form) -> HttpResponse:
    places = refund_pages.paid_places(enrolment.learner, request.units, at=clock.now())
    found = next((one for one in places if one.enrolment.pk == enrolment.pk), None)
    return render(
        request,
        "enrolment/money/refunds/ask_for.html",
        {
            "what": what,
            "enrolment": enrolment,
            "learner": enrolment.learner,
            "section": enrolment.section,
            "found": found,
            "form": form,
        },
        status=422 if form.errors else 200,
    )
