"""Seats, who holds them, who waits, and what was asked."""

from enrolment.models.calls import CallAttempt
from enrolment.models.claims import Claim
from enrolment.models.cloud import CloudSeat
from enrolment.models.enrolments import Enrolment, EnrolmentEvent, LearnerTerm
from enrolment.models.openings import Opening, OpeningSecret, QueuePlace
from enrolment.models.placements import Placement
from enrolment.models.questions import PhoneQuestion
from enrolment.models.seats import Seat
from enrolment.models.shortlist import ShortlistedClass
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

__all__ = [
    "Act",
    "Bucket",
    "CallAttempt",
    "Channel",
    "Claim",
    "CloudSeat",
    "Enrolment",
    "EnrolmentEvent",
    "Lane",
    "LearnerTerm",
    "Opening",
    "OpeningSecret",
    "Outcome",
    "PhoneQuestion",
    "Placement",
    "QueuePlace",
    "Seat",
    "SeatState",
    "ShortlistedClass",
    "Together",
    "WaitlistEntry",
]
