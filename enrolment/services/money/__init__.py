"""Every write of money."""

from enrolment.services.money.attempts import (
    NO_ANSWER,
    begin_attempt,
    can_pay_online,
    end_attempts,
    look_again,
)
from enrolment.services.money.inbox import READ_EVENT, read_event, take_event
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from enrolment.services.money.paying import ask_to_pay, order_to_pay
from enrolment.services.money.sweeping import Swept, sweep_payments

__all__ = [
    "NO_ANSWER",
    "READ_EVENT",
    "PaymentProblem",
    "PaymentRefused",
    "Swept",
    "ask_to_pay",
    "begin_attempt",
    "can_pay_online",
    "end_attempts",
    "look_again",
    "order_to_pay",
    "read_event",
    "sweep_payments",
    "take_event",
]
