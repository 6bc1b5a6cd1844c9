"""What finance decides about money that pays nothing: it pays a fee, or goes back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import outbox, scope
from accounts.models import AuditEvent, User
from enrolment.domain.money import books
from enrolment.models import Channel, Enrolment, Journal, Order, Payment, Refund
from enrolment.queries.money.refunds import needs_second
from enrolment.services.money.attempts import end_attempts
from enrolment.services.money.books import post
from enrolment.services.money.orders import (
    PaymentProblem,
    PaymentRefused,
    close_order,
    has_lost_its_voucher,
)
from enrolment.services.money.receipts import write_receipt
from enrolment.services.money.refunds import left_of, owe_back
from enrolment.services.money.settling import Taken, charge_again, take_places

Source = Journal.Source


def place_payment(*, payment: Payment, order: Order, actor: User, at: datetime) -> Order:
    """Let money without a place pay an order, to the fen, and make its places the learner's.

    Raises ``PaymentRefused``: another amount or office, paid already, or the places have gone.
    """
    end_attempts(order=order, at=at)
    with transaction.atomic(), scope.system("place a payment"):
        before = payment.order_id
        order = _locked(order.pk)
        payment = _without_a_place(payment)
        if order.is_paid:
            raise PaymentRefused(PaymentProblem.PAID_ALREADY)
        if order.unit_id != payment.unit_id:
            raise PaymentRefused(PaymentProblem.OTHER_OFFICE)
        if payment.amount_fen != order.amount_fen or has_lost_its_voucher(order):
            raise PaymentRefused(PaymentProblem.OTHER_AMOUNT)
        _pay(order, payment, actor, at)
        if before is not None and before != order.pk:
            go_on_without(_locked(before), at)
        return order


def _pay(order: Order, payment: Payment, actor: User, at: datetime) -> None:
    taken = Taken(
        method=Payment.Method(payment.method), amount_fen=payment.amount_fen, by=actor,
        channel=Channel.COUNTER,
    )  # fmt: skip
    is_owed = order.lines.that_count().exists()
    won, lost = take_places(order, taken, at)
    if not won:
        raise PaymentRefused(PaymentProblem.TOO_LATE)
    if not is_owed:
        charge_again(order, at)
    payment.state, payment.order = Payment.State.KEPT, order
    payment.save(update_fields=["state", "order"])
    post(
        books.accepted(payment.amount_fen),
        kind=Source.PLACING, source=payment.pk, unit=order.unit, order=order, by=actor, at=at,
    )  # fmt: skip
    write_receipt(unit=order.unit, payment=payment, at=at, by=actor)
    order.state, order.paid_at, order.closed_at = Order.State.PAID, at, at
    order.doubt = ""
    order.save(update_fields=["state", "paid_at", "closed_at", "doubt"])
    for line in lost:
        owe_back(
            payment=payment, amount_fen=line.amount_fen, cause=Refund.Cause.LATE_MONEY,
            enrolment=line.enrolment, line=line, at=at,
        )  # fmt: skip
    AuditEvent.objects.record(
        actor, "payment placed", payment, at=at, learner=order.learner, unit=order.unit,
        amount_fen=payment.amount_fen,
    )  # fmt: skip
    outbox.put("tell_paid", order.pk)


def give_back(*, payment: Payment, words: str, actor: User, at: datetime) -> Refund:
    """Owe money without a place back as a whole; above the limit another person decides.

    What was asked for with it is asked for again, while the places are kept.
    """
    with transaction.atomic(), scope.system("give a payment back"):
        order = _locked(payment.order_id) if payment.order_id else None
        payment = _without_a_place(payment)
        refund = owe_back(
            payment=payment,
            amount_fen=payment.amount_fen,
            cause=Refund.Cause.NOT_AS_ASKED,
            asked_by=actor,
            needs_second=needs_second(Refund.Cause.NOT_AS_ASKED, payment.amount_fen, None, at),
            words=words,
            at=at,
        )
        if order is not None:
            go_on_without(order, at)
        return refund


def go_on_without(order: Order, at: datetime) -> None:
    """Let an order that waited for its money to be looked at go on: to be paid, or closed."""
    if order.state != Order.State.REVIEW:
        return
    lines = list(order.lines.select_related("enrolment"))
    kept = all(
        line.counts
        and line.enrolment.status == Enrolment.Status.OFFERED
        and line.enrolment.due_at
        and line.enrolment.due_at > at
        for line in lines
    )
    order.doubt = ""
    if kept:
        order.state, order.closed_at = Order.State.HELD, None
        order.save(update_fields=["state", "closed_at", "doubt"])
    elif any(line.counts for line in lines):
        order.save(update_fields=["doubt"])
        close_order(order, state=Order.State.EXPIRED, at=at)
    else:
        order.state = Order.State.EXPIRED
        order.save(update_fields=["state", "doubt"])


def _locked(order_id: UUID) -> Order:
    return Order.objects.select_for_update(of=("self",)).get(pk=order_id)


def _without_a_place(payment: Payment) -> Payment:
    """Return money that pays nothing and that no refund speaks for, locked."""
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if payment.state != Payment.State.SUSPENSE or left_of(payment) != payment.amount_fen:
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
    return payment
