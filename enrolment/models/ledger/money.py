"""What money does with seats; each is one round trip (``enrolment/sql/money.sql``)."""

from datetime import datetime
from typing import cast

from accounts.models import User
from enrolment.models.enrolments import Enrolment
from enrolment.models.ledger.round_trips import value
from enrolment.models.vocabulary import Channel


def pay(
    *, enrolment: Enrolment, actor: User | None, channel: Channel, at: datetime, reason: str
) -> str:
    """Make a place the learner's that was paid for: ``confirmed``, ``already`` or ``gone``."""
    args = [actor and actor.pk, enrolment.pk, channel, at, reason]
    return cast("str", value("seat_pay", args))


def unpay(
    *,
    enrolment: Enrolment,
    due_at: datetime,
    actor: User,
    channel: Channel,
    at: datetime,
    reason: str,
) -> bool:
    """Keep a place once more whose payment was taken back. False: it is not the learner's."""
    args = [actor.pk, enrolment.pk, due_at, channel, at, reason]
    return cast("bool", value("seat_unpay", args))
