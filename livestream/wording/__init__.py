"""Every sentence of the cloud classroom."""

from livestream.wording.films import (
    choice,
    day,
    has_film,
    lecture_title,
    minutes,
    no_room,
    press_is_spent,
    problem,
    refusal,
    state,
    title,
    trouble,
)

__all__ = [
    "choice",
    "day",
    "has_film",
    "lecture_title",
    "minutes",
    "no_room",
    "press_is_spent",
    "problem",
    "refusal",
    "state",
    "title",
    "trouble",
]
