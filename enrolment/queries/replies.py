"""Which offers a phone may answer, and which it has answered too late."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from enrolment.models import PhoneQuestion, WaitlistEntry

TO_WRITE = (
    "section__course",
    "section__term",
    "section__campus",
    "section__room",
    "section__slot",
)


def offers_to(
    phone: str, *, at: datetime, asked_by: datetime | None = None
) -> list[WaitlistEntry]:
    """Return the open offers of everybody whose letters go to this phone, in a lasting order.

    ``asked_by``: only those that the person was asked about by then, on this phone or on the one
    they had before.
    """
    offered = WaitlistEntry.objects.offered().filter(
        learner__phone=phone, learner__deceased_on=None, due_at__gt=at
    )
    if asked_by is not None:
        asked = PhoneQuestion.objects.asked_by(asked_by)
        offered = offered.filter(
            Exists(asked.filter(entry=OuterRef("pk"), due_at=OuterRef("due_at")))
        )
    return list(offered.select_related("learner__user", *TO_WRITE).order_by("due_at", "pk"))


def missed_offer(phone: str, *, number: int | None, at: datetime) -> WaitlistEntry | None:
    """Return the entry whose offer to this phone ran out last; only the one asked as ``number``.

    None when there was none lately, or when the last one was answered, or is open or open again.
    Whether it ran out is for the entry to say: an SMS that came in time may be read so late that
    the place is gone.
    """
    asked = PhoneQuestion.objects.to(phone).recent(at).asked_by(at)
    if number is not None:
        asked = asked.filter(number=number)
    last = asked.first()
    if last is None:
        return None
    entry = WaitlistEntry.objects.select_related("learner", *TO_WRITE).get(pk=last.entry_id)
    state = WaitlistEntry.State
    if entry.state == state.OFFERED:  # past its time, the sweep is still to move it
        return entry if entry.due_at == last.due_at and last.due_at <= at else None
    ran_out = entry.expiries > 0 and entry.state in {state.WAITING, state.EXPIRED}
    return entry if ran_out else None
