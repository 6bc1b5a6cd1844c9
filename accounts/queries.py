"""Read-side answers about people that need more than one QuerySet word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import connection

from accounts.models import Learner, User


@dataclass(frozen=True)
class MayActFor:
    """Whom an account may act for: its own learners (a phone may be shared), and others."""

    own: tuple[int, ...]
    grants: dict[int, int]  # learner id to grant id

    def __contains__(self, learner_id: int) -> bool:
        return learner_id in self.own or learner_id in self.grants


# Asked on every page of somebody who has signed in: one plain statement for both.
ACCOUNT = """
    SELECT {columns}, may.learners AS may_act_for_learners, may.grants AS may_act_for_grants
    FROM accounts_user u, LATERAL (
        SELECT array_agg(learner_id) AS learners, array_agg(grant_id) AS grants
        FROM learners_of(u.id, %s)
    ) may
    WHERE u.id = %s
"""
# Moments that no page shows; reading them was a fifth of what an account costs a page.
FOR_NO_PAGE = frozenset({"last_login", "date_joined", "phone_verified_at"})


def account(user_id: int, *, at: datetime) -> User | None:
    """Return an account together with whom it may act for (``may_act_for``), None for none."""
    statement, names = _account_as_pages_need_it()
    with connection.cursor() as cursor:
        cursor.execute(statement, [at, user_id])
        row = cursor.fetchone()
    if row is None:
        return None
    *values, learners, grants = row
    user = User.from_db(connection.alias, names, values)
    user.may_act_for = _may_act_for(zip(learners or (), grants or (), strict=True))
    return user


@cache
def _account_as_pages_need_it() -> tuple[str, list[str]]:
    """Return the statement and the fields it reads; the others are read if somebody asks."""
    fields = [field for field in User._meta.concrete_fields if field.attname not in FOR_NO_PAGE]
    columns = ", ".join(f"u.{field.column}" for field in fields)
    return ACCOUNT.format(columns=columns), [field.attname for field in fields]


def learners_of(user: User, *, at: datetime) -> MayActFor:
    """Return whom ``user`` may act for at this moment.

    Works before any scope is open: one database function looks, given account and moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT learner_id, grant_id FROM learners_of(%s, %s)", [user.pk, at])
        return _may_act_for(cursor.fetchall())


def at_the_door(user: User, *, at: datetime) -> MayActFor:
    """Return whom ``user`` may act for, as it was read with the account a moment ago if it was."""
    known: MayActFor | None = user.may_act_for
    return known if known is not None else learners_of(user, at=at)


def _may_act_for(rows: Iterable[tuple[int, int | None]]) -> MayActFor:
    rows = list(rows)
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
