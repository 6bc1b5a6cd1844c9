"""Places that wait for their fee, and what a provider says of a page of payment."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Learner, Unit, User
from courses.models import ClassSection
from enrolment import queries
from enrolment.domain.money.books import Method
from enrolment.domain.money.handed import Handed
from enrolment.domain.money.settling import SessionStatus, Snapshot
from enrolment.domain.refusals import Refusal
from enrolment.models import DrawerSession, Enrolment, Order, Payment, PaymentAttempt
from enrolment.services import SeatRefused
from enrolment.services.money import drawers, orders, till
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from tests.enrolment.acts import claim, enrolment_of
from tests.factories.accounts import StaffFactory
from tests.factories.times import TODAY

FEE = 18000


def place_to_pay(section: ClassSection, learner: Learner, *, at=TODAY) -> Enrolment:
    """A place that is kept until its fee is paid."""
    claim(section, learner, at=at)
    return enrolment_of(learner, section)


def order_for(*enrolments: Enrolment, at=TODAY) -> Order:
    """The order for places of one learner."""
    learner = enrolments[0].learner
    return orders.open_order(learner=learner, enrolments=enrolments, opened_by=learner.user, at=at)


def attempt_for(order: Order, *, session: str = "cs_1", n: int = 1, **more: Any) -> PaymentAttempt:
    """A page of payment that the provider has opened."""
    return PaymentAttempt.objects.create(
        **{
            "order": order, "n": n, "provider": "stripe", "livemode": False, "request": {},
            "key": PaymentAttempt.key_of(order, n), "amount_fen": order.amount_fen,
            "state": "open", "session": session, "created_at": TODAY,
            "expires_at": TODAY + timedelta(hours=1),
        } | more
    )  # fmt: skip


def seen(attempt: PaymentAttempt, **more: Any) -> Snapshot:
    """What the provider says of a page: paid as asked, unless told otherwise."""
    return Snapshot(
        **{
            "session": attempt.session, "status": SessionStatus.COMPLETE, "is_paid": True,
            "amount_fen": attempt.amount_fen, "currency": "cny", "livemode": False,
            "reference": str(attempt.order_id), "payment": f"pi_{attempt.session}", "way": "card",
        } | more
    )  # fmt: skip


def drawer_for(user: User, section: ClassSection, *, float_fen: int = 0) -> DrawerSession:
    """The drawer of somebody at the counter of a class's campus, opened with some change."""
    return drawers.open_drawer(campus=section.campus, float_fen=float_fen, by=user, at=TODAY)


def noted_transfer(
    unit: Unit, by: User, *, amount_fen: int = FEE, reference="B-1", payer="-", key=None, at=TODAY
) -> Payment:
    """A line of the bank that somebody wrote down without knowing what it is for."""
    handed = Handed(method=Method.TRANSFER, reference=reference, note=payer)
    return till.note_money(
        unit=unit, amount_fen=amount_fen, handed=handed, by=by, key=key or uuid4(), at=at
    )


def pay_in_cash(
    enrolment: Enrolment, *, by: User | None = None, key: UUID | None = None, at=TODAY
) -> Payment:
    """Somebody pays for a place at the counter."""
    section = enrolment.section
    by = by or StaffFactory(unit=section.unit)
    if not DrawerSession.objects.open().filter(cashier=by).exists():
        drawers.open_drawer(campus=section.campus, float_fen=0, by=by, at=at)
    payment = till.take_fees(
        learner=enrolment.learner,
        places=[enrolment],
        amount_fen=queries.fee_owed(enrolment),
        handed=Handed(method=Method.CASH),
        by=by,
        key=key or uuid4(),
        at=at,
    )
    assert payment is not None
    return payment


def pay(*, enrolment: Enrolment, actor: User, key: UUID, at: datetime) -> SimpleNamespace:
    """A fee at the till, answered in the words of a press for a seat.

    Whoever pays has one drawer for all: open it first where several pay at once.
    """
    enrolment = Enrolment.objects.select_related("section__campus", "learner").get(pk=enrolment.pk)
    try:
        if not Payment.objects.filter(key=key).exists() and enrolment.due_at is None:
            kept = Enrolment.objects.holding_a_seat().filter(pk=enrolment.pk).exists()
            raise SeatRefused(Refusal.ALREADY_IN if kept else Refusal.TOO_LATE)
        pay_in_cash(enrolment, by=actor, key=key, at=at)
    except PaymentRefused as refused:
        is_paid = refused.problem is PaymentProblem.PAID_ALREADY
        raise SeatRefused(Refusal.ALREADY_IN if is_paid else Refusal.TOO_LATE) from None
    return SimpleNamespace(outcome="confirmed")
