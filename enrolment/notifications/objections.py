"""Letters about a list: who is not on it and may object, and what became of an objection."""

from datetime import datetime

from accounts import messaging
from enrolment.models import Application, Objection
from enrolment.notifications.seats import SHORT_NAME, office_phone, when


def tell_of_rejection(form: Application, *, until: datetime, at: datetime) -> None:
    """Tell everybody a form is for that it cannot be in the draw, and until when to object."""
    if at >= until:
        return  # too late to do anything; the page of the form says why
    for learner in filter(None, [form.learner, form.partner]):
        if not learner.phone or learner.deceased_on:
            continue  # the office has them on its call list
        messaging.send(
            template="enrolment/form_rejected",
            to=learner.phone,
            params={
                "name": learner.name[:SHORT_NAME],
                "number": form.number,
                "until": when(until),
                "phone": office_phone(),
            },
            dedupe_key=f"rejected {form.term_id} {learner.pk}",
            learner=learner,
            at=at,
        )


def tell_of_objection(objection: Objection, *, at: datetime) -> None:
    """Tell whom the form is about that their objection was answered."""
    learner = objection.application.learner
    if not learner.phone or learner.deceased_on:
        return  # the office has them on its call list
    event = "objection_upheld" if objection.upheld else "objection_answered"
    messaging.send(
        template=f"enrolment/{event}",
        to=learner.phone,
        params={"name": learner.name[:SHORT_NAME], "phone": office_phone()},
        dedupe_key=f"objection {objection.pk}",
        learner=learner,
        at=at,
    )
