"""Somebody has died: nobody acts for them any more, and nobody writes to them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import AuditEvent, DeathRecord, HelperGrant, Learner, User
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

    From this moment no account acts for them, whoever helped them does so no more, and letters
    that wait are not sent. The door has the learner's rows in scope.
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
    HelperGrant.objects.filter(learner=learner, revoked_at=None).update(revoked_at=at)
    if learner.user is not None:
        end_sessions(user=learner.user)  # a phone that others share signs in again, without them
    AuditEvent.objects.record(
        actor, "death noted", record, at=at, learner=learner, unit=learner.unit,
        paper=record.paper, kinship=record.kinship,
    )  # fmt: skip
    return record


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
    ended_with_it = HelperGrant.objects.filter(learner=learner, revoked_at=record.noted_at)
    ended_with_it.update(revoked_at=None)
    AuditEvent.objects.record(
        actor, "death put right", record, at=at, learner=learner, unit=learner.unit
    )
    return record
