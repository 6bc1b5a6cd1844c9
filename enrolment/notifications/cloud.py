"""Letters about courses followed from home."""

from datetime import datetime
from typing import Any

from django.utils import translation

from accounts import messaging
from accounts.models import Learner
from enrolment.models import CloudSeat, DeliveryRequest
from enrolment.notifications.seats import SHORT_COURSE, office_phone


def tell_of_cloud(seat: CloudSeat, *, when: str, at: datetime) -> None:
    """Tell a learner that a course can be followed from home. ``when`` it was given last."""
    _send("cloud_given", seat.learner, seat, key=f"cloud {seat.pk} {when}", at=at)


def tell_of_pack(pack: DeliveryRequest, *, at: datetime) -> None:
    """Tell a learner that the printed pack can be fetched, and where."""
    if pack.campus is None:
        return
    with translation.override("zh-hans"):
        place = pack.campus.display_name()
    _send("pack_printed", pack.learner, pack.cloud_seat, key=f"pack {pack.pk}", at=at, place=place)


def _send(
    event: str, learner: Learner, seat: CloudSeat, *, key: str, at: datetime, **params: Any
) -> None:
    if not learner.phone or learner.deceased_on:
        return
    template, course = f"enrolment/{event}", seat.course.name
    said = {"name": learner.name, "class": course, "phone": office_phone(), **params}
    if len(messaging.text_of(template, said)) > messaging.LONGEST:
        said["class"] = f"{course[:SHORT_COURSE]}…"
    letter = messaging.Letter(
        template=template, to=learner.phone, params=said, dedupe_key=key, learner=learner
    )
    messaging.send_all([letter], at=at)
