"""The one clock: machine time plus an offset that demo and tests may set.

Read at the doors only (views, commands, tasks) and passed down as ``at``. Where the clock
may be moved its offset is read from the database at most once a second and process, so
another process follows within that second.
"""

import time
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.utils import timezone

from accounts.models import ClockOffset, OutboxMessage

READ_EVERY = 1.0  # seconds
_known: tuple[float, timedelta] | None = None


class ClockRefused(Exception):
    """The clock of this installation does not move."""


def now() -> datetime:
    """Return the moment at which the product thinks it is, in UTC."""
    if not settings.CLOCK_MAY_BE_MOVED:
        return timezone.now()
    return timezone.now() + _offset()


def set_to(moment: datetime | None) -> datetime:
    """Move the clock to ``moment``, or back to machine time; return what it says now.

    Errands already handed over become due again, lest they wait for a time that went away.
    Raises ``ClockRefused`` where the clock may not be moved.
    """
    if not settings.CLOCK_MAY_BE_MOVED:
        raise ClockRefused("This installation keeps machine time; its clock cannot be moved.")
    seconds = ceil((moment - timezone.now()).total_seconds()) if moment else 0
    ClockOffset.objects.update_or_create(only_row=True, defaults={"seconds": seconds})
    OutboxMessage.objects.filter(done_at=None, handed_at__isnull=False).update(not_before=None)
    forget()
    return now()


def forget() -> None:
    """Read the offset afresh at the next look."""
    global _known  # noqa: PLW0603 - one offset a process is the point of this module
    _known = None


def _offset() -> timedelta:
    global _known  # noqa: PLW0603
    tick = time.monotonic()
    if _known is None or tick - _known[0] > READ_EVERY:
        seconds = ClockOffset.objects.values_list("seconds", flat=True).first() or 0
        _known = (tick, timedelta(seconds=seconds))
    return _known[1]
