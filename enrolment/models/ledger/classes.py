"""What happens to the seats of whole classes and terms: by the clock, and by those in charge."""

from datetime import datetime
from typing import cast

from accounts.models import Learner, User
from courses.models import ClassSection, Term
from enrolment.models.ledger.round_trips import column, value


def promote(*, section_id: int, at: datetime, due_at: datetime) -> int:
    """Offer a class's free seats down its line; return how many."""
    return int(value("seat_promote", [section_id, at, due_at]))


def sweep(*, at: datetime, limit: int) -> list[int]:
    """Free up to ``limit`` seats that have fallen due; return their classes."""
    return column("seat_sweep", [at, limit])


def sections_to_offer() -> list[int]:
    """Return classes that have a free seat and somebody who waits."""
    return column("seat_sections_to_offer", [])


def offers_owed_a_call(*, at: datetime) -> list[int]:
    """Return entries whose offer has fallen due and may not run out for want of a call."""
    return column("seat_offers_owed_a_call", [at])


def keep_for_a_call(*, entry_id: int, at: datetime, due_at: datetime) -> bool:
    """Put such an offer off until ``due_at``; return whether it was."""
    return bool(value("seat_keep_for_a_call", [entry_id, at, due_at]))


def lay_out() -> int:
    """Give new classes their seats; return how many classes got them."""
    return int(value("seat_lay_out", []))


def close_lines(*, at: datetime) -> int:
    """End the waiting for classes nobody can join any more; return how many were told."""
    return int(value("seat_close_lines", [at]))


def end_for_the_dead(*, learner: Learner, at: datetime) -> int:
    """End what somebody who has died held and waited for; return how many."""
    return int(value("seat_end_for_the_dead", [learner.pk, at]))


def begin_terms(*, at: datetime) -> int:
    """Make confirmed learners of a term that has begun its learners; return how many."""
    return int(value("seat_begin_terms", [at]))


def close_term(*, term: Term, at: datetime) -> int | None:
    """End a term's enrolments; return how many, None before its last day is over."""
    return cast("int | None", value("seat_close_term", [term.pk, at]))


def place_drawn(*, draw_id: int, at: datetime, due_at: datetime, reminders: list[datetime]) -> int:
    """Give the seats of a draw, its lines and its letters; return how many seats.

    0: they stand already. ``reminders``: when to write again to who has not answered.
    """
    return int(value("seat_place_drawn", [draw_id, due_at, at, reminders]))


def resize(
    *, section: ClassSection, capacity: int, actor: User, at: datetime, reason: str
) -> int | None:
    """Change how many seats a class has; return how many it has now.

    0: the class was called off. None: the actor may not.
    """
    seats = value("seat_resize", [actor.pk, section.pk, capacity, at, reason])
    return None if seats is None else int(seats)


def cancel_section(*, section: ClassSection, actor: User, at: datetime, reason: str) -> bool:
    """Call a class off; return whether the actor was allowed to."""
    return bool(value("seat_cancel_section", [actor.pk, section.pk, at, reason]))


def empty_section(*, section_id: int, at: datetime, limit: int) -> int:
    """End enrolments of a class that was called off; return how many."""
    return int(value("seat_empty_section", [section_id, at, limit]))


def note_import(*, at: datetime, reason: str) -> int:
    """Complete counts and history of rows written in bulk; return how many were noted."""
    return int(value("seat_note_import", [at, reason]))
