"""What goes back: asked for, decided, sent, arrived."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from enrolment.models.enrolments import Enrolment
from enrolment.models.money.drawers import DrawerSession
from enrolment.models.money.orders import Order, OrderLine
from enrolment.models.money.payments import Payment

STANDING = ["requested", "approved", "pending", "succeeded", "failed"]  # all but refused
# What somebody asks for is asked for once; what is worked out may have a rest to be paid later.
ASKED_FOR = ["special", "goodwill", "undone", "changed"]


class RefundQuerySet(models.QuerySet["Refund"]):
    """The words we have for refunds."""

    def of_units(self, units: Iterable[int]) -> Self:
        """Owed by these offices."""
        return self.filter(unit__in=units)

    def standing(self) -> Self:
        """All that were not refused: their sums are spoken for."""
        return self.filter(state__in=STANDING)

    def decided(self) -> Self:
        """Owed for certain, whether they have left us or not."""
        return self.standing().exclude(state="requested")

    def to_approve(self) -> Self:
        """Waiting for a second person or for a paper to be looked at, the oldest first."""
        waiting = self.filter(state="requested", choose_until=None)
        return waiting.order_by("requested_at", "pk")

    def to_choose(self) -> Self:
        """Of a class that was called off: the learner says whether money or another class."""
        return self.filter(state="requested", choose_until__isnull=False)

    def chosen_by_time(self, at: datetime) -> Self:
        """Nobody chose another class: it is the money."""
        return self.to_choose().filter(choose_until__lte=at).order_by("choose_until", "pk")

    def to_send(self) -> Self:
        """Decided, to go back the way the money came, and not sent yet."""
        return self.filter(state="approved", way="origin").order_by("requested_at", "pk")

    def given_back(self) -> Self:
        """With the person."""
        return self.filter(state="succeeded")

    def on_the_way(self) -> Self:
        """Sent, and the provider has not said that it arrived."""
        return self.filter(state="pending").order_by("sent_at", "pk")

    def to_pay_out(self) -> Self:
        """To be given at the counter or transferred by people."""
        return self.filter(state__in=["approved", "failed"]).exclude(way="origin")


class Refund(models.Model):
    """An amount owed back to whoever paid, and how far it has come.

    ``rule`` says in stored words by which rule it was worked out. Its sum counts against the
    payment from the asking on, so no two refunds together exceed what was paid. A refund that
    the provider could not deliver is ``failed``: it stays owed, and becomes one at the counter.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("to be decided")
        APPROVED = "approved", _("decided")
        PENDING = "pending", _("on its way")
        SUCCEEDED = "succeeded", _("paid back")
        FAILED = "failed", _("could not be delivered")
        REFUSED = "refused", _("refused")

    class Cause(models.TextChoices):
        WITHDREW = "withdrew", _("left the class")
        UNDONE = "undone", _("payment taken back within ten minutes")
        SPECIAL = "special", _("illness, moving away, care of a relative")
        DIED = "died", _("the learner has died")
        CALLED_OFF = "called_off", _("class called off")
        LESSONS_LOST = "lessons_lost", _("lessons that did not take place")
        CHANGED = "changed", _("changed to a class that costs less")
        LATE_MONEY = "late_money", _("paid after the place had gone")
        PAID_TWICE = "paid_twice", _("paid twice")
        NOT_AS_ASKED = "not_as_asked", _("another amount than asked for")
        GOODWILL = "goodwill", _("decided by the office")

    class Way(models.TextChoices):
        ORIGIN = "origin", _("the way it came")
        CASH = "cash", _("cash at the counter")
        TRANSFER = "transfer", _("bank transfer")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    # What was paid for that place: the sums of its refunds are counted here.
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    amount_fen = models.PositiveIntegerField(_("amount"))
    cause = models.CharField(_("why"), max_length=12, choices=Cause.choices)
    rule = models.JSONField(default=dict)
    way = models.CharField(_("way"), max_length=8, choices=Way.choices)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.REQUESTED
    )
    needs_second = models.BooleanField(default=False)
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    provider_ref = models.CharField(max_length=255, blank=True, default="")
    drawer = models.ForeignKey(
        DrawerSession, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    paid_to = models.CharField(_("given to"), max_length=80, blank=True, default="")
    bank_reference = models.CharField(_("reference"), max_length=80, blank=True, default="")
    words = models.CharField(_("words"), max_length=300, blank=True, default="")
    failure = models.CharField(max_length=200, blank=True, default="")
    requested_at = models.DateTimeField()
    # Until then whoever lost a class that was called off may choose another instead of money.
    choose_until = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # When the provider was asked for it last, answered or not; or when people gave it.
    sent_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_refund_is_an_amount"),
            models.CheckConstraint(
                condition=Q(state="requested")
                | Q(state="refused")
                | Q(needs_second=False)
                | Q(approved_by__isnull=False),
                name="a_second_person_decides_a_large_refund",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | Q(asked_by=None)
                | Q(needs_second=False)
                | ~Q(approved_by=F("asked_by")),
                name="who_asks_for_a_large_refund_does_not_decide_it",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", decided_at=None)
                | ~Q(state="requested") & Q(decided_at__isnull=False),
                name="a_decided_refund_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="succeeded") | Q(done_at__isnull=False),
                name="a_refund_that_arrived_says_when",
            ),
            models.CheckConstraint(
                condition=Q(choose_until=None) | Q(state="requested"),
                name="what_is_decided_is_not_chosen",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "cause"],
                condition=Q(enrolment__isnull=False)
                & ~Q(state="refused")
                & Q(cause__in=ASKED_FOR),
                name="a_place_is_refunded_once_for_a_cause",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "requested_at"],
                condition=Q(state__in=["requested", "approved", "pending", "failed"]),
                name="refunds_to_see_to",
            )
        ]

    def __str__(self) -> str:
        return f"refund {self.pk}"

    @property
    def was_typed_in(self) -> bool:
        """Whether it gives back what paid nothing, and what only somebody's typing says came."""
        return self.payment.is_typed_in and self.payment.state == Payment.State.SUSPENSE

    def is_own_of(self, user: User) -> bool:
        """Whether somebody asked for it, or typed its money in: then another person decides."""
        is_theirs = self.was_typed_in and self.is_of_money_typed_by(user)
        return is_theirs or self.asked_by_id == user.pk

    def is_of_money_typed_by(self, user: User) -> bool:
        """Whether only what they typed says that its money came: then another pays it out."""
        return self.payment.is_typed_in and self.payment.taken_by_id == user.pk

    @property
    def key(self) -> str:
        """The name under which the provider knows it: sent twice, it is one refund."""
        return f"refund:{self.pk}"


class RefundPaper(models.Model):
    """A document that proves a special cause. It is deleted once the refund is decided.

    ``name`` is the file in the private store (``services/money/papers.py``); what stays is its
    kind and its digest, so that it can be said what was looked at.
    """

    class Kind(models.TextChoices):
        MEDICAL = "medical", _("medical certificate")
        KINSHIP = "kinship", _("proof of kinship")
        MOVING = "moving", _("proof of a new place of residence")
        CARE = "care", _("proof of the care of a relative")
        OTHER = "other", _("another paper")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=100, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    seen_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("paper for a refund")
        constraints = [
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(name=""), name="a_deleted_paper_has_no_file"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.refund_id}"
