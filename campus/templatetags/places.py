"""What templates say of places, hours and days."""

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.template.context import Context
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, time_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from accounts.models import Unit
from campus.http import locality_of
from campus.models import Campus, Locality, NoticePage, TimeSlot
from campus.queries import Place, places_for

register = template.Library()

HOURS = re.compile(r"\d{1,2}:\d\d ?[–-] ?\d{1,2}:\d\d")


@register.filter
def said(record: Any, what: str) -> str:
    """Return the words of a record in the reader's language: ``campus|said:"address"``."""
    return str(record.said(what))


@register.filter
def unbroken(words: Any) -> SafeString:
    """Keep hours from being torn apart at the end of a line: 8:30– / 10:00 reads as two things."""
    return mark_safe(  # noqa: S308 - escaped first
        HOURS.sub(r'<span class="nowrap">\g<0></span>', escape(words))
    )


@register.filter
def slot_words(slot: TimeSlot) -> SafeString:
    """Return a weekly hour as people say it: Tuesday morning 8:30–10:00."""
    words = gettext("%(day)s %(half)s %(starts)s–%(ends)s") % {
        "day": WEEKDAYS[slot.weekday - 1],
        "half": slot.get_half_day_display(),
        "starts": time_format(slot.starts_at, "G:i"),
        "ends": time_format(slot.ends_at, "G:i"),
    }
    return unbroken(words)


@register.filter
def concerning(what: str, name: str) -> str:
    """Put what a page does before whom or what it concerns, with the colon of the language."""
    return gettext("%(what)s: %(name)s") % {"what": what, "name": name}


@register.filter
def day_words(day: date | datetime) -> str:
    """Return a full date with its weekday."""
    if isinstance(day, datetime):
        day = localtime(day)
    return date_format(day, gettext("l j F"))


@register.filter
def day_words_as_of(day: date, at: datetime) -> str:
    """Return a full date with its weekday, and with its year when that is not this year."""
    if day.year == localtime(at).year:
        return day_words(day)
    return date_format(day, gettext("l j F Y"))


@register.filter
def moment_words(moment: datetime) -> str:
    """Return a full date with weekday and hour."""
    return f"{day_words(moment)} {date_format(localtime(moment), 'G:i')}"


@register.simple_tag(takes_context=True)
def lives_in(context: Context) -> Locality | None:
    """Return the street or town the reader has told us."""
    request = context.get("request")
    return locality_of(request) if request else None


@register.simple_tag(takes_context=True)
def near_places(context: Context, number: int, unit: Unit | None = None) -> list[Place]:
    """Return the places nearest to the reader, of one unit or of all, those with rooms only."""
    places = places_for(lives_in(context))
    wanted = [
        place for place in places if place.campus.has_rooms and unit in (None, place.campus.unit)
    ]
    return wanted[:number]


@register.simple_tag
def places_of(unit: Unit) -> list[Campus]:
    """Return all open places of a unit, in its own order."""
    return list(Campus.objects.open_to_learners().filter(unit=unit).in_order())


@register.simple_tag
def newest_notices(number: int) -> list[NoticePage]:
    """Return the newest notices of the whole site in the reader's language."""
    notices = NoticePage.objects.live().filter(locale__language_code=get_language())
    return list(notices.order_by("-dated_on", "-pk")[:number])
