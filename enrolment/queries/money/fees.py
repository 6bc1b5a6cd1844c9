"""What somebody owes and has paid: for "my fees" and its pages."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from django.utils.timezone import localtime

from accounts.models import Learner, Unit
from campus.models import Campus
from courses.models import Term
from enrolment.domain import deadlines
from enrolment.models import Enrolment, Order, Payment, PaymentAttempt, Receipt, Refund
from enrolment.queries.money.prices import prices_of, voucher_that_goes_over
from enrolment.queries.times import rules_of

LATE_IS_NEWS = timedelta(days=30)


@dataclass(frozen=True)
class Due:
    """What is to be paid to one office for one term: one sum, one order."""

    unit: Unit
    term: Term
    places: list[Enrolment]
    fen: int
    until: datetime
    order: Order | None = None
    taken_off_fen: int = 0
    is_on_the_way: bool = False  # sent off on the web, not arrived yet

    @property
    def place(self) -> Enrolment:
        """One of the places, by which all of them are asked for."""
        return self.places[0]


@dataclass(frozen=True)
class Fees:
    """All that is owed and was paid."""

    dues: list[Due]
    looked_at: list[Order]
    paid: list[Order]
    on_top: list[Order] = field(default_factory=list)  # for classes that cost more

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.dues or self.looked_at or self.paid or self.on_top)


@dataclass(frozen=True)
class OrderShown:
    """One order, with what came of it."""

    order: Order
    attempt: PaymentAttempt | None
    payment: Payment | None
    receipt: Receipt | None
    refunds: list[Refund]
    undo_until: datetime | None

    @property
    def taken_off_fen(self) -> int:
        """What waivers and vouchers took off."""
        return sum(line.discount_fen for line in self.order.lines.all())


def to_pay(learner: Learner, *, at: datetime) -> list[Enrolment]:
    """Return the places that are kept for a fee; not those whose yes or no is waited for."""
    kept = Enrolment.objects.of(learner).awaiting_confirmation().with_all_to_show().in_order()
    return [
        one
        for one in kept.select_related("section__unit")
        if one.section.fee_fen and one.due_at and one.due_at > at and not one.asks_for_an_answer
    ]


def paid_with(place: Enrolment, *, at: datetime) -> list[Enrolment]:
    """Return the places that are paid in one order with this one; none if it is not to be paid."""
    owed = to_pay(place.learner, at=at)
    if place.pk not in {one.pk for one in owed}:
        return []
    return [one for one in owed if _together(one) == _together(place)]


def fees_of(learner: Learner, *, at: datetime) -> Fees:
    """Return all a learner owes, office by office, and all they have paid, the latest first."""
    orders = list(Order.objects.of(learner).with_all_to_show())
    standing = {
        line.enrolment_id: order for order in orders if order.is_open for line in order.lines.all()
    }
    in_review = [one for one in orders if one.state == Order.State.REVIEW]
    waits_for_us = {line.enrolment_id for order in in_review for line in order.lines.all()}
    kept = [one for one in to_pay(learner, at=at) if one.pk not in waits_for_us]
    owed = sorted(kept, key=_together)
    return Fees(
        dues=[
            _due(learner, list(places), standing) for _key, places in groupby(owed, key=_together)
        ],
        looked_at=[*in_review, *(one for one in orders if _came_late(one, at))],
        paid=[one for one in orders if one.is_paid],
        on_top=list(Order.objects.of(learner).open().for_differences().with_all_to_show()),
    )


def order_shown(order: Order, *, at: datetime) -> OrderShown:
    """Return what the page of an order shows beside it."""
    payment = order.payments.that_pay().select_related("receipt").first()
    online = payment is not None and payment.method == Payment.Method.ONLINE
    undo_until = _undo_until(order, payment, at) if payment and online else None
    return OrderShown(
        order=order,
        attempt=order.attempts.order_by("-n").first(),
        payment=payment,
        receipt=getattr(payment, "receipt", None) if payment else None,
        refunds=list(order.refunds.standing().order_by("requested_at")),
        undo_until=undo_until,
    )


def _undo_until(order: Order, payment: Payment, at: datetime) -> datetime | None:
    """Return until when a payment may be taken back at a press; None once that is over."""
    until = deadlines.undo_until(localtime(payment.at), rules_of(order.term, at=at).terms)
    may_undo = order.state == Order.State.PAID and not order.is_difference
    return until if may_undo and at < until else None


def counters_of(unit: Unit) -> list[Campus]:
    """Return where an office takes money: its campuses, as the city lists them."""
    return list(Campus.objects.open_to_learners().with_rooms().filter(unit=unit).in_order())


def _came_late(order: Order, at: datetime) -> bool:
    """Whether money that came too late is still news."""
    closed_at = order.closed_at
    return (
        order.state == Order.State.LATE and closed_at is not None and at - closed_at < LATE_IS_NEWS
    )


def _together(place: Enrolment) -> tuple[int, int]:
    return place.section.unit_id, place.section.term_id


def _due(learner: Learner, places: list[Enrolment], standing: dict[int, Order]) -> Due:
    """Say what places come to; where an order stands for exactly these, what it says.

    Else what one would say that was opened now.
    """
    order = standing.get(places[0].pk)
    others = {standing[one.pk] for one in places if one.pk in standing}
    if order is not None and {line.enrolment_id for line in order.lines.all()} != {
        one.pk for one in places
    }:
        order = None
    section = places[0].section
    if order is None:
        voucher = voucher_that_goes_over(others)
        prices = prices_of(learner, section.unit, section.term, places, voucher=voucher)
        whole = sum(one.fee_fen for one in prices)
        left = sum(one.amount_fen for one in prices)
    else:
        left = order.amount_fen
        whole = left + sum(line.discount_fen for line in order.lines.all())
    return Due(
        unit=section.unit,
        term=section.term,
        places=places,
        fen=left,
        until=min(one.due_at for one in places if one.due_at),
        order=order,
        taken_off_fen=whole - left,
        is_on_the_way=order is not None and order.attempts.on_the_way().exists(),
    )
