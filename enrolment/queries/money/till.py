"""What the till shows: what somebody owes, what was taken today, and what lies in a drawer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, Subquery, Sum

from accounts import scope
from accounts.models import Learner, Unit, User
from campus.models import Campus
from courses.models import Term
from enrolment.models import (
    DrawerSession,
    Enrolment,
    Order,
    Payment,
    Receipt,
    Refund,
)
from enrolment.queries.money.prices import prices_of, voucher_that_goes_over

A_FEW = 20  # payments of today on the first page of the till


@dataclass(frozen=True)
class BillLine:
    """One place: its fee, what is taken off, what is left."""

    place: Enrolment
    fee_fen: int
    off_fen: int

    @property
    def amount_fen(self) -> int:
        """What is to be paid for it."""
        return self.fee_fen - self.off_fen


@dataclass(frozen=True)
class Bill:
    """What one office asks for in one term: one sum, one press. ``order``: where one stands."""

    unit: Unit
    term: Term
    lines: list[BillLine]
    until: datetime
    order: Order | None

    @property
    def amount_fen(self) -> int:
        """What all lines come to."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def places(self) -> list[Enrolment]:
        """The places it is for."""
        return [line.place for line in self.lines]

    @property
    def has_discount(self) -> bool:
        """Whether anything is taken off."""
        return any(line.off_fen for line in self.lines)


def bills_of(
    learner: Learner, units: Iterable[int], *, only: Sequence[int] = (), at: datetime
) -> list[Bill]:
    """Return what a learner owes these offices, what is due first at the top.

    ``only``: of these places, where not all are paid now. Money is a yes: places whose answer is
    still waited for are among them.
    """
    kept = (
        Enrolment.objects.of(learner)
        .of_units(units)
        .awaiting_confirmation()
        .filter(due_at__gt=at, section__fee_fen__gt=0)
    )
    if only:
        kept = kept.filter(pk__in=only)
    on_top = [_difference(one) for one in _differences(learner, units, only)]
    places = sorted(kept.with_all_to_show().select_related("section__unit"), key=_bill)
    bills = [_of_places(learner, list(those)) for _key, those in groupby(places, key=_bill)]
    return sorted([*bills, *on_top], key=lambda bill: bill.until)


def _differences(learner: Learner, units: Iterable[int], only: Sequence[int]) -> list[Order]:
    """Return what is owed on top for classes that cost more than those they were taken for."""
    owed = Order.objects.of(learner).of_units(units).open().for_differences()
    if only:
        owed = owed.filter(lines__enrolment__in=only)
    return list(owed.with_all_to_show())


def _difference(order: Order) -> Bill:
    lines = [BillLine(one.enrolment, one.fee_fen, one.discount_fen) for one in order.lines.all()]
    return Bill(order.unit, order.term, lines, order.hold_until, order)


def _bill(place: Enrolment) -> tuple[int, int]:
    return place.section.unit_id, place.section.term_id


def _of_places(learner: Learner, places: list[Enrolment]) -> Bill:
    """Say what places come to: as their order says, or as one would that was opened now."""
    unit, term = places[0].section.unit, places[0].section.term
    standing = list(
        Order.objects.open()
        .filter(lines__enrolment__in=places, lines__counts=True)
        .distinct()
        .prefetch_related("lines")
    )
    mine = {one.pk: one for one in places}
    same = next(
        (one for one in standing if {line.enrolment_id for line in one.lines.all()} == set(mine)),
        None,
    )
    if same is not None:
        lines = [
            BillLine(mine[line.enrolment_id], line.fee_fen, line.discount_fen)
            for line in same.lines.all()
        ]
    else:
        voucher = voucher_that_goes_over(standing)
        prices = prices_of(learner, unit, term, places, voucher=voucher)
        lines = [BillLine(one.place, one.fee_fen, one.off_fen) for one in prices]
    until = min(place.due_at for place in places if place.due_at)
    return Bill(unit, term, lines, until, same)


def taken_today(user: User, units: Iterable[int], *, day: date) -> list[Payment]:
    """Return the last payments that somebody took today, the latest first."""
    mine = Payment.objects.of_units(units).of_day(day).filter(taken_by=user)
    return list(mine.select_related("receipt", "order__learner").order_by("-at", "pk")[:A_FEW])


def order_of_code(code: str, units: Iterable[int]) -> Order | None:
    """Return the order of a pay code, where it is owed to one of these offices."""
    return Order.objects.of_units(units).filter(pay_code=code).prefetch_related("lines").first()


def is_code_of_another_office(code: str) -> bool:
    """Return whether a fee of some office has a pay code, beyond what the scope shows.

    Whoever has the code may open its pay slip on the web; not more is said here than there.
    """
    with scope.system("whose pay code"):
        return Order.objects.filter(pay_code=code).exists()


def receipts_with_all(units: Iterable[int]) -> QuerySet[Receipt]:
    """Return receipts of these offices with everything that stands on one."""
    return Receipt.objects.of_units(units).select_related(
        "unit", "issued_by", "payment__order__learner", "payment__order__term",
        "payment__drawer", "payment__taken_by", "payment__voided_by", "refund",
    )  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """The cash-up of a drawer: what came, what went back, and what was counted."""

    drawer: DrawerSession
    cash: list[Payment]
    given_back: list[Refund]
    others: list[tuple[str, int, int]]  # way, how many, how much: not in the drawer, same day

    @property
    def taken_fen(self) -> int:
        """Cash that was taken and not taken back."""
        return sum(one.amount_fen for one in self.cash if one.state != Payment.State.VOIDED)

    @property
    def given_fen(self) -> int:
        """Cash that was given back."""
        return sum(one.amount_fen for one in self.given_back)

    @property
    def expected_fen(self) -> int:
        """What should lie in it, change included."""
        return self.drawer.float_fen + self.taken_fen - self.given_fen

    @property
    def difference_fen(self) -> int:
        """What was counted more (above 0) or less than it should be."""
        return (self.drawer.counted_fen or 0) - self.expected_fen

    @property
    def to_bank_fen(self) -> int:
        """What goes to the bank, the change left out; below 0 it makes the change up again."""
        return (self.drawer.counted_fen or 0) - self.drawer.float_fen

    @property
    def missing_change_fen(self) -> int:
        """What has to be put back to have the change of the morning; 0 when it is there."""
        return max(0, -self.to_bank_fen)

    @property
    def pieces(self) -> list[tuple[int, int, int]]:
        """Notes and coins, the largest first: piece, how many, how much."""
        counted = sorted(
            ((int(piece), n) for piece, n in self.drawer.pieces.items()), reverse=True
        )
        return [(piece, number, piece * number) for piece, number in counted]


def sheet_of(drawer: DrawerSession) -> Sheet:
    """Return the cash-up of a drawer."""
    cash = drawer.payments.select_related("receipt", "order__learner").order_by("at", "pk")
    given = drawer.refunds.given_back().select_related("order__learner")
    others = (
        Payment.objects.filter(
            taken_by=drawer.cashier_id, unit=drawer.unit_id, day=drawer.day, drawer=None
        )
        .that_stand()
        .values_list("method")
        .annotate(number=Count("pk"), sum=Sum("amount_fen"))
        .order_by("method")
    )
    return Sheet(
        drawer=drawer,
        cash=list(cash),
        given_back=list(given.order_by("done_at", "pk")),
        others=[(str(Payment.Method(way).label), number, total) for way, number, total in others],
    )


def campuses_for_a_drawer(cashier: User, units: Iterable[int]) -> QuerySet[Campus]:
    """Return where a cashier may open a drawer, the likeliest first.

    That is where they sat last, then the offices of their own posts; the city's cashier may sit at
    any of forty campuses, and does not look for today's among them.
    """
    last_sat = (
        DrawerSession.objects.filter(cashier=cashier, campus=OuterRef("pk"))
        .order_by()
        .values("campus")
        .annotate(last=Max("opened_at"))
        .values("last")
    )
    own = cashier.posts.held().filter(unit=OuterRef("unit"))
    places = Campus.objects.open_to_learners().with_rooms().filter(unit__in=units)
    return places.annotate(last_sat=Subquery(last_sat), is_own=Exists(own)).order_by(
        F("last_sat").desc(nulls_last=True), "-is_own", "unit__position", "position", "pk"
    )


def drawers_to_see_to(units: Iterable[int]) -> list[DrawerSession]:
    """Return the drawers of these offices that are open or unsigned, the oldest first."""
    waiting = DrawerSession.objects.of_units(units).filter(signed_at=None)
    return list(waiting.select_related("campus", "cashier").order_by("opened_at", "pk"))


def drawers_signed(units: Iterable[int], *, since: date) -> list[DrawerSession]:
    """Return the drawers of these offices that are done since a day, the latest first."""
    done = DrawerSession.objects.of_units(units).filter(signed_at__isnull=False, day__gte=since)
    return list(done.select_related("campus", "cashier", "signed_by").order_by("-closed_at", "pk"))
