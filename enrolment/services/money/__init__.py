"""Every write of money."""

from enrolment.services.money.attempts import (
    NO_ANSWER,
    begin_attempt,
    can_pay_online,
    end_attempts,
    look_again,
)
from enrolment.services.money.inbox import READ_EVENT, read_event, take_event
from enrolment.services.money.income import recognise_income
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from enrolment.services.money.paying import ask_to_pay, order_to_pay
from enrolment.services.money.placing import give_back, place_payment, reverse_by_hand
from enrolment.services.money.reconciling import (
    Reconciled,
    explain_difference,
    reconcile_payments,
    tell_of_differences,
)
from enrolment.services.money.remissions import (
    APPLY_WAIVER,
    RemissionProblem,
    RemissionRefused,
    apply_waivers,
    ask_for_waiver,
    decide_waiver,
    end_voucher,
    end_waiver,
    give_voucher,
    use_voucher,
)
from enrolment.services.money.sweeping import Swept, sweep_payments

__all__ = [
    "APPLY_WAIVER",
    "NO_ANSWER",
    "READ_EVENT",
    "PaymentProblem",
    "PaymentRefused",
    "Reconciled",
    "RemissionProblem",
    "RemissionRefused",
    "Swept",
    "apply_waivers",
    "ask_for_waiver",
    "ask_to_pay",
    "begin_attempt",
    "can_pay_online",
    "decide_waiver",
    "end_attempts",
    "end_voucher",
    "end_waiver",
    "explain_difference",
    "give_back",
    "give_voucher",
    "look_again",
    "order_to_pay",
    "place_payment",
    "read_event",
    "recognise_income",
    "reconcile_payments",
    "reverse_by_hand",
    "sweep_payments",
    "take_event",
    "tell_of_differences",
    "use_voucher",
]
