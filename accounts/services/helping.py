"""Who may act for whom."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import AuditEvent, ConsentRecord, HelperGrant, Learner, User

LASTS = timedelta(days=365)
A_MOMENT = timedelta(minutes=1)  # within it the same grant again is a second tap


class GrantRefused(Exception):
    """Nobody can be their own helper."""


@transaction.atomic
def grant_help(
    *,
    learner: Learner,
    helper: User,
    kind: str,
    how_consented: str,
    actor: User,
    at: datetime,
    may_apply: bool = True,
    may_pay: bool = False,
    may_withdraw: bool = False,
    evidence: str = "",
    lasts: timedelta = LASTS,
) -> HelperGrant:
    """Let ``helper`` act for ``learner``; an open grant between the two is replaced.

    The same grant once more, from a second tap, is the one there is.

    The door has the learner's rows in scope. Raises ``GrantRefused``.
    """
    if learner.user_id == helper.pk:
        raise GrantRefused
    Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)  # one tap at a time
    rights = {"may_apply": may_apply, "may_pay": may_pay, "may_withdraw": may_withdraw}
    open_grants = HelperGrant.objects.filter(learner=learner, helper=helper, revoked_at=None)
    same = open_grants.live(at).filter(kind=kind, granted_at__gt=at - A_MOMENT, **rights).first()
    if same is not None:
        return same
    open_grants.update(revoked_at=at)
    grant = HelperGrant.objects.create(
        learner=learner,
        helper=helper,
        kind=kind,
        **rights,
        how_consented=how_consented,
        evidence=evidence,
        granted_at=at,
        expires_at=at + lasts,
    )
    ConsentRecord.objects.create(
        learner=learner,
        kind=ConsentRecord.Kind.HELPER,
        how=how_consented,
        actor=actor,
        given_at=at,
        valid_until=grant.expires_at,
    )
    AuditEvent.objects.record(
        actor, "help granted", grant, at=at, learner=learner, helper=helper.pk
    )
    return grant


@transaction.atomic
def revoke_help(*, grant: HelperGrant, actor: User, at: datetime) -> HelperGrant:
    """End a grant at once; the helper's next request finds it gone. Safe to repeat."""
    if grant.revoked_at is None:
        grant.revoked_at = at
        grant.save(update_fields=["revoked_at"])
        AuditEvent.objects.record(actor, "help ended", grant, at=at, learner=grant.learner)
    return grant


def note_helping_began(*, learner: Learner, actor: User, at: datetime) -> None:
    """Note that a helper turned to somebody's affairs."""
    AuditEvent.objects.record(actor, "helping began", learner, at=at, learner=learner)


def note_helping_ended(*, learner: Learner, actor: User, at: datetime) -> None:
    """Note that a helper turned back to their own."""
    AuditEvent.objects.record(actor, "helping stopped", learner, at=at, learner=learner)
