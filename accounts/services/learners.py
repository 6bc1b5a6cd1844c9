"""Learners: people, with or without an account."""

import secrets
from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts import scope
from accounts.models import (
    AuditEvent,
    ConsentRecord,
    HelperGrant,
    Learner,
    Unit,
    User,
    pinyin_of,
)

MOST_ON_ONE_PHONE = 6
CARD_DIGITS = 9
ATTEMPTS = 5


class LearnerRefused(Exception):
    """The account has as many learners as one phone can carry."""


def make_learner(
    *,
    name: str,
    sex: str,
    born_on: date,
    unit: Unit,
    actor: User,
    at: datetime,
    user: User | None = None,
    phone: str = "",
    how_consented: str = HelperGrant.Consent.SMS,
) -> Learner:
    """Write a new learner into the books of ``unit``, with card number and privacy consent.

    ``user`` is the account they sign in with, if any; the same person twice on one account is
    one learner, so a second tap makes nobody. Works under whatever scope the door has:
    a new learner is in nobody's yet. Raises ``LearnerRefused``.
    """
    with scope.system("make_learner"):
        if user is not None:
            User.objects.select_for_update().get(pk=user.pk)  # two tabs, one account
            known = user.learners.filter(name=name, sex=sex, born_on=born_on).first()
            if known is not None:
                return known
            if user.learners.count() >= MOST_ON_ONE_PHONE:
                raise LearnerRefused
        learner = _with_free_card_number(
            Learner(
                user=user,
                unit=unit,
                name=name,
                name_pinyin=pinyin_of(name),
                sex=sex,
                born_on=born_on,
                phone=phone or (user.phone if user and user.phone else ""),
                created_at=at,
            )
        )
        ConsentRecord.objects.create(
            learner=learner,
            kind=ConsentRecord.Kind.PRIVACY,
            how=how_consented,
            actor=actor,
            given_at=at,
        )
        AuditEvent.objects.record(
            actor, "learner made", learner, at=at, learner=learner, unit=unit
        )
    return learner


def _with_free_card_number(learner: Learner) -> Learner:
    for _attempt in range(ATTEMPTS):
        learner.card_no = _card_number()
        try:
            with transaction.atomic():
                learner.save()
        except IntegrityError:
            continue
        return learner
    raise RuntimeError("no free card number found")


def _card_number() -> str:
    """Nine random digits and a check digit (Luhn): one wrong key is noticed at the counter."""
    body = "".join(secrets.choice("0123456789") for _ in range(CARD_DIGITS))
    total = 0
    for place, figure in enumerate(reversed(body)):
        value = int(figure) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{body}{-total % 10}"
