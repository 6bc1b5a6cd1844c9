"""What time itself does to seats. Called every few seconds; safe to call twice at once."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from courses.models import ClassSection
from enrolment import queries
from enrolment.models import ledger
from enrolment.services import counter, waitlist

BATCH = 50


@dataclass(frozen=True)
class Swept:
    """What one sweep came to."""

    freed: int
    offered: int
    laid_out: int
    begun: int
    emptied: int


def lapse_and_promote(*, at: datetime) -> Swept:
    """Free what has fallen due, then offer free seats to those who wait.

    New classes get their seats, classes called off lose their last learners, and on the first
    day of term confirmed learners become its learners.
    """
    laid_out = ledger.lay_out()
    begun = ledger.begin_terms(at=at)
    emptied = sum(
        counter.empty_section(section_id=section, at=at) for section in queries.sections_to_empty()
    )
    freed = 0
    while batch := ledger.sweep(at=at, limit=BATCH):
        freed += len(batch)
    sections = ClassSection.objects.select_related("term").in_bulk(ledger.sections_to_offer())
    offered = sum(waitlist.promote(section=section, at=at) for section in sections.values())
    return Swept(freed, offered, laid_out, begun, emptied)


def refresh_availability(*, at: datetime) -> int:
    """Bring the display rows of the catalogue up to date; return how many changed.

    One statement for all classes that take people: cheaper than an errand for each claim, and
    no claim waits for a row that all claims of a class would share.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO courses_sectionavailability (section_id, seats_left, waiting, as_of)
            SELECT now.section_id, now.seats_left, now.waiting, %(at)s
            FROM seat_counts(ARRAY(
                SELECT s.id FROM courses_classsection s
                JOIN courses_term t ON t.id = s.term_id AND t.phase NOT IN ('draft', 'archived')
            )) AS now
            LEFT JOIN courses_sectionavailability old ON old.section_id = now.section_id
            WHERE (old.seats_left, old.waiting) IS DISTINCT FROM (now.seats_left, now.waiting)
            ON CONFLICT (section_id) DO UPDATE
            SET seats_left = EXCLUDED.seats_left, waiting = EXCLUDED.waiting,
                as_of = EXCLUDED.as_of
            """,
            {"at": at},
        )
        return int(cursor.rowcount)
