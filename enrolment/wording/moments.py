"""Moments in words."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import pgettext


def moment(at: datetime) -> str:
    """Return day, weekday and hour in words."""
    local = localtime(at)
    day = date_format(local, pgettext("format of a day", "l j F"))
    return f"{day} {date_format(local, 'G:i')}"
