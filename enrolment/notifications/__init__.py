"""Every letter of enrolment, each of one SMS."""

from enrolment.notifications.cloud import tell_of_cloud, tell_of_pack
from enrolment.notifications.forms import tell_of_form
from enrolment.notifications.money import (
    ask_to_pay,
    tell_finance_of_dispute,
    tell_late,
    tell_looked_at,
    tell_paid,
    tell_voided,
)
from enrolment.notifications.objections import (
    tell_of_objection,
    tell_of_rejection,
    tell_of_stepping_out,
)
from enrolment.notifications.refunds import tell_of_refund
from enrolment.notifications.replies import (
    list_offers,
    tell_refused_reply,
    tell_too_late,
    write_back,
)
from enrolment.notifications.results import letter_of_nothing, letters_of_places, reminder
from enrolment.notifications.seats import (
    CHANGED_BY_HELPER,
    DONE_BY_HELPER,
    LETTER_OF,
    LETTER_OF_CHANGE,
    office_phone,
    tell_of_claim,
    tell_of_doors,
    tell_of_enrolment,
    tell_of_entry,
    tell_of_lesson,
    tell_of_offer,
    tell_of_opening,
    tell_of_renewal,
)

__all__ = [
    "CHANGED_BY_HELPER",
    "DONE_BY_HELPER",
    "LETTER_OF",
    "LETTER_OF_CHANGE",
    "ask_to_pay",
    "letter_of_nothing",
    "letters_of_places",
    "list_offers",
    "office_phone",
    "reminder",
    "tell_finance_of_dispute",
    "tell_late",
    "tell_looked_at",
    "tell_of_claim",
    "tell_of_cloud",
    "tell_of_doors",
    "tell_of_enrolment",
    "tell_of_entry",
    "tell_of_form",
    "tell_of_lesson",
    "tell_of_objection",
    "tell_of_offer",
    "tell_of_opening",
    "tell_of_pack",
    "tell_of_refund",
    "tell_of_rejection",
    "tell_of_renewal",
    "tell_of_stepping_out",
    "tell_paid",
    "tell_refused_reply",
    "tell_too_late",
    "tell_voided",
    "write_back",
]
