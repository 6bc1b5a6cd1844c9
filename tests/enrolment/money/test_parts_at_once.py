"""A fee and the difference on top of it are two payments, seen to from several sides at once."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from enrolment.domain.money.books import Method
from enrolment.domain.money.handed import Handed
from enrolment.models import Order, OrderLine, Payment, Refund
from enrolment.queries.money import checks
from enrolment.services.money import placing, special, till
from enrolment.services.money.ended import see_to_ended
from enrolment.services.money.orders import PaymentRefused, lock_orders, open_difference
from tests.enrolment.acts import give_up, withdraw
from tests.enrolment.money.paid import place_paid_in_cash
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, drawer_for, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
ON_TOP = 5000


@pytest.fixture
def place():
    return place_paid_in_cash()


@pytest.fixture
def on_top(place):
    """A difference that was paid on top of it, at the counter."""
    with transaction.atomic():
        difference = open_difference(
            paid=OrderLine.objects.get(), place=place, amount_fen=ON_TOP,
            until=TODAY + timedelta(days=2), at=TODAY + timedelta(minutes=1),
        )  # fmt: skip
    clerk = StaffFactory(unit=place.section.unit)
    drawer_for(clerk, place.section)
    return till.take_at_counter(
        order=difference, handed=Handed(method=Method.CASH), by=clerk, key=uuid4(), at=TODAY
    )


def beside(first, second, *, waits=1.5):
    """Do the first in a transaction, and the second on another connection before it commits."""
    came = []

    def other():
        try:
            came.append(second())
        except (PaymentRefused, IntegrityError) as refused:
            came.append(refused)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        first()
        thread.start()
        thread.join(waits)
        assert thread.is_alive(), "it has to wait for the first"
    thread.join(20)
    return came[0]


def take_back(payment):
    other = StaffFactory(unit=payment.unit)
    return till.void_payment(payment=payment, reason="wrong learner", by=other, at=TODAY)


def fee_line():
    return OrderLine.objects.for_places().get()


def back():
    refunds = Refund.objects.standing()
    return {one.payment_id: one.amount_fen for one in refunds}


def test_a_part_that_is_taken_back_is_not_given_back_beside_it(place, on_top):
    withdraw(place)
    give_up(place)
    line = fee_line()

    came = beside(lambda: take_back(on_top), lambda: see_to_ended(line_id=line.pk, at=TODAY))

    assert came is True
    on_top.refresh_from_db()
    assert on_top.state == "voided"
    assert back() == {line.order.payments.get().pk: FEE}
    assert checks.broken_invariants() == []


def test_what_the_office_offers_waits_for_what_is_taken_back(place, on_top):
    def offer():
        return special.offer_back(
            enrolment=place, amount_fen=FEE + ON_TOP, words="-", asked_by=StaffFactory(), at=TODAY
        )

    came = beside(lambda: take_back(on_top), offer)

    assert isinstance(came, PaymentRefused)
    assert back() == {}


def test_past_the_services_nothing_goes_back_of_what_was_taken_back(on_top):
    take_back(on_top)
    with pytest.raises(IntegrityError, match="was taken back"):
        owe_all_of(on_top)


def test_past_the_services_nothing_is_taken_back_that_goes_back(on_top):
    owe_all_of(on_top)
    with pytest.raises(IntegrityError, match="goes back already"):
        mark_voided(on_top)


def test_past_the_services_it_is_either_taken_back_or_given_back(on_top):
    came = beside(lambda: mark_voided(on_top), lambda: owe_all_of(on_top))
    assert isinstance(came, IntegrityError)
    assert back() == {}


def test_a_refund_of_what_was_taken_back_is_found(on_top):
    turns = "ALTER TABLE enrolment_refund {} TRIGGER refunds_fit_into_their_payment"
    take_back(on_top)
    with connection.cursor() as cursor:
        cursor.execute(turns.format("DISABLE"))
        owe_all_of(on_top)
        cursor.execute(turns.format("ENABLE"))
    assert "what was taken back does not go back" in dict(checks.broken_invariants())
    assert "refund_of_voided" in [one.detail for one in checks.found_in_the_books()]


def owe_all_of(payment):
    return Refund.objects.create(
        unit=payment.unit, order=payment.order, payment=payment, amount_fen=payment.amount_fen,
        cause="goodwill", way="cash", requested_at=TODAY,
    )  # fmt: skip


def mark_voided(payment):
    by = StaffFactory(unit=payment.unit)
    return Payment.objects.filter(pk=payment.pk).update(
        state="voided", voided_by=by, voided_at=TODAY, void_reason="wrong learner"
    )


# One order in which all locks are taken


@pytest.fixture
def astray(place):
    """A transfer of another amount than its fee, and the fee of somebody else that it is of."""
    section = place.section
    ours = place_to_pay(SectionFactory(fee_fen=FEE + 1, campus=section.campus), LearnerFactory())
    theirs = place_to_pay(SectionFactory(fee_fen=FEE, campus=section.campus), LearnerFactory())
    first, second = order_for(ours), order_for(theirs, at=TODAY + timedelta(minutes=1))
    payment = till.take_at_counter(
        order=first, by=StaffFactory(unit=section.unit), key=uuid4(), at=TODAY,
        handed=Handed(method=Method.TRANSFER, reference="B1", amount_fen=FEE),
    )  # fmt: skip
    assert payment.state == "suspense"
    return payment, first, second


def lock(order):
    return Order.objects.select_for_update().get(pk=order.pk)


def place_it(payment, order):
    actor = StaffFactory(unit=payment.unit)
    return placing.place_payment(payment=payment, order=order, actor=actor, at=TODAY)


def give_it_back(payment):
    actor = StaffFactory(unit=payment.unit)
    return placing.give_back(payment=payment, words="-", actor=actor, at=TODAY)


@pytest.mark.parametrize("order", ["first", "second"])
def test_one_places_the_money_and_another_gives_it_back(astray, order):
    """Whoever comes second waits and is told no; neither holds what the other one wants."""
    payment, first, second = astray
    acts = [lambda: place_it(payment, second), lambda: give_it_back(payment)]
    acts = acts if order == "first" else acts[::-1]

    assert isinstance(beside(*acts), PaymentRefused)

    payment.refresh_from_db()
    placed = (payment.order, payment.state, Refund.objects.count()) == (second, "kept", 0)
    given = (payment.order, payment.state, Refund.objects.count()) == (first, "suspense", 1)
    assert placed if order == "first" else given


def is_held_by_nobody(payment):
    rows = Payment.objects.filter(pk=payment.pk).select_for_update(skip_locked=True)
    return bool(list(rows))


@pytest.mark.parametrize("how", ["as it is done", "payment first"])
def test_who_waits_for_an_order_does_not_hold_the_payment(astray, how, monkeypatch):
    """With the control: locked in the other order, the payment is held while it waits."""
    payment, first, second = astray
    if how == "payment first":
        both = placing._both_locked

        def the_other_way_round(order, payment):
            placing._without_a_place(payment)
            return both(order, payment)

        monkeypatch.setattr(placing, "_both_locked", the_other_way_round)
    thread = threading.Thread(target=lambda: (place_it(payment, second), connection.close()))
    with transaction.atomic():
        lock(first)
        thread.start()
        thread.join(1)
        assert thread.is_alive()
        is_free = is_held_by_nobody(payment)
    thread.join(20)

    assert is_free == (how == "as it is done")
    payment.refresh_from_db()
    assert payment.order == second


def test_of_several_orders_the_oldest_is_locked_first(astray):
    """Whoever waits for the older one does not hold the younger, whatever they are called."""
    _payment, first, second = astray
    both = Order.objects.filter(pk__in=[first.pk, second.pk])
    with transaction.atomic():
        assert [one.pk for one in lock_orders(both)] == [first.pk, second.pk]
