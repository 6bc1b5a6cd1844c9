"""What staff do by telephone: tries written down, answers taken, places kept longer."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from accounts.models import AuditEvent, User
from enrolment import queries
from enrolment.domain.refusals import Refusal
from enrolment.models import CallAttempt, Channel, Claim, Enrolment, WaitlistEntry, ledger
from enrolment.services.refused import PressReused, SeatRefused, answered
from enrolment.services.results import say_one_comes, say_one_stays_away
from enrolment.services.seats import withdraw
from enrolment.services.waitlist import accept_offer, decline_offer


def record_call(
    *,
    about: Enrolment | WaitlistEntry,
    outcome: CallAttempt.Outcome,
    note: str,
    actor: User,
    key: UUID,
    at: datetime,
) -> Claim | None:
    """Write down a try to reach a learner; what they said is done in the same breath.

    A yes takes the place that was offered, a no gives it to the next person. A place of the draw
    or of a renewal is answered like that, too; where there is a fee it is still to be paid. Any
    other place that is held waits for its payment: a yes is a word, a no leaves the class, with
    ten minutes to think again. Returns what that came to, None where nothing was to be done.
    ``note`` is the reason in the history of the seat, so an answer has one.

    The same key is the same call. Raises ``PressReused`` when it comes again for somebody else or
    with another answer, ``SeatRefused`` when the answer cannot be kept; the try stands in the
    book all the same.
    """
    attempt, is_new = CallAttempt.objects.get_or_create(
        pk=key,
        defaults={
            **_subject(about),
            "learner_id": about.learner_id,
            "unit_id": about.unit_id,
            "outcome": outcome,
            "note": note,
            "actor": actor,
            "at": at,
        },
    )
    if is_new:
        AuditEvent.objects.record(
            actor, "telephoned", about, at=at, learner=about.learner, unit=about.section.unit,
            outcome=outcome,
        )  # fmt: skip
    elif not _is_same_call(attempt, about, outcome):
        raise PressReused
    act = _act_of(about, attempt.outcome)
    if act is None:
        return None
    return act(actor=actor, key=key, at=at, channel=Channel.PHONE, reason=attempt.note)


def extend_place(
    *,
    about: Enrolment | WaitlistEntry,
    actor: User,
    key: UUID,
    at: datetime,
    reason: str,
    channel: Channel = Channel.COUNTER,
) -> Claim:
    """Keep a held or offered place 48 hours longer, once, as staff; never till a day off.

    Raises ``SeatRefused`` when it was answered or has run out, or was kept longer before.
    """
    due_at = queries.more_time(about, at=at)
    if due_at is None:
        raise SeatRefused(Refusal.TOO_LATE)
    return answered(
        ledger.extend(
            about=about, actor=actor, channel=channel, key=key, at=at, due_at=due_at, reason=reason
        )
    )


def keep_for_calls(*, at: datetime) -> int:
    """Put off offers that would run out although the office has not called; return how many.

    Once for each offer, by one working day (``enrolment/domain/calls.py`` has the rule). What is
    busy just now is put off by the next sweep: until then it does not run out.
    """
    owed = ledger.offers_owed_a_call(at=at)
    entries = WaitlistEntry.objects.select_related("section__term").in_bulk(owed)
    kept = 0
    for pk in owed:
        section = entries[pk].section
        due_at = queries.kept_for_a_call_until(
            section, queries.rules_of(section.term, at=at), at=at
        )
        kept += ledger.keep_for_a_call(entry_id=pk, at=at, due_at=due_at)
    return kept


def _subject(about: Enrolment | WaitlistEntry) -> dict[str, int]:
    if isinstance(about, WaitlistEntry):
        return {"entry_id": about.pk, "turn": about.expiries}
    return {"enrolment_id": about.pk}


def _is_same_call(
    attempt: CallAttempt, about: Enrolment | WaitlistEntry, outcome: CallAttempt.Outcome
) -> bool:
    """A key never carries one person's answer to another's place. A later turn is no matter."""
    subject = attempt.entry_id if isinstance(about, WaitlistEntry) else attempt.enrolment_id
    return subject == about.pk and attempt.outcome == outcome


def _act_of(about: Enrolment | WaitlistEntry, outcome: str) -> Callable[..., Claim] | None:
    """Return the service that does what was said; None for nothing to do."""
    said = CallAttempt.Outcome
    if isinstance(about, WaitlistEntry):
        acts = {said.REACHED_YES: accept_offer, said.REACHED_NO: decline_offer}
        return partial(acts[said(outcome)], entry=about) if outcome in acts else None
    if about.is_to_confirm:
        words = {said.REACHED_YES: say_one_comes, said.REACHED_NO: say_one_stays_away}
        return partial(words[said(outcome)], enrolment=about) if outcome in words else None
    return partial(withdraw, enrolment=about) if outcome == said.REACHED_NO else None
