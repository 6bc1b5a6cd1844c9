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

__all__ = [
    "Access",
    "access",
    "films_to_drop",
    "lessons_to_film",
    "originals_to_drop",
    "place_of",
    "replays_of",
    "rights_without_a_reason",
]
