"""What was asked with one press of a button, and what it came to."""

import hashlib
from uuid import UUID

from django.db import models

from accounts.models import Learner, User
from courses.models import ClassSection
from enrolment.models.enrolments import Enrolment
from enrolment.models.vocabulary import Act, Channel, Outcome
from enrolment.models.waitlist import WaitlistEntry


def part_key(key: UUID, section_id: int) -> UUID:
    """Return the key of one class's answer to a press for several, as the database makes it."""
    digest = hashlib.md5(f"{key}:{section_id}".encode(), usedforsecurity=False)
    return UUID(digest.hexdigest())


class Claim(models.Model):
    """The answer to one press: the same key gives the same answer, for ever.

    Written in the transaction that does the work, so a crash leaves neither half. The row is
    idempotency record and audit trail at once; refusals are kept too. No foreign keys, for the
    reason given at ``EnrolmentEvent``.
    """

    pk = models.CompositePrimaryKey("learner_id", "key")
    learner = models.ForeignKey(
        Learner,
        on_delete=models.PROTECT,
        related_name="claims",
        db_index=False,
        db_constraint=False,
    )
    key = models.UUIDField()
    # What the press asked for; the same key with another request is a mistake, not a retry.
    request_hash = models.CharField(max_length=64)
    act = models.CharField(max_length=10, choices=Act.choices)
    section = models.ForeignKey(
        ClassSection,
        on_delete=models.PROTECT,
        related_name="claims",
        db_index=False,
        db_constraint=False,
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=32, blank=True)
    enrolment = models.ForeignKey(
        Enrolment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        db_index=False,
        db_constraint=False,
    )
    entry = models.ForeignKey(
        WaitlistEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        db_index=False,
        db_constraint=False,
    )
    due_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    actor = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.act} {self.section_id}: {self.outcome}"

    @property
    def was_refused(self) -> bool:
        """Whether the rules said no."""
        return self.outcome == Outcome.REFUSED
