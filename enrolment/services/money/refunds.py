"""What is owed back: written down, decided, refused. Sending and paying out are elsewhere."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum

from accounts import outbox
from accounts.models import AuditEvent, User
from enrolment.domain.money import books
from enrolment.models import Enrolment, Journal, Order, OrderLine, Payment, Refund
from enrolment.services.money.books import post
from enrolment.services.money.orders import PaymentProblem, PaymentRefused

State = Refund.State
# Whose sum was spoken for, so that the place may have ended with that much less.
KEPT_APART = {Refund.Cause.SPECIAL, Refund.Cause.GOODWILL}
SEND_REFUND = "send_refund"
ARRIVES_AT_ONCE = timedelta(minutes=1)
DELETE_PAPERS = "delete_papers"
# For how long the ways of paying take money back; cards as long as a refund may be asked for.
TAKES_BACK = {"wechat_pay": timedelta(days=180), "alipay": timedelta(days=90)}


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
    line: OrderLine | None = None,
    asked_by: User | None = None,
    needs_second: bool = False,
    choose_until: datetime | None = None,
    way: Refund.Way | None = None,
    rule: dict[str, Any] | None = None,
    words: str = "",
) -> Refund:
    """Write down that an amount goes back; what nobody has to decide about is decided with it.

    A second person always decides about money that paid nothing and that somebody typed in: else
    one alone could invent it and take it home. ``choose_until``: the learner may have another
    class instead of the money until then. The caller holds the lock of the payment's order, so
    sums cannot pass each other. Raises ``PaymentRefused`` when more would go back than was paid.
    """
    if amount_fen > left_of(payment):
        raise PaymentRefused(PaymentProblem.TOO_MUCH)
    paid_nothing = payment.state == Payment.State.SUSPENSE
    needs_second = needs_second or (payment.is_typed_in and paid_nothing)
    refund = Refund.objects.create(
        unit=payment.unit,
        order=payment.order,
        payment=payment,
        enrolment=enrolment,
        line=line,
        amount_fen=amount_fen,
        cause=cause,
        rule=rule or {},
        way=way or way_back(payment, at=at),
        needs_second=needs_second,
        choose_until=choose_until,
        asked_by=asked_by,
        words=words,
        requested_at=at,
    )
    AuditEvent.objects.record(
        asked_by, "refund asked for", refund, at=at, unit=payment.unit,
        learner=payment.order.learner if payment.order else None,
        amount_fen=amount_fen, cause=cause,
    )  # fmt: skip
    if not needs_second and choose_until is None:
        decide(refund, by=None, at=at)
    return refund


def way_back(payment: Payment, *, at: datetime) -> Refund.Way:
    """Return the way money goes back: as it came, or by people.

    WeChat Pay and Alipay take nothing back after a time; whoever died cannot be sent anything,
    and their family comes to the counter.
    """
    learner = payment.order.learner if payment.order else None
    has_died = learner is not None and learner.deceased_on is not None
    ends_after = TAKES_BACK.get(payment.way)
    too_old = ends_after is not None and at - payment.at > ends_after
    if payment.method == Payment.Method.ONLINE and not (has_died or too_old):
        return Refund.Way.ORIGIN
    if payment.method == Payment.Method.TRANSFER and not has_died:
        return Refund.Way.TRANSFER
    return Refund.Way.CASH


def decide(refund: Refund, *, by: User | None, at: datetime) -> None:
    """Say yes to a refund: from now on it is owed, and what goes by itself is sent.

    The caller holds the lock of its order. Raises ``PaymentRefused`` for whoever asked for it, or
    typed its money in.
    """
    if refund.needs_second and (by is None or refund.is_own_of(by)):
        raise PaymentRefused(PaymentProblem.SAME_PERSON)
    refund.state, refund.decided_at, refund.approved_by = State.APPROVED, at, by
    refund.choose_until = None
    refund.save(update_fields=["state", "decided_at", "approved_by", "choose_until"])
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
    note_on_order(refund.order)
    goes_by_itself = refund.way == Refund.Way.ORIGIN
    # Most of what goes by itself arrives within seconds: then the one letter says that it did.
    _afterwards(refund, tell_from=at + ARRIVES_AT_ONCE if goes_by_itself else None)
    if goes_by_itself:
        outbox.put(SEND_REFUND, refund.pk)


def refuse(refund: Refund, *, by: User | None, words: str, at: datetime) -> None:
    """Say no to a refund that was asked for, and why. The caller holds the lock of its order.

    What comes back of a place that has ended is worked out again: its sum is free once more.
    Raises ``PaymentRefused`` for whoever asked for it, or typed its money in.
    """
    if refund.needs_second and by is not None and refund.is_own_of(by):
        raise PaymentRefused(PaymentProblem.SAME_PERSON)
    refund.state, refund.decided_at, refund.approved_by = State.REFUSED, at, by
    refund.choose_until, refund.failure = None, words[:200]
    refund.save(update_fields=["state", "decided_at", "approved_by", "choose_until", "failure"])
    AuditEvent.objects.record(
        by, "refund refused", refund, at=at, unit=refund.unit, amount_fen=refund.amount_fen
    )
    if refund.cause in KEPT_APART and refund.line is not None:
        OrderLine.objects.filter(pk=refund.line.whole_id).update(seen_to_at=None)
    _afterwards(refund)


def _afterwards(refund: Refund, *, tell_from: datetime | None = None) -> None:
    """Tell the learner, and delete what proved a special cause."""
    outbox.put("tell_refund", refund.pk, not_before=tell_from)
    if refund.papers.exclude(name="").exists():
        outbox.put(DELETE_PAPERS, refund.pk)


def note_on_order(order: Order | None) -> None:
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
