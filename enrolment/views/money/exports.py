"""Doors to the tables of finance as files, of the same offices and days as the pages."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.http import StaffRequest, staff_required
from accounts.models import AuditEvent, Unit, User
from accounts.sheets import KINDS, MOST_ROWS, Fen, Row, sheet
from enrolment.models import Difference, Enrolment, LedgerEntry, Order, Payment, Refund, Voucher
from enrolment.queries.money import finance as asked
from enrolment.queries.money.prices import Price, prices_of_many
from enrolment.views.money.finance import IN_FINANCE, chosen_day, chosen_month, chosen_units
from enrolment.wording import money_finance as wording

AT_ONCE = 2_000


@never_cache
@staff_required(*IN_FINANCE)
@require_safe
def download_table(request: StaffRequest, what: str, kind: str) -> HttpResponseBase:
    """One table as CSV or xlsx. Who took which is written down: it has names and telephones."""
    if what not in TABLES or kind not in KINDS:
        raise Http404
    units, _options = chosen_units(request)
    find, heads, row_of, page, named = TABLES[what]
    rows, period = find(request, units)
    if rows.count() > MOST_ROWS[kind]:
        messages.warning(request, wording.too_many_rows(MOST_ROWS[kind]))
        return redirect(f"{reverse(page)}?{request.GET.urlencode()}")
    AuditEvent.objects.record(
        request.user, "table taken", Unit.objects.get(pk=units[0]), at=clock.now(),
        table=what, period=period, units=len(units),
    )  # fmt: skip
    made_of = PREPARED.get(what, list)
    return sheet(f"{named}-{period}", kind, _lines(heads(), rows, made_of, row_of))


def _lines(
    heads: Row,
    rows: QuerySet[Any],
    made_of: Callable[[list[Any]], Iterable[Any]],
    row_of: Callable[[Any], Row],
) -> Iterator[Row]:
    yield heads
    found = rows.iterator(chunk_size=AT_ONCE)
    while some := list(islice(found, AT_ONCE)):
        yield from map(row_of, made_of(some))


def _payments(request: StaffRequest, units: list[int]) -> tuple[QuerySet[Payment], str]:
    if "month" in request.GET:
        month = chosen_month(request)
        return asked.payments_of(units, month.first, month.after), month.word
    day = chosen_day(request)
    return asked.payments_of(units, day, date.fromordinal(day.toordinal() + 1)), f"{day}"


def _payment_heads() -> Row:
    return (
        _("Day"), _("Time"), _("Unit"), _("Learner"), _("Way"), _("State"), _("Amount"),
        _("Receipt"), _("Number of the state's receipt"), _("Reference"), _("Taken by"),
    )  # fmt: skip


def _payment(one: Payment) -> Row:
    receipt = getattr(one, "receipt", None)
    return (
        one.day, one.at, one.unit.display_name(), _name(one.order), one.get_method_display(),
        one.get_state_display(), Fen(one.amount_fen), receipt or "",
        receipt.fiscal_no if receipt else "", one.reference,
        _who(one.taken_by),
    )  # fmt: skip


def _entries(request: StaffRequest, units: list[int]) -> tuple[QuerySet[LedgerEntry], str]:
    month = chosen_month(request)
    return asked.entries_of(units, month, request.GET.get("account", "")), month.word


def _entry_heads() -> Row:
    return (
        _("Day"), _("Unit"), pgettext("ledger", "Account"), _("Event"), _("Amount"),
        _("Pay code"), _("Note"), _("Journal"),
    )  # fmt: skip


def _entry(one: LedgerEntry) -> Row:
    journal = one.journal
    return (
        journal.day, one.unit.display_name(), wording.account(one.account),
        journal.get_source_kind_display(), Fen(one.fen),
        journal.order.pay_code if journal.order else "", journal.note, journal.pk,
    )  # fmt: skip


def _owed(request: StaffRequest, units: list[int]) -> tuple[QuerySet[Order], str]:
    return asked.owed(units), f"{chosen_day(request)}"


def _owed_heads() -> Row:
    return (_("Until"), _("Learner"), _("Learner card"), _("Phone"), _("Unit"), _("Classes"),
            _("Amount"), _("Pay code"))  # fmt: skip


def _owes(one: Order) -> Row:
    classes = "、".join(line.section.display_name() for line in one.lines.all())
    return (
        one.hold_until, one.learner.name, one.learner.card_no, one.learner.phone,
        one.unit.display_name(), classes, Fen(one.amount_fen), one.pay_code,
    )  # fmt: skip


def _kept(request: StaffRequest, units: list[int]) -> tuple[QuerySet[Enrolment], str]:
    return asked.kept_unpaid(units, at=clock.now()), f"{chosen_day(request)}"


def _kept_heads() -> Row:
    return (_("Until"), _("Learner"), _("Learner card"), _("Phone"), _("Unit"), _("Class"),
            _("Amount"))  # fmt: skip


def _is_kept(price: Price) -> Row:
    one = price.place
    return (
        one.due_at, one.learner.name, one.learner.card_no, one.learner.phone,
        one.unit.display_name(), one.section.display_name(), Fen(price.amount_fen),
    )  # fmt: skip


def _differences(request: StaffRequest, units: list[int]) -> tuple[QuerySet[Difference], str]:
    mine = Difference.objects.of_units(units).select_related("unit", "closed_by")
    return mine.order_by("-first_seen", "-pk"), f"{chosen_day(request)}"


def _difference_heads() -> Row:
    return (_("Seen first"), _("Unit"), _("What differs"), _("Amount"), _("Subject"),
            _("Closed"), _("Explanation"), _("Explained by"))  # fmt: skip


def _difference(one: Difference) -> Row:
    amount = "" if one.amount_fen is None else Fen(one.amount_fen)
    return (
        one.first_seen, one.unit.display_name(), wording.difference(one), amount, one.subject,
        one.closed_at, one.explanation, _who(one.closed_by),
    )  # fmt: skip


def _vouchers(request: StaffRequest, units: list[int]) -> tuple[QuerySet[Voucher], str]:
    return asked.vouchers_of(units), f"{chosen_day(request)}"


def _voucher_heads() -> Row:
    return (_("Given"), _("Unit"), _("Amount"), _("Reason"), _("May be used until"), _("Used"),
            _("Ended"), _("Given by"), _("Agreed by"))  # fmt: skip


def _voucher(one: Voucher) -> Row:
    return (
        one.given_at, one.unit.display_name(), Fen(one.amount_fen), one.reason, one.runs_out_on,
        one.used_at, one.ended_at, _who(one.given_by), _who(one.approved_by),
    )  # fmt: skip


def _refunds(request: StaffRequest, units: list[int]) -> tuple[QuerySet[Refund], str]:
    month = chosen_month(request)
    return asked.refunds_of(units, month), month.word


def _refund_heads() -> Row:
    return (
        _("Refund asked for"), _("Unit"), _("Learner"), _("Class"), _("Why"), _("Amount"),
        _("State"), _("Way"), _("Refund asked for by"), _("Decided"), _("Decided by"),
        _("Paid out"), _("Given to"), _("Reference of the bank"), _("Receipt"), _("Paid"),
        _("Paid by way of"),
    )  # fmt: skip


def _refund(one: Refund) -> Row:
    return (
        one.requested_at, one.unit.display_name(), _name(one.order),
        one.line.section.display_name() if one.line else "", one.get_cause_display(),
        Fen(one.amount_fen), one.get_state_display(), one.get_way_display(),
        _who(one.asked_by), one.decided_at, _who(one.approved_by), one.done_at, one.paid_to,
        one.bank_reference, getattr(one, "receipt", ""), Fen(one.payment.amount_fen),
        one.payment.get_method_display(),
    )  # fmt: skip


def _who(user: User | None) -> str:
    return user.shown_name if user else ""


def _name(order: Order | None) -> str:
    return order.learner.name if order and order.learner else ""


Table = tuple[
    Callable[[StaffRequest, list[int]], tuple[QuerySet[Any], str]],
    Callable[[], Row],
    Callable[[Any], Row],
    str,
    str,
]
# What is worked out for many rows at once, before each becomes a line.
PREPARED: dict[str, Callable[[list[Any]], Iterable[Any]]] = {"kept": prices_of_many}
TABLES: dict[str, Table] = {
    "payments": (_payments, _payment_heads, _payment, "enrolment:finance-day", "payments"),
    "entries": (_entries, _entry_heads, _entry, "enrolment:finance-ledger", "entries"),
    "owed": (_owed, _owed_heads, _owes, "enrolment:list-owed", "owed"),
    "kept": (_kept, _kept_heads, _is_kept, "enrolment:list-owed", "kept"),
    "differences": (
        _differences, _difference_heads, _difference, "enrolment:list-differences", "differences",
    ),
    "refunds": (_refunds, _refund_heads, _refund, "enrolment:finance-ledger", "refunds"),
    "vouchers": (_vouchers, _voucher_heads, _voucher, "enrolment:list-vouchers", "vouchers"),
}  # fmt: skip
