"""Every letter of enrolment, each of one SMS."""

from enrolment.notifications.seats import (
    CHANGED_BY_HELPER,
    DONE_BY_HELPER,
    LETTER_OF,
    LETTER_OF_CHANGE,
    list_offers,
    tell_of_claim,
    tell_of_doors,
    tell_of_enrolment,
    tell_of_entry,
    tell_of_lesson,
    tell_of_offer,
    tell_of_opening,
    tell_refused_reply,
    tell_too_late,
    write_back,
)

__all__ = [
    "CHANGED_BY_HELPER",
    "DONE_BY_HELPER",
    "LETTER_OF",
    "LETTER_OF_CHANGE",
    "list_offers",
    "tell_of_claim",
    "tell_of_doors",
    "tell_of_enrolment",
    "tell_of_entry",
    "tell_of_lesson",
    "tell_of_offer",
    "tell_of_opening",
    "tell_refused_reply",
    "tell_too_late",
    "write_back",
]
