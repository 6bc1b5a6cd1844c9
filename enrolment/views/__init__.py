"""Doors of enrolment."""

from enrolment.views.classes import check_class, declare_health, hold_seat, remind_of_opening
from enrolment.views.mine import (
    list_my_classes,
    say_one_comes,
    say_one_stays_away,
    show_enrolment,
    undo_withdrawal,
    withdraw,
    yield_seat,
)
from enrolment.views.timetable import download_enrolment, download_timetable, show_timetable
from enrolment.views.waiting import accept_offer, decline_offer, leave_waitlist, show_entry

__all__ = [
    "accept_offer",
    "check_class",
    "declare_health",
    "decline_offer",
    "download_enrolment",
    "download_timetable",
    "hold_seat",
    "leave_waitlist",
    "list_my_classes",
    "remind_of_opening",
    "say_one_comes",
    "say_one_stays_away",
    "show_enrolment",
    "show_entry",
    "show_timetable",
    "undo_withdrawal",
    "withdraw",
    "yield_seat",
]
