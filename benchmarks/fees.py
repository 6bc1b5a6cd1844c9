"""A term of fees with faults, and what the comparison finds at the end of it: nothing unexplained.

    python benchmarks/fees.py [--orders 20000] [--faults 1.0] [--seed 2027]

Every order goes the whole road by the services: a place is kept, an order opened, a page asked
for, paid, heard of, settled; some pay at the counter, some leave and have their money back. Of a
hundred steps ``--faults`` go wrong: an answer is lost, nobody answers, a notification never comes
or comes three times, money comes late or short, a refund cannot be delivered. Then the rounds and
the full comparison run, and the report says what is left. The provider is the one of
``tests/enrolment/money/fake.py``, which histories have shown to answer as the stand-in does.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from config.embedded import migrated  # noqa: E402 - the checkout has to be found first
from config.embedded.services import (  # noqa: E402 - as above
    throwaway_postgres,
    throwaway_valkey,
)

SEATS, A_DAY = 30, 500  # places in a class, orders in a day
# Of a hundred who pay, and of a hundred who have paid:
ON_THE_WEB, IN_CASH, BY_SLIP, LEAVES = 70, 15, 10, 5


class Term:
    """A term that is lived through, and what went wrong in it."""

    def __init__(self, *, faults: float, seed: int) -> None:
        from enrolment import payments
        from tests.enrolment.money.fake import FakeProvider
        from tests.factories.accounts import StaffFactory
        from tests.factories.enrolment import CampusFactory, TermFactory
        from tests.factories.times import TODAY

        self.rng, self.faults = random.Random(seed), faults
        self.at = TODAY
        self.provider: Any = FakeProvider(TODAY)
        payments.provider = lambda _name="": self.provider
        self.term, self.campus = TermFactory(), CampusFactory()
        self.cashier, self.other = StaffFactory.create_batch(2, unit=self.campus.unit)
        self.went_wrong: Counter[str] = Counter()
        self.section: Any = None
        self.slips = 0

    def goes_wrong(self, what: str) -> bool:
        """Whether this step meets this fault."""
        met = self.rng.random() * 100 < self.faults
        self.went_wrong[what] += met
        return met

    def one(self, number: int) -> None:
        """One person from the kept place to the paid one, and perhaps back."""
        from enrolment.services import money
        from tests.enrolment.acts import withdraw
        from tests.factories.accounts import LearnerFactory
        from tests.factories.fees import order_for, place_to_pay

        place = place_to_pay(self._class(number), LearnerFactory(), at=self.at)
        order = order_for(place, at=self.at)
        throw = self.rng.random() * 100
        with suppress(money.PaymentRefused):
            if throw < ON_THE_WEB:
                self._on_the_web(order)
            else:
                self._at_the_counter(order, throw - ON_THE_WEB)
        place.refresh_from_db()
        if place.status == "confirmed" and self.rng.random() * 100 < LEAVES:
            withdraw(place, at=self.at)

    def _class(self, number: int) -> Any:
        from tests.factories.enrolment import SectionFactory
        from tests.factories.fees import FEE

        if number % SEATS == 0:
            self.section = SectionFactory(
                term=self.term, campus=self.campus, fee_fen=FEE, capacity=SEATS
            )
        return self.section

    def _on_the_web(self, order: Any) -> None:
        from enrolment.services import money

        self.provider.lose = self.goes_wrong("answer lost")
        self.provider.away = self.goes_wrong("nobody answers")
        try:
            page = money.begin_attempt(
                order=order, return_url="http://x/", language="zh-hans", at=self.at
            )
        finally:
            self.provider.lose = self.provider.away = False
        if self.goes_wrong("paid when the place had gone"):
            self.provider.at = self.at
            late = page.session
            self.provider.pay(late, amount=order.amount_fen, later=True)
            self.provider.events.pop()
            return
        short = self.goes_wrong("another amount")
        self.provider.pay(page.session, amount=order.amount_fen - short)
        told = self.provider.events[-1]
        if self.goes_wrong("notification never came"):
            return
        for _time in range(3 if self.goes_wrong("notification three times") else 1):
            money.take_event(told, provider="stripe", at=self.at)
            if not self.goes_wrong("worker died over a notification"):
                money.read_event(event_id=_latest(), at=self.at)

    def _at_the_counter(self, order: Any, throw: float) -> None:
        from enrolment.domain.money.books import Method
        from enrolment.domain.money.handed import Handed
        from enrolment.services.money.till import (
            take_at_counter,
            void_payment,
        )

        self.slips += 1
        way = Method.CASH if throw < IN_CASH else Method.POS
        if throw >= IN_CASH + BY_SLIP:
            way = Method.TRANSFER
        handed = Handed(
            method=way,
            reference="" if way is Method.CASH else f"{self.slips:08d}",
            terminal="T1" if way is Method.POS else "",
        )
        paid = take_at_counter(
            order=order, handed=handed, by=self.cashier, key=uuid4(), at=self.at
        )
        if self.goes_wrong("taken by mistake"):
            void_payment(payment=paid, reason="错", by=self.other, at=self.at)

    def a_day(self, numbers: range) -> None:
        """Open the drawer, let people come, count and sign, and let the rounds go on."""
        from enrolment.models import DrawerSession
        from enrolment.services.money import drawers

        drawers.open_drawer(campus=self.campus, float_fen=20_000, by=self.cashier, at=self.at)
        for number in numbers:
            self.one(number)
        self.refunds_are_fetched()
        drawer = DrawerSession.objects.open().get(cashier=self.cashier)
        off = 100 if self.goes_wrong("drawer over") else 0
        drawers.count_drawer(
            drawer=drawer, pieces={10: (drawers.expected_in(drawer) + off) // 10},
            explanation="多出", by=self.cashier, at=self.at,
        )  # fmt: skip
        drawers.sign_drawer(drawer=drawer, by=self.other, at=self.at)
        self.rounds(timedelta(minutes=2), timedelta(hours=6))
        self.at = self.provider.at = self.at.replace(hour=10) + timedelta(days=1)

    def refunds_are_fetched(self) -> None:
        """Who has money waiting at the counter since yesterday comes for it; finance transfers."""
        from enrolment.models import DrawerSession, Refund
        from enrolment.services.money.drawers import expected_in
        from enrolment.services.money.paying_out import give_cash, note_transferred

        drawer = DrawerSession.objects.open().get(cashier=self.cashier)
        yesterday = self.at - timedelta(hours=12)
        waiting = Refund.objects.filter(state=Refund.State.APPROVED, decided_at__lt=yesterday)
        for back in waiting.exclude(way=Refund.Way.ORIGIN).select_related("payment"):
            lies_there = expected_in(drawer) >= back.amount_fen
            # Who typed a slip in does not pay its refund out.
            is_theirs = back.way == Refund.Way.CASH and not back.is_of_money_typed_by(self.cashier)
            if is_theirs and lies_there:
                give_cash(refund=back, to="本人", by=self.cashier, at=self.at)
            else:
                note_transferred(
                    refund=back, to="本人", reference=f"B{back.pk}", by=self.other, at=self.at
                )

    def rounds(self, *after: timedelta) -> None:
        """Let the round of every minute go by, some time later."""
        from enrolment import services
        from enrolment.services import money

        moment = self.at
        for wait in after:
            moment += wait
            self.provider.at = moment
            while money.sweep_payments(at=moment).did_something:
                services.lapse_and_promote(at=moment)
                self.provider.at = moment = moment + timedelta(minutes=1)

    def becomes_quiet(self) -> None:
        """Late money arrives, some refunds fail, a week goes by."""
        for page in self.provider.pages.values():
            if page.money == "coming":
                self.provider.decide(page.session, arrives=True)
        self.rounds(timedelta(days=4), timedelta(days=3))
        self.at = self.provider.at
        self.a_day(range(0))
        for name, seen in list(self.provider.refunds.items()):
            if seen.state == "succeeded" and self.goes_wrong("refund not delivered"):
                self.provider.end_refund(name, "failed")
        from enrolment.services.money.sending import look_at_refund

        for name, seen in self.provider.refunds.items():
            if seen.state == "failed":
                look_at_refund(name, provider="stripe", at=self.provider.at)
        self.at = self.provider.at + timedelta(hours=1)


def _latest() -> int:
    from enrolment.models import InboundEvent

    return InboundEvent.objects.latest("pk").pk


def report(term: Term, seconds: float) -> int:
    """Print what the term came to; return how many differences nobody can explain."""
    from enrolment.models import (
        Difference,
        LedgerEntry,
        Order,
        Payment,
        Refund,
    )
    from enrolment.queries.money.checks import broken_invariants
    from enrolment.services import money

    began = time.monotonic()
    money.reconcile_payments(at=term.at)
    broken = broken_invariants()
    took = time.monotonic() - began
    for name, rows in (("orders", Order), ("payments", Payment), ("refunds", Refund)):
        states = Counter(rows.objects.values_list("state", flat=True))  # type: ignore[attr-defined]
        print(f"{name:<10}{sum(states.values()):>7}  {_in_words(states)}")
    print(f"{'faults':<10}{sum(term.went_wrong.values()):>7}  {_in_words(term.went_wrong)}")
    explained = {"suspense_waits": "review", "refund_failed": "counter"}
    found = Counter(Difference.objects.open().values_list("detail", flat=True))
    waiting = {detail: n for detail, n in found.items() if detail in explained}
    unexplained = sum(found.values()) - sum(waiting.values()) + len(broken)
    balances = LedgerEntry.objects.balances()
    print(f"{'books':<10}{sum(balances.values()):>7}  fen off; clearing "
          f"{balances.get('clearing', 0)}, at the provider {term.provider.cash()}")  # fmt: skip
    print(f"{'people':<10}{sum(waiting.values()):>7}  {_in_words(Counter(waiting))}")
    rest = Counter({detail: n for detail, n in found.items() if detail not in explained})
    print(f"{'left':<10}{unexplained:>7}  unexplained {_in_words(rest)}")
    for rule, subject in broken[:20]:
        print(f"  {rule}: {subject}")
    print(f"{seconds:.0f} s for the term, {took:.1f} s for comparison and check")
    return unexplained + abs(balances.get("clearing", 0) - term.provider.cash())


def _in_words(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items()) if n)


def main() -> int:
    """Live the term on a database of its own."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--orders", type=int, default=20_000)
    options.add_argument("--faults", type=float, default=1.0, help="of a hundred steps")
    options.add_argument("--seed", type=int, default=2027)
    asked = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        throwaway_postgres() as database,
        throwaway_valkey() as valkey,
    ):
        name = migrated.ensure(database)
        if name is None:
            raise SystemExit("the migrations do not run")
        owner = database.url("owner", name)
        os.environ |= {
            "DATABASE_OWNER_URL": owner, "DATABASE_URL": owner, "DATABASE_ROLE": "owner",
            "REDIS_URL": valkey.url(), "SECRET_KEY": "of no use outside this run",
            "DJANGO_SETTINGS_MODULE": "config.settings.test", "VAR_DIR": folder,
        }  # fmt: skip
        import django

        django.setup()
        began = time.monotonic()
        term = Term(faults=asked.faults, seed=asked.seed)
        for first in range(0, asked.orders, A_DAY):
            term.a_day(range(first, min(first + A_DAY, asked.orders)))
        term.becomes_quiet()
        return 1 if report(term, time.monotonic() - began) else 0


if __name__ == "__main__":
    sys.exit(main())
