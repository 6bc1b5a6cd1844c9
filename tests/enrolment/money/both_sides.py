"""A history on both sides, and what has to be the same in the database and in the model."""

import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from accounts import scope
from enrolment.models import (
    Enrolment,
    LedgerEntry,
    Order,
    OrderLine,
    Payment,
    PaymentAttempt,
    Refund,
    Seat,
    WaitlistEntry,
)
from enrolment.queries.money.checks import broken_invariants
from enrolment.services import SeatRefused
from enrolment.services.money import PaymentRefused
from tests.enrolment.model import Seat as ModelSeat
from tests.enrolment.model import Section, in_offer_hours
from tests.enrolment.money import model, remembered
from tests.factories.fees import FEE
from tests.factories.times import TODAY

CLASSES = ((2, 1), (4, 2))  # weekday and seats: two classes that everybody may have
IN_HAND = {"drawer", "bank", "drawer_differences"}


@dataclass
class World:
    """What every history begins with, and what was seen in all of them."""

    sections: list
    learners: list
    cashier: object
    other: object
    campus: object
    provider: Callable
    check: Callable
    put: Callable
    seen: Counter = field(default_factory=Counter)


class BothSides(RuleBasedStateMachine):
    """What a history has to do with: the rows of the database, the model, the provider."""

    def __init__(self, world: World, office: type[model.Office]) -> None:
        super().__init__()
        self.world, self.at = world, TODAY
        self.office = office(
            [
                Section(str(day), True, {no: ModelSeat() for no in range(1, seats + 1)})
                for day, seats in CLASSES
            ],
            FEE,
        )
        self.provider = world.provider(TODAY)
        world.put(self.provider)
        self.unread: list = []  # notifications that could not be read, and when they came
        self.keys: dict[int, object] = {}  # of our rows, by the identity of the model's
        self.slips = 0
        self.history = scope.system("a history")
        self.history.__enter__()
        world.seen["histories"] += 1

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self._become_quiet()
        finally:
            transaction.set_rollback(True)
            self.history.__exit__(None, None, None)

    def _become_quiet(self) -> None:
        raise NotImplementedError

    # What has to be the same

    def _compare(self):
        self.world.seen["acts"] += 1
        states = dict(Order.objects.values_list("pk", "state"))
        pages = defaultdict(list)
        for order, state in PaymentAttempt.objects.order_by("n").values_list("order", "state"):
            pages[order].append(state)
        self.world.seen.update(states.values())
        for order in self.office.orders:
            key = self.keys[id(order)]
            assert states.pop(key) == order.state
            assert pages[key] == [page.state for page in order.pages]
        assert not states
        came = Counter(
            (one.method, one.amount, one.state) for it in self.office.orders for one in it.money
        )
        assert came == Counter(Payment.objects.values_list("method", "amount_fen", "state"))
        backs = Counter((one.amount, one.state, one.way) for one in self.office.backs())
        assert backs == Counter(Refund.objects.values_list("amount_fen", "state", "way"))
        assert self._balances() == self.office.balances()
        self._compare_places()

    @staticmethod
    def _balances():
        sums = Counter()
        for account, fen in LedgerEntry.objects.balances().items():
            sums["in hand" if account in IN_HAND else account] += fen
        assert sum(sums.values()) == 0
        return {account: fen for account, fen in sums.items() if fen}

    def _compare_places(self):
        numbers = {learner.pk: n for n, learner in enumerate(self.world.learners)}
        seats, line, status = defaultdict(dict), defaultdict(list), defaultdict(dict)
        rows = {"section__in": self.world.sections}
        for where, no, state, who, due in Seat.objects.filter(**rows).values_list(
            "section", "no", "state", "learner", "due_at"
        ):
            seats[where][no] = (state, numbers.get(who), due)
        waiting = WaitlistEntry.objects.filter(**rows).in_line().order_by("ticket")
        for where, who, state in waiting.values_list("section", "learner", "state"):
            line[where].append((numbers[who], state))
        found = Enrolment.objects.filter(**rows).order_by("pk")
        for where, who, state in found.values_list("section", "learner", "status"):
            status[where][numbers[who]] = state
        for row, section in zip(self.world.sections, self.office.sections, strict=True):
            assert seats[row.pk] == {
                no: (seat.state, seat.learner, seat.due) for no, seat in section.seats.items()
            }
            live = [it for it in section.line.items() if it[1].state in ("waiting", "offered")]
            live.sort(key=lambda it: it[1].ticket)
            assert line[row.pk] == [(who, entry.state) for who, entry in live]
            assert status[row.pk] == section.status

    # What has to be so once all is quiet

    def _check_quiet(self):
        """The promises: seats, books, sums, and no fen without a place, a refund or a person."""
        self.world.check(self.at, offer_hours=in_offer_hours(self.at))
        assert broken_invariants() == []
        for section in self.world.sections:
            assert section.seats.filter(state__in=["taken", "held"]).count() <= section.capacity
        assert not PaymentAttempt.objects.underway().exists()
        clearing = LedgerEntry.objects.balances().get("clearing", 0)
        assert clearing == self.provider.cash(), "all money there is in our books"
        for order in Order.objects.prefetch_related("lines__enrolment", "payments__refunds"):
            self._check_order(order)
        paid = OrderLine.objects.that_count().paid().values("enrolment")
        assert not Enrolment.objects.attending().exclude(pk__in=paid).exists()

    @staticmethod
    def _check_order(order):
        theirs = sum(
            line.amount_fen
            for line in order.lines.all()
            if line.counts and line.enrolment.status == "confirmed"
        )
        for payment in order.payments.all():
            back = sum(one.amount_fen for one in payment.refunds.all() if one.state != "refused")
            if payment.state == "kept":
                assert payment.amount_fen == theirs + back, "a place or a refund"
            elif payment.state == "suspense" and payment.amount_fen == order.amount_fen:
                refused = [one for one in payment.refunds.all() if one.state == "refused"]
                if refused and payment.is_typed_in:
                    continue  # by a second person: it waits for finance, or is taken back
                assert back == payment.amount_fen, "what pays nothing goes back by itself"

    # Our rows

    def _order(self, pick) -> remembered.Order:
        return self.office.orders[pick % len(self.office.orders)]

    def _back(self, pick) -> remembered.Back:
        return self.office.backs()[pick % len(self.office.backs())]

    def _row(self, order) -> Order:
        return Order.objects.select_related("learner", "unit").get(pk=self.keys[id(order)])

    def _attempt(self, order, page):
        return self._row(order).attempts.get(n=order.pages.index(page) + 1)

    def _pages(self, there="") -> list:
        """Pages that are there, with their orders and their names; all, or those in a state."""
        return [
            (order, page, self._session(order, page))
            for order in self.office.orders
            for page in order.pages
            if page.there and (not there or page.there == there)
        ]

    def _session(self, order, page) -> str:
        if id(page) not in self.keys:
            self.keys[id(page)] = self._attempt(order, page).session
        return self.keys[id(page)]

    def _refund(self, back) -> Refund:
        came = back.money
        if came.page is not None:
            payment = self._attempt(back.order, came.page).payment
        else:
            payment = Payment.objects.get(pk=self.keys[id(came)])
        return payment.refunds.get()

    def _name_there(self, back) -> str:
        return self.provider.refund_of(self._refund(back).key)

    @staticmethod
    def _ours(press):
        """What a press brings; None when the rules say no."""
        try:
            return press() or True
        except PaymentRefused:
            return None


def outcome(press, at) -> str:
    """What a press for a place comes to, in a word."""
    try:
        return str(press(key=uuid4(), at=at).outcome)
    except SeatRefused as refused:
        return str(refused.reason)


def unless_refused(act, *what, worked=False):
    """What an act of the model brings, or that it went through; None when it is refused."""
    try:
        done = act(*what)
    except remembered.Refused:
        return None
    return True if worked else done
