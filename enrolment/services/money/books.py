"""The one place where journals are written."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from accounts.models import Unit, User
from campus.models import Campus
from enrolment.domain.money import books
from enrolment.domain.money.books import Account, Line
from enrolment.models import Journal, LedgerEntry, Order

Source = Journal.Source


def post(
    lines: books.Journal,
    *,
    kind: Source,
    source: Any,
    unit: Unit,
    at: datetime,
    order: Order | None = None,
    campus: Campus | None = None,
    by: User | None = None,
    note: str = "",
) -> Journal:
    """Write one journal. ``campus``: whose drawer, for lines of drawers.

    An event is booked once: a second time raises ``IntegrityError``, as do lines that do not
    come to 0 (at commit). Whoever posts holds the lock of the order.
    """
    journal = Journal.objects.create(
        source_kind=kind,
        source=str(source),
        unit=unit,
        order=order,
        by=by,
        note=note,
        day=localdate(at),
        at=at,
    )
    _write(journal, lines, campus)
    return journal


def reverse(
    journal: Journal, *, kind: Source, source: Any, at: datetime, by: User | None, note: str = ""
) -> Journal:
    """Take a journal back with another one. Once: a second time raises ``IntegrityError``."""
    taken_back = Journal.objects.create(
        source_kind=kind,
        source=str(source),
        unit=journal.unit,
        order=journal.order,
        reverses=journal,
        by=by,
        note=note,
        day=localdate(at),
        at=at,
    )
    entries = list(journal.entries.all())
    was = tuple(Line(Account(entry.account), entry.fen) for entry in entries)
    campus = next((entry.campus for entry in entries if entry.campus_id), None)
    _write(taken_back, books.reversed_(was), campus)
    return taken_back


def _write(journal: Journal, lines: books.Journal, campus: Campus | None) -> None:
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            journal=journal,
            account=line.account,
            unit_id=journal.unit_id,
            campus=campus
            if line.account in {Account.DRAWER, Account.DRAWER_DIFFERENCES}
            else None,
            fen=line.fen,
        )
        for line in lines
    )
