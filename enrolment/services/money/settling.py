"""The one way in which money changes an order: web, counter, sweep and reconciliation call it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from accounts import outbox, scope
from accounts.models import AuditEvent, User
from enrolment.domain.money import books
from enrolment.domain.money.settling import Asked, Doubt, Snapshot, Verdict, judge
from enrolment.models import (
    Channel,
    DrawerSession,
    Enrolment,
    Journal,
    Order,
    OrderLine,
    Payment,
    PaymentAttempt,
    Refund,
    ledger,
)
from enrolment.services.money.books import post
from enrolment.services.money.orders import close_order, has_lost_its_voucher
from enrolment.services.money.receipts import write_receipt
from enrolment.services.money.refunds import owe_back

State = Order.State
Attempt = PaymentAttempt.State
CLOSED_WITH = {Verdict.EXPIRED: Attempt.EXPIRED, Verdict.FAILED: Attempt.FAILED}


@transaction.atomic
def settle(*, attempt: PaymentAttempt, seen: Snapshot, at: datetime) -> Order:
    """Bring an order to where the provider's current word puts it; return it as it is then.

    ``seen`` was fetched just now, so it does not matter what was told before, how often, or in
    which order: the same word twice changes nothing the second time.
    """
    with scope.system("settle"):
        order = Order.objects.select_for_update(of=("self",)).get(pk=attempt.order_id)
        attempt = PaymentAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
        _note_page(attempt, seen)
        verdict, doubt = judge(_asked(attempt), seen)
        match verdict:
            case Verdict.PAID | Verdict.REVIEW:
                _money_came(order, attempt, seen, doubt, at)
            case Verdict.EXPIRED | Verdict.FAILED:
                close_attempt(order, attempt, CLOSED_WITH[verdict], at)
            case Verdict.PROCESSING | Verdict.OPEN:
                _still_open(order, attempt, verdict)
        return order


def _asked(attempt: PaymentAttempt) -> Asked:
    return Asked(
        session=attempt.session,
        reference=str(attempt.order_id),
        amount_fen=attempt.amount_fen,
        currency="CNY",
        livemode=attempt.livemode,
    )


def _note_page(attempt: PaymentAttempt, seen: Snapshot) -> None:
    """Write down which page answers an attempt, when its answer is the first one that came."""
    if attempt.session:
        return
    attempt.session, attempt.url = seen.session, seen.url
    attempt.save(update_fields=["session", "url"])


def _still_open(order: Order, attempt: PaymentAttempt, verdict: Verdict) -> None:
    if not attempt.is_underway:
        return  # an old word: it was over already
    attempt.state = Attempt.PROCESSING if verdict is Verdict.PROCESSING else Attempt.OPEN
    attempt.save(update_fields=["state"])
    if order.is_open and order.state != State.PAYING:
        order.state = State.PAYING
        order.save(update_fields=["state"])


def close_attempt(order: Order, attempt: PaymentAttempt, state: Attempt, at: datetime) -> None:
    """Note that nobody can pay on a page any more; the caller has locked both rows."""
    if not attempt.is_underway:
        return
    attempt.state, attempt.closed_at = state, at
    attempt.save(update_fields=["state", "closed_at"])
    if order.state == State.PAYING:
        order.state = State.HELD
        order.save(update_fields=["state"])


def _money_came(
    order: Order, attempt: PaymentAttempt, seen: Snapshot, doubt: Doubt, at: datetime
) -> None:
    if Payment.objects.filter(provider=attempt.provider, reference=seen.payment).exists():
        return
    attempt.state, attempt.closed_at = Attempt.PAID, at
    attempt.payment_ref = seen.payment
    attempt.save(update_fields=["state", "closed_at", "payment_ref"])
    taken = Taken(
        method=Payment.Method.ONLINE,
        amount_fen=seen.amount_fen,
        provider=attempt.provider,
        reference=seen.payment,
        way=seen.way,
        attempt=attempt,
    )
    place_money(order, taken, doubt=doubt, at=at)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Money that is there, and how it came."""

    method: Payment.Method
    amount_fen: int
    given_fen: int | None = None
    reference: str = ""
    provider: str = ""
    way: str = ""
    terminal: str = ""
    note: str = ""
    attempt: PaymentAttempt | None = None
    drawer: DrawerSession | None = None
    by: User | None = None
    channel: Channel = Channel.SYSTEM
    key: object = None


def place_money(order: Order, taken: Taken, *, doubt: Doubt = Doubt.NONE, at: datetime) -> Payment:
    """Let money pay an order whose row the caller has locked, or keep it apart.

    Late money is tried first: the place may still be free. What pays nothing goes back as a
    whole, by itself; what is not as asked waits for people to look at it.
    """
    if doubt or taken.amount_fen != order.amount_fen:
        return _put_aside(order, taken, doubt or Doubt.AMOUNT, at)
    if order.is_paid or order.state == State.REVIEW:
        return _give_back(order, taken, Refund.Cause.PAID_TWICE, at)
    if not order.is_open and has_lost_its_voucher(order):
        return _too_late(order, taken, at)  # it would cost more today
    won, lost = take_places(order, taken, at)
    if not won:
        return _too_late(order, taken, at)
    if not order.is_open:
        charge_again(order, won, at)
    payment = _keep(order, taken, Payment.State.KEPT, at)
    post(
        books.paid(taken.amount_fen, books.Method(taken.method)),
        kind=Journal.Source.PAYMENT, source=payment.pk, unit=order.unit, order=order,
        campus=taken.drawer.campus if taken.drawer else None, by=taken.by, at=at,
    )  # fmt: skip
    write_receipt(unit=order.unit, payment=payment, at=at, by=taken.by)
    order.state, order.paid_at, order.closed_at = State.PAID, at, at
    order.doubt = ""
    order.save(update_fields=["state", "paid_at", "closed_at", "doubt"])
    give_back_lost(payment, lost, at)
    AuditEvent.objects.record(
        taken.by, "payment taken", payment, at=at, learner=order.learner, unit=order.unit,
        amount_fen=taken.amount_fen, method=taken.method,
    )  # fmt: skip
    outbox.put("tell_paid", order.pk)
    return payment


def take_places(
    order: Order, taken: Taken, at: datetime
) -> tuple[list[OrderLine], list[OrderLine]]:
    """Make the places theirs; return the lines that are, and those whose place has gone."""
    won: list[OrderLine] = []
    lost: list[OrderLine] = []
    for line in order.lines.select_related("enrolment", "tops_up").order_by("pk"):
        if _is_owed_elsewhere(line):
            lost.append(line)
            continue
        if _goes_along(line):
            won.append(line)
            continue
        came = ledger.pay(
            enrolment=line.enrolment, actor=taken.by, channel=taken.channel, at=at, reason="paid"
        )
        (lost if came == "gone" else won).append(line)
    return won, lost


def _is_owed_elsewhere(line: OrderLine) -> bool:
    """Whether another order is for the place by now, or the fee below a difference went along."""
    if line.tops_up is not None:
        return line.tops_up.enrolment_id != line.enrolment_id
    others = OrderLine.objects.that_count().for_places().exclude(order=line.order_id)
    return others.filter(enrolment=line.enrolment_id).exists()


def _goes_along(line: OrderLine) -> bool:
    """Whether it is a difference to a class that was changed just now: it pays for the next one.

    Once that was worked out (``ended.move_money``), a difference that was not paid is closed.
    """
    changed = line.enrolment.status == Enrolment.Status.TRANSFERRED
    return changed and line.tops_up is not None and line.counts


def give_back_lost(payment: Payment, lost: list[OrderLine], at: datetime) -> None:
    """Owe back what money paid for places that had gone; nobody owes anything for these here."""
    OrderLine.objects.filter(pk__in=[line.pk for line in lost]).update(counts=False)
    for line in lost:
        if line.amount_fen:
            owe_back(
                payment=payment, amount_fen=line.amount_fen, cause=Refund.Cause.LATE_MONEY,
                enrolment=line.enrolment, line=line, at=at,
            )  # fmt: skip


def charge_again(order: Order, won: list[OrderLine], at: datetime) -> None:
    """An order that was closed is owed after all: its money came late, and found its places.

    The books ask for all of it once more, as all of it came; what had gone goes back.
    """
    order.lines.filter(pk__in=[line.pk for line in won]).update(counts=True)
    turn = order.journals.filter(source_kind=Journal.Source.CHARGE).count()
    post(
        books.charged(order.amount_fen),
        kind=Journal.Source.CHARGE, source=f"{order.pk}:{turn}", unit=order.unit, order=order,
        at=at,
    )  # fmt: skip


def _too_late(order: Order, taken: Taken, at: datetime) -> Payment:
    if order.is_open:
        _no_longer_owed(order, at)
    order.state, order.closed_at = State.LATE, order.closed_at or at
    order.save(update_fields=["state", "closed_at"])
    outbox.put("tell_late", order.pk)
    return _give_back(order, taken, Refund.Cause.LATE_MONEY, at)


def _no_longer_owed(order: Order, at: datetime) -> None:
    close_order(order, state=State.LATE, at=at)


def _put_aside(order: Order, taken: Taken, doubt: Doubt, at: datetime) -> Payment:
    payment = _apart(order, taken, at)
    if not order.is_paid:
        # What was asked for stays owed, and the places are kept, until somebody has looked.
        order.state, order.doubt, order.closed_at = State.REVIEW, doubt, order.closed_at or at
        order.save(update_fields=["state", "doubt", "closed_at"])
    outbox.put("tell_looked_at", order.pk)
    return payment


def _give_back(order: Order, taken: Taken, cause: Refund.Cause, at: datetime) -> Payment:
    payment = _apart(order, taken, at)
    owe_back(payment=payment, amount_fen=taken.amount_fen, cause=cause, at=at)
    return payment


def _apart(order: Order, taken: Taken, at: datetime) -> Payment:
    payment = _keep(order, taken, Payment.State.SUSPENSE, at)
    post(
        books.came_to_nothing(taken.amount_fen, books.Method(taken.method)),
        kind=Journal.Source.PAYMENT, source=payment.pk, unit=order.unit, order=order,
        campus=taken.drawer.campus if taken.drawer else None, by=taken.by, at=at,
    )  # fmt: skip
    return payment


def _keep(order: Order, taken: Taken, state: Payment.State, at: datetime) -> Payment:
    named = {"key": taken.key} if taken.key else {}
    return Payment.objects.create(
        order=order,
        unit=order.unit,
        method=taken.method,
        state=state,
        amount_fen=taken.amount_fen,
        given_fen=taken.given_fen,
        day=localdate(at),
        at=at,
        taken_by=taken.by,
        drawer=taken.drawer,
        attempt=taken.attempt,
        provider=taken.provider,
        reference=taken.reference,
        terminal=taken.terminal,
        way=taken.way,
        note=taken.note,
        **named,
    )
