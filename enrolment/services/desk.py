"""What staff press for a learner who stands at the counter or is on the telephone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from accounts.models import AuditEvent, ConsentRecord, Learner, Unit, User
from enrolment.models import Channel, Claim


class Press(TypedDict):
    """By which way something was said, and when: what every step with a form is told."""

    channel: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Word:
    """What a learner told the office: by which way, how we know that they agree, and why."""

    channel: str  # one of Channel
    how: str  # one of HelperGrant.Consent
    reason: str


def act_for_learner(
    act: Callable[..., Claim], *, word: Word, actor: User, key: UUID, at: datetime
) -> Claim:
    """Do for a learner what they would do on the web: ``act`` is the same service.

    Who acted, for whom, by which way and why stands in the history of the seat; how the learner
    agreed is kept as a consent, once for each press. Raises what the service raises.
    """
    claim = act(actor=actor, key=key, at=at, channel=Channel(word.channel), reason=word.reason)
    if claim.at != at:
        return claim  # a second tap: the answer of the first, whose consent is kept already
    keep_word(
        Learner.objects.get(pk=claim.learner_id),
        word,
        unit=claim.section.unit,
        actor=actor,
        at=at,
        act=claim.act,
        outcome=claim.outcome,
    )
    return claim


def keep_word(
    learner: Learner, word: Word, *, unit: Unit, actor: User, at: datetime, **details: object
) -> None:
    """Keep how a learner agreed to what the office did for them; ``details`` say what that was."""
    consent = ConsentRecord.objects.create(
        learner=learner,
        kind=ConsentRecord.Kind.HELPER,
        how=word.how,
        actor=actor,
        given_at=at,
        valid_until=at,
    )
    AuditEvent.objects.record(
        actor,
        "acted for a learner",
        consent,
        at=at,
        learner=learner,
        unit=unit,
        channel=word.channel,
        how=word.how,
        reason=word.reason,
        **details,
    )
