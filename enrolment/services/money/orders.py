"""What somebody owes: opened when they come to pay, closed when the places go."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts import outbox, scope
from accounts.models import AuditEvent, Learner, User
from enrolment.domain.money import books, codes
from enrolment.models import (
    Channel,
    Enrolment,
    Journal,
    Order,
    OrderLine,
    Voucher,
    ledger,
)
from enrolment.queries.money.prices import Price, prices_of
from enrolment.queries.money.refunds import rule_sold
from enrolment.services.money.books import post, reverse

State = Order.State
TRIES = 5


class PaymentProblem(StrEnum):
    """Why a payment is not taken, or an order not opened."""

    NOTHING_TO_PAY = "nothing_to_pay"  # no place of this office waits for a payment
    TOO_LATE = "too_late"  # the place is not kept any more
    TOO_SHORT = "too_short"  # it is kept for less time than a page of payment needs
    PAID_ALREADY = "paid_already"
    BEING_PAID = "being_paid"  # a page of payment is open and could not be closed
    BEING_LOOKED_AT = "being_looked_at"
    OTHER_AMOUNT = "other_amount"
    TOO_LITTLE = "too_little"
    OTHER_OFFICE = "other_office"
    NO_DRAWER = "no_drawer"
    DRAWER_OPEN = "drawer_open"
    DRAWER_COUNTED = "drawer_counted"
    DRAWER_SHORT = "drawer_short"  # less lies in it than is to be given
    NOT_EXPLAINED = "not_explained"
    SLIP_USED = "slip_used"
    SAME_PERSON = "same_person"
    ASKED_ALREADY = "asked_already"
    NOT_TODAY = "not_today"
    NOT_POSSIBLE = "not_possible"
    PROVIDER_AWAY = "provider_away"
    CODE_UNKNOWN = "code_unknown"
    CODE_USED = "code_used"
    TOO_MUCH = "too_much"


class PaymentRefused(Exception):
    """The rules say no. Shown to the person, not logged; ``wording`` has a sentence for each."""

    def __init__(self, problem: PaymentProblem, what: str = "") -> None:
        super().__init__(problem, what)
        self.problem = problem
        self.what = what


@transaction.atomic
def open_order(
    *,
    learner: Learner,
    enrolments: Sequence[Enrolment],
    opened_by: User | None,
    at: datetime,
) -> Order:
    """Return the order for places of one office that are kept for a learner.

    The one that is open for exactly these places is returned again; one that differs is closed
    first, and its voucher goes over. Where nothing is left to pay, the places are theirs at
    once. Raises ``PaymentRefused`` when a place is not kept any more, was paid, or money for it
    is underway.
    """
    with scope.system("open an order"):
        Learner.objects.select_for_update(no_key=True, of=("self",)).get(pk=learner.pk)
        places = _places(learner, enrolments, at)
        # A difference is asked for apart: the place was had by another sum before.
        standing = OrderLine.objects.that_count().for_places().filter(enrolment__in=places)
        orders = lock_orders(Order.objects.filter(pk__in=standing.values("order")))
        voucher = None
        for order in orders:
            if order.state == State.REVIEW:
                raise PaymentRefused(PaymentProblem.BEING_LOOKED_AT)
            if not order.is_open:
                raise PaymentRefused(PaymentProblem.PAID_ALREADY)
            if _is_for(order, places):
                return _kept_as_long(order, places)
            voucher = voucher or Voucher.objects.of_order(order)
            close_order(order, state=State.CANCELLED, at=at)
        return _opened(learner, places, opened_by, at, voucher)


def open_anew(
    order: Order, *, opened_by: User | None, at: datetime, voucher: Voucher | None = None
) -> Order:
    """Close an open order whose row the caller has locked, and open one for the same places.

    What is taken off is worked out afresh; ``voucher`` (by default the order's own) goes over.
    Raises ``PaymentRefused`` like ``open_order``: then the caller's transaction ends.
    """
    places = _places(order.learner, [line.enrolment for line in order.lines.all()], at)
    voucher = voucher or Voucher.objects.of_order(order)
    close_order(order, state=State.CANCELLED, at=at)
    return _opened(order.learner, places, opened_by, at, voucher)


def lock_orders(wanted: QuerySet[Order]) -> list[Order]:
    """Lock several orders, the oldest first: whoever locks more than one does it by this.

    A difference is younger than the sum that it is on top of, so nobody holds the one and waits
    for the other the wrong way round.
    """
    return list(wanted.order_by("created_at", "pk").select_for_update(of=("self",)))


def lock_fees(lines: Iterable[int]) -> None:
    """Lock all that was paid or is owed for places: their fees, and the differences on top.

    ``lines`` are those of the fees. What goes back may go back of each of these orders.
    """
    whole = list(lines)
    parts = OrderLine.objects.filter(Q(pk__in=whole) | Q(tops_up__in=whole))
    orders = Order.objects.filter(pk__in=parts.values("order"))
    locked = lock_orders(orders)
    while orders.exclude(pk__in=[one.pk for one in locked]).exists():
        locked = lock_orders(orders)  # one more was asked for while we waited


def _places(learner: Learner, enrolments: Sequence[Enrolment], at: datetime) -> list[Enrolment]:
    asked = Enrolment.objects.of(learner).filter(pk__in=[one.pk for one in enrolments])
    places = list(asked.with_all_to_show().in_order())
    if not places or len({one.section.unit_id for one in places}) != 1:
        raise PaymentRefused(PaymentProblem.NOTHING_TO_PAY)
    if any(one.due_at is None or one.due_at <= at for one in places):
        raise PaymentRefused(PaymentProblem.TOO_LATE)
    return places


def _is_for(order: Order, places: Iterable[Enrolment]) -> bool:
    here = set(order.lines.values_list("enrolment", flat=True))
    return here == {one.pk for one in places}


def _kept_as_long(order: Order, places: Iterable[Enrolment]) -> Order:
    """Copy until when the places are kept: the office may have kept them longer."""
    until = min(one.due_at for one in places if one.due_at)
    if until != order.hold_until:
        order.hold_until = until
        order.save(update_fields=["hold_until"])
    return order


def _opened(
    learner: Learner,
    places: Sequence[Enrolment],
    opened_by: User | None,
    at: datetime,
    voucher: Voucher | None,
) -> Order:
    unit, term = places[0].section.unit, places[0].section.term
    prices = prices_of(learner, unit, term, places, voucher=voucher)
    lines = [_line(price) for price in prices]
    order = _with_a_code(
        Order(
            learner=learner,
            unit=unit,
            term=term,
            opened_by=opened_by,
            amount_fen=sum(line.amount_fen for line in lines),
            hold_until=min(one.due_at for one in places if one.due_at),
            created_at=at,
        )
    )
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    if voucher is not None:
        voucher.order, voucher.used_at = order, at
        voucher.save(update_fields=["order", "used_at"])
    if order.amount_fen:
        post(
            books.charged(order.amount_fen),
            kind=Journal.Source.CHARGE, source=order.pk, unit=unit, order=order, at=at,
        )  # fmt: skip
    else:
        settle_without_money(order, actor=opened_by, at=at)
    AuditEvent.objects.record(
        opened_by, "order opened", order, at=at, learner=learner, unit=unit,
        amount_fen=order.amount_fen,
    )  # fmt: skip
    return order


def difference_for(places: Sequence[Enrolment]) -> Order | None:
    """Return the order that asks for the difference of exactly these places, if one is open."""
    here = {one.pk for one in places}
    owed = Order.objects.open().for_differences().filter(lines__enrolment__in=here)
    return next((one for one in owed if _is_for(one, places)), None)


def open_difference(
    *, paid: OrderLine, place: Enrolment, amount_fen: int, until: datetime, at: datetime
) -> Order:
    """Ask for what a class costs more than the one it was taken for, which was paid.

    The place is the learner's already: nothing runs out with ``until``, it is when we ask them
    to have paid. The caller holds the lock of the order that was paid.
    """
    section = place.section
    order = _with_a_code(
        Order(
            learner=place.learner, unit=section.unit, term=section.term, opened_by=None,
            amount_fen=amount_fen, hold_until=until, created_at=at,
        )
    )  # fmt: skip
    OrderLine.objects.create(
        order=order, enrolment=place, section=section, fee_fen=amount_fen, amount_fen=amount_fen,
        rule=paid.rule, tops_up=paid,
    )  # fmt: skip
    post(
        books.charged(amount_fen),
        kind=Journal.Source.CHARGE, source=order.pk, unit=order.unit, order=order, at=at,
    )  # fmt: skip
    AuditEvent.objects.record(
        None, "order opened", order, at=at, learner=order.learner, unit=order.unit,
        amount_fen=amount_fen, tops_up=str(paid.order_id),
    )  # fmt: skip
    return order


def _line(price: Price) -> OrderLine:
    return OrderLine(
        enrolment=price.place,
        section=price.place.section,
        fee_fen=price.fee_fen,
        discount_fen=price.off_fen,
        voucher_fen=price.voucher_fen,
        amount_fen=price.amount_fen,
        waiver=price.waiver,
        rule=rule_sold(price.place),
    )


def _with_a_code(order: Order) -> Order:
    for _try in range(TRIES):
        order.pay_code = codes.pay_code(secrets.randbelow(10**codes.DIGITS))
        try:
            with transaction.atomic():
                order.save(force_insert=True)
        except IntegrityError as error:
            if "pay_code" not in str(error):
                raise
        else:
            return order
    raise RuntimeError("no pay code is free")


def settle_without_money(order: Order, *, actor: User | None, at: datetime) -> None:
    """Make the places of an order theirs that comes to nothing: the whole fee was waived."""
    for line in order.lines.select_related("enrolment"):
        ledger.pay(
            enrolment=line.enrolment, actor=actor, channel=Channel.SYSTEM, at=at, reason="waived"
        )
    order.state, order.paid_at, order.closed_at = State.PAID, at, at
    order.save(update_fields=["state", "paid_at", "closed_at"])
    outbox.put("tell_paid", order.pk)


def close_order(order: Order, *, state: State, at: datetime) -> None:
    """End an open order whose row the caller has locked: what it asked for is not owed any more.

    Raises ``PaymentRefused`` while an attempt is underway: whoever closes ends its page first
    (``attempts.end_attempts``), outside any transaction.
    """
    if order.attempts.underway().exists():
        raise PaymentRefused(PaymentProblem.BEING_PAID)
    order.state, order.closed_at = state, at
    order.save(update_fields=["state", "closed_at"])
    order.lines.update(counts=False)
    charge = order.journals.filter(source_kind=Journal.Source.CHARGE, reversed_by=None).first()
    if charge is not None:
        reverse(charge, kind=Journal.Source.CLOSING, source=charge.pk, at=at, by=None)


def has_lost_its_voucher(order: Order) -> bool:
    """Whether a closed order had a voucher taken off that was put on another one since."""
    had_one = order.lines.filter(voucher_fen__gt=0).exists()
    return had_one and Voucher.objects.of_order(order) is None
