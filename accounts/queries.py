"""Read-side answers about people that need more than one QuerySet word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Learner, User

ASK = """SELECT (may.learner).*, may.grant_id FROM learners_of(%s, %s) may
ORDER BY (may.learner).id"""


@dataclass(frozen=True)
class MayActFor:
    """Whom an account may act for: its own learners (a phone may be shared), and others."""

    own: tuple[int, ...]
    grants: dict[int, int]  # learner id to grant id
    people: Mapping[int, Learner] = field(default_factory=dict, compare=False)

    def __contains__(self, learner_id: int) -> bool:
        return learner_id in self.own or learner_id in self.grants


def learners_of(user: User, *, at: datetime) -> MayActFor:
    """Return whom ``user`` may act for at this moment.

    Works before any scope is open: one database function looks, given account and moment.
    """
    # Any: beside the fields of a learner each row has the column grant_id.
    people: list[Any] = list(Learner.objects.raw(ASK, [user.pk, at]))
    own = tuple(person.pk for person in people if person.grant_id is None)
    return MayActFor(
        own=own,
        grants={
            person.pk: person.grant_id
            for person in people
            if person.grant_id is not None and person.pk not in own
        },
        people={person.pk: person for person in people},
    )
