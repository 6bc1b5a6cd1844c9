"""What does not agree: books and rows, places and their money; and what waits too long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.timezone import localdate, localtime

from campus.models import Holiday
from enrolment.domain import deadlines
from enrolment.domain.deadlines import Calendar
from enrolment.models import Difference, Enrolment
from enrolment.models.money import checks
from enrolment.models.money.checks import Broken
from enrolment.queries.mine import late_fee_agreed

Kind = Difference.Kind
EVENT_READ_WITHIN = timedelta(minutes=10)  # the sweep takes it after one
REFUND_WITHIN = 10  # working days, as the prospectus promises
CALENDAR_BACK = timedelta(days=40)
NOT_BOOKED = checks.NOT_IN_THE_BOOKS


@dataclass(frozen=True)
class Found:
    """One thing that does not agree."""

    kind: Kind
    subject: str
    unit_id: int
    detail: str
    amount_fen: int | None = None


def broken_invariants() -> list[tuple[str, str]]:
    """Return every rule of money that does not hold, and what breaks it."""
    books = [
        (rule, f"{row.subject} {row.detail} {'' if row.amount_fen is None else row.amount_fen}")
        for rule, sql in checks.INVARIANTS.items()
        for row in checks.broken(sql)
    ]
    return books + [("a confirmed place was paid or waived", row.subject) for row in unpaid()]


def found_in_the_books() -> Iterator[Found]:
    """Yield what the books and the rows behind them say differently."""
    for sql in checks.INVARIANTS.values():
        kind = Kind.JOURNAL if sql is NOT_BOOKED else Kind.SUM
        for row in checks.broken(sql):
            yield _found(kind, row)
    for row in unpaid():
        yield _found(Kind.UNPAID, row)


def found_waiting(*, at: datetime) -> Iterator[Found]:
    """Yield what has waited longer than it should."""
    moments = {
        "today": localdate(at),
        "day_ago": at - timedelta(days=1),
        "moments_ago": at - EVENT_READ_WITHIN,
        "ten_days_ago": _working_days_ago(at),
    }
    for kind, sql in checks.WAITING.items():
        for row in checks.broken(sql, **moments):
            yield _found(Kind(kind), row)


def unpaid() -> list[Broken]:
    """Return confirmed places of classes with a fee that nobody paid or waived.

    Who joined when no lesson was left to pay for owes nothing.
    """
    rows = checks.broken(checks.UNPAID)
    ids = [int(row.subject.partition(":")[2]) for row in rows]
    late = Enrolment.objects.filter(pk__in=ids, source=Enrolment.Source.LATE)
    free = {
        f"enrolment:{one.pk}"
        for one in late.select_related("section__term")
        if late_fee_agreed(one) == 0
    }
    return [row for row in rows if row.subject not in free]


def _found(kind: Kind, row: Broken) -> Found:
    return Found(kind, row.subject, row.unit_id, row.detail, row.amount_fen)


def _working_days_ago(at: datetime) -> datetime:
    today = localdate(at)
    days = dict(Holiday.objects.between(today - CALENDAR_BACK, today).values_list("day", "kind"))
    calendar = Calendar(
        closed=_days_of(days, Holiday.Kind.CLOSED), working=_days_of(days, Holiday.Kind.WORKING)
    )
    first = deadlines.working_days_before(today, calendar, days=REFUND_WITHIN)
    return datetime.combine(first, localtime(at).timetz())


def _days_of(days: dict[date, str], kind: Holiday.Kind) -> frozenset[date]:
    return frozenset(day for day, is_kind in days.items() if is_kind == kind)
