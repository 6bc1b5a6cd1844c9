"""Errands: what has to happen after a commit, written down in that commit.

A row is the errand, and it lives until somebody did it; Celery only wakes the one who does.
So nothing is lost when broker, worker or machine go away, and an errand may come twice:
whoever does it must not mind (``accounts/errands.py``).
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from accounts.models import OutboxMessage

BATCH = 200
LONGEST_WAIT = timedelta(hours=1)


def put(kind: str, object_id: int | str | UUID, not_before: datetime | None = None) -> None:
    """Leave the errand ``kind`` about one record, in the transaction that makes it necessary."""
    OutboxMessage.objects.create(kind=kind, object_id=str(object_id), not_before=not_before)


def put_all(kind: str, object_ids: Iterable[int | str | UUID]) -> None:
    """Leave the same errand about many records, in one statement."""
    OutboxMessage.objects.bulk_create(
        OutboxMessage(kind=kind, object_id=str(one)) for one in object_ids
    )


def hand_over(*, publish: Callable[[OutboxMessage], None], at: datetime) -> int:
    """Give errands that are due to ``publish``, the oldest first; return how many.

    Several copies may run at once: each takes rows that no other holds. A row handed over
    comes up again when nobody marks it done in time. When ``publish`` raises, the rows
    before it stay handed over, the others stay due, and the error goes on to the caller.
    """
    handed: list[OutboxMessage] = []
    failure: Exception | None = None
    with transaction.atomic():
        rows = OutboxMessage.objects.due(at).select_for_update(skip_locked=True)[:BATCH]
        for row in rows:
            try:
                publish(row)
            except Exception as error:  # raised again after the commit
                failure = error
                break
            row.tries = min(row.tries + 1, 30_000)
            row.handed_at = at
            row.not_before = at + patience(row.tries)
            handed.append(row)
        OutboxMessage.objects.bulk_update(handed, ["tries", "handed_at", "not_before"])
    if failure is not None:
        raise failure
    return len(handed)


def backlog(*, at: datetime) -> tuple[int, float]:
    """Return how many errands wait, and for how many seconds the oldest of them has been due.

    An errand counts as due from its ``not_before``; one that may go at once, from its handing
    over (it has no other time).
    """
    waiting = OutboxMessage.objects.filter(done_at=None)
    oldest = waiting.due(at).aggregate(first=Min("not_before"))["first"]
    return waiting.count(), max(0.0, (at - oldest).total_seconds()) if oldest else 0.0


def is_underway(kind: str) -> bool:
    """Whether an errand of this kind is still to be done."""
    return OutboxMessage.objects.filter(kind=kind, done_at=None).exists()


def mark_done(outbox_id: int, *, at: datetime) -> None:
    """Strike an errand off the list."""
    OutboxMessage.objects.filter(pk=outbox_id, done_at=None).update(done_at=at)


def is_done(outbox_id: int) -> bool:
    """Whether nothing is left to do (a row that is gone was done, too)."""
    return not OutboxMessage.objects.filter(pk=outbox_id, done_at=None).exists()


def take_up(outbox_id: int, *, patience: timedelta, at: datetime) -> None:
    """Note that a worker began an errand of which we want to hear within ``patience``."""
    OutboxMessage.objects.filter(pk=outbox_id, done_at=None).update(not_before=at + patience)


def try_again(outbox_id: int, *, at: datetime, longest: timedelta | None = None) -> None:
    """Bring an errand that failed up again soon: after 5 s, then twice as long each time."""
    row = OutboxMessage.objects.filter(pk=outbox_id, done_at=None).first()
    if row is not None:
        pause = timedelta(seconds=5 << min(row.tries, 12))
        row.not_before = at + min(pause, longest or LONGEST_WAIT)
        row.save(update_fields=["not_before"])


def patience(tries: int) -> timedelta:
    """How long a worker may be silent before its errand is given to another."""
    return min(timedelta(minutes=2 << min(tries, 8)), LONGEST_WAIT)
