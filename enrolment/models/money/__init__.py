"""Orders, what was paid for them, what went back, and the books about all of it."""

from enrolment.models.money.attempts import InboundEvent, PaymentAttempt
from enrolment.models.money.books import Journal, LedgerEntry
from enrolment.models.money.corrections import Correction
from enrolment.models.money.differences import Difference
from enrolment.models.money.drawers import DrawerSession
from enrolment.models.money.orders import Order, OrderLine
from enrolment.models.money.payments import Payment, Receipt, ReceiptBook
from enrolment.models.money.refunds import Refund, RefundPaper
from enrolment.models.money.remissions import Voucher, Waiver

__all__ = [
    "Correction",
    "Difference",
    "DrawerSession",
    "InboundEvent",
    "Journal",
    "LedgerEntry",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentAttempt",
    "Receipt",
    "ReceiptBook",
    "Refund",
    "RefundPaper",
    "Voucher",
    "Waiver",
]
