"""The one place from which the seat functions are called. Each call is one round trip.

The functions themselves are in ``enrolment/sql``; a press of a button answers with its
``Claim``, kept or not.
"""

from enrolment.models.ledger.answers import (
    broken_rules,
    company,
    facts,
    places_in_line,
    seat_counts,
    show_counts,
)
from enrolment.models.ledger.classes import (
    begin_terms,
    cancel_section,
    close_lines,
    close_term,
    empty_section,
    keep_for_a_call,
    lay_out,
    note_import,
    offers_owed_a_call,
    promote,
    resize,
    sections_to_offer,
    sweep,
)
from enrolment.models.ledger.presses import (
    accept,
    claim,
    claim_several,
    confirm,
    extend,
    hash_of_several,
    leave_line,
    request_hash,
    stored,
    swap,
    undo,
    withdraw,
    yield_now,
)

__all__ = [
    "accept",
    "begin_terms",
    "broken_rules",
    "cancel_section",
    "claim",
    "claim_several",
    "close_lines",
    "close_term",
    "company",
    "confirm",
    "empty_section",
    "extend",
    "facts",
    "hash_of_several",
    "keep_for_a_call",
    "lay_out",
    "leave_line",
    "note_import",
    "offers_owed_a_call",
    "places_in_line",
    "promote",
    "request_hash",
    "resize",
    "seat_counts",
    "sections_to_offer",
    "show_counts",
    "stored",
    "swap",
    "sweep",
    "undo",
    "withdraw",
    "yield_now",
]
