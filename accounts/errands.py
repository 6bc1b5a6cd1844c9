"""The door through which errands of the outbox reach the services."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from celery import shared_task

from accounts import clock, outbox, scope

log = logging.getLogger(__name__)


class TryAgainLater(Exception):
    """The errand cannot be done at the moment, through no fault of ours; said in the log."""


def errand(
    kind: str, *, patience: timedelta | None = None, **options: Any
) -> Callable[[Callable[[str], None]], Any]:
    """Make a function the one who does errands of ``kind``.

    It is given the id that ``outbox.put`` was given, and must be safe to call twice: the row
    is marked done after it returns, so a worker that dies between the two leaves it due.
    A failure brings the errand up again with growing pauses. ``options`` are Celery's.

    ``patience`` is for work with a lease of its own: from the moment a worker begins, the
    errand comes up again as often as that until it is done, and finds the lease of a dead
    worker over. All others are given a worker's usual minutes (``outbox.patience``).
    """

    def decorate(work: Callable[[str], None]) -> Any:
        @wraps(work)
        def run(object_id: str, outbox_id: int, **_future: object) -> None:
            if outbox.is_done(outbox_id):
                return
            if patience is not None:
                outbox.take_up(outbox_id, patience=patience, at=clock.now())
            try:
                with scope.as_system(f"errand {kind}"):
                    work(object_id)
            except TryAgainLater as later:
                log.warning("errand %s %s waits: %s", kind, object_id, later)
                outbox.try_again(outbox_id, at=clock.now(), longest=patience)
            except Exception:
                outbox.try_again(outbox_id, at=clock.now(), longest=patience)
                raise
            else:
                outbox.mark_done(outbox_id, at=clock.now())

        return shared_task(name=f"errands.{kind}", acks_late=True, ignore_result=True, **options)(
            run
        )

    return decorate
