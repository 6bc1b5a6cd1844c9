"""The cash of one person: opened, counted, explained, signed by somebody else."""

from datetime import timedelta

import pytest

from accounts import services as accounts_services
from enrolment.domain.money.books import Account
from enrolment.models import DrawerSession, Journal, LedgerEntry
from enrolment.queries.money.till import campuses_for_a_drawer
from enrolment.services.money import drawers
from enrolment.services.money.orders import PaymentProblem as Problem
from enrolment.services.money.orders import PaymentRefused
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import CampusFactory, SectionFactory
from tests.factories.fees import FEE, drawer_for, pay_in_cash, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
EVENING = TODAY + timedelta(hours=8)
CHANGE = 10_000  # in the drawer in the morning
WHOLE = {10_000: 2, 5_000: 1, 2_000: 1, 1_000: 1}  # that and a fee


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, capacity=5)


@pytest.fixture
def cashier(section):
    return StaffFactory(unit=section.unit)


@pytest.fixture
def drawer(section, cashier):
    opened = drawer_for(cashier, section, float_fen=CHANGE)
    pay_in_cash(place_to_pay(section, LearnerFactory()), by=cashier)
    return opened


def count(drawer, pieces, explanation="", *, by=None):
    return drawers.count_drawer(
        drawer=drawer, pieces=pieces, explanation=explanation, by=by or drawer.cashier, at=EVENING
    )


def refused(act, *args, **more):
    with pytest.raises(PaymentRefused) as caught:
        act(*args, **more)
    return caught.value.problem


def in_books(*accounts):
    balances = LedgerEntry.objects.balances()
    return tuple(balances.get(account, 0) for account in accounts)


def test_a_drawer_that_is_right_empties_into_the_office(drawer):
    closed = count(drawer, WHOLE)
    assert (closed.counted_fen, closed.expected_fen) == (CHANGE + FEE, CHANGE + FEE)
    assert closed.pieces == {"10000": 2, "5000": 1, "2000": 1, "1000": 1}
    assert in_books(Account.DRAWER, Account.BANK, Account.DRAWER_DIFFERENCES) == (0, FEE, 0)


@pytest.mark.parametrize("over", [-1_000, 50])
def test_a_difference_is_booked_and_has_to_be_explained(drawer, over):
    pieces = {10_000: 2, 5_000: 1, 2_000: 1} if over < 0 else {**WHOLE, 50: 1}
    assert refused(count, drawer, pieces) is Problem.NOT_EXPLAINED
    closed = count(drawer, pieces, "找零找错")
    assert closed.counted_fen - closed.expected_fen == over
    accounts = (Account.DRAWER, Account.BANK, Account.DRAWER_DIFFERENCES)
    assert in_books(*accounts) == (0, FEE + over, -over)


def test_counted_twice_is_counted_once(drawer):
    for _tap in range(2):
        count(drawer, WHOLE)
    assert Journal.objects.filter(source_kind="drawer").count() == 1


def test_an_empty_day_makes_no_journal(section, cashier):
    closed = count(drawer_for(cashier, section, float_fen=5_000), {5_000: 1})
    assert closed.closed_at == EVENING
    assert not Journal.objects.filter(source_kind="drawer").exists()


def test_nobody_counts_for_another_or_has_two_drawers(drawer, section, cashier):
    assert refused(count, drawer, WHOLE, by=StaffFactory()) is Problem.NOT_POSSIBLE
    assert refused(drawer_for, cashier, section) is Problem.DRAWER_OPEN


def test_a_second_person_signs_what_was_counted(drawer, cashier):
    other = StaffFactory(unit=drawer.unit)
    assert refused(drawers.sign_drawer, drawer=drawer, by=other, at=EVENING) is Problem.DRAWER_OPEN
    closed = count(drawer, WHOLE)
    assert list(DrawerSession.objects.to_sign()) == [closed]
    same = refused(drawers.sign_drawer, drawer=closed, by=cashier, at=EVENING)
    assert same is Problem.SAME_PERSON
    signed = drawers.sign_drawer(drawer=closed, by=other, at=EVENING)
    assert (signed.signed_by, signed.signed_at) == (other, EVENING)
    assert not DrawerSession.objects.to_sign().exists()


def test_no_cash_goes_into_a_counted_drawer(drawer, section, cashier):
    count(drawer, WHOLE)
    with pytest.raises(PaymentRefused) as caught:
        drawers.drawer_of(cashier)
    assert caught.value.problem is Problem.NO_DRAWER


def test_where_one_sat_last_and_ones_own_offices_come_first():
    city = UnitFactory()
    own, other = (UnitFactory(county=True, parent=city) for _one in range(2))
    elsewhere, at_home, last = (CampusFactory(unit=unit) for unit in (other, own, other))
    cashier = StaffFactory(unit=own)
    accounts_services.grant_post(user=cashier, unit=own, role="counter", at=TODAY)
    here = [other.pk, own.pk]
    assert list(campuses_for_a_drawer(cashier, here)) == [at_home, elsewhere, last]

    drawers.open_drawer(campus=last, float_fen=0, by=cashier, at=TODAY)

    assert list(campuses_for_a_drawer(cashier, here)) == [last, at_home, elsewhere]
    assert list(campuses_for_a_drawer(cashier, [own.pk])) == [at_home]
