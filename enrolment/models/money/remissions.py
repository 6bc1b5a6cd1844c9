"""What the school takes off a fee: waivers for people, vouchers for money."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, Unit, User
from courses.models import Term
from enrolment.models.money.orders import Order


class WaiverQuerySet(models.QuerySet["Waiver"]):
    """The words we have for waivers."""

    def of_units(self, units: Iterable[int]) -> Self:
        """Given by these offices."""
        return self.filter(unit__in=units)

    def in_force(self) -> Self:
        """Decided by a second person, and not ended."""
        return self.filter(approved_at__isnull=False, ended_at=None)

    def latest_first(self) -> Self:
        """As they were asked for."""
        return self.order_by("-asked_at", "-pk")

    def whole(self) -> Self:
        """Of the whole fee."""
        return self.filter(percent=100)

    def to_approve(self) -> Self:
        """Asked for, the oldest first."""
        return self.filter(approved_at=None, ended_at=None).order_by("asked_at", "pk")

    def for_order(self, learner: Learner, unit: Unit, term: Term) -> "Waiver | None":
        """The one that counts for a learner's fees of an office in a term; the largest share."""
        mine = self.in_force().filter(learner=learner, unit=unit, term=term)
        return mine.order_by("-percent", "pk").first()


class Waiver(models.Model):
    """A share of the fees of one term that a learner need not pay, and why, in private.

    Another person than who asked decides. The proof was seen or is kept as a paper by the
    office; here stands only its kind, and a note that only finance staff read.
    """

    class Kind(models.TextChoices):
        HARDSHIP = "hardship", _("minimum living allowance or hardship")
        DISABILITY = "disability", _("disability")
        VETERAN = "veteran", _("veteran or martyr's family")
        OLDEST = "oldest", _("very old age")
        VOLUNTEER = "volunteer", _("volunteer or monitor")
        OTHER = "other", _("another reason")

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="waivers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    percent = models.PositiveSmallIntegerField(_("share in per cent"))
    proof = models.CharField(_("proof that was seen"), max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiver")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100), name="a_waiver_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False)
                & ~Q(approved_by=F("asked_by")),
                name="a_second_person_decides_a_waiver",
            ),
            models.UniqueConstraint(
                fields=["learner", "unit", "term", "kind"],
                condition=Q(ended_at=None),
                name="one_waiver_of_a_kind_per_learner_and_term",
            ),
        ]

    def __str__(self) -> str:
        return f"waiver {self.pk}"


# An order that was never paid and is over gives its voucher free.
NOT_SPENT = Q(order=None) | Q(order__state__in=["expired", "cancelled", "late"])


class VoucherQuerySet(models.QuerySet["Voucher"]):
    """The words we have for vouchers."""

    def of_units(self, units: Iterable[int]) -> Self:
        """Given out by these offices."""
        return self.filter(unit__in=units)

    def to_approve(self) -> Self:
        """Written by one person, the oldest first."""
        waiting = self.filter(approved_at=None, ended_at=None, order=None)
        return waiting.order_by("given_at", "pk")

    def decided(self) -> Self:
        """All the others, the latest first."""
        return self.exclude(approved_at=None, ended_at=None, order=None).latest_first()

    def unspent(self) -> Self:
        """Not ended, and on no order that is open, looked at or paid."""
        return self.filter(NOT_SPENT, ended_at=None)

    def spent(self) -> Self:
        """On an order that is open, looked at or paid, the latest first."""
        return self.exclude(NOT_SPENT).order_by("-used_at", "-pk")

    def latest_first(self) -> Self:
        """As they were given."""
        return self.order_by("-given_at", "-pk")

    def of_order(self, order: Order) -> "Voucher | None":
        """The one that an order has."""
        return self.select_for_update(of=("self",)).filter(order=order).first()


class Voucher(models.Model):
    """An amount that whoever has the code may have taken off one order, once.

    It counts once another person than who wrote it has agreed, by the paper that ``proof`` names
    for finance alone; the database puts none on an order before (migration 0052). Given for a
    class that was called off, or by a community. It is no money: no change is given, and what it
    paid does not come back as money. ``order`` is the one it was put on last: when that ends
    without being paid, it may be put on another.
    """

    code = models.CharField(_("code"), max_length=12, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.PositiveIntegerField(_("amount"))
    reason = models.CharField(_("why"), max_length=200)
    proof = models.CharField(_("proof that was seen"), max_length=200, default="", blank=True)
    runs_out_on = models.DateField(_("may be used until"))
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="voucher"
    )
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher")
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_voucher_is_an_amount"),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False)
                & ~Q(approved_by=F("given_by")),
                name="a_second_person_decides_a_voucher",
            ),
            models.CheckConstraint(
                condition=Q(order=None, used_at=None)
                | Q(order__isnull=False, used_at__isnull=False),
                name="a_used_voucher_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"voucher {self.pk}"
