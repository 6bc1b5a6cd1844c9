"""Corrections of the books by hand: one person says what is wrong, another posts it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import scope
from accounts.models import AuditEvent, User
from enrolment.models import Correction, Journal
from enrolment.services.money.books import reverse
from enrolment.services.money.orders import PaymentProblem, PaymentRefused

Source = Journal.Source
# Booked by the clockwork alone: no order, payment or drawer says otherwise once they are gone.
MAY_BE_REVERSED = (Source.PROVIDER, Source.INCOME)


def ask_for_correction(*, journal: Journal, reason: str, actor: User, at: datetime) -> Correction:
    """Say that a journal of the clockwork is wrong, and why; nothing is booked yet.

    What people booked is taken back where it was done: a payment at the till, a refund by its
    decision. Raises ``PaymentRefused`` for those, and for what is asked for or done already.
    """
    with scope.system("ask for a correction"):
        if journal.source_kind not in MAY_BE_REVERSED:
            raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
        try:
            with transaction.atomic():
                asked = Correction.objects.create(
                    journal=journal, unit=journal.unit, reason=reason, asked_by=actor, asked_at=at
                )
                AuditEvent.objects.record(
                    actor, "correction asked for", asked, at=at, unit=journal.unit, reason=reason
                )
        except IntegrityError as error:
            if "a_correction_is_asked_for_once" not in str(error):
                raise
            raise PaymentRefused(PaymentProblem.ASKED_ALREADY) from error
        return asked


@transaction.atomic
def decide_correction(
    *, correction: Correction, agreed: bool, actor: User, at: datetime
) -> Correction:
    """Post the reversing journal as a second person, or refuse it. Decided twice, once counts.

    Raises ``PaymentRefused`` for who asked.
    """
    with scope.system("decide a correction"):
        asked = Correction.objects.select_for_update(of=("self",)).get(pk=correction.pk)
        if asked.decided_at is not None:
            return asked
        if asked.asked_by_id == actor.pk:
            raise PaymentRefused(PaymentProblem.SAME_PERSON)
        asked.decided_by, asked.decided_at, asked.agreed = actor, at, agreed
        asked.save(update_fields=["decided_by", "decided_at", "agreed"])
        if agreed:
            reverse(
                asked.journal, kind=Source.BY_HAND, source=asked.journal_id, at=at, by=actor,
                note=asked.reason,
            )  # fmt: skip
        AuditEvent.objects.record(
            actor, "correction decided", asked, at=at, unit=asked.unit, agreed=agreed
        )
        return asked
