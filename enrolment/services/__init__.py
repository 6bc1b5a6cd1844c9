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
from enrolment.services.openings import (
    PlanProblem,
    PlanRefused,
    end_by_hand,
    hold_people_back,
    limit_pace,
    plan_openings,
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
from enrolment.services.waiting_room import (
    NotYourTurn,
    RoomClosed,
    ensure_admitted,
    enter_room,
    join_for,
    join_room,
    renewed_pass,
)
from enrolment.services.waitlist import accept_offer, decline_offer, leave_waitlist, promote

__all__ = [
    "ClassCalledOff",
    "NotYourTurn",
    "PhaseRefused",
    "PlanProblem",
    "PlanRefused",
    "PressReused",
    "RoomClosed",
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
    "end_by_hand",
    "ensure_admitted",
    "enter_room",
    "hold_people_back",
    "hold_seat",
    "join_for",
    "join_room",
    "lapse_and_promote",
    "leave_waitlist",
    "limit_pace",
    "move_term_on",
    "number_offers",
    "open_class",
    "phases_ahead",
    "plan_openings",
    "promote",
    "read_sms",
    "refresh_availability",
    "remind_of_opening",
    "renewed_pass",
    "resize_section",
    "undo_withdrawal",
    "withdraw",
    "yield_seat",
]
