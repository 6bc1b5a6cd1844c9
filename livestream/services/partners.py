"""Partners who show our films on their own channel: a token each, shown once."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from livestream.models import FeedPartner


class PartnerKnown(Exception):
    """There is a partner of this name whose token still counts."""


@transaction.atomic
def add_partner(*, name: str, at: datetime) -> str:
    """Let a partner read our lists; return the token, which is stored nowhere.

    Raises ``PartnerKnown``.
    """
    token = secrets.token_urlsafe(24)
    try:
        with transaction.atomic():
            partner = FeedPartner.objects.create(name=name, token_hash=_hash(token), made_at=at)
    except IntegrityError as error:
        raise PartnerKnown from error
    AuditEvent.objects.record(None, "partner added", partner, at=at)
    return token


@transaction.atomic
def end_partner(*, name: str, at: datetime) -> bool:
    """End a partner's token; False when there is none of this name."""
    partner = FeedPartner.objects.trusted().select_for_update().filter(name=name).first()
    if partner is None:
        return False
    partner.ended_at = at
    partner.save(update_fields=["ended_at"])
    AuditEvent.objects.record(None, "partner ended", partner, at=at)
    return True


def partner_of(token: str) -> FeedPartner | None:
    """Return whose token this is, while it counts."""
    return FeedPartner.objects.trusted().filter(token_hash=_hash(token)).first()


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
