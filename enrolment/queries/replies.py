"""Which offers a phone may answer, and which it has answered too late."""

from datetime import datetime

from enrolment.models import PhoneQuestion, WaitlistEntry

TO_WRITE = (
    "section__course",
    "section__term",
    "section__campus",
    "section__room",
    "section__slot",
)


def offers_to(phone: str, *, at: datetime) -> list[WaitlistEntry]:
    """Return the open offers of everybody whose letters go to this phone, in a lasting order."""
    offered = WaitlistEntry.objects.offered().filter(
        learner__phone=phone, learner__deceased_on=None, due_at__gt=at
    )
    return list(offered.select_related("learner__user", *TO_WRITE).order_by("due_at", "pk"))


def missed_offer(phone: str, *, number: int | None, at: datetime) -> WaitlistEntry | None:
    """Return the entry whose offer to this phone ran out last; only the one asked as ``number``.

    None when there was none lately, or when the last one was answered.
    """
    asked = PhoneQuestion.objects.to(phone).recent(at)
    if number is not None:
        asked = asked.filter(number=number)
    last = asked.first()
    if last is None or last.due_at > at:
        return None
    entry = WaitlistEntry.objects.select_related("learner", *TO_WRITE).get(pk=last.entry_id)
    state = WaitlistEntry.State
    ran_out = entry.expiries > 0 and entry.state in {state.WAITING, state.EXPIRED}
    return entry if ran_out or entry.state == state.OFFERED else None
