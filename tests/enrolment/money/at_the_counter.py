"""What happens at the counter in a history of fees: money taken, taken back, a drawer counted."""

from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from enrolment.domain.money import cash
from enrolment.domain.money.books import Method
from enrolment.domain.money.handed import Handed
from enrolment.models import DrawerSession, Payment
from enrolment.services.money.drawers import count_drawer, expected_in, open_drawer, sign_drawer
from enrolment.services.money.till import take_at_counter, void_payment
from tests.enrolment.money import remembered
from tests.enrolment.money.both_sides import BothSides, unless_refused

CHANGE = 50_000

picks = st.integers(0, 59)


class Counter(BothSides):
    """The acts of a cashier and a colleague, on both sides."""

    @precondition(lambda self: self.office.orders)
    @rule(pick=picks, method=st.sampled_from(["cash", "cash", "pos", "transfer", "short"]))
    def pay_at_the_counter(self, pick, method):
        order = self._order(pick)
        is_short = method == "short"
        method = "transfer" if is_short else method
        self.slips += 1
        came = remembered.Money(method, order.amount - is_short, self.at)
        expected = unless_refused(self.office.at_counter, order, came, self.at, worked=True)
        handed = Handed(
            method=Method(method), reference="" if method == "cash" else str(self.slips),
            terminal="T1" if method == "pos" else "", amount_fen=came.amount if is_short else None,
        )  # fmt: skip
        paid = self._ours(
            lambda: take_at_counter(
                order=self._row(order), handed=handed, by=self.world.cashier, key=uuid4(),
                at=self.at,
            )
        )  # fmt: skip
        assert (paid is None) == (expected is None)
        if paid is not None:
            self.keys[id(came)] = paid.pk
            self.world.seen[method] += 1
        self._compare()

    @precondition(
        lambda self: any(id(m) in self.keys for o in self.office.orders for m in o.money)
    )
    @rule(pick=picks)
    def void(self, pick):
        taken = [
            (order, came)
            for order in self.office.orders
            for came in order.money
            if id(came) in self.keys
        ]
        order, came = taken[pick % len(taken)]
        if came.state == "voided":
            return
        expected = unless_refused(self.office.void, order, came, self.at, worked=True)
        payment = Payment.objects.get(pk=self.keys[id(came)])
        done = self._ours(
            lambda: void_payment(payment=payment, reason="错", by=self.world.other, at=self.at)
        )
        assert (done is None) == (expected is None)
        self.world.seen["voided"] += done is not None
        self._compare()

    @rule(off=st.sampled_from([0, 0, 0, -10, 100]))
    def open_or_count_the_drawer(self, off):
        cashier = self.world.cashier
        drawer = DrawerSession.objects.of_cashier(cashier)
        if drawer is None:
            open_drawer(campus=self.world.campus, float_fen=CHANGE, by=cashier, at=self.at)
            self.office.drawers += 1
            self.office.drawer = self.office.drawers
        else:
            lies = max(expected_in(drawer) // 10 + off, 0)
            counted = count_drawer(
                drawer=drawer, pieces={cash.PIECES[-1]: lies}, explanation="点错", by=cashier,
                at=self.at,
            )  # fmt: skip
            sign_drawer(drawer=counted, by=self.world.other, at=self.at)
            self.office.drawer = None
            self.world.seen["drawers counted"] += 1
        self._compare()
