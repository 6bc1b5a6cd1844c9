"""Every write of money."""

from enrolment.services.money.attempts import (
    NO_ANSWER,
    begin_attempt,
    can_pay_online,
    end_attempts,
    look_again,
)
from enrolment.services.money.choosing import take_another, take_the_money
from enrolment.services.money.corrections import ask_for_correction, decide_correction
from enrolment.services.money.ended import follow_changes, refund_class
from enrolment.services.money.inbox import READ_EVENT, read_event, take_event
from enrolment.services.money.income import recognise_income
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from enrolment.services.money.papers import PaperRefused, delete_papers, read_paper
from enrolment.services.money.paying import ask_to_pay, order_to_pay
from enrolment.services.money.paying_out import give_cash, note_transferred
from enrolment.services.money.placing import give_back, place_payment
from enrolment.services.money.reconciling import (
    Reconciled,
    explain_difference,
    reconcile_payments,
    tell_of_differences,
)
from enrolment.services.money.refunds import DELETE_PAPERS, SEND_REFUND
from enrolment.services.money.remissions import (
    APPLY_WAIVER,
    RemissionProblem,
    RemissionRefused,
    apply_waivers,
    ask_for_waiver,
    decide_voucher,
    decide_waiver,
    end_voucher,
    end_waiver,
    give_voucher,
    use_voucher,
)
from enrolment.services.money.sending import look_at_refund, send_refund
from enrolment.services.money.special import approve, ask_special, offer_back, say_no
from enrolment.services.money.sweeping import Swept, sweep_payments
from enrolment.services.money.undoing import undo_payment

__all__ = [
    "APPLY_WAIVER",
    "DELETE_PAPERS",
    "NO_ANSWER",
    "READ_EVENT",
    "SEND_REFUND",
    "PaperRefused",
    "PaymentProblem",
    "PaymentRefused",
    "Reconciled",
    "RemissionProblem",
    "RemissionRefused",
    "Swept",
    "apply_waivers",
    "approve",
    "ask_for_correction",
    "ask_for_waiver",
    "ask_special",
    "ask_to_pay",
    "begin_attempt",
    "can_pay_online",
    "decide_correction",
    "decide_voucher",
    "decide_waiver",
    "delete_papers",
    "end_attempts",
    "end_voucher",
    "end_waiver",
    "explain_difference",
    "follow_changes",
    "give_back",
    "give_cash",
    "give_voucher",
    "look_again",
    "look_at_refund",
    "note_transferred",
    "offer_back",
    "order_to_pay",
    "place_payment",
    "read_event",
    "read_paper",
    "recognise_income",
    "reconcile_payments",
    "refund_class",
    "say_no",
    "send_refund",
    "sweep_payments",
    "take_another",
    "take_event",
    "take_the_money",
    "tell_of_differences",
    "undo_payment",
    "use_voucher",
]
