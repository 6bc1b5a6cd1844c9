"""What a payer presses before money moves: one sum for an office, and somebody asked to pay it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts import scope
from accounts.models import AuditEvent, Learner, User
from enrolment import notifications
from enrolment.models import Enrolment, Order, OrderLine
from enrolment.services.money.attempts import end_attempts
from enrolment.services.money.orders import PaymentProblem, PaymentRefused, open_order


def order_to_pay(
    *, learner: Learner, enrolments: Sequence[Enrolment], opened_by: User | None, at: datetime
) -> Order:
    """Return the order for these places, once nobody can pay another one for any of them.

    Somebody who has got a second place since pays for both: the page of payment of the first
    sum is closed before the two are added up. Call it outside any transaction. Raises
    ``PaymentRefused``.
    """
    try:
        return open_order(learner=learner, enrolments=enrolments, opened_by=opened_by, at=at)
    except PaymentRefused as refused:
        if refused.problem is not PaymentProblem.BEING_PAID:
            raise
    with scope.system("orders that stand"):
        lines = OrderLine.objects.that_count().filter(enrolment__in=enrolments)
        standing = list(Order.objects.open().filter(pk__in=lines.values("order")))
    for order in standing:
        end_attempts(order=order, at=at)
    return open_order(learner=learner, enrolments=enrolments, opened_by=opened_by, at=at)


@transaction.atomic
def ask_to_pay(*, order: Order, phone: str, link: str, actor: User, at: datetime) -> None:
    """Send somebody the way to pay an order. The message says nothing about who learns what."""
    with scope.system("ask a relative"):
        notifications.ask_to_pay(order, phone=phone, link=link, at=at)
        AuditEvent.objects.record(
            actor, "somebody asked to pay", order, at=at, learner=order.learner, unit=order.unit
        )
