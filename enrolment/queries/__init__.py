"""Read-side answers of enrolment that need more than one QuerySet word."""

from enrolment.queries.facts import (
    TermRules,
    calendar_from,
    facts_of_class,
    facts_of_learner,
    hold_until,
    objection_to,
    offer_until,
    payment_until,
    rules_of,
)
from enrolment.queries.office import sections_to_empty

__all__ = [
    "TermRules",
    "calendar_from",
    "facts_of_class",
    "facts_of_learner",
    "hold_until",
    "objection_to",
    "offer_until",
    "payment_until",
    "rules_of",
    "sections_to_empty",
]
