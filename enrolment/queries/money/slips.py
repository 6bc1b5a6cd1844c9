"""The public pay slip: what anybody may see who has its code, and nothing about the person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts import scope
from accounts.models import Unit
from enrolment.models import Order


class SlipState(StrEnum):
    """How it stands with a slip."""

    TO_PAY = "to_pay"
    UNDERWAY = "underway"  # sent off on the web, not arrived yet
    PAID = "paid"
    PAID_BACK = "paid_back"  # all of it goes back, or the money came too late for the place
    LOOKED_AT = "looked_at"
    OVER = "over"


@dataclass(frozen=True)
class PaySlip:
    """An amount and a code: no name, no class, no campus; only the office that is paid."""

    order: Order
    unit: Unit
    code: str
    amount_fen: int
    until: datetime
    state: SlipState


def slip_of(code: str, *, at: datetime) -> PaySlip | None:
    """Return the slip of a code for whoever has it; None where there is none."""
    with scope.system("show a pay slip"):
        order = Order.objects.filter(pay_code=code).select_related("unit").first()
        if order is None:
            return None
        is_underway = order.attempts.on_the_way().exists()
        is_kept = order.is_difference or order.hold_until > at
    return PaySlip(
        order=order,
        unit=order.unit,
        code=order.pay_code,
        amount_fen=order.amount_fen,
        until=order.hold_until,
        state=_state(order, is_underway=is_underway, is_kept=is_kept),
    )


def _state(order: Order, *, is_underway: bool, is_kept: bool) -> SlipState:
    if order.state in {Order.State.REFUNDED, Order.State.LATE}:
        return SlipState.PAID_BACK
    if order.is_paid:
        return SlipState.PAID
    if order.state == Order.State.REVIEW:
        return SlipState.LOOKED_AT
    if is_underway:
        return SlipState.UNDERWAY
    if order.is_open and is_kept:
        return SlipState.TO_PAY
    return SlipState.OVER
