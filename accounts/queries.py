"""Read-side answers about people that need more than one QuerySet word."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.models import Learner, User


@dataclass(frozen=True)
class MayActFor:
    """Whom an account may act for: its own learners (a phone may be shared), and others."""

    own: tuple[int, ...]
    grants: dict[int, int]  # learner id to grant id

    def __contains__(self, learner_id: int) -> bool:
        return learner_id in self.own or learner_id in self.grants


def learners_of(user: User, *, at: datetime) -> MayActFor:
    """Return whom ``user`` may act for at this moment.

    Works before any scope is open: one database function looks, given account and moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT learner_id, grant_id FROM learners_of(%s, %s)", [user.pk, at])
        rows = cursor.fetchall()
    own = tuple(learner for learner, grant in rows if grant is None)
    return MayActFor(
        own=own,
        grants={learner: grant for learner, grant in rows if grant and learner not in own},
    )


def learner_in_scope(learner_id: int) -> Learner:
    """Return one learner's record, as a scope of its own would show it, in one round trip.

    The caller has checked that it may act for them, as with ``scope.learners``.
    """
    return Learner.objects.raw("SELECT * FROM learner_in_scope(%s)", [learner_id])[0]
