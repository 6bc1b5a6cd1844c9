"""What the database answers that row-level security or cost keeps from the ORM."""

from datetime import datetime
from typing import Any, cast

from django.db import connection

from accounts.models import Learner, User
from courses.models import ClassSection
from enrolment.models.ledger.round_trips import value

SHOWN = """
    INSERT INTO courses_sectionavailability (section_id, seats_left, waiting, as_of)
    SELECT now.section_id, now.seats_left, now.waiting, %(at)s
    FROM seat_counts(ARRAY(
        SELECT s.id FROM courses_classsection s
        JOIN courses_term t ON t.id = s.term_id AND t.phase NOT IN ('draft', 'archived')
    ), %(at)s) AS now
    LEFT JOIN courses_sectionavailability old ON old.section_id = now.section_id
    WHERE (old.seats_left, old.waiting) IS DISTINCT FROM (now.seats_left, now.waiting)
    ON CONFLICT (section_id) DO UPDATE
    SET seats_left = EXCLUDED.seats_left, waiting = EXCLUDED.waiting, as_of = EXCLUDED.as_of
"""


def facts(
    *, section_ids: list[int], learner: Learner, actor: User, at: datetime
) -> dict[str, Any] | None:
    """Return what the rules ask of classes and a learner; None if not for the actor to know."""
    found = value("seat_facts", [actor.pk, learner.pk, section_ids, at])
    return cast("dict[str, Any] | None", found)


def broken_rules(*, at: datetime, offer_hours: bool) -> list[tuple[str, str]]:
    """Return every invariant that does not hold: the rule, and what breaks it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rule, subject FROM seat_check(%s, %s)", [at, offer_hours])
        return list(cursor.fetchall())


def seat_counts(section_ids: list[int], *, at: datetime) -> dict[int, tuple[int, int]]:
    """Return seats anybody may take and people in the line, for each class, this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT section_id, seats_left, waiting FROM seat_counts(%s::bigint[], %s)",
            [section_ids, at],
        )
        return {section: (left, waiting) for section, left, waiting in cursor.fetchall()}


def show_counts(*, at: datetime) -> int:
    """Bring the rows that the catalogue shows up to date; return how many changed.

    One statement for all classes that take people: cheaper than an errand for each claim, and
    no claim waits for a row that all claims of a class would share.
    """
    with connection.cursor() as cursor:
        cursor.execute(SHOWN, {"at": at})
        return int(cursor.rowcount)


def places_in_line(*, learner: Learner, at: datetime) -> dict[int, tuple[int, int]]:
    """Return, for each entry of a learner, their place and how many are in the line."""
    return places_in_lines(learner_ids=[learner.pk], at=at)


def places_in_lines(*, learner_ids: list[int], at: datetime) -> dict[int, tuple[int, int]]:
    """Return the same for many learners, in one statement: by entry, place and how many wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry_id, place, waiting FROM waitlist_places(%s::bigint[], %s)",
            [learner_ids, at],
        )
        return {entry: (place, waiting) for entry, place, waiting in cursor.fetchall()}


def company(*, learner: Learner) -> dict[int, int]:
    """Return, for each entry of a learner who waits as one with others, how many others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id, others FROM seat_company(%s)", [learner.pk])
        return dict(cursor.fetchall())


def attendance(
    *, learner: Learner, section: ClassSection, actor: User, at: datetime
) -> int | None:
    """Return how many of a class's lessons a learner came to, in per cent; None without a list."""
    found = value("seat_attendance", [actor.pk, learner.pk, section.pk, at])
    return cast("int | None", found)
