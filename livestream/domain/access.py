"""Who may watch a replay, and why somebody may not yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """Why a person may not watch. Each has its sentence in ``wording``."""

    SIGN_IN = "sign_in"
    NOT_IN_CLASS = "not_in_class"
    BEING_MADE = "being_made"
    NOT_PUBLISHED = "not_published"
    FAILED = "failed"
    OTHER_SCREENS = "other_screens"


@dataclass(frozen=True)
class Facts:
    """Everything the decision rests on."""

    is_signed_in: bool
    has_seat: bool
    gives_the_lesson: bool
    works_for_the_unit: bool
    is_public: bool
    is_made: bool
    is_published: bool
    is_failed: bool
    is_shown_to_a_room: bool = False
    is_of_a_lecture: bool = False


def refusal(facts: Facts) -> Refusal | None:
    """Give the reason why not, or None for a welcome.

    Teacher and staff may look before the class does. A room at a viewing point watches what
    its afternoon shows. A stranger hears only that this is not their class, whatever became
    of the film. Lectures are for everybody: where one cannot be watched, it is nobody's class.
    """
    if facts.gives_the_lesson or facts.works_for_the_unit:
        return None if facts.is_made else _unfinished(facts)
    if facts.is_published and (facts.is_public or facts.is_shown_to_a_room):
        return None
    if not facts.is_signed_in and not facts.is_of_a_lecture:
        return Refusal.SIGN_IN
    if not facts.has_seat and not facts.is_of_a_lecture:
        return Refusal.NOT_IN_CLASS
    if facts.is_published and facts.has_seat:
        return None
    return Refusal.NOT_PUBLISHED if facts.is_made else _unfinished(facts)


def _unfinished(facts: Facts) -> Refusal:
    return Refusal.FAILED if facts.is_failed else Refusal.BEING_MADE
