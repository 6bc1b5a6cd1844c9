"""Composes letters about lectures. Each is one SMS: what, when, where, and how to end it.

Letters are Chinese whatever language the reader uses on the site, as all letters are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts import messaging
from accounts.messaging import Letter
from accounts.models import Message
from campus.models import SiteDetails
from livestream.domain import telling
from livestream.models import Lecture, SeriesSubscription

SHORT_TITLE, SHORT_SERIES = 8, 6  # characters kept when a letter does not fit otherwise
EVENT_OF_REPLY = {True: "series_unsubscribed", False: "series_not_subscribed"}


def about_lecture(
    lecture: Lecture,
    what: telling.Letter,
    subscriptions: Iterable[SeriesSubscription],
    *,
    at: datetime,
) -> int:
    """Write one letter to each phone; return how many phones there are.

    The words are the same for all of them. Who shares a phone gets one.
    """
    to: dict[str, SeriesSubscription] = {}
    for one in subscriptions:
        to.setdefault(one.goes_to(), one)
    to.pop("", None)
    begins = lecture.during.lower
    if what is telling.Letter.OFF and lecture.told_for is not None:
        begins = lecture.told_for
    template = f"livestream/{what.value}"
    params = _fitting(template, _words(lecture, begins))
    messaging.send_all(
        (
            Letter(
                template=template,
                to=phone,
                params=params,
                dedupe_key=f"{what.value}:{lecture.pk}:{begins:%Y%m%d%H%M}:{phone}",
                valid_until=begins,
                learner=one.learner,
            )
            for phone, one in to.items()
        ),
        at=at,
    )
    return len(to)


def subscribed(subscription: SeriesSubscription, *, at: datetime) -> Message:
    """Say that letters will come, and how to end them."""
    return messaging.send(
        template="livestream/series_subscribed",
        to=subscription.goes_to(),
        params={"series": subscription.series.name[:12], "phone": _office_phone()},
        dedupe_key=f"series_subscribed:{subscription.pk}",
        learner=subscription.learner,
        at=at,
    )


def answer_to_reply(*, to: str, ended: bool, key: str, at: datetime) -> Message:
    """Say that the letters have ended, or that there were none."""
    return messaging.send(
        template=f"livestream/{EVENT_OF_REPLY[ended]}",
        to=to,
        params={"phone": _office_phone()},
        dedupe_key=f"series_reply:{key}",
        at=at,
    )


def _words(lecture: Lecture, begins: datetime) -> dict[str, Any]:
    campus = lecture.campus.name if lecture.campus is not None else ""
    return {
        "series": lecture.series.name if lecture.series is not None else "",
        "issue": lecture.issue,
        "title": lecture.display_name("zh-hans"),
        "begins": timezone.localtime(begins),
        "place": f"，{campus}{lecture.place}" if campus or lecture.place else "",
        "phone": _office_phone(),
    }


def _fitting(template: str, params: dict[str, Any]) -> dict[str, Any]:
    """Leave out what matters least until the letter fits into one SMS."""
    title, series = params["title"], params["series"]
    for less in (
        {"title": _short(title, SHORT_TITLE)},
        {"series": _short(series, SHORT_SERIES)},
        {"phone": ""},
        {"place": ""},
    ):
        if len(messaging.text_of(template, params)) <= messaging.LONGEST:
            break
        params = params | less
    return params


def _short(text: str, keep: int) -> str:
    return f"{text[:keep]}…" if len(text) > keep + 1 else text


def _office_phone() -> str:
    details = SiteDetails.objects.first()
    return (details.phone if details and details.phone else settings.SITE_PHONE).replace(" ", "")
