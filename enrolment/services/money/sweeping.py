"""The round of every minute: whatever was not heard, not answered or not ended is seen to.

Notifications and errands only make things quicker. All that has to happen can be read off the
rows, and is, here: a lost message costs a minute, never money.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from accounts import scope
from enrolment.models import Difference, InboundEvent, Order, PaymentAttempt
from enrolment.services.money import refunding
from enrolment.services.money.attempts import PAGE_MISSING, end_attempts, look_again
from enrolment.services.money.inbox import read_event
from enrolment.services.money.orders import PaymentRefused, close_order
from enrolment.services.money.remissions import sweep_waivers
from enrolment.services.money.rounds import each

UNANSWERED = timedelta(seconds=60)
ON_THE_WAY_TOO_LONG = timedelta(hours=24)


@dataclass
class Swept:
    """What one round did."""

    read: int = 0
    answered: int = 0
    ended: int = 0
    arrived: int = 0
    closed: int = 0
    refunds: int = 0
    unread: int = 0  # notifications that could not be read
    waived: int = 0

    @property
    def did_something(self) -> bool:
        """Whether there was anything to do, or to say."""
        return any(getattr(self, field.name) for field in fields(self))


def sweep_payments(*, at: datetime) -> Swept:
    """Go round once. A provider that is away stops only what needs it; the next round goes on.

    What one row throws keeps no other from its turn.
    """
    swept = Swept()
    swept.read = each(
        InboundEvent.objects.to_be_read(at - InboundEvent.WAIT), lambda one: _read(one, at)
    )
    swept.unread = _count(InboundEvent.objects.to_be_read(at - InboundEvent.WAIT))
    swept.answered = each(
        PaymentAttempt.objects.left_unanswered(at - UNANSWERED), lambda one: _look(one, at)
    )
    swept.ended = each(
        PaymentAttempt.objects.run_out(at).select_related("order"), lambda one: _end(one, at)
    )
    swept.arrived = each(PaymentAttempt.objects.on_the_way(), lambda one: _wait_for(one, at))
    swept.closed = each(Order.objects.whose_places_went(), lambda one: _close(one, at))
    swept.refunds = refunding.sweep(at=at)
    swept.waived = sweep_waivers(at=at)
    return swept


def _count(rows: Any) -> int:
    with scope.system("what is left to do"):
        return int(rows.count())


def _read(event: InboundEvent, at: datetime) -> bool:
    read_event(event_id=event.pk, at=at)
    return True


def _look(attempt: PaymentAttempt, at: datetime) -> bool:
    look_again(attempt=attempt, at=at)
    return True


def _end(attempt: PaymentAttempt, at: datetime) -> bool:
    """Close a page that has had its time, so that the place may go to somebody else."""
    return _is_ended(attempt.order, at)


def _wait_for(attempt: PaymentAttempt, at: datetime) -> bool:
    """See whether money that takes hours has arrived; after a day finance hears of it."""
    before = attempt.state
    look_again(attempt=attempt, at=at)
    with scope.system("money on its way"):
        attempt.refresh_from_db(fields=["state"])
        standing = Difference.objects.open().filter(
            kind=Difference.Kind.ATTEMPT, subject=attempt.key
        )
        if attempt.state != before:
            standing.exclude(detail=PAGE_MISSING).update(closed_at=at, last_seen=at)
            return True
        if at - attempt.created_at > ON_THE_WAY_TOO_LONG and not standing.update(last_seen=at):
            Difference.objects.create(
                kind=Difference.Kind.ATTEMPT,
                subject=attempt.key,
                detail="on_its_way",
                unit=attempt.order.unit,
                amount_fen=attempt.amount_fen,
                first_seen=at,
                last_seen=at,
            )
    return False


def _close(order: Order, at: datetime) -> bool:
    """Ask no longer for a place that is not kept any more. Its page is closed first."""
    if not _is_ended(order, at):
        return False
    with scope.system("close an order"):
        order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        if not Order.objects.whose_places_went().filter(pk=order.pk).exists():
            return False  # paid while its page was closed
        ran_out = order.lines.all().that_ran_out().exists()
        state = Order.State.EXPIRED if ran_out else Order.State.CANCELLED
        close_order(order, state=state, at=at)
    return True


def _is_ended(order: Order, at: datetime) -> bool:
    try:
        end_attempts(order=order, at=at)
    except PaymentRefused as refused:
        if refused.__cause__ is not None:
            raise refused.__cause__ from refused
        return False  # money is on its way: the place waits for it
    return True
