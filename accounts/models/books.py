"""The books every app writes: what was done, what is to be done, what was said to whom."""

from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Learner, User
from accounts.models.units import Unit


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Write one line, read many."""

    def record(
        self,
        actor: User | None,
        action: str,
        subject: models.Model,
        *,
        at: datetime,
        learner: Learner | None = None,
        unit: Unit | None = None,
        **details: Any,
    ) -> "AuditEvent":
        """Note that ``actor`` did ``action`` to ``subject``, for ``learner`` if for somebody.

        ``details`` are stored as they are: ids and states, never health or identity numbers.
        """
        return self.create(
            actor=actor,
            learner=learner,
            unit=unit,
            action=action,
            object_type=subject._meta.label_lower,
            object_id=str(subject.pk),
            details=details,
            at=at,
        )

    def latest_first(self) -> Self:
        """As a person reads a history."""
        return self.order_by("-at", "-pk")


class AuditEvent(models.Model):
    """One act: who, for whom, what, when. Rows are never changed or removed.

    No foreign keys in the database: whoever writes a line has just read the rows it names, and
    each key would lock rows (the office's) that a whole rush shares. Measured on a claim: a sixth
    of its processor time.
    """

    # Made here, so that a writer who may not read the book can still write into it.
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    actor = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    learner = models.ForeignKey(
        Learner, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_of_one_thing"),
            models.Index(fields=["-at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_type} {self.object_id}"


class OutboxMessageQuerySet(models.QuerySet["OutboxMessage"]):
    """The words we have for errands."""

    def due(self, at: datetime) -> Self:
        """Errands nobody has taken yet, or whose taker never came back; the oldest first.

        Handing an errand over moves its ``not_before`` to when we stop waiting for the taker.
        """
        return self.filter(Q(done_at=None), Q(not_before=None) | Q(not_before__lte=at)).order_by(
            "pk"
        )


class OutboxMessage(models.Model):
    """An errand, written in the transaction that makes it necessary. Carries an id, no data."""

    kind = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64)
    not_before = models.DateTimeField(null=True, blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at=None), name="errands_to_do"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class MessageQuerySet(models.QuerySet["Message"]):
    """The words we have for letters."""

    def queued(self) -> Self:
        """Letters that nobody has handed to the gateway yet."""
        return self.filter(status=Message.Status.QUEUED)

    def sent_between(self, number: str, begin: datetime, end: datetime) -> Self:
        """Letters that really went to a number, counted by the moment they were written."""
        return self.filter(
            to=number,
            created_at__gte=begin,
            created_at__lt=end,
            status=Message.Status.SENT,
        )


class Message(models.Model):
    """A letter to one person: queued, sent, or given up when it was no longer true."""

    class Channel(models.TextChoices):
        SMS = "sms", _("SMS")
        VOICE = "voice", _("voice call")

    class Status(models.TextChoices):
        QUEUED = "queued", _("to be sent")
        SENT = "sent", _("sent")
        EXPIRED = "expired", _("too late to send")
        FAILED = "failed", _("could not be sent")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    learner = models.ForeignKey(
        Learner, on_delete=models.PROTECT, null=True, related_name="messages"
    )
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.SMS)
    to = models.CharField(max_length=20)
    template = models.CharField(max_length=60)
    text = models.TextField()
    dedupe_key = models.CharField(max_length=120, unique=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    provider_ref = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["to", "created_at"], name="messages_to_a_number")]

    def __str__(self) -> str:
        return f"message {self.pk}"


class InboundMessageQuerySet(models.QuerySet["InboundMessage"]):
    """The words we have for messages from people."""

    def unanswered(self) -> Self:
        """Kept, and not yet read by the errand that answers them."""
        return self.filter(answered_at=None)


class InboundMessage(models.Model):
    """An SMS from somebody, kept before anything is done about it.

    A provider that tells of one message twice told of one: the key says so. Whose it is, is
    for the reader to find out by the number; only work for the whole city reads these rows.
    What came in is never changed, only what we did about it is added.
    """

    LONGEST = 300  # characters kept; no answer of ours needs more than four

    # Made of gateway and provider_id, so that a writer who may not read the book knows it.
    id = models.UUIDField(primary_key=True, editable=False)
    gateway = models.CharField(max_length=120)
    provider_id = models.CharField(max_length=120)
    sender = models.CharField(max_length=20)
    text = models.CharField(max_length=LONGEST)
    sent_at = models.DateTimeField(null=True, blank=True)  # by the provider's clock
    received_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, blank=True)

    objects = InboundMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "provider_id"], name="an_inbound_message_counts_once"
            )
        ]
        indexes = [models.Index(fields=["sender", "received_at"], name="messages_from_a_number")]

    def __str__(self) -> str:
        return f"inbound message {self.pk}"
