"""What time itself does to seats. Called every few seconds; safe to call twice at once."""

from dataclasses import dataclass
from datetime import datetime

from courses.models import ClassSection
from enrolment import queries
from enrolment.models import ledger
from enrolment.services import calls, counter, renewals, waitlist

BATCH = 50


@dataclass(frozen=True)
class Swept:
    """What one sweep came to."""

    freed: int
    offered: int
    laid_out: int
    begun: int
    emptied: int
    closed: int
    kept: int


def lapse_and_promote(*, at: datetime) -> Swept:
    """Free what has fallen due, then offer free seats to those who wait.

    Lines of classes that nobody can join any more close before, and offers to people whom the
    office still has to call are kept. New classes get their seats, classes called off lose
    their last learners, and on the first day of term confirmed learners become its learners.
    Where more wanted to go on than could, the lot is drawn when the window has closed.
    """
    renewals.close_due_renewals(at=at)
    laid_out = ledger.lay_out()
    begun = ledger.begin_terms(at=at)
    emptied = sum(
        counter.empty_section(section_id=section, at=at) for section in queries.sections_to_empty()
    )
    closed = ledger.close_lines(at=at)
    kept = calls.keep_for_calls(at=at)
    freed = 0
    while batch := ledger.sweep(at=at, limit=BATCH):
        freed += len(batch)
    to_offer = ledger.sections_to_offer()
    sections = ClassSection.objects.select_related("term").in_bulk(to_offer)
    offered = sum(waitlist.promote(section=sections[pk], at=at) for pk in to_offer)
    return Swept(freed, offered, laid_out, begun, emptied, closed, kept)


def refresh_availability(*, at: datetime) -> int:
    """Bring the display rows of the catalogue up to date; return how many changed."""
    return ledger.show_counts(at=at)
