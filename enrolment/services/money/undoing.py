"""A payment taken back by who paid it, within ten minutes; the place goes with it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime

from accounts import scope
from accounts.models import User
from enrolment import queries
from enrolment.domain import deadlines, refunds
from enrolment.models import Enrolment, Order, Payment, Refund
from enrolment.models.claims import part_key
from enrolment.queries.money.refunds import paid_by
from enrolment.services.money.ended import owe_parts
from enrolment.services.money.orders import PaymentProblem, PaymentRefused, lock_fees
from enrolment.services.seats import withdraw, yield_seat


@transaction.atomic
def undo_payment(*, order: Order, actor: User, key: UUID, at: datetime) -> list[Refund]:
    """Give up the places of an order that was paid a moment ago; all of it goes back.

    Twice is once. Raises ``PaymentRefused`` when ten minutes are over, for money that came at a
    counter (a colleague takes that back), and after anything of it went back; ``SeatRefused``
    when somebody may not give up a place.
    """
    with scope.system("undo a payment"):
        lock_fees(order.lines.values_list("pk", flat=True))
        order = Order.objects.get(pk=order.pk)
        before = list(order.refunds.filter(cause=Refund.Cause.UNDONE))
        if before:
            return before
        _ensure_may_be_undone(order, at)
        lines = list(order.lines.that_count().select_related("enrolment__section__term"))
        for line in lines:
            _give_up(line.enrolment, actor, part_key(key, line.section_id), at)
        owed: list[Refund] = []
        for line in lines:
            line.seen_to_at = at
            line.save(update_fields=["seen_to_at"])
            paid = paid_by(line)
            if paid is not None:
                whole = refunds.Refund(refunds.Share.WHOLE, paid.left_fen, 0)
                owed += owe_parts(paid, whole, cause=Refund.Cause.UNDONE, at=at, asked_by=actor)
        return owed


def _ensure_may_be_undone(order: Order, at: datetime) -> None:
    payment = order.payments.that_pay().first()
    if order.state != Order.State.PAID or payment is None:
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
    if payment.method != Payment.Method.ONLINE or order.lines.filter(tops_up__isnull=False):
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
    terms = queries.rules_of(order.term, at=at).terms
    if at >= deadlines.undo_until(localtime(payment.at), terms):
        raise PaymentRefused(PaymentProblem.TOO_LATE)


def _give_up(enrolment: Enrolment, actor: User, key: UUID, at: datetime) -> None:
    """Free the seat at once: a place whose payment was taken back is not kept for another try."""
    if not enrolment.holds_a_seat():
        return
    withdraw(enrolment=enrolment, actor=actor, key=key, at=at)
    yield_seat(enrolment=enrolment, actor=actor, key=part_key(key, enrolment.pk), at=at)
