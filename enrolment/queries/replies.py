"""What a phone may answer: offers, and places of the draw; and what it has answered too late."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django.db.models import Exists, OuterRef

from enrolment.models import Enrolment, PhoneQuestion, WaitlistEntry

TO_WRITE = (
    "section__course",
    "section__term",
    "section__campus",
    "section__room",
    "section__slot",
)

Asked = WaitlistEntry | Enrolment
"""What people are asked about: a place that is offered, or one that the draw keeps for them."""


def asked_on(
    phones: Iterable[str], *, at: datetime, asked_by: datetime | None = None
) -> list[Asked]:
    """Return what is open to everybody whose letters go to these phones, in a lasting order.

    ``asked_by``: only what the person was asked about by then, on this phone or on the one
    they had before.
    """
    phones = list(phones)
    found: list[Asked] = [
        *_open(WaitlistEntry.objects.offered(), "entry", phones, at, asked_by),
        *_open(Enrolment.objects.to_be_answered(), "enrolment", phones, at, asked_by),
    ]
    return sorted(found, key=lambda one: (one.due_at, isinstance(one, Enrolment), one.pk))


def offers_to(phone: str, *, at: datetime, asked_by: datetime | None = None) -> list[Asked]:
    """Return what one phone may answer."""
    return asked_on([phone], at=at, asked_by=asked_by)


def _open(
    asked: Any, column: str, phones: list[str], at: datetime, asked_by: datetime | None
) -> list[Asked]:
    found = asked.filter(learner__phone__in=phones, learner__deceased_on=None, due_at__gt=at)
    if asked_by is not None:
        questions = PhoneQuestion.objects.asked_by(asked_by)
        about_it = {column: OuterRef("pk"), "due_at": OuterRef("due_at")}
        found = found.filter(Exists(questions.filter(**about_it)))
    return list(found.select_related("learner__user", *TO_WRITE))


def missed_offer(phone: str, *, number: int | None, at: datetime) -> Asked | None:
    """Return what ran out on this phone last; only the question asked as ``number``.

    None when there was none lately, or when the last one was answered, or is open or open again.
    Whether it ran out is for the row to say: an SMS that came in time may be read so late that
    the place is gone.
    """
    asked = PhoneQuestion.objects.to(phone).recent(at).asked_by(at)
    if number is not None:
        asked = asked.filter(number=number)
    last = asked.first()
    if last is None:
        return None
    return _missed_place(last, at) if last.enrolment_id else _missed_entry(last, at)


def _missed_entry(last: PhoneQuestion, at: datetime) -> WaitlistEntry | None:
    entry = WaitlistEntry.objects.select_related("learner", *TO_WRITE).get(questions=last)
    state = WaitlistEntry.State
    if entry.state == state.OFFERED:  # past its time, the sweep is still to move it
        return entry if entry.due_at == last.due_at and last.due_at <= at else None
    ran_out = entry.expiries > 0 and entry.state in {state.WAITING, state.EXPIRED}
    return entry if ran_out else None


def _missed_place(last: PhoneQuestion, at: datetime) -> Enrolment | None:
    place = Enrolment.objects.select_related("learner", *TO_WRITE).get(questions=last)
    if place.status == Enrolment.Status.LAPSED:
        return place
    ran_out = place.asks_for_an_answer and cast("datetime", place.due_at) <= at
    return place if ran_out else None
