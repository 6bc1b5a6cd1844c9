"""Letters about money that goes back: how much, by which way, until when. Each one SMS."""

from datetime import datetime

from django.utils import translation

from accounts import messaging
from enrolment.models import Refund
from enrolment.notifications.money import SHORT_CLASS, SHORT_NAME, fitting
from enrolment.notifications.seats import office_phone, when, yuan

State, Way, Cause = Refund.State, Refund.Way, Refund.Cause
BY_WAY = {
    Way.ORIGIN: "refund_origin",
    Way.CASH: "refund_counter",
    Way.TRANSFER: "refund_transfer",
}


def tell_of_refund(refund: Refund, *, until: datetime, at: datetime) -> None:
    """Tell a learner how their refund stands now; ``until`` when it should have arrived."""
    event = _event(refund)
    learner = refund.order.learner if refund.order else None
    if not event or learner is None or not learner.phone or learner.deceased_on:
        return  # the office has them, or their family, at the counter
    template = f"enrolment/{event}"
    named = _class_of(refund)
    params = {
        "name": learner.name,
        "class": named,
        "fee": yuan(refund.amount_fen),
        "due": when(until),
        "phone": office_phone(),
    }
    messaging.send(
        template=template,
        to=learner.phone,
        params=fitting(
            template,
            params,
            {"class": f"{named[:SHORT_CLASS]}…" if named else ""},
            {"name": f"{learner.name[:SHORT_NAME]}…"},
            {"class": ""},
        ),
        dedupe_key=f"refund {refund.pk} {_told_as(refund)} {refund.way}",
        at=at,
        learner=learner,
    )


def _told_as(refund: Refund) -> str:
    """Return under which state a letter is known: owed and on its way are one to the learner."""
    return State.APPROVED.value if refund.state == State.PENDING else refund.state


def _event(refund: Refund) -> str:
    """Return which letter says how a refund stands; "" where another one has said it."""
    match refund.state:
        case State.SUCCEEDED:
            # Who was given cash has the receipt in hand.
            return "" if refund.way == Way.CASH else "refund_done"
        case State.REFUSED:
            return "refund_refused" if refund.cause == Cause.SPECIAL else ""
        case State.APPROVED if refund.cause == Cause.LATE_MONEY:
            return ""  # told with the money that came too late
        case State.APPROVED | State.PENDING | State.FAILED:
            return BY_WAY[Way(refund.way)]
    return ""


def _class_of(refund: Refund) -> str:
    line = refund.line
    if line is None:
        return ""
    section = line.enrolment.section
    with translation.override("zh-hans"):
        return f"{section.course.name}{section.number}班"
