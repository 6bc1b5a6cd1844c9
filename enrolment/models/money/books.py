"""The books: journals that balance. The database adds to them and changes none (migration)."""

from collections.abc import Iterable
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Func, Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from campus.models import Campus


class JournalQuerySet(models.QuerySet["Journal"]):
    """The words we have for journals."""

    def of_units(self, units: Iterable[int]) -> Self:
        """In the books of these offices."""
        return self.filter(unit__in=units)

    def of_kind(self, *kinds: str) -> Self:
        """About events of these kinds."""
        return self.filter(source_kind__in=kinds)

    def latest_first(self) -> Self:
        """As one looks for something that was just booked."""
        return self.order_by("-at", "-pk")


class Journal(models.Model):
    """One event of money. Its entries come to 0 at commit, or the commit is refused.

    ``source_kind`` and ``source`` name the row it is about, so that an event is booked once:
    ``charge|order``, ``payment|...``. A correction reverses a journal; none is changed, and none
    gets a line later on (``written_in``: the transaction that wrote it).
    """

    class Source(models.TextChoices):
        CHARGE = "charge", _("fee asked for")
        CLOSING = "closing", _("fee not asked for any more")
        PAYMENT = "payment", _("payment")
        PLACING = "placing", _("payment placed")
        VOID = "void", _("payment taken back")
        REFUND = "refund", _("refund decided")
        REFUND_SENT = "refund_sent", _("refund sent")
        REFUND_BACK = "refund_back", _("refund came back")
        DRAWER = "drawer", _("drawer counted")
        PROVIDER = "provider", _("by the provider's books")
        INCOME = "income", _("lessons given")
        BY_HAND = "by_hand", _("correction by hand")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    source_kind = models.CharField(max_length=12, choices=Source.choices)
    source = models.CharField(max_length=100)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(
        "Order", on_delete=models.PROTECT, null=True, blank=True, related_name="journals"
    )
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, default="")
    day = models.DateField()
    at = models.DateTimeField()
    # By PostgreSQL's own count: no later transaction adds a line.
    written_in = models.BigIntegerField(
        db_default=Func(function="txid_current", output_field=models.BigIntegerField()),
        editable=False,
    )

    objects = JournalQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal")
        constraints = [
            models.UniqueConstraint(
                fields=["source_kind", "source"], name="an_event_of_money_is_booked_once"
            ),
            models.CheckConstraint(
                condition=~Q(source_kind="by_hand") | Q(by__isnull=False) & ~Q(note=""),
                name="a_correction_says_who_and_why",
            ),
        ]
        indexes = [models.Index(fields=["unit", "day"], name="journals_of_a_day")]

    def __str__(self) -> str:
        return f"{self.source_kind} {self.source}"


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    """The words we have for entries."""

    def of_units(self, units: Iterable[int]) -> Self:
        """In the books of these offices."""
        return self.filter(unit__in=units)

    def balances(self) -> dict[str, int]:
        """Return what each account comes to, in fen."""
        rows = self.values_list("account").annotate(sum=Sum("fen")).order_by("account")
        return {account: int(total) for account, total in rows}


class LedgerEntry(models.Model):
    """One line of a journal: what an account gains (above 0) or loses (below 0), in fen."""

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="entries")
    account = models.CharField(max_length=20)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    campus = models.ForeignKey(
        Campus, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    fen = models.BigIntegerField()

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry in the books")
        constraints = [
            models.UniqueConstraint(
                fields=["journal", "account"], name="an_account_stands_in_a_journal_once"
            ),
            models.CheckConstraint(condition=~Q(fen=0), name="an_entry_is_an_amount"),
        ]
        indexes = [models.Index(fields=["unit", "account"], name="entries_of_an_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.fen}"
