"""Read-side answers of enrolment that need more than one QuerySet word."""

from enrolment.queries.classes import (
    Offer,
    like_it,
    live_card,
    live_cards,
    offers_for,
    section_to_show,
)
from enrolment.queries.facts import Dossier, dossier
from enrolment.queries.mine import (
    Day,
    MyClasses,
    MyLesson,
    Place,
    by_day,
    classes_of,
    first_weeks,
    late_fee_of,
    lessons_of,
    line_is_open,
    my_classes,
    places_of,
    refund_of,
    week_grid,
)
from enrolment.queries.office import confirmed_in, held_in, numbers_of, sections_to_empty
from enrolment.queries.replies import missed_offer, offers_to
from enrolment.queries.times import TermRules, offer_until, payment_until, rules_of

__all__ = [
    "Day",
    "Dossier",
    "MyClasses",
    "MyLesson",
    "Offer",
    "Place",
    "TermRules",
    "by_day",
    "classes_of",
    "confirmed_in",
    "dossier",
    "first_weeks",
    "held_in",
    "late_fee_of",
    "lessons_of",
    "like_it",
    "line_is_open",
    "live_card",
    "live_cards",
    "missed_offer",
    "my_classes",
    "numbers_of",
    "offer_until",
    "offers_for",
    "offers_to",
    "payment_until",
    "places_of",
    "refund_of",
    "rules_of",
    "section_to_show",
    "sections_to_empty",
    "week_grid",
]
