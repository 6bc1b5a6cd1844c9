"""Letters about a list: who is not on it, what became of an objection, who stepped out."""

from datetime import datetime

from accounts import messaging
from accounts.models import Learner
from enrolment.models import Application, Objection, StruckOut
from enrolment.notifications.seats import SHORT_NAME, office_phone, when


def tell_of_rejection(form: Application, *, until: datetime, at: datetime) -> None:
    """Tell everybody a form is for that it cannot be in the draw, and until when to object."""
    if at >= until:
        return  # too late to do anything; the page of the form says why
    for learner in filter(None, [form.learner, form.partner]):
        key = f"rejected {form.term_id} {learner.pk}"
        _tell_one(learner, "form_rejected", key, at, number=form.number, until=when(until))


def tell_of_objection(objection: Objection, *, at: datetime) -> None:
    """Tell whom the form is about that their objection was answered."""
    event = "objection_upheld" if objection.upheld else "objection_answered"
    _tell_one(objection.application.learner, event, f"objection {objection.pk}", at)


def tell_of_stepping_out(row: StruckOut, *, other: Application | None, at: datetime) -> None:
    """Tell somebody that they are out of the draw, and how to be heard if that is wrong.

    ``other``: the form of whoever goes with them and stays, who hears of it as well.
    """
    form = row.application
    _tell_one(form.learner, "stepped_out", f"struck {row.pk}", at, number=form.number)
    if other is not None:
        name = form.learner.name[:SHORT_NAME]
        _tell_one(other.learner, "goes_on_alone", f"struck {row.pk} other", at, other=name)


def _tell_one(learner: Learner, event: str, key: str, at: datetime, **params: str) -> None:
    if not learner.phone or learner.deceased_on:
        return  # the office has them on its call list
    messaging.send(
        template=f"enrolment/{event}",
        to=learner.phone,
        params={"name": learner.name[:SHORT_NAME], "phone": office_phone(), **params},
        dedupe_key=key,
        learner=learner,
        at=at,
    )
