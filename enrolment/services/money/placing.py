"""What finance decides about money that pays nothing: it pays a fee, or goes back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

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
    lock_orders,
)
from enrolment.services.money.receipts import write_receipt
from enrolment.services.money.refunds import left_of, owe_back
from enrolment.services.money.settling import (
    Taken,
    charge_again,
    give_back_lost,
    take_places,
)

Source = Journal.Source


def place_payment(*, payment: Payment, order: Order, actor: User, at: datetime) -> Order:
    """Let money without a place pay an order, to the fen, and make its places the learner's.

    Raises ``PaymentRefused``: another amount or office, paid already, or the places have gone.
    """
    end_attempts(order=order, at=at)
    with transaction.atomic(), scope.system("place a payment"):
        order, before = _both_locked(order, payment)
        payment = _without_a_place(payment)
        if order.is_paid:
            raise PaymentRefused(PaymentProblem.PAID_ALREADY)
        if order.unit_id != payment.unit_id:
            raise PaymentRefused(PaymentProblem.OTHER_OFFICE)
        if payment.amount_fen != order.amount_fen or has_lost_its_voucher(order):
            raise PaymentRefused(PaymentProblem.OTHER_AMOUNT)
        _pay(order, payment, actor, at)
        if before is not None:
            go_on_without(before, at)
        return order


def _both_locked(order: Order, payment: Payment) -> tuple[Order, Order | None]:
    """Lock the order that money is to pay and the one it came for, and return them.

    None for the second where it is the same, or nobody knows what the money came for. Orders come
    before payments, and of two the older one: whoever gives the same money back does it so, too.
    """
    wanted = Order.objects.filter(Q(pk=order.pk) | Q(payments=payment.pk))
    locked = {one.pk: one for one in lock_orders(Order.objects.filter(pk__in=wanted.values("pk")))}
    target = locked.pop(order.pk)
    return target, next(iter(locked.values()), None)


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
        charge_again(order, won, at)
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
    give_back_lost(payment, lost, at)
    AuditEvent.objects.record(
        actor, "payment placed", payment, at=at, learner=order.learner, unit=order.unit,
        amount_fen=payment.amount_fen,
    )  # fmt: skip
    outbox.put("tell_paid", order.pk)


def give_back(*, payment: Payment, words: str, actor: User, at: datetime) -> Refund:
    """Owe money without a place back as a whole; above the limit another person decides.

    The limit is that of the term it came for. What somebody typed in waits for another person
    whatever it comes to. What was asked for with it is asked for again, while the places are kept.
    """
    with transaction.atomic(), scope.system("give a payment back"):
        order = _locked(payment.order_id) if payment.order_id else None
        payment = _without_a_place(payment)
        line = order.lines.select_related("section__term").first() if order else None
        cause = Refund.Cause.NOT_AS_ASKED
        refund = owe_back(
            payment=payment,
            amount_fen=payment.amount_fen,
            cause=cause,
            asked_by=actor,
            needs_second=needs_second(cause, payment.amount_fen, line, at),
            words=words,
            at=at,
        )
        if order is not None:
            go_on_without(order, at)
        return refund


def go_on_without(order: Order, at: datetime) -> None:
    """Let an order that waited for its money to be looked at go on: to be paid, or closed.

    While other money of it is still looked at, it waits. The caller holds its lock.
    """
    left = [left_of(one) for one in order.payments.without_a_place()]
    if order.state == Order.State.LATE and not order.payments.that_stand().exists():
        order.state = Order.State.EXPIRED  # nothing came too late after all
        order.save(update_fields=["state"])
    if order.state != Order.State.REVIEW or any(left):
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
