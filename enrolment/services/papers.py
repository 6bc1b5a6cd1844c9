"""What comes to us before a claim: a declaration, papers seen, a wish to be reminded."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from accounts import outbox, scope
from accounts.models import AuditEvent, ConsentRecord, HelperGrant, Learner, OutboxMessage, User
from courses.models import ClassSection
from enrolment.models import Opening

A_YEAR = timedelta(days=365)
A_DAY = timedelta(days=1)


def declare_health(*, learner: Learner, actor: User, at: datetime) -> ConsentRecord:
    """Keep a learner's word that they are fit for vigorous courses; it counts for a year.

    Said again within a day it is the same word: the record of the first press is returned.
    """
    with _one_press_at_a_time(learner):
        said = ConsentRecord.objects.filter(
            learner=learner, kind=ConsentRecord.Kind.HEALTH, given_at__gt=at - A_DAY
        ).first()
        if said is not None:
            return said
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


def record_papers(
    *, learner: Learner, kinds: Collection[str], how: str, actor: User, at: datetime
) -> list[ConsentRecord]:
    """Note which papers of a learner staff have seen; each opens its way from now on.

    A health declaration counts for a year, the others stay. A paper that counts already is not
    noted again, so a second tap writes nothing.
    """
    with _one_press_at_a_time(learner):
        counting = ConsentRecord.objects.counting(learner, at)
        known = set(counting.values_list("kind", flat=True))
        records = [
            ConsentRecord.objects.create(
                learner=learner,
                kind=kind,
                how=how,
                actor=actor,
                given_at=at,
                valid_until=at + A_YEAR if kind == ConsentRecord.Kind.HEALTH else None,
            )
            for kind in kinds
            if kind not in known
        ]
        for record in records:
            AuditEvent.objects.record(
                actor, "paper seen", record, at=at, learner=learner, unit=learner.unit,
                kind=record.kind, how=how,
            )  # fmt: skip
    return records


def remind_of_opening(
    *, section: ClassSection, learner: Learner, actor: User, opens_at: datetime, at: datetime
) -> None:
    """Send a letter when enrolment for a class begins. Asking twice is one letter.

    Where people gather before it in a waiting room, the letter comes when the room opens.
    """
    errand = {"kind": "tell_opening", "object_id": f"{learner.pk}:{section.pk}"}
    with _one_press_at_a_time(learner):
        if OutboxMessage.objects.filter(**errand, done_at=None).exists():
            return
        opening = Opening.objects.for_class(section).not_over().first()
        outbox.put(**errand, not_before=opening.doors_at if opening else opens_at)
        AuditEvent.objects.record(
            actor, "reminder asked for", section, at=at, learner=learner, unit=section.unit
        )


@contextmanager
def _one_press_at_a_time(learner: Learner) -> Iterator[None]:
    """Let a second tap wait until the first has written what it would write, too."""
    with scope.learners([learner.pk]):
        Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)
        yield
