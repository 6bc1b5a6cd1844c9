"""Doors to what is owed: see it, choose how to pay, come back from the page of payment."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from redis.exceptions import RedisError

from accounts import clock, limits, scope
from accounts import queries as people
from accounts.domain import phones
from accounts.http import (
    LearnerRequest,
    Right,
    learner_required,
    new_press,
    press_of,
    sent,
    turned_to,
)
from enrolment.domain.money import codes
from enrolment.forms.money.pay import PayBy, PayForm, RelativeForm
from enrolment.models import Enrolment, Order, PaymentAttempt, Refund
from enrolment.queries.money import fees
from enrolment.queries.money.refunds import arrives_by
from enrolment.services import SeatRefused, money
from enrolment.services.money import PaymentRefused
from enrolment.wording import money_pay as wording
from enrolment.wording import money_refunds, refund_rule, refusal

LOOK_EVERY = 3  # seconds; whoever reloads sooner is shown what was seen then
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
only_get = require_http_methods(["GET", "HEAD"])


@never_cache
@learner_required
@only_get
def list_fees(request: LearnerRequest) -> HttpResponse:
    """Everything owed, one sum for each office, and everything paid."""
    mine = fees.fees_of(request.learner, at=request.at)
    return render(request, "enrolment/money/fees.html", {"fees": mine, "may_pay": _may(request)})


@learner_required(right=Right.PAY)
@require_POST
def open_order(request: LearnerRequest) -> HttpResponse:
    """Add up what is owed for a place and those that are paid with it, and go on to paying."""
    named = request.POST.get("place", "")
    with request.scope():
        place = get_object_or_404(
            Enrolment.objects.of(request.learner), pk=int(named) if named.isdecimal() else 0
        )
        places = fees.paid_with(place, at=request.at)
    if not places:
        return redirect("enrolment:show-enrolment", place.pk)
    try:
        order = money.order_to_pay(
            learner=request.learner, enrolments=places, opened_by=request.user, at=request.at
        )
    except PaymentRefused as refused:
        messages.warning(request, wording.payment_refused(refused.problem))
        return redirect("enrolment:list-fees")
    return redirect("enrolment:show-order", order.pk)


@never_cache
@learner_required
@only_get
def show_order(request: LearnerRequest, order_id: UUID) -> HttpResponse:
    """What is to be paid, for what and until when, and the ways; or what came of it."""
    return _page(request, _order(request, order_id))


@never_cache
@learner_required(right=Right.PAY)
@get_or_post
def pay_order(request: LearnerRequest, order_id: UUID) -> HttpResponse:
    """Go the way that was chosen. Pressed twice it is the same page of payment."""
    if request.method != "POST":
        return redirect("enrolment:show-order", order_id)
    with request.scope():
        order = _order(request, order_id)
        form = PayForm(sent(request), online=money.can_pay_online(order, at=request.at))
        if not form.is_valid():
            return _page(request, order, form)
    match form.cleaned_data["way"]:
        case PayBy.RELATIVE:
            return redirect("enrolment:ask-relative", order.pk)
        case PayBy.COUNTER:
            return redirect("enrolment:pay-at-counter", order.pk)
    try:
        attempt = money.begin_attempt(
            order=order,
            return_url=return_url(request, order),
            language=get_language() or "zh-hans",
            at=request.at,
        )
    except PaymentRefused as refused:
        messages.warning(request, wording.payment_refused(refused.problem))
        return redirect("enrolment:show-order", order.pk)
    return redirect(attempt.url)


def return_url(request: HttpRequest, order: Order) -> str:
    """Return where a page of payment leads back to: the same for everybody who pays an order."""
    return request.build_absolute_uri(reverse("enrolment:come-back", args=[order.pay_code]))


@never_cache
@only_get
def come_back(request: HttpRequest, code: str) -> HttpResponse:
    """See whether the money is there, and show the order, or the slip to who is not its learner.

    Outside any transaction, for anybody: whoever has the number of a slip may see whether it is
    paid. It may be reloaded; nothing is charged here.
    """
    at = clock.now()
    with scope.system("come back from paying"):
        order = Order.objects.filter(pay_code=codes.as_typed(code) or "-").first()
        underway = order.attempts.underway().first() if order else None
    if underway is not None and _may_look(underway):
        # Without an answer the page says that it is not known yet, and may be asked again.
        with suppress(*money.NO_ANSWER):
            money.look_again(attempt=underway, at=at)
    if order is not None and _is_for(request, order):
        return redirect("enrolment:show-order", order.pk)
    return redirect("enrolment:pay-slip", code)


@never_cache
@learner_required(right=Right.PAY)
@get_or_post
def ask_relative(request: LearnerRequest, order_id: UUID) -> HttpResponse:
    """Let somebody else pay: the number to read out, or a message to their phone."""
    with request.scope():
        order = _order(request, order_id)
    if not order.is_open:
        return redirect("enrolment:show-order", order.pk)
    link = request.build_absolute_uri(reverse("enrolment:pay-slip", args=[order.pay_code]))
    form = RelativeForm(sent(request))
    if form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            limits.count_asked_to_pay(order.learner_id, at=request.at)
        except limits.TooMany:
            messages.warning(request, wording.asked_enough())
        else:
            money.ask_to_pay(
                order=order, phone=phone, link=link, actor=request.user, at=request.at
            )
            messages.success(request, wording.sent_to_relative(phones.for_people(phone)))
        return redirect("enrolment:ask-relative", order.pk)
    context = {"order": order, "form": form, "find": _where_to_type(request)}
    status = 422 if form.errors else 200
    return render(request, "enrolment/money/relative.html", context, status=status)


@never_cache
@learner_required
@only_get
def pay_at_counter(request: LearnerRequest, order_id: UUID) -> HttpResponse:
    """Where the counters are, when they are open, and the number to bring, to print."""
    order = _order(request, order_id)
    if not order.is_open:
        return redirect("enrolment:show-order", order.pk)
    near = {line.section.campus_id for line in order.lines.all()}
    counters = sorted(fees.counters_of(order.unit), key=lambda campus: campus.pk not in near)
    context = {"order": order, "counters": counters, "find": _where_to_type(request)}
    return render(request, "enrolment/money/counter.html", context)


@never_cache
@learner_required(right=Right.WITHDRAW)
@get_or_post
def undo_payment(request: LearnerRequest, order_id: UUID) -> HttpResponse:
    """Say what taking a payment back means; then do it, and give the place up with it."""
    with request.scope():
        order = _order(request, order_id)
        shown = fees.order_shown(order, at=request.at)
        if request.method != "POST" and shown.undo_until is not None:
            context = {"order": order, "shown": shown, "press": new_press()}
            return render(request, "enrolment/money/undo.html", context)
    if request.method != "POST":
        return redirect("enrolment:show-order", order_id)
    try:
        money.undo_payment(order=order, actor=request.user, key=press_of(request), at=request.at)
    except PaymentRefused:
        messages.warning(request, wording.too_late_to_undo())
    except SeatRefused as refused:
        messages.warning(request, refusal(refused.reason, order.lines.all()[0].section))
    else:
        messages.success(request, wording.payment_undone())
    return redirect("enrolment:show-order", order_id)


@never_cache
@learner_required
@only_get
def show_receipt(request: LearnerRequest, order_id: UUID) -> HttpResponse:
    """The receipt of an order, on a sheet of its own."""
    shown = fees.order_shown(_order(request, order_id), at=request.at)
    if shown.receipt is None:
        return redirect("enrolment:show-order", order_id)
    context = {"shown": shown, "order": shown.order, "goes_back": _goes_back(shown.refunds)}
    return render(request, "enrolment/money/receipt.html", context)


def _order(request: LearnerRequest, order_id: UUID) -> Order:
    mine = Order.objects.of(request.learner).with_all_to_show()
    return get_object_or_404(mine, pk=order_id)


def _page(request: LearnerRequest, order: Order, form: PayForm | None = None) -> HttpResponse:
    shown = fees.order_shown(order, at=request.at)
    online = money.can_pay_online(order, at=request.at)
    context: dict[str, Any] = {
        "shown": shown,
        "goes_back": _goes_back(shown.refunds),
        "order": order,
        "form": form or PayForm(online=online),
        "is_online": online,
        "may_pay": _may(request),
        "rules": _rules(order),
        "said": wording.how_it_stands(order, shown.attempt),
    }
    status = 422 if form is not None else 200
    return render(request, "enrolment/money/order.html", context, status=status)


def _goes_back(refunds: list[Refund]) -> list[tuple[Refund, str]]:
    return [(one, money_refunds.how_it_stands(one, arrives_by(one))) for one in refunds]


def _where_to_type(request: HttpRequest) -> str:
    """Return the address at which anybody types a pay code."""
    return request.build_absolute_uri(reverse("enrolment:find-slip"))


def _rules(order: Order) -> list[str]:
    """What comes back when one leaves, each rule once."""
    said = [
        refund_rule(line.section, joined_late=bool(line.rule.get("joined_late")))
        for line in order.lines.all()
    ]
    return list(dict.fromkeys(said))


def _may(request: LearnerRequest) -> bool:
    return request.grant is None or request.grant.may_pay


def _may_look(attempt: PaymentAttempt) -> bool:
    try:
        return bool(cache.add(f"looked-at-page:{attempt.pk}", 1, LOOK_EVERY))
    except RedisError:
        return True  # it keeps others from being asked too often, and guards nothing


def _is_for(request: HttpRequest, order: Order) -> bool:
    if not request.user.is_authenticated:
        return False
    allowed = people.at_the_door(request.user, at=clock.now())
    return turned_to(request, allowed) == order.learner_id
