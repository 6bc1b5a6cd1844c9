"""Seats, who holds them, who waits, and what was asked."""

from enrolment.models.applications import (
    Application,
    ApplicationVersion,
    ChainEntry,
    PostedHead,
    Wish,
)
from enrolment.models.calls import CallAttempt
from enrolment.models.claims import Claim
from enrolment.models.cloud import CloudSeat, DeliveryRequest
from enrolment.models.draw import (
    Amendment,
    Draw,
    DrawFile,
    EntropySource,
    Objection,
    Roster,
    RosterLine,
)
from enrolment.models.enrolments import Enrolment, EnrolmentEvent, LearnerTerm
from enrolment.models.figures import TermFigures
from enrolment.models.money import (
    Correction,
    Difference,
    DrawerSession,
    InboundEvent,
    Journal,
    LedgerEntry,
    Order,
    OrderLine,
    Payment,
    PaymentAttempt,
    Receipt,
    ReceiptBook,
    Refund,
    RefundPaper,
    Voucher,
    Waiver,
)
from enrolment.models.openings import Opening, OpeningSecret, QueuePlace
from enrolment.models.paper import PaperForm
from enrolment.models.placements import Placement
from enrolment.models.questions import PhoneQuestion
from enrolment.models.renewals import Renewal, RenewalLot, RenewalSecret
from enrolment.models.results import CutOff, DrawnNumber, WishResult
from enrolment.models.seats import Seat
from enrolment.models.shortlist import ShortlistedClass
from enrolment.models.struck_out import StruckOut
from enrolment.models.trials import RuleTrial
from enrolment.models.vocabulary import (
    Act,
    Bucket,
    Channel,
    Lane,
    Outcome,
    SeatState,
    Together,
)
from enrolment.models.waitlist import WaitlistEntry
from enrolment.models.witnesses import Signature, Witness

__all__ = [
    "Act",
    "Amendment",
    "Application",
    "ApplicationVersion",
    "Bucket",
    "CallAttempt",
    "ChainEntry",
    "Channel",
    "Claim",
    "CloudSeat",
    "Correction",
    "CutOff",
    "DeliveryRequest",
    "Difference",
    "Draw",
    "DrawFile",
    "DrawerSession",
    "DrawnNumber",
    "Enrolment",
    "EnrolmentEvent",
    "EntropySource",
    "InboundEvent",
    "Journal",
    "Lane",
    "LearnerTerm",
    "LedgerEntry",
    "Objection",
    "Opening",
    "OpeningSecret",
    "Order",
    "OrderLine",
    "Outcome",
    "PaperForm",
    "Payment",
    "PaymentAttempt",
    "PhoneQuestion",
    "Placement",
    "PostedHead",
    "QueuePlace",
    "Receipt",
    "ReceiptBook",
    "Refund",
    "RefundPaper",
    "Renewal",
    "RenewalLot",
    "RenewalSecret",
    "Roster",
    "RosterLine",
    "RuleTrial",
    "Seat",
    "SeatState",
    "ShortlistedClass",
    "Signature",
    "StruckOut",
    "TermFigures",
    "Together",
    "Voucher",
    "WaitlistEntry",
    "Waiver",
    "Wish",
    "WishResult",
    "Witness",
]
