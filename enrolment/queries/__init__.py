"""Read-side answers of enrolment that need more than one QuerySet word."""

from enrolment.queries.classes import (
    Offer,
    like_it,
    live_card,
    live_cards,
    offers_for,
    section_to_show,
)
from enrolment.queries.facts import (
    TermRules,
    facts_of_class,
    facts_of_learner,
    hold_until,
    objection_to,
    offer_until,
    payment_until,
    rules_of,
)
from enrolment.queries.mine import (
    Day,
    MyClasses,
    MyLesson,
    Place,
    by_day,
    first_weeks,
    lessons_of,
    my_classes,
    places_of,
    week_grid,
)
from enrolment.queries.office import held_in, numbers_of, sections_to_empty

__all__ = [
    "Day",
    "MyClasses",
    "MyLesson",
    "Offer",
    "Place",
    "TermRules",
    "by_day",
    "facts_of_class",
    "facts_of_learner",
    "first_weeks",
    "held_in",
    "hold_until",
    "lessons_of",
    "like_it",
    "live_card",
    "live_cards",
    "my_classes",
    "numbers_of",
    "objection_to",
    "offer_until",
    "offers_for",
    "payment_until",
    "places_of",
    "rules_of",
    "section_to_show",
    "sections_to_empty",
    "week_grid",
]
