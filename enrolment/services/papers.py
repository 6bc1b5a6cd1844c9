"""What a learner leaves with us before a claim: a declaration, a wish to be reminded."""

from datetime import datetime, timedelta

from accounts import outbox, scope
from accounts.models import AuditEvent, ConsentRecord, HelperGrant, Learner, OutboxMessage, User
from courses.models import ClassSection

A_YEAR = timedelta(days=365)


def declare_health(*, learner: Learner, actor: User, at: datetime) -> ConsentRecord:
    """Keep a learner's word that they are fit for vigorous courses; it counts for a year."""
    with scope.learners([learner.pk]):
        record = ConsentRecord.objects.create(
            learner=learner,
            kind=ConsentRecord.Kind.HEALTH,
            how=HelperGrant.Consent.SMS,  # signed in by a code to their phone
            actor=actor,
            given_at=at,
            valid_until=at + A_YEAR,
        )
        AuditEvent.objects.record(actor, "health declared", record, at=at, learner=learner)
    return record


def remind_of_opening(*, section: ClassSection, learner: Learner, opens_at: datetime) -> None:
    """Send a letter when enrolment for a class begins. Asking twice is one letter."""
    errand = {"kind": "tell_opening", "object_id": f"{learner.pk}:{section.pk}"}
    if not OutboxMessage.objects.filter(**errand, done_at=None).exists():
        outbox.put(**errand, not_before=opens_at)
