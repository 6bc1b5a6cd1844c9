"""Receipts: numbered for each office and year, without a gap."""

from datetime import datetime

from django.utils.timezone import localdate

from accounts.models import Unit, User
from enrolment.models import Payment, Receipt, ReceiptBook, Refund


def write_receipt(
    *,
    unit: Unit,
    at: datetime,
    by: User | None,
    payment: Payment | None = None,
    refund: Refund | None = None,
) -> Receipt:
    """Write the next receipt of an office. The caller's transaction holds its book until it ends.

    The number belongs to the commit: what is rolled back leaves no gap.
    """
    year = localdate(at).year
    ReceiptBook.objects.get_or_create(unit=unit, year=year)
    book = ReceiptBook.objects.select_for_update().get(unit=unit, year=year)
    book.last += 1
    book.save(update_fields=["last"])
    return Receipt.objects.create(
        unit=unit,
        year=year,
        no=book.last,
        payment=payment,
        refund=refund,
        issued_at=at,
        issued_by=by,
    )
