"""The letter about an objection to a list: what was decided, and where to ask why."""

from datetime import datetime

from accounts import messaging
from enrolment.models import Objection
from enrolment.notifications.seats import SHORT_NAME, office_phone


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
