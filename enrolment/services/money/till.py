"""The till: cash, card terminal and bank transfer; what was taken by mistake is taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from accounts import outbox, scope
from accounts.models import AuditEvent, Learner, Unit, User
from enrolment import queries
from enrolment.domain.money import books, cash
from enrolment.domain.money.handed import Handed
from enrolment.models import (
    Channel,
    DrawerSession,
    Enrolment,
    Journal,
    Order,
    OrderLine,
    Payment,
    Receipt,
    Refund,
    ledger,
)
from enrolment.models.money.payments import TYPED_IN
from enrolment.services.money.attempts import end_attempts
from enrolment.services.money.books import post, reverse
from enrolment.services.money.drawers import drawer_of
from enrolment.services.money.orders import (
    PaymentProblem,
    PaymentRefused,
    difference_for,
    open_order,
)
from enrolment.services.money.placing import go_on_without
from enrolment.services.money.refunds import refuse
from enrolment.services.money.settling import Taken, place_money
from enrolment.services.refused import PressReused

Method = Payment.Method
USED_BEFORE = ("a_slip_of_a_terminal_is_taken_once_a_day", "a_transfer_is_taken_once")


def take_fees(
    *,
    learner: Learner,
    places: Sequence[Enrolment],
    amount_fen: int,
    handed: Handed,
    by: User,
    key: UUID,
    at: datetime,
) -> Payment | None:
    """Take what a learner owes for places of one office: the order and the money in one press.

    ``amount_fen`` is what the page said. Returns None where nothing is to be paid and the places
    are theirs without money. Raises ``PaymentRefused``, with ``OTHER_AMOUNT`` when it is another
    amount by now.
    """
    with scope.system("take fees"):
        difference = difference_for(places)
        known = Payment.objects.filter(key=key, order__learner=learner).first()
        lines = OrderLine.objects.that_count().filter(enrolment__in=places)
        asked = list(Order.objects.open().filter(pk__in=lines.values("order")))
    if known is not None:
        return known
    for order in asked:  # of these places, or of some of them
        end_attempts(order=order, at=at)
    order = difference or open_order(learner=learner, enrolments=places, opened_by=by, at=at)
    if order.amount_fen != amount_fen:
        raise PaymentRefused(PaymentProblem.OTHER_AMOUNT, str(order.amount_fen))
    if not order.amount_fen:
        return None
    return take_at_counter(order=order, handed=handed, by=by, key=key, at=at)


def take_at_counter(*, order: Order, handed: Handed, by: User, key: UUID, at: datetime) -> Payment:
    """Take money for an order at the counter, with its receipt. ``key`` names one press.

    Open pages of payment are ended first, outside any transaction. Cash for an order that is
    paid, or whose places have gone, is refused: it is still in the other's hand. A slip or a
    transfer is money we have, so it is kept and goes back by its own rules. Raises
    ``PaymentRefused``; ``PressReused`` for a key of another request.
    """
    with scope.system("take a payment"):
        known = _taken_before(key, order)
    if known is not None:
        return known
    end_attempts(order=order, at=at)
    try:
        with transaction.atomic(), scope.system("take a payment"):
            return _take(order, handed, by, key, at)
    except IntegrityError as error:
        if any(name in str(error) for name in USED_BEFORE):
            raise PaymentRefused(PaymentProblem.SLIP_USED) from None
        raise


def _taken_before(key: UUID, order: Order | None) -> Payment | None:
    payment = Payment.objects.filter(key=key).first()
    if payment is not None and payment.order_id != (order and order.pk):
        raise PressReused
    return payment


def _take(order: Order, handed: Handed, by: User, key: UUID, at: datetime) -> Payment:
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if known := _taken_before(key, order):
        return known
    if order.attempts.underway().exists():
        raise PaymentRefused(PaymentProblem.BEING_PAID)
    drawer = None
    method = Method(handed.method)
    if method == Method.CASH:
        _ensure_owed(order)
        drawer = _drawer_for(order, by)
        if handed.given_fen and cash.change(owed=order.amount_fen, given=handed.given_fen) < 0:
            raise PaymentRefused(PaymentProblem.TOO_LITTLE)
    taken = Taken(
        method=method,
        amount_fen=handed.amount_fen or order.amount_fen,
        given_fen=handed.given_fen,
        reference=handed.reference,
        terminal=handed.terminal,
        note=handed.note,
        drawer=drawer,
        by=by,
        channel=Channel.COUNTER,
        key=key,
    )
    payment = place_money(order, taken, at=at)
    if drawer is not None and _came_too_late(payment):
        raise PaymentRefused(PaymentProblem.TOO_LATE)  # all of it is undone
    return payment


def _ensure_owed(order: Order) -> None:
    if order.is_paid:
        raise PaymentRefused(PaymentProblem.PAID_ALREADY)
    if order.state == Order.State.REVIEW:
        raise PaymentRefused(PaymentProblem.BEING_LOOKED_AT)
    if not order.is_open:
        raise PaymentRefused(PaymentProblem.TOO_LATE)


def _drawer_for(order: Order, by: User) -> DrawerSession:
    drawer = drawer_of(by)
    if drawer.unit_id != order.unit_id:
        raise PaymentRefused(PaymentProblem.OTHER_OFFICE)  # each office has books of its own
    return drawer


def _came_too_late(payment: Payment) -> bool:
    """Whether a place of the order had gone: as a whole, or one of several."""
    return payment.state != Payment.State.KEPT or payment.refunds.exists()


def note_money(
    *, unit: Unit, amount_fen: int, handed: Handed, by: User, key: UUID, at: datetime
) -> Payment:
    """Write down money for which no fee is open, or nobody knows which; finance places it later.

    A transfer of somebody unknown, or a slip of the terminal whose place has gone. Never cash:
    that is still in the other's hand. Raises ``PaymentRefused`` for what was taken before.
    """
    method = Method(handed.method)
    if method not in TYPED_IN:
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
    try:
        with transaction.atomic(), scope.system("note money"):
            if known := _taken_before(key, None):
                return known
            payment = Payment.objects.create(
                unit=unit, method=method, state=Payment.State.SUSPENSE, amount_fen=amount_fen,
                reference=handed.reference, terminal=handed.terminal, note=handed.note,
                day=localdate(at), at=at, taken_by=by, key=key,
            )  # fmt: skip
            post(
                books.came_to_nothing(amount_fen, handed.method),
                kind=Journal.Source.PAYMENT, source=payment.pk, unit=unit, by=by, at=at,
            )  # fmt: skip
            AuditEvent.objects.record(
                by, "money noted", payment, at=at, unit=unit, amount_fen=amount_fen, method=method
            )
            return payment
    except IntegrityError as error:
        if any(name in str(error) for name in USED_BEFORE):
            raise PaymentRefused(PaymentProblem.SLIP_USED) from None
        raise


@transaction.atomic
def void_payment(*, payment: Payment, reason: str, by: User, at: datetime) -> Payment:
    """Take back what was a mistake, as another person than who took it.

    What paid an order: the same day, and its places are kept again as long as before, or to the
    end of the next working day. What pays nothing, as a transfer with a wrong amount: as long as
    nothing was decided about it; a refund that only waits to be decided is refused with it. The
    journal is reversed, a receipt stays with its number. Once: a second time changes nothing.
    Raises ``PaymentRefused``.
    """
    with scope.system("take a payment back"):
        pays = Payment.objects.values_list("order", flat=True).get(pk=payment.pk)
        order = Order.objects.select_for_update(of=("self",)).get(pk=pays) if pays else None
        # Locked before the payment, as by whoever decides about them.
        waiting = list(
            Refund.objects.select_for_update(of=("self",)).filter(payment=payment).standing()
        )
        payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
        if payment.state == Payment.State.VOIDED:
            return payment
        if payment.order_id != pays:  # placed in this moment
            raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
        _ensure_may_be_voided(payment, waiting, by, at)
        was_kept = payment.state == Payment.State.KEPT
        if order is not None and was_kept:
            _owe_again(order, by=by, reason=reason, at=at)
        for refund in waiting:
            refuse(refund, by=None, words=reason, at=at)
        _reverse_all(payment, by=by, at=at, reason=reason)
        payment.state, payment.voided_by, payment.voided_at = Payment.State.VOIDED, by, at
        payment.void_reason = reason
        payment.save(update_fields=["state", "voided_by", "voided_at", "void_reason"])
        if order is not None and not was_kept:
            go_on_without(order, at)
        AuditEvent.objects.record(
            by, "payment taken back", payment, at=at, learner=order.learner if order else None,
            unit=payment.unit, amount_fen=payment.amount_fen, reason=reason,
        )  # fmt: skip
        if was_kept:
            outbox.put("tell_voided", payment.pk)
        return payment


def _ensure_may_be_voided(
    payment: Payment, waiting: Sequence[Refund], by: User, at: datetime
) -> None:
    if payment.taken_by_id == by.pk:
        raise PaymentRefused(PaymentProblem.SAME_PERSON)
    if payment.method == Method.ONLINE:
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
    if payment.state == Payment.State.KEPT and payment.day != localdate(at):
        raise PaymentRefused(PaymentProblem.NOT_TODAY)
    is_decided = any(one.state != Refund.State.REQUESTED for one in waiting)
    if is_decided or payment.refunds.standing().count() != len(waiting):
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
    if payment.state == Payment.State.KEPT and waiting:
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
    if payment.drawer_id is not None:
        drawer = DrawerSession.objects.select_for_update(of=("self",)).get(pk=payment.drawer_id)
        if drawer.closed_at is not None:
            raise PaymentRefused(PaymentProblem.DRAWER_COUNTED)


def _reverse_all(payment: Payment, *, by: User, at: datetime, reason: str) -> None:
    """Take back that a payment came, and that finance placed it, if it had to."""
    for event in (Journal.Source.PLACING, Journal.Source.PAYMENT):
        booked = Journal.objects.of_kind(event).filter(source=str(payment.pk)).first()
        if booked is not None:
            source = payment.pk if event == Journal.Source.PAYMENT else f"{payment.pk}:{event}"
            reverse(booked, kind=Journal.Source.VOID, source=source, by=by, at=at, note=reason)


def _owe_again(order: Order, *, by: User, reason: str, at: datetime) -> None:
    """Keep the places of a paid order once more, and ask for its fee as if it had never come."""
    # Whoever owes a difference has the place by what was paid before, and goes on having it.
    whole = order.lines.for_places()
    lines = list(whole.select_related("enrolment", "section__term").order_by("pk"))
    if any(line.section_id != line.enrolment.section_id for line in lines):
        # It pays for another class by now, with a price of its own and a difference.
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
    until = max(
        [order.hold_until, *(queries.kept_again_until(one.section, at=at) for one in lines)]
    )
    for line in lines:
        kept = ledger.unpay(
            enrolment=line.enrolment, due_at=until, actor=by, channel=Channel.COUNTER, at=at,
            reason=reason,
        )  # fmt: skip
        if not kept:
            raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)  # left, or called off since
    order.state, order.paid_at, order.closed_at = Order.State.HELD, None, None
    order.hold_until = until
    order.save(update_fields=["state", "paid_at", "closed_at", "hold_until"])


@transaction.atomic
def write_fiscal_no(*, receipt: Receipt, number: str, by: User, at: datetime) -> Receipt:
    """Write the number of the state's receipt on ours: once. Raises ``PaymentRefused``."""
    with scope.system("number of the state's receipt"):
        receipt = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
        if receipt.fiscal_no == number:
            return receipt
        if receipt.fiscal_no:
            raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
        receipt.fiscal_no = number
        receipt.save(update_fields=["fiscal_no"])
        AuditEvent.objects.record(
            by, "number of the state's receipt", receipt, at=at, unit=receipt.unit, number=number
        )
        return receipt
