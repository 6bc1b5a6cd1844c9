"""Fees become income by the month, as lessons are given."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils.timezone import localdate, make_aware

from accounts import scope
from accounts.models import Unit
from enrolment.domain.money import books
from enrolment.domain.money.books import Account
from enrolment.models import Journal, LedgerEntry, Order
from enrolment.models.money.income import earned
from enrolment.services.money.books import post

MONTHS_BACK = 12
A_MOMENT = timedelta(seconds=1)


def recognise_income(*, at: datetime) -> int:
    """Post what was earned in each month that is over; return how many journals that made.

    One journal an office and month: what had been earned by its end, less what the books say
    already. So what was found out later, a refund for instance, comes into the next month. A
    month that is booked is not looked at again.
    """
    with scope.system("recognise income"):
        first = Order.objects.paid().order_by("paid_at").first()
        if first is None or first.paid_at is None:
            return 0
        months = list(_months(localdate(first.paid_at), localdate(at)))
    return sum(_month(month, until) for month, until in months[-MONTHS_BACK:])


def _months(first: date, today: date) -> Iterator[tuple[str, datetime]]:
    """Yield each month that is over with the moment at which it was."""
    month = first.replace(day=1)
    while (after := (month + timedelta(days=32)).replace(day=1)) <= today:
        yield f"{month:%Y-%m}", make_aware(datetime.combine(after, datetime.min.time()))
        month = after


@transaction.atomic
def _month(month: str, until: datetime) -> int:
    with scope.system("income of a month"):
        booked = Journal.objects.of_kind(Journal.Source.INCOME).filter(source__endswith=month)
        done = set(booked.values_list("unit", flat=True))
        before = LedgerEntry.objects.filter(
            account=Account.INCOME, journal__day__lt=localdate(until)
        )
        had = dict(before.values_list("unit").annotate(Sum("fen")))
        by_then = earned(until)
        return sum(
            _post(unit, month, until, by_then.get(unit.pk, 0) + had.get(unit.pk, 0))
            for unit in Unit.objects.in_order()
            if unit.pk not in done and (unit.pk in by_then or unit.pk in had)
        )


def _post(unit: Unit, month: str, until: datetime, more: int) -> int:
    if not more:
        return 0
    lines = books.moved(abs(more), to=Account.DEFERRED_INCOME, out_of=Account.INCOME)
    post(
        lines if more > 0 else books.reversed_(lines),
        kind=Journal.Source.INCOME, source=f"{unit.pk}:{month}", unit=unit, at=until - A_MOMENT,
        note=month,
    )  # fmt: skip
    return 1
