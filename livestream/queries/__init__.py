"""Read-side answers of the cloud classroom that need more than one QuerySet word."""

from livestream.queries.replays import (
    Access,
    access,
    films_to_drop,
    lessons_to_film,
    originals_to_drop,
    place_of,
    replays_of,
    rights_without_a_reason,
)
from livestream.queries.series import (
    Proposal,
    Shown,
    knows_holidays,
    next_of,
    next_of_each,
    of_year,
    proposed,
    rule_of,
    shown,
    years_of,
)

__all__ = [
    "Access",
    "Proposal",
    "Shown",
    "access",
    "films_to_drop",
    "knows_holidays",
    "lessons_to_film",
    "next_of",
    "next_of_each",
    "of_year",
    "originals_to_drop",
    "place_of",
    "proposed",
    "replays_of",
    "rights_without_a_reason",
    "rule_of",
    "shown",
    "years_of",
]
