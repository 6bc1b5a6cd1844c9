"""The chain of a term: what is handed in gets a number that nothing can be slipped in before."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.timezone import localtime

from accounts import scope
from courses.models import Term
from enrolment.domain import chain
from enrolment.models import Application, ChainEntry, PostedHead

LOCK = 0x43484E  # of one chain at a time; the second half of the lock's name is the term


@transaction.atomic
def append_entry(
    *,
    term: Term,
    application: Application | None,
    act: ChainEntry.Act,
    content: Mapping[str, object],
    at: datetime,
) -> ChainEntry:
    """Add an entry to a term's chain, in the transaction of what it tells of.

    Entries of a term are added one after the other, each with the next number: what is rolled
    back leaves no hole. ``content`` names nobody.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, term.pk])
    with scope.system("append to the chain"):
        last = ChainEntry.objects.last_of(term)
        entry = chain.append(
            {"act": act.value, **content},
            number=last.number + 1 if last else 1,
            after=last.head if last else chain.start(term.code),
        )
        return ChainEntry.objects.create(
            term=term,
            number=entry.number,
            application=application,
            act=act,
            content=dict(entry.content),
            head=entry.head,
            at=at,
        )


def post_heads(*, at: datetime) -> int:
    """Post how far the chains of terms with open forms have come today; return how many.

    Once a day: a head that hangs on a board is not replaced by a later one.
    """
    day = localtime(at).date()
    with scope.system("post heads"):
        terms = Term.objects.in_phase(Term.Phase.WISHES_OPEN)
        return sum(_post(term, day, at) for term in terms)


def _post(term: Term, day: date, at: datetime) -> bool:
    last = ChainEntry.objects.last_of(term)
    if last is None:
        return False
    _head, is_new = PostedHead.objects.get_or_create(
        term=term,
        day=day,
        defaults={"number": last.number, "head": last.head, "posted_at": at},
    )
    return is_new
