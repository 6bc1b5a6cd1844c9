"""Somebody has died: nobody acts for them any more, and nobody writes to them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from accounts import scope
from accounts.models import AuditEvent, DeathRecord, HelperGrant, Learner, User
from accounts.models.people import HelperGrantQuerySet
from accounts.services.accounts import end_sessions


class DeathRefused(Exception):
    """There is nothing to put right, or who noted it would put it right themselves."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the family brought: no copy is kept, only what kind of paper it was."""

    died_on: date
    paper: str
    kinship: str
    brought_by: str


@transaction.atomic
def note_death(*, learner: Learner, shown: Shown, actor: User, at: datetime) -> DeathRecord:
    """Note that a learner has died. Twice is once.

    From this moment no account acts for them, whoever helped them does so no more, nobody acts
    for others in their name, and letters that wait are not sent. The door has the learner's rows
    in scope.
    """
    learner = Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)
    known = DeathRecord.objects.standing(learner)
    if known is not None:
        return known
    record = DeathRecord.objects.create(
        learner=learner, noted_by=actor, noted_at=at,
        died_on=shown.died_on, paper=shown.paper,
        kinship=shown.kinship, brought_by=shown.brought_by,
    )  # fmt: skip
    learner.deceased_on = shown.died_on
    learner.save(update_fields=["deceased_on"])
    with scope.system("note a death"):  # whom they helped may be anywhere in the city
        _grants_of(learner).open().update(revoked_at=at)
    if learner.user is not None:
        end_sessions(user=learner.user)  # a phone that others share signs in again, without them
    AuditEvent.objects.record(
        actor, "death noted", record, at=at, learner=learner, unit=learner.unit,
        paper=record.paper, kinship=record.kinship,
    )  # fmt: skip
    return record


def _grants_of(learner: Learner) -> HelperGrantQuerySet:
    """What others may do for a learner, and what the learner may do for others.

    The latter hangs on their account. Where somebody who lives has the same one, it is theirs.
    """
    whose = Q(learner=learner)
    others = Learner.objects.filter(user=learner.user_id, deceased_on=None).exclude(pk=learner.pk)
    if learner.user_id is not None and not others.exists():
        whose |= Q(helper=learner.user_id)
    return HelperGrant.objects.filter(whose)


@transaction.atomic
def put_death_right(*, learner: Learner, actor: User, at: datetime) -> DeathRecord:
    """Say that it was the wrong person: a second member of staff does, and helpers help again.

    Raises ``DeathRefused``.
    """
    learner = Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)
    record = DeathRecord.objects.standing(learner)
    if record is None or record.noted_by_id == actor.pk:
        raise DeathRefused
    record.put_right_by, record.put_right_at = actor, at
    record.save(update_fields=["put_right_by", "put_right_at"])
    learner.deceased_on = None
    learner.save(update_fields=["deceased_on"])
    with scope.system("put a death right"):
        _grants_of(learner).ended_at(record.noted_at).not_given_anew().update(revoked_at=None)
    AuditEvent.objects.record(
        actor, "death put right", record, at=at, learner=learner, unit=learner.unit
    )
    return record
