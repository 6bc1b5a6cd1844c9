"""Refunds that people carry out: cash over the counter, and transfers by finance."""

from datetime import datetime

from django.db import transaction

from accounts import scope
from accounts.models import AuditEvent, User
from enrolment.domain.money import books
from enrolment.models import Journal, Order, Refund
from enrolment.services.money.books import post
from enrolment.services.money.drawers import drawer_of, expected_in
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from enrolment.services.money.sending import finish

State, Way = Refund.State, Refund.Way


@transaction.atomic
def give_cash(*, refund: Refund, to: str, by: User, at: datetime) -> Refund:
    """Give a refund in cash out of one's own drawer, with a receipt; a second press gives nothing.

    ``to`` is the name of who received it, and as whom; their identity card was seen. Raises
    ``PaymentRefused`` without an open drawer of the office, with too little in it, or for whoever
    typed in the payment it gives back: one person alone could make both up.
    """
    with scope.system("pay a refund out"):
        refund = _to_pay_out(refund, by)
        if refund.state == State.SUCCEEDED:
            return refund
        drawer = drawer_of(by)
        if drawer.unit_id != refund.unit_id:
            raise PaymentRefused(PaymentProblem.OTHER_OFFICE)
        if expected_in(drawer) < refund.amount_fen:
            raise PaymentRefused(PaymentProblem.DRAWER_SHORT)
        refund.way, refund.drawer, refund.paid_to = Way.CASH, drawer, to[:80]
        return _paid_out(refund, books.Method.CASH, by, at)


@transaction.atomic
def note_transferred(*, refund: Refund, to: str, reference: str, by: User, at: datetime) -> Refund:
    """Write down that a refund was transferred, with the bank's reference; twice is once.

    Raises ``PaymentRefused`` for whoever typed in the payment it gives back.
    """
    with scope.system("a refund was transferred"):
        refund = _to_pay_out(refund, by)
        if refund.state == State.SUCCEEDED:
            return refund
        refund.way, refund.paid_to, refund.bank_reference = Way.TRANSFER, to[:80], reference[:80]
        return _paid_out(refund, books.Method.TRANSFER, by, at)


def _to_pay_out(refund: Refund, by: User) -> Refund:
    if refund.order_id is not None:
        Order.objects.select_for_update(of=("self",)).get(pk=refund.order_id)
    locked = Refund.objects.select_for_update(of=("self",)).select_related(
        "order", "unit", "payment"
    )
    refund = locked.get(pk=refund.pk)
    may_be = refund.state in {State.APPROVED, State.FAILED} and refund.way != Way.ORIGIN
    if not may_be and refund.state != State.SUCCEEDED:
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
    if may_be and refund.is_of_money_typed_by(by):
        raise PaymentRefused(PaymentProblem.SAME_PERSON)
    return refund


def _paid_out(refund: Refund, method: books.Method, by: User, at: datetime) -> Refund:
    refund.state, refund.sent_at, refund.done_at = State.SUCCEEDED, at, at
    refund.save()
    post(
        books.refund_sent(refund.amount_fen, method),
        kind=Journal.Source.REFUND_SENT, source=f"{refund.pk}:{refund.way}", unit=refund.unit,
        order=refund.order, campus=refund.drawer.campus if refund.drawer else None, by=by, at=at,
    )  # fmt: skip
    finish(refund, by=by, at=at)
    AuditEvent.objects.record(
        by, "refund paid out", refund, at=at, unit=refund.unit, amount_fen=refund.amount_fen,
        learner=refund.order.learner if refund.order else None, way=refund.way,
    )  # fmt: skip
    return refund
