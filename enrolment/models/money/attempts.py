"""Each try to pay on the web, and each notification about one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrolment.models.money.orders import Order

UNDERWAY = ["created", "open", "processing"]


class PaymentAttemptQuerySet(models.QuerySet["PaymentAttempt"]):
    """The words we have for attempts."""

    def underway(self) -> Self:
        """Somebody may still pay there, or has and it did not arrive yet."""
        return self.filter(state__in=UNDERWAY)

    def of_units(self, units: Iterable[int]) -> Self:
        """For orders of these offices."""
        return self.filter(order__unit__in=units)

    def left_unanswered(self, since: datetime) -> Self:
        """Written down before that moment, and it is not known whether a page was opened."""
        return self.filter(state="created", created_at__lt=since).order_by("pk")

    def without_a_page(self) -> Self:
        """Written down, and no page is known that answers them."""
        return self.filter(state="created", session="")

    def run_out(self, at: datetime) -> Self:
        """Open for longer than they were to be, or than the places are kept; the oldest first."""
        over = Q(expires_at__lte=at) | Q(order__hold_until__lte=at)
        return self.filter(over, state__in=["created", "open"]).order_by("expires_at", "pk")

    def on_the_way(self) -> Self:
        """Sent, and not arrived."""
        return self.filter(state="processing").order_by("pk")


class PaymentAttempt(models.Model):
    """One page of payment at a provider: written down and committed before it is asked for.

    ``request`` is frozen: a lost answer is asked for again with the same key and the same body,
    and brings the same page. One attempt of an order is underway at a time, so two tabs show
    one page.
    """

    class State(models.TextChoices):
        CREATED = "created", _("asked for")
        OPEN = "open", _("open")
        PROCESSING = "processing", _("sent, not arrived yet")
        PAID = "paid", _("paid")
        EXPIRED = "expired", _("run out")
        FAILED = "failed", _("failed")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="attempts")
    n = models.PositiveSmallIntegerField()
    provider = models.CharField(max_length=20)
    livemode = models.BooleanField()
    request = models.JSONField()
    key = models.CharField(max_length=80, unique=True)
    amount_fen = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.CREATED)
    session = models.CharField(max_length=255, blank=True, default="")
    url = models.TextField(blank=True, default="")
    payment_ref = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PaymentAttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt to pay")
        constraints = [
            models.UniqueConstraint(fields=["order", "n"], name="an_attempt_has_its_number"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=UNDERWAY),
                name="one_attempt_underway_per_order",
            ),
            models.UniqueConstraint(
                fields=["provider", "session"],
                condition=~Q(session=""),
                name="a_page_of_payment_is_of_one_attempt",
            ),
            models.CheckConstraint(
                condition=Q(state="created") | ~Q(session="") | Q(state__in=["expired", "failed"]),
                name="an_attempt_that_was_answered_has_its_page",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.key}"

    @property
    def is_underway(self) -> bool:
        """Whether money may still come by it."""
        return self.state in UNDERWAY

    @staticmethod
    def key_of(order: Order, n: int) -> str:
        """Return the name under which the provider knows an attempt."""
        return f"order:{order.pk}:{n}"


class InboundEventQuerySet(models.QuerySet["InboundEvent"]):
    """The words we have for notifications."""

    def to_be_read(self, before: datetime | None = None) -> Self:
        """Not worked on yet, the oldest first."""
        waiting = self.filter(processed_at=None)
        if before is not None:
            waiting = waiting.filter(received_at__lte=before)
        return waiting.order_by("received_at", "pk")


class InboundEvent(models.Model):
    """A signed notification, kept as it came. It may come again, late, or out of order."""

    WAIT = timedelta(seconds=60)  # what an errand should have read by then, the sweep reads
    GIVEN_UP = "given up"  # an outcome: the provider will not show what it is about

    provider = models.CharField(max_length=20)
    event = models.CharField(max_length=255)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=255)
    payload = models.JSONField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=80, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)

    objects = InboundEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification of a provider")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "event"], name="a_notification_is_kept_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=Q(processed_at=None),
                name="notifications_to_be_read",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event}"
