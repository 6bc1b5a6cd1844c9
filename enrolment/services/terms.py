"""The end of a term: who completed it, and what it leaves to later terms."""

from datetime import datetime

from django.db import transaction

from accounts.models import AuditEvent, User
from courses.models import Term
from enrolment.models import ledger


class TermStillTaught(Exception):
    """The last day of teaching is still to come."""


@transaction.atomic
def close_term(*, term: Term, at: datetime, actor: User | None = None) -> int:
    """Close a term; return how many enrolments ended. Closing it again ends none.

    Everybody's attendance decides whether the course is completed (``domain.md`` 2.8); lines
    close; each learner's ``TermRecord`` is written, which renewal, repeats and the draw read.
    Raises ``TermStillTaught`` before its last day is over.
    """
    term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
    ended = ledger.close_term(term=term, at=at)
    if ended is None:
        raise TermStillTaught(term.code)
    if term.phase not in {Term.Phase.CLOSED, Term.Phase.ARCHIVED}:
        term.phase = Term.Phase.CLOSED
        term.save(update_fields=["phase"])
        AuditEvent.objects.record(
            actor, "term closed", term, at=at, unit=term.unit, enrolments=ended
        )
    return ended
