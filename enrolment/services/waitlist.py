"""The line: answer an offer, leave the line, offer freed seats to the next."""

from datetime import datetime
from uuid import UUID

from django.utils.timezone import localtime

from accounts.models import User
from courses.models import ClassSection
from enrolment import queries
from enrolment.domain import deadlines
from enrolment.models import Act, Channel, Claim, WaitlistEntry, ledger
from enrolment.services.refused import answered


def accept_offer(
    *,
    entry: WaitlistEntry,
    actor: User | None,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
) -> Claim:
    """Take the seat that was offered; with a fee it stays held until it is paid.

    A class that was to be given up for this one ends in the same moment. Raises ``SeatRefused``
    when the offer has run out, or another class stands in the way now.
    ``actor`` is None for an answer by SMS of a learner who has no account (``replies.py``).
    """
    rules = queries.rules_of(entry.section.term, at=at)
    return answered(
        ledger.accept(
            entry=entry,
            actor=actor,
            channel=channel,
            key=key,
            at=at,
            due_at=queries.payment_until(entry.section, rules, at=at),
            reason=reason,
        )
    )


def decline_offer(
    *,
    entry: WaitlistEntry,
    actor: User | None,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
) -> Claim:
    """Let the next person have the seat that was offered. Raises ``SeatRefused`` if none is."""
    return answered(
        ledger.leave_line(
            entry=entry,
            actor=actor,
            channel=channel,
            key=key,
            at=at,
            act=Act.DECLINE,
            reason=reason,
        )
    )


def leave_waitlist(
    *,
    entry: WaitlistEntry,
    actor: User,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
) -> Claim:
    """Stop waiting for a class. Raises ``SeatRefused`` if the learner does not wait any more."""
    return answered(
        ledger.leave_line(
            entry=entry,
            actor=actor,
            channel=channel,
            key=key,
            at=at,
            act=Act.LEAVE_LINE,
            reason=reason,
        )
    )


def promote(*, section: ClassSection, at: datetime) -> int:
    """Offer the free seats of a class to the head of its line, inside offer hours only.

    Returns how many were offered. Nobody loses a place by being busy or not eligible just now.
    """
    rules = queries.rules_of(section.term, at=at)
    if not deadlines.in_offer_hours(localtime(at), rules.terms):
        return 0
    return ledger.promote(
        section_id=section.pk, at=at, due_at=queries.offer_until(section, rules, at=at)
    )
