"""Every write of enrolment."""

from enrolment.services.clockwork import Swept, lapse_and_promote, refresh_availability
from enrolment.services.counter import (
    ClassCalledOff,
    SeatsInUse,
    cancel_section,
    confirm_at_counter,
    empty_section,
    resize_section,
)
from enrolment.services.papers import declare_health, remind_of_opening
from enrolment.services.refused import PressReused, SeatRefused
from enrolment.services.replies import ask_about_offer, number_offers, read_sms
from enrolment.services.seats import hold_seat, undo_withdrawal, withdraw, yield_seat
from enrolment.services.terms import (
    PhaseRefused,
    TermStillTaught,
    close_term,
    move_term_on,
    open_class,
    phases_ahead,
)
from enrolment.services.waitlist import accept_offer, decline_offer, leave_waitlist, promote

__all__ = [
    "ClassCalledOff",
    "PhaseRefused",
    "PressReused",
    "SeatRefused",
    "SeatsInUse",
    "Swept",
    "TermStillTaught",
    "accept_offer",
    "ask_about_offer",
    "cancel_section",
    "close_term",
    "confirm_at_counter",
    "declare_health",
    "decline_offer",
    "empty_section",
    "hold_seat",
    "lapse_and_promote",
    "leave_waitlist",
    "move_term_on",
    "number_offers",
    "open_class",
    "phases_ahead",
    "promote",
    "read_sms",
    "refresh_availability",
    "remind_of_opening",
    "resize_section",
    "undo_withdrawal",
    "withdraw",
    "yield_seat",
]
