"""For how many people one account asks: a family has a few, who deals in places has many."""

from datetime import datetime

from accounts import limits, scope
from accounts.models import AuditEvent, Learner, User
from enrolment.domain.refusals import Refusal
from enrolment.models import Channel
from enrolment.queries import Dossier
from enrolment.services.refused import SeatRefused

AT_THE_OFFICE = frozenset({Channel.COUNTER, Channel.PHONE})


def by_the_office(channel: Channel, reason: str) -> bool:
    """Whether the desk acts, where every press has a written reason."""
    return channel in AT_THE_OFFICE and bool(reason)


def ensure_may_help(facts: Dossier, *, learner: Learner, actor: User, at: datetime) -> None:
    """See to it that an account asks for no more than three other people within an hour.

    Its own learners do not count, nor does the same person again. Asked last, so that what the
    rules refuse anyway does not count. Raises ``SeatRefused``, which says when to go on.
    """
    if facts.is_of_actor or limits.count_helped(actor.pk, learner.pk, at=at):
        return
    with scope.learners([learner.pk]):
        AuditEvent.objects.record(
            actor, "helper asked for too many people", learner, at=at, learner=learner,
            most=limits.HELPED_PER_HOUR,
        )  # fmt: skip
    raise SeatRefused(Refusal.HELPED_ENOUGH, opens_at=limits.helps_again_at(at))
