"""What finance reads: the day book, the ledger, what is owed, and what waits to be decided.

Sums are made by the database in one statement each, over any number of entries.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from enrolment.domain.money.books import Account
from enrolment.models import (
    Correction,
    Difference,
    DrawerSession,
    Enrolment,
    LedgerEntry,
    Order,
    OrderLine,
    Payment,
    Refund,
    Voucher,
    Waiver,
)
from enrolment.models.money.remissions import VoucherQuerySet

Units = Collection[int]


@dataclass(frozen=True)
class Month:
    """A month of the books."""

    first: date

    @property
    def after(self) -> date:
        """The first day after it."""
        return (self.first + timedelta(days=32)).replace(day=1)

    @property
    def before(self) -> "Month":
        """The month before it."""
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def word(self) -> str:
        """Its name in an address."""
        return f"{self.first:%Y-%m}"

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that a day is in."""
        return cls(day.replace(day=1))


@dataclass(frozen=True)
class DaySum:
    """What one office took in one way on a day, and what of it pays nothing or was taken back."""

    unit: str
    method: str
    number: int
    kept: int
    suspense: int
    voided: int


def day_sums(units: Units, day: date) -> list[DaySum]:
    """Return the totals of a day by office and way, offices in the city's order."""
    rows = (
        Payment.objects.of_units(units)
        .filter(day=day)
        .values("unit__position", "unit", "unit__name", "method")
        .annotate(
            number=Count("pk"),
            kept=_sum("amount_fen", state=Payment.State.KEPT),
            suspense=_sum("amount_fen", state=Payment.State.SUSPENSE),
            voided=_sum("amount_fen", state=Payment.State.VOIDED),
        )
        .order_by("unit__position", "unit", "method")
    )
    return [
        DaySum(
            row["unit__name"], row["method"], row["number"], row["kept"], row["suspense"],
            row["voided"],
        )
        for row in rows
    ]  # fmt: skip


def paid_out_on(units: Units, day: date) -> int:
    """Return what went back to people on a day."""
    found = Refund.objects.of_units(units).filter(done_at__date=day)
    return int(found.aggregate(sum=Coalesce(Sum("amount_fen"), 0))["sum"])


def payments_of(units: Units, first: date, until: date) -> QuerySet[Payment]:
    """Return what came in some days, the latest first."""
    found = Payment.objects.of_units(units).filter(day__gte=first, day__lt=until)
    return found.select_related("unit", "order__learner", "receipt", "taken_by").order_by(
        "-at", "-pk"
    )


@dataclass(frozen=True)
class Balance:
    """One account over a month."""

    account: str
    before: int
    more: int
    less: int

    @property
    def after(self) -> int:
        """What it came to at the end."""
        return self.before + self.more + self.less


def balances(units: Units, month: Month) -> list[Balance]:
    """Return all accounts over a month, in the order of the chart of accounts."""
    inside = Q(journal__day__gte=month.first)
    rows = (
        LedgerEntry.objects.of_units(units)
        .filter(journal__day__lt=month.after)
        .values("account")
        .annotate(
            before=Coalesce(Sum("fen", filter=~inside), 0),
            more=Coalesce(Sum("fen", filter=inside & Q(fen__gt=0)), 0),
            less=Coalesce(Sum("fen", filter=inside & Q(fen__lt=0)), 0),
        )
        .order_by()
    )
    known = {row["account"]: row for row in rows}
    return [
        Balance(one.value, int(row["before"]), int(row["more"]), int(row["less"]))
        for one in Account
        if (row := known.get(one.value))
    ]


def entries_of(units: Units, month: Month, account: str = "") -> QuerySet[LedgerEntry]:
    """Return the entries of a month, of one account or of all, the latest first."""
    found = LedgerEntry.objects.of_units(units).filter(
        journal__day__gte=month.first, journal__day__lt=month.after
    )
    if account:
        found = found.filter(account=account)
    return found.select_related("journal__order", "journal__by", "unit").order_by(
        "-journal__at", "-pk"
    )


def refunds_of(units: Units, month: Month) -> QuerySet[Refund]:
    """Return what was asked for in a month, or went back in it, the latest first."""
    found = Refund.objects.of_units(units).filter(
        Q(requested_at__date__gte=month.first, requested_at__date__lt=month.after)
        | Q(done_at__date__gte=month.first, done_at__date__lt=month.after)
    )
    return found.select_related(
        "unit", "order__learner", "payment", "receipt", "asked_by", "approved_by",
        "line__section__course",
    ).order_by("-requested_at", "-pk")  # fmt: skip


def owed(units: Units) -> QuerySet[Order]:
    """Return what is still to be paid, by when it runs out, with whom to call."""
    lines = OrderLine.objects.select_related("section__course", "section__campus")
    return (
        Order.objects.of_units(units)
        .open()
        .select_related("learner", "unit")
        .prefetch_related(Prefetch("lines", queryset=lines.order_by("pk")))
        .order_by("hold_until", "pk")
    )


def kept_unpaid(units: Units, *, at: datetime) -> QuerySet[Enrolment]:
    """Return places with a fee that are kept, and for which nobody has come to pay yet.

    Nothing is owed for them in the books: that begins with the order.
    """
    asked = OrderLine.objects.that_count().filter(enrolment=OuterRef("pk"))
    return (
        Enrolment.objects.of_units(units)
        .awaiting_confirmation()
        .filter(~Exists(asked), due_at__gt=at, section__fee_fen__gt=0)
        .with_all_to_show()
        .select_related("learner", "unit")
    )


def without_a_place(units: Units) -> QuerySet[Payment]:
    """Return money that pays nothing and that no refund speaks for yet, the oldest first."""
    spoken_for = Sum("refunds__amount_fen", filter=~Q(refunds__state=Refund.State.REFUSED))
    return (
        Payment.objects.of_units(units)
        .without_a_place()
        .annotate(back=Coalesce(spoken_for, 0))
        .filter(back__lt=F("amount_fen"))
        .select_related("unit", "order__learner")
    )


@dataclass(frozen=True)
class Suspense:
    """Money that pays nothing: how many payments, how much is left of them, since when."""

    number: int
    fen: int
    since: datetime | None


def suspense_of(units: Units) -> Suspense:
    """Add up the money without a place in these offices."""
    left = F("amount_fen") - F("back")
    told = without_a_place(units).aggregate(number=Count("pk"), fen=Sum(left), since=Min("at"))
    return Suspense(told["number"], int(told["fen"] or 0), told["since"])


@dataclass(frozen=True)
class Desk:
    """What waits for finance, in numbers."""

    refunds: int
    differences: int
    suspense: "Suspense"
    corrections: int
    unsigned: int
    uncounted: int
    waivers: int
    vouchers: int
    owed: int
    owed_fen: int
    kept_unpaid: int


def desk_of(units: Units, *, at: datetime) -> Desk:
    """Count what waits in these offices."""
    day = localdate(at)
    asked = Order.objects.of_units(units).open()
    told = asked.aggregate(number=Count("pk"), fen=Coalesce(Sum("amount_fen"), 0))
    drawers = DrawerSession.objects.of_units(units)
    return Desk(
        refunds=Refund.objects.of_units(units).to_approve().count(),
        differences=Difference.objects.of_units(units).open().count(),
        suspense=suspense_of(units),
        corrections=Correction.objects.of_units(units).to_decide().count(),
        unsigned=drawers.to_sign().count(),
        uncounted=drawers.open().filter(day__lt=day).count(),
        waivers=Waiver.objects.of_units(units).to_approve().count(),
        vouchers=Voucher.objects.of_units(units).to_approve().count(),
        owed=told["number"],
        owed_fen=int(told["fen"]),
        kept_unpaid=kept_unpaid(units, at=at).count(),
    )


def vouchers_of(units: Units) -> VoucherQuerySet:
    """Return vouchers, the latest first, with what they were used for."""
    found = Voucher.objects.of_units(units).latest_first()
    return found.select_related("unit", "order__learner", "given_by", "approved_by")


def waivers_of(units: Units) -> QuerySet[Waiver]:
    """Return waivers that were decided, the latest first."""
    found = Waiver.objects.of_units(units).exclude(approved_at=None).latest_first()
    return found.select_related("learner", "unit", "term")


def total(rows: Iterable[Any], what: str) -> int:
    """Add up one column of a table."""
    return sum(getattr(row, what) for row in rows)


def _sum(what: str, **where: Any) -> Coalesce:
    return Coalesce(Sum(what, filter=Q(**where)), 0)
