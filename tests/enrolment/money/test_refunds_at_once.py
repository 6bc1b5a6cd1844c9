"""Refunds from many sides at once: no fen more goes back than was paid, and nothing goes twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from enrolment.models import Journal, Order, OrderLine, Receipt, Refund
from enrolment.services.money import approve, give_cash, offer_back
from enrolment.services.money.ended import see_to_ended
from enrolment.services.money.orders import PaymentRefused
from enrolment.services.money.refunds import left_of
from tests.enrolment.acts import give_up, withdraw
from tests.enrolment.money.paid import place_paid_in_cash
from tests.factories.accounts import StaffFactory
from tests.factories.fees import FEE
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
MANY = 8


@pytest.fixture
def place():
    return place_paid_in_cash()


def at_once(work):
    """Do it from so many sides in the same moment; return what each came to."""
    gate = Barrier(MANY)

    def one(number):
        gate.wait(20)
        try:
            return work(number)
        except (PaymentRefused, IntegrityError) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def back():
    return sum(Refund.objects.standing().values_list("amount_fen", flat=True))


def test_eight_sweeps_of_one_place_owe_it_back_once(place):
    withdraw(place)
    give_up(place)
    line = OrderLine.objects.get()
    came = at_once(lambda _number: see_to_ended(line_id=line.pk, at=TODAY))
    assert (came.count(True), came.count(False), back()) == (1, MANY - 1, FEE)


def test_eight_who_offer_the_whole_sum_give_it_back_once(place):
    staff = StaffFactory.create_batch(MANY)
    at_once(
        lambda number: offer_back(
            enrolment=place, amount_fen=FEE, words="-", asked_by=staff[number], at=TODAY
        )
    )
    assert back() == FEE


def test_eight_presses_pay_out_once(place):
    asks, says_yes = StaffFactory.create_batch(2)
    cashier = Order.objects.get().payments.get().taken_by
    (refund,) = offer_back(enrolment=place, amount_fen=FEE, words="-", asked_by=asks, at=TODAY)
    approve(refund=refund, by=says_yes, at=TODAY)
    at_once(lambda _number: give_cash(refund=refund, to="-", by=cashier, at=TODAY))
    assert Journal.objects.filter(source_kind="refund_sent").count() == 1
    assert Receipt.objects.filter(refund=refund).count() == 1


def past_the_services(payment, line):
    """Everybody looks what is left, and only then everybody writes: as without any lock."""
    looked = Barrier(MANY)

    def write(_number):
        left = left_of(payment)
        looked.wait(20)
        return Refund.objects.create(
            unit=payment.unit, order=payment.order, payment=payment, line=line, amount_fen=left,
            cause="goodwill", way="cash", requested_at=TODAY,
        )  # fmt: skip

    return write


def test_rows_past_the_services_do_not_exceed_what_was_paid_either(place):
    line = OrderLine.objects.get()
    at_once(past_the_services(Order.objects.get().payments.get(), line))
    assert back() == FEE


def test_control_without_the_trigger_more_would_go_back_than_was_paid(place):
    line = OrderLine.objects.get()
    turn = "ALTER TABLE enrolment_refund {} TRIGGER refunds_fit_into_their_payment"
    with connection.cursor() as cursor:
        cursor.execute(turn.format("DISABLE"))
    try:
        at_once(past_the_services(Order.objects.get().payments.get(), line))
        assert back() == MANY * FEE
    finally:
        with connection.cursor() as cursor:
            cursor.execute(turn.format("ENABLE"))
