"""Drawers: opened with change, counted at the end of the day, signed by a second person."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.timezone import localdate

from accounts import scope
from accounts.models import AuditEvent, User
from campus.models import Campus
from enrolment.domain.money import books, cash
from enrolment.domain.money.amounts import fen
from enrolment.models import DrawerSession, Journal
from enrolment.services.money.books import post
from enrolment.services.money.orders import PaymentProblem, PaymentRefused


@transaction.atomic
def open_drawer(*, campus: Campus, float_fen: int, by: User, at: datetime) -> DrawerSession:
    """Open a drawer with this much change in it. Raises ``PaymentRefused``: one at a time."""
    with scope.system("open a drawer"):
        try:
            with transaction.atomic():
                drawer = DrawerSession.objects.create(
                    unit_id=campus.unit_id,
                    campus=campus,
                    cashier=by,
                    day=localdate(at),
                    opened_at=at,
                    float_fen=fen(float_fen, least=0),
                )
        except IntegrityError:
            raise PaymentRefused(PaymentProblem.DRAWER_OPEN) from None
        AuditEvent.objects.record(
            by, "drawer opened", drawer, at=at, unit=drawer.unit, float_fen=float_fen
        )
        return drawer


def drawer_of(user: User) -> DrawerSession:
    """Return the drawer somebody has open, its row locked: it is not counted meanwhile.

    For whoever takes cash or gives it back, inside their transaction and behind the lock of the
    order. Raises ``PaymentRefused`` when there is none.
    """
    drawer = DrawerSession.objects.open().filter(cashier=user).select_for_update().first()
    if drawer is None:
        raise PaymentRefused(PaymentProblem.NO_DRAWER)
    return drawer


def taken_less_given(drawer: DrawerSession) -> int:
    """Return what came into a drawer less what was given back out of it, in fen."""
    taken = drawer.payments.that_stand().aggregate(sum=Sum("amount_fen"))
    given = drawer.refunds.given_back().aggregate(sum=Sum("amount_fen"))
    return (taken["sum"] or 0) - (given["sum"] or 0)


def expected_in(drawer: DrawerSession) -> int:
    """Return what should lie in a drawer, its change included; a counted one keeps its word."""
    if drawer.expected_fen is not None:
        return drawer.expected_fen
    return drawer.float_fen + taken_less_given(drawer)


@transaction.atomic
def count_drawer(
    *,
    drawer: DrawerSession,
    pieces: Mapping[int, int],
    explanation: str,
    by: User,
    at: datetime,
) -> DrawerSession:
    """Close a drawer with what was counted: all cash leaves it, and a difference is booked.

    Counted twice is counted once. Raises ``PaymentRefused`` for somebody else's drawer, and for
    a difference that nobody explains (``what``: the difference in fen).
    """
    with scope.system("count a drawer"):
        drawer = DrawerSession.objects.select_for_update(of=("self",)).get(pk=drawer.pk)
        if drawer.cashier_id != by.pk:
            raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
        if drawer.closed_at is not None:
            return drawer
        counted, moved = cash.counted(pieces), taken_less_given(drawer)
        expected = drawer.float_fen + moved
        if counted != expected and not explanation.strip():
            raise PaymentRefused(PaymentProblem.NOT_EXPLAINED, str(counted - expected))
        drawer.closed_at, drawer.counted_fen, drawer.expected_fen = at, counted, expected
        drawer.pieces = {str(piece): number for piece, number in pieces.items() if number}
        drawer.explanation = explanation.strip() if counted != expected else ""
        drawer.save()
        _book(drawer, expected=moved, counted=counted - drawer.float_fen, by=by, at=at)
        AuditEvent.objects.record(
            by, "drawer counted", drawer, at=at, unit=drawer.unit,
            counted_fen=counted, expected_fen=expected,
        )  # fmt: skip
        return drawer


def _book(drawer: DrawerSession, *, expected: int, counted: int, by: User, at: datetime) -> None:
    """Post what leaves the drawer; its change is no money of fees and stands in no book."""
    lines = books.drawer_closed(expected=expected, counted=counted)
    if lines:
        post(
            lines,
            kind=Journal.Source.DRAWER, source=drawer.pk, unit=drawer.unit, campus=drawer.campus,
            by=by, at=at, note=drawer.explanation,
        )  # fmt: skip


@transaction.atomic
def sign_drawer(*, drawer: DrawerSession, by: User, at: datetime) -> DrawerSession:
    """Say as a second person that the count is right. Raises ``PaymentRefused``."""
    with scope.system("sign a drawer"):
        drawer = DrawerSession.objects.select_for_update(of=("self",)).get(pk=drawer.pk)
        if drawer.cashier_id == by.pk:
            raise PaymentRefused(PaymentProblem.SAME_PERSON)
        if drawer.closed_at is None:
            raise PaymentRefused(PaymentProblem.DRAWER_OPEN)
        if drawer.signed_at is None:
            drawer.signed_by, drawer.signed_at = by, at
            drawer.save(update_fields=["signed_by", "signed_at"])
            AuditEvent.objects.record(by, "drawer signed", drawer, at=at, unit=drawer.unit)
        return drawer
