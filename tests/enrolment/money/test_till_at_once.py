"""Several at the till at the same moment: receipts without a gap, and money taken once."""

from uuid import uuid4

import pytest
from django.db import connection, transaction

from enrolment.domain.money.books import Account, Method
from enrolment.domain.money.handed import Handed
from enrolment.models import LedgerEntry, Payment, Receipt, ReceiptBook, Refund
from enrolment.services.money import till
from enrolment.services.money.orders import PaymentRefused
from enrolment.services.money.receipts import write_receipt
from enrolment.services.money.settling import settle
from tests.enrolment.rush import all_at_once, on_own_connection
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, attempt_for, drawer_for, order_for, place_to_pay, seen
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
CASH = Handed(method=Method.CASH)
COUNTERS = 8
EACH = 6


class ChangedTheirMind(Exception):
    """Whatever makes a transaction end without a commit."""


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, capacity=COUNTERS * EACH)


def payments_at_each_counter(section):
    """As many payments for every counter, each still without a receipt."""
    staff = StaffFactory(unit=section.unit)
    drawer = drawer_for(staff, section)
    orders = [order_for(place_to_pay(section, LearnerFactory())) for _one in range(COUNTERS)]
    return [
        [
            Payment.objects.create(
                unit=section.unit, order=order, method="cash", drawer=drawer, amount_fen=1,
                day=TODAY.date(), at=TODAY, taken_by=staff,
            )
            for _one in range(EACH)
        ]
        for order in orders
    ]  # fmt: skip


def write_all(payments, write):
    """Write a receipt for each, and one more before it that is rolled back."""
    for payment in payments:
        try:
            with transaction.atomic():
                write(payment)
                raise ChangedTheirMind
        except ChangedTheirMind:
            pass
        with transaction.atomic():
            write(payment)


def write_with_the_lock(payment):
    write_receipt(unit=payment.unit, payment=payment, at=TODAY, by=None)


def write_without_it(payment):
    """The same, read and added to as if nobody else could: what the lock is there for."""
    ReceiptBook.objects.get_or_create(unit=payment.unit, year=TODAY.year)
    book = ReceiptBook.objects.get(unit=payment.unit, year=TODAY.year)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.01)")
    book.last += 1
    book.save(update_fields=["last"])
    Receipt.objects.create(
        unit=payment.unit, year=TODAY.year, no=book.last, payment=payment, issued_at=TODAY,
        issued_by=None,
    )  # fmt: skip


def numbers_of(section, write):
    work = [
        on_own_connection(lambda mine=mine: write_all(mine, write))
        for mine in payments_at_each_counter(section)
    ]
    sides = all_at_once(work)
    numbers = list(Receipt.objects.order_by("no").values_list("no", flat=True))
    return numbers, [side for side in sides if side is not None]


def test_receipts_of_eight_counters_follow_each_other_without_a_gap(section):
    numbers, errors = numbers_of(section, write_with_the_lock)
    assert errors == []
    assert numbers == list(range(1, COUNTERS * EACH + 1))


def test_without_the_lock_of_the_book_two_counters_want_one_number(section):
    """The control: the same work breaks where the lock is left out."""
    numbers, errors = numbers_of(section, write_without_it)
    assert errors or numbers != list(range(1, COUNTERS * EACH + 1))


def test_counter_and_web_at_the_same_second_pay_once(section, nothing_is_broken):
    """The page was closed for the counter's sake, and its money came all the same."""
    for _round in range(6):
        order = order_for(place_to_pay(section, LearnerFactory()))
        attempt = attempt_for(order, session=f"cs_{order.pk}", state="expired")
        cashier = StaffFactory(unit=section.unit)
        drawer_for(cashier, section)
        errors = _at_once(
            lambda attempt=attempt: settle(attempt=attempt, seen=seen(attempt), at=TODAY) and "",
            lambda order=order, cashier=cashier: _take(order, cashier),
        )
        assert not any(isinstance(one, BaseException) for one in errors)
        order.refresh_from_db()
        kept, back = order.payments.that_pay(), Refund.objects.filter(order=order)
        assert (order.state, kept.count()) == ("paid", 1)
        assert order.payments.count() == 1 + back.count()
        assert set(back.values_list("cause", flat=True)) <= {"paid_twice"}
    assert LedgerEntry.objects.balances().get(Account.RECEIVABLE, 0) == 0
    nothing_is_broken()


def test_two_windows_and_one_bill_take_it_once(section):
    order = order_for(place_to_pay(section, LearnerFactory()))
    cashiers = StaffFactory.create_batch(4, unit=section.unit)
    for cashier in cashiers:
        drawer_for(cashier, section)
    came = _at_once(*(lambda one=one: _take(order, one) for one in cashiers))
    assert sum(one == "taken" for one in came) == 1
    assert (Payment.objects.count(), Receipt.objects.count()) == (1, 1)


def test_one_press_that_comes_many_times_is_one_payment(section):
    order = order_for(place_to_pay(section, LearnerFactory()))
    cashier, key = StaffFactory(unit=section.unit), uuid4()
    drawer_for(cashier, section)
    came = _at_once(*([lambda: _take(order, cashier, key)] * COUNTERS))
    assert came == ["taken"] * COUNTERS
    assert Payment.objects.count() == 1


def _at_once(*work):
    return all_at_once([on_own_connection(act) for act in work])


def _take(order, cashier, key=None):
    try:
        till.take_at_counter(order=order, handed=CASH, by=cashier, key=key or uuid4(), at=TODAY)
    except PaymentRefused as refused:
        return refused.problem
    return "taken"
