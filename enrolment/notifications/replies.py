"""Answers to what people write to us by SMS."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts import messaging
from enrolment.domain.refusals import Refusal
from enrolment.models import Enrolment, WaitlistEntry
from enrolment.notifications.seats import (
    SHORT_COURSE,
    SHORT_NAME,
    WHY_NOT_NOW,
    office_phone,
    send_letter,
)


def tell_too_late(
    entry: WaitlistEntry | Enrolment, *, place_in_line: int | None, key: str, at: datetime
) -> None:
    """Answer an SMS that came after the time had run out: where that leaves the person."""
    send_letter(
        "reply_too_late",
        entry.learner,
        entry.section,
        key=f"reply {key}",
        at=at,
        place_in_line=place_in_line,
    )


def tell_refused_reply(
    entry: WaitlistEntry | Enrolment, reason: Refusal, *, key: str, at: datetime
) -> None:
    """Answer a yes by SMS that the rules do not allow now; the office finds a way or says why."""
    send_letter(
        "reply_refused",
        entry.learner,
        entry.section,
        key=f"reply {key}",
        at=at,
        why=WHY_NOT_NOW.get(reason, ""),
    )


def list_offers(
    offers: Mapping[int, WaitlistEntry | Enrolment], *, to: str, key: str, at: datetime
) -> None:
    """Answer a bare 1 or 2 of a phone with several offers: each with its number.

    As many offers in a letter as one SMS holds, and as many letters as that takes.
    """
    template, lines = "enrolment/reply_which", [_in_one_line(*one) for one in offers.items()]
    texts: list[list[str]] = [[]]
    for line in lines:
        params = {"lines": [*texts[-1], line], "phone": office_phone()}
        if texts[-1] and len(messaging.text_of(template, params)) > messaging.LONGEST:
            texts.append([])
        texts[-1].append(line)
    for part, some in enumerate(texts):
        write_back("reply_which", to=to, key=f"{key} {part}", at=at, lines=some)


def write_back(event: str, *, to: str, key: str, at: datetime, **params: Any) -> None:
    """Answer an SMS of somebody of whom we know no more than the number."""
    messaging.send(
        template=f"enrolment/{event}",
        to=to,
        params={"phone": office_phone(), **params},
        dedupe_key=f"reply {key}",
        at=at,
    )


def _in_one_line(number: int, entry: WaitlistEntry | Enrolment) -> str:
    section, name = entry.section, entry.learner.name
    course = section.course.name
    if len(course) > SHORT_COURSE:
        course = f"{course[:SHORT_COURSE]}…"
    if len(name) > SHORT_NAME:
        name = f"{name[:SHORT_NAME]}…"
    return f"{name}{course}{section.number}班，上回{number}1，不上回{number}2"
