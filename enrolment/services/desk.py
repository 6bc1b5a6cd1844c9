"""What staff press for a learner who stands at the counter or is on the telephone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import AuditEvent, ConsentRecord, User
from enrolment.models import Channel, Claim


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
    consent = ConsentRecord.objects.create(
        learner_id=claim.learner_id,
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
        learner=consent.learner,
        unit=claim.section.unit,
        act=claim.act,
        outcome=claim.outcome,
        channel=word.channel,
        how=word.how,
        reason=word.reason,
    )
    return claim
