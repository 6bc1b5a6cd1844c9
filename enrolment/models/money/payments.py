"""Money that came, and the receipts about it."""

from collections.abc import Iterable
from datetime import date
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit, User
from enrolment.models.money.attempts import PaymentAttempt
from enrolment.models.money.drawers import DrawerSession
from enrolment.models.money.orders import Order

TYPED_IN = ["pos", "transfer"]


class PaymentQuerySet(models.QuerySet["Payment"]):
    """The words we have for payments."""

    def of_units(self, units: Iterable[int]) -> Self:
        """Taken by these offices."""
        return self.filter(unit__in=units)

    def of_day(self, day: date) -> Self:
        """Of one day here, in the order in which they came."""
        return self.filter(day=day).order_by("at", "pk")

    def that_pay(self) -> Self:
        """For an order that they pay."""
        return self.filter(state="kept")

    def that_stand(self) -> Self:
        """All but those that were taken back."""
        return self.exclude(state="voided")

    def without_a_place(self) -> Self:
        """Nothing is owed for them: late, twice, or not as they should be."""
        return self.filter(state="suspense").order_by("at", "pk")


class Payment(models.Model):
    """An amount that arrived, by whatever way. It stays as it came; what goes back is a refund.

    ``kept`` pays its order, ``suspense`` pays nothing and waits for a decision or its refund,
    ``voided`` was a slip of the office, taken back by another person (the journal is
    reversed, the receipt stays with its number): the same day, or any day while it paid nothing.
    """

    class Method(models.TextChoices):
        ONLINE = "online", _("on the web")
        CASH = "cash", _("cash")
        POS = "pos", _("card terminal")
        TRANSFER = "transfer", _("bank transfer")

    class State(models.TextChoices):
        KEPT = "kept", _("for its order")
        SUSPENSE = "suspense", _("waiting to be placed")
        VOIDED = "voided", pgettext_lazy("payment", "taken back")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(_("way"), max_length=8, choices=Method.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.KEPT)
    amount_fen = models.PositiveIntegerField(_("amount"))
    day = models.DateField()  # of the office: what belongs to one cash-up
    at = models.DateTimeField()
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    drawer = models.ForeignKey(
        DrawerSession, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    attempt = models.OneToOneField(
        PaymentAttempt, on_delete=models.PROTECT, null=True, blank=True, related_name="payment"
    )
    # The provider's name of the money; number of the terminal's slip; reference of the bank.
    provider = models.CharField(max_length=20, blank=True, default="")
    reference = models.CharField(_("reference"), max_length=255, blank=True, default="")
    terminal = models.CharField(_("terminal"), max_length=20, blank=True, default="")
    # How it was paid on the web (card, alipay, wechat_pay): some ways end before a refund may.
    way = models.CharField(max_length=20, blank=True, default="")
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    # What was handed over in cash: the rest was given back, and the receipt says so.
    given_fen = models.PositiveIntegerField(null=True, blank=True)
    key = models.UUIDField(unique=True, default=uuid4)  # of the press that took it
    voided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True, default="")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_payment_is_an_amount"),
            models.CheckConstraint(
                condition=~Q(state="kept") | Q(order__isnull=False),
                name="what_is_kept_pays_an_order",
            ),
            models.CheckConstraint(
                condition=Q(method="cash", drawer__isnull=False)
                | ~Q(method="cash") & Q(drawer=None),
                name="cash_lies_in_a_drawer",
            ),
            models.CheckConstraint(
                condition=Q(given_fen=None) | Q(method="cash", given_fen__gte=F("amount_fen")),
                name="change_is_given_of_cash_that_is_enough",
            ),
            models.CheckConstraint(
                condition=Q(method="cash") | ~Q(reference=""),
                name="what_is_no_cash_has_a_reference",
            ),
            models.UniqueConstraint(
                fields=["provider", "reference"],
                condition=Q(method="online"),
                name="money_of_a_provider_is_taken_once",
            ),
            models.UniqueConstraint(
                fields=["unit", "terminal", "day", "reference"],
                condition=Q(method="pos") & ~Q(state="voided"),
                name="a_slip_of_a_terminal_is_taken_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["unit", "reference"],
                condition=Q(method="transfer") & ~Q(state="voided"),
                name="a_transfer_is_taken_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="voided") & Q(voided_by=None, voided_at=None)
                | Q(state="voided", voided_at__isnull=False, voided_by__isnull=False)
                & ~Q(void_reason="")
                & (Q(taken_by=None) | ~Q(voided_by=F("taken_by"))),
                name="another_person_takes_a_payment_back",
            ),
        ]
        indexes = [models.Index(fields=["unit", "day"], name="payments_of_a_day")]

    def __str__(self) -> str:
        return f"payment {self.pk}"

    @property
    def is_typed_in(self) -> bool:
        """Whether nothing but what somebody typed says that it came: a slip, a bank's line."""
        return self.method in TYPED_IN


class ReceiptBook(models.Model):
    """How far the receipts of an office have come in a year. Locked for each new one: no gaps."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("book of receipts")
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="a_book_of_receipts_a_year")
        ]

    def __str__(self) -> str:
        return f"receipts of {self.unit_id} in {self.year}"


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    """The words we have for receipts."""

    def of_units(self, units: Iterable[int]) -> Self:
        """Of these offices."""
        return self.filter(unit__in=units)


class Receipt(models.Model):
    """A numbered paper about one payment, or about money that was given back.

    Numbers of an office and year follow each other without a gap; a receipt is never taken back,
    what was wrong has one of its own. ``fiscal_no``: that of the state's receipt, if one is
    written.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    no = models.PositiveIntegerField(_("number"))
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="receipt"
    )
    refund = models.OneToOneField(
        "Refund", on_delete=models.PROTECT, null=True, blank=True, related_name="receipt"
    )
    fiscal_no = models.CharField(
        _("number of the state's receipt"), max_length=40, blank=True, default=""
    )
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "no"], name="a_receipt_has_its_number"
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, refund=None)
                | Q(payment=None, refund__isnull=False),
                name="a_receipt_is_about_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.no:06d}"
