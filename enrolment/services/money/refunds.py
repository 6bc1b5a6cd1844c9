"""What is owed back: worked out, decided, sent, and when it arrived."""

from datetime import datetime
from typing import Any

from django.db.models import Sum

from accounts import outbox
from accounts.models import AuditEvent, User
from enrolment.domain.money import books
from enrolment.models import Enrolment, Journal, Order, Payment, Refund
from enrolment.services.money.books import post
from enrolment.services.money.orders import PaymentProblem, PaymentRefused

State = Refund.State


def left_of(payment: Payment) -> int:
    """Return how much of a payment no refund speaks for, in fen."""
    spoken_for = payment.refunds.standing().aggregate(sum=Sum("amount_fen"))["sum"] or 0
    return payment.amount_fen - spoken_for


def owe_back(
    *,
    payment: Payment,
    amount_fen: int,
    cause: Refund.Cause,
    at: datetime,
    enrolment: Enrolment | None = None,
    asked_by: User | None = None,
    needs_second: bool = False,
    way: Refund.Way | None = None,
    rule: dict[str, Any] | None = None,
    words: str = "",
) -> Refund:
    """Write down that an amount goes back; one that needs no second person is decided with it.

    The caller holds the lock of the payment's order, so sums cannot pass each other. Raises
    ``PaymentRefused`` when more would go back than was paid.
    """
    if amount_fen > left_of(payment):
        raise PaymentRefused(PaymentProblem.TOO_MUCH)
    refund = Refund.objects.create(
        unit=payment.unit,
        order=payment.order,
        payment=payment,
        enrolment=enrolment,
        amount_fen=amount_fen,
        cause=cause,
        rule=rule or {},
        way=way or way_back(payment),
        needs_second=needs_second,
        asked_by=asked_by,
        words=words,
        requested_at=at,
    )
    AuditEvent.objects.record(
        asked_by, "refund asked for", refund, at=at, unit=payment.unit,
        learner=payment.order.learner if payment.order else None,
        amount_fen=amount_fen, cause=cause,
    )  # fmt: skip
    if not needs_second:
        decide(refund, by=None, at=at)
    return refund


def way_back(payment: Payment) -> Refund.Way:
    """Return the way money goes back: as it came, or by people."""
    if payment.method == Payment.Method.ONLINE:
        return Refund.Way.ORIGIN
    if payment.method == Payment.Method.TRANSFER:
        return Refund.Way.TRANSFER
    return Refund.Way.CASH


def decide(refund: Refund, *, by: User | None, at: datetime) -> None:
    """Say yes to a refund: from now on it is owed, and what goes by itself is sent."""
    refund.state, refund.decided_at, refund.approved_by = State.APPROVED, at, by
    refund.save(update_fields=["state", "decided_at", "approved_by"])
    out_of = (
        books.Account.SUSPENSE
        if refund.payment.state == Payment.State.SUSPENSE
        else books.Account.DEFERRED_INCOME
    )
    post(
        books.refund_decided(refund.amount_fen, out_of=out_of),
        kind=Journal.Source.REFUND, source=refund.pk, unit=refund.unit, order=refund.order,
        by=by, at=at,
    )  # fmt: skip
    _note_on_order(refund.order)
    outbox.put("tell_refund", refund.pk)
    if refund.way == Refund.Way.ORIGIN:
        outbox.put("send_refund", refund.pk)


def _note_on_order(order: Order | None) -> None:
    """Say of a paid order how much of it went back."""
    if order is None or not order.is_paid:
        return
    of_the_fee = order.refunds.decided().filter(payment__in=order.payments.that_pay())
    sum_ = of_the_fee.aggregate(sum=Sum("amount_fen"))["sum"] or 0
    if sum_:
        order.state = (
            Order.State.REFUNDED if sum_ >= order.amount_fen else Order.State.PART_REFUNDED
        )
        order.save(update_fields=["state"])
