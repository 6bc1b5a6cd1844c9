"""Doors to waivers and vouchers: asked for, decided, given, used."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock, limits
from accounts.http import (
    LearnerRequest,
    Right,
    StaffRequest,
    learner_required,
    sent,
    staff_required,
)
from accounts.models import StaffPost, User
from accounts.scope import offices_of
from enrolment.forms.money.finance import DecideForm, VoucherCodeForm, VoucherForm, WaiverForm
from enrolment.models import Order, Voucher, Waiver
from enrolment.queries.money import finance as asked
from enrolment.services import money
from enrolment.services.money import PaymentRefused, RemissionRefused
from enrolment.views.desk import learner_of
from enrolment.views.money.finance import IN_FINANCE, chosen_units, page_of
from enrolment.wording import money_finance as wording

Role = StaffPost.Role
WHO_ASKS = (Role.COUNTER, *IN_FINANCE)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@staff_required(*WHO_ASKS)
@get_or_post
def ask_for_waiver(request: StaffRequest, learner_id: int) -> HttpResponse:
    """Write down why somebody should pay less, and which proof was seen."""
    learner = learner_of(learner_id)
    form = WaiverForm(sent(request), units=request.units)
    if request.method == "POST" and form.is_valid():
        try:
            money.ask_for_waiver(
                learner=learner, actor=request.user, at=clock.now(), **form.cleaned_data
            )
        except RemissionRefused as refused:
            messages.warning(request, wording.not_taken_off(refused.problem))
        else:
            messages.success(request, wording.waiver_asked())
        return redirect("enrolment:ask-for-waiver", learner.pk)
    mine = Waiver.objects.of_units(request.units).filter(learner=learner)
    return render(
        request,
        "enrolment/money/finance/ask_waiver.html",
        {
            "learner": learner,
            "waivers": mine.latest_first().select_related("term", "unit"),
            "may_decide": bool(offices_of(request.user, IN_FINANCE)),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*IN_FINANCE)
@require_safe
def list_waivers(request: StaffRequest) -> HttpResponse:
    """Waivers to decide, and those that were decided."""
    units, options = chosen_units(request)
    waiting = Waiver.objects.of_units(units).to_approve()
    return render(
        request,
        "enrolment/money/finance/waivers.html",
        {
            "waiting": waiting.select_related("learner", "unit", "term", "asked_by"),
            "page": page_of(request, asked.waivers_of(units)),
            "units": options,
        },
    )


@never_cache
@staff_required(*IN_FINANCE)
@get_or_post
def decide_waiver(request: StaffRequest, waiver_id: int) -> HttpResponse:
    """The proof, and a yes or a no; later on the end of one that counts."""
    mine = Waiver.objects.of_units(request.units)
    waiver = get_object_or_404(
        mine.select_related("learner", "unit", "term", "asked_by", "approved_by"), pk=waiver_id
    )
    is_open = waiver.approved_at is None and waiver.ended_at is None
    form = DecideForm(sent(request)) if is_open else DecideForm()
    if request.method == "POST" and (not is_open or form.is_valid()):
        try:
            _decide(waiver, form, request.user)
        except RemissionRefused as refused:
            messages.warning(request, wording.not_taken_off(refused.problem))
        else:
            messages.success(request, wording.waiver_decided())
        return redirect("enrolment:list-waivers")
    return render(
        request,
        "enrolment/money/finance/waiver.html",
        {
            "waiver": waiver,
            "is_open": is_open,
            "is_own": waiver.asked_by_id == request.user.pk,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _decide(waiver: Waiver, form: DecideForm, actor: User) -> None:
    at = clock.now()
    if waiver.approved_at is not None:
        money.end_waiver(waiver=waiver, actor=actor, at=at)
    else:
        agreed = form.cleaned_data["agreed"] if form.is_bound else False
        money.decide_waiver(waiver=waiver, agreed=agreed, actor=actor, at=at)


@never_cache
@staff_required(*IN_FINANCE)
@get_or_post
def list_vouchers(request: StaffRequest) -> HttpResponse:
    """Vouchers that were given; give another one."""
    units, options = chosen_units(request)
    at = clock.now()
    form = VoucherForm(sent(request), units=request.units, today=localdate(at))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        voucher = money.give_voucher(
            unit=said["unit"], amount_fen=said["amount"], reason=said["reason"],
            proof=said["proof"], runs_out_on=said["runs_out_on"], actor=request.user, at=at,
        )  # fmt: skip
        messages.success(request, wording.voucher_written())
        return redirect("enrolment:show-voucher", voucher.pk)
    return render(
        request,
        "enrolment/money/finance/vouchers.html",
        {
            "waiting": asked.vouchers_of(units).to_approve(),
            "page": page_of(request, asked.vouchers_of(units).decided()),
            "units": options,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*IN_FINANCE)
@get_or_post
def show_voucher(request: StaffRequest, voucher_id: int) -> HttpResponse:
    """One voucher: for another person to agree to; then to be printed and handed over."""
    voucher = _voucher(request, voucher_id)
    waits = voucher.approved_at is None and voucher.ended_at is None and voucher.order is None
    form = DecideForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            money.decide_voucher(
                voucher=voucher, actor=request.user, at=clock.now(), **form.cleaned_data
            )
        except RemissionRefused as refused:
            messages.warning(request, wording.not_taken_off(refused.problem))
        else:
            messages.success(request, wording.voucher_decided())
        return redirect("enrolment:show-voucher", voucher.pk)
    return render(
        request,
        "enrolment/money/finance/voucher.html",
        {
            "voucher": voucher,
            "waits": waits,
            "is_own": voucher.given_by_id == request.user.pk,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@staff_required(*IN_FINANCE)
@require_POST
def end_voucher(request: StaffRequest, voucher_id: int) -> HttpResponse:
    """Let a voucher be used no more."""
    voucher = _voucher(request, voucher_id)
    try:
        money.end_voucher(voucher=voucher, actor=request.user, at=clock.now())
    except RemissionRefused as refused:
        messages.warning(request, wording.not_taken_off(refused.problem))
    else:
        messages.success(request, wording.voucher_ended())
    return redirect("enrolment:show-voucher", voucher.pk)


def _voucher(request: StaffRequest, voucher_id: int) -> Voucher:
    return get_object_or_404(asked.vouchers_of(request.units), pk=voucher_id)


@never_cache
@learner_required(right=Right.PAY)
@get_or_post
def use_voucher(request: LearnerRequest, order_id: UUID) -> HttpResponse:
    """Type the code of a voucher, and see what is left to pay."""
    with request.scope():
        order = get_object_or_404(
            Order.objects.of(request.learner).select_related("unit"), pk=order_id
        )
    return _use(request, order, "enrolment:show-order", is_desk=False)


@never_cache
@staff_required(*WHO_ASKS, in_parts=True)
@get_or_post
def use_voucher_for(request: StaffRequest, order_id: UUID) -> HttpResponse:
    """The same across the counter, before the rest is taken."""
    with request.scope():
        mine = Order.objects.of_units(request.units).select_related("unit", "learner")
        order = get_object_or_404(mine, pk=order_id)
    return _use(request, order, "enrolment:till-of", is_desk=True)


def _use(request: Any, order: Order, back: str, *, is_desk: bool) -> HttpResponse:
    form = VoucherCodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            limits.count_voucher(request.user.pk, at=at)
            anew = money.use_voucher(
                order=order, code=form.cleaned_data["code"], actor=request.user, at=at
            )
        except limits.TooMany:
            messages.warning(request, wording.too_many_codes())
        except (RemissionRefused, PaymentRefused) as refused:
            messages.warning(request, wording.not_taken_off(refused.problem))
        else:
            taken = order.amount_fen - anew.amount_fen
            messages.success(request, wording.voucher_taken_off(taken, anew.amount_fen))
            return redirect(back, anew.learner_id if is_desk else anew.pk)
        return redirect(back, order.learner_id if is_desk else order.pk)
    return _ask_code(request, order, form, is_desk=is_desk)


def _ask_code(
    request: HttpRequest, order: Order, form: VoucherCodeForm, *, is_desk: bool
) -> HttpResponse:
    return render(
        request,
        "enrolment/money/finance/use_voucher.html",
        {"order": order, "form": form, "is_desk": is_desk},
        status=422 if form.errors else 200,
    )
