"""Histories of fees that nobody wrote, each lived twice: in the database and in the model.

Places are taken, left and run out; people pay on pages that are open, have run out or are given
up, at once or late, too little, twice, at the counter beside; notifications come in any order and
any number of times, or never; the provider goes away, loses answers, and cannot deliver a refund.
After every act the database must say what ``model.py`` says of orders, pages, money, refunds and
books. At the end everything becomes quiet, and then no fen is without its place, and no place
without its fee.

The provider of the thousands is ``fake.py``; some histories are lived with the stand-in as well.
"""

import random
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from enrolment import payments
from tests.enrolment.model import HOLDS
from tests.enrolment.money import model
from tests.enrolment.money.both_sides import CLASSES, World
from tests.enrolment.money.by_http import over_http
from tests.enrolment.money.fake import FakeProvider
from tests.enrolment.money.histories import LEARNERS, Histories
from tests.enrolment.side_by_side import LIVES, side_by_side
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import CampusFactory, SectionFactory, TermFactory
from tests.factories.fees import FEE

pytestmark = pytest.mark.django_db


@pytest.fixture
def another(nothing_is_broken, monkeypatch):
    """Build two classes with a fee, three learners, two at the counter.

    In an office of their own: a book of receipts is locked until the end of a transaction, and
    that is the end of a whole history here.
    """

    def build():
        rules = {"holds_per_learner": HOLDS, "room_classes": 2}
        term = TermFactory(rules__rules=rules)
        campus = CampusFactory(unit=UnitFactory(county=True))
        sections = [
            SectionFactory(term=term, campus=campus, weekday=day, fee_fen=FEE, capacity=seats)
            for day, seats in CLASSES
        ]
        cashier, other = StaffFactory.create_batch(2, unit=campus.unit)
        return World(
            sections=sections,
            learners=LearnerFactory.create_batch(LEARNERS),
            cashier=cashier,
            other=other,
            campus=campus,
            provider=FakeProvider,
            check=nothing_is_broken,
            put=lambda provider: monkeypatch.setattr(
                payments, "provider", lambda _name="": provider
            ),
        )

    return build


@pytest.fixture
def world(another):
    return another()


def live(world, *, histories, acts=20, office=model.Office, number=None, **more):
    """Live so many histories; the first that parts from the model fails, as short as it can be."""
    machine = partial(Histories, world, office)
    if number is not None:
        machine = seed(number)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=histories, stateful_step_count=acts, derandomize=number is None,
            deadline=None, database=None, report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck), **more,
        ),
    )  # fmt: skip
    return world.seen


class KeepsWhatPaysNothing(model.Office):
    """The control: an office that gives no late money back. It must be found out."""

    def _owe_back(self, order, money, at):
        if money.state != "suspense":
            super()._owe_back(order, money, at)


def test_sixty_histories_go_as_the_model_says(world):
    seen = live(world, histories=60)
    assert seen["histories"] >= 60
    assert {"paid", "late", "cancelled", "expired", "review", "refunded"} <= set(seen)
    assert {"cash", "pos", "transfer", "voided", "drawers counted", "paid later"} <= set(seen)


def test_control_an_office_that_keeps_late_money_is_found_out(world):
    with pytest.raises(AssertionError):
        live(world, histories=60, office=KeepsWhatPaysNothing, phases=[Phase.generate])


def test_twenty_histories_go_the_same_way_with_the_stand_in(world, standin):
    world.provider = over_http(standin)
    seen = live(world, histories=20, phases=[Phase.generate])
    assert {"paid", "late", "cancelled"} <= set(seen)


@pytest.mark.deep("money")
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_histories_go_as_the_model_says(another, request):
    """``--hypothesis-seed`` with the number printed lives the same histories again."""
    given = request.config.getoption("--hypothesis-seed")
    number = random.randrange(2**32) if given is None else int(given)
    print(f"money: seed {number}")  # noqa: T201 - kept
    lives = [
        partial(live, another(), histories=-(-10_000 // LIVES), number=number + core)
        for core in range(LIVES)
    ]
    seen = side_by_side(lives)
    print(f"{seen['histories']} histories, {seen['acts']} acts, 0 broken rules")  # noqa: T201
    assert seen["histories"] >= 10_000
