"""Seats, who holds them, who waits, and what was asked."""

from enrolment.models.claims import Claim
from enrolment.models.cloud import CloudSeat
from enrolment.models.enrolments import Enrolment, EnrolmentEvent, LearnerTerm
from enrolment.models.openings import Opening, OpeningSecret, QueuePlace
from enrolment.models.questions import PhoneQuestion
from enrolment.models.seats import Seat
from enrolment.models.vocabulary import Act, Bucket, Channel, Lane, Outcome, SeatState
from enrolment.models.waitlist import WaitlistEntry

__all__ = [
    "Act",
    "Bucket",
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
    "QueuePlace",
    "Seat",
    "SeatState",
    "WaitlistEntry",
]
