"""The one clock: machine time plus an offset that demo and tests may set.

Read at the doors only (views, commands, tasks) and passed down as ``at``.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import ClockOffset


def now() -> datetime:
    """Return the moment at which the product thinks it is, in UTC."""
    machine = timezone.now()
    if not settings.CLOCK_MAY_BE_MOVED:
        return machine
    seconds = ClockOffset.objects.values_list("seconds", flat=True).first()
    return machine + timedelta(seconds=seconds or 0)
