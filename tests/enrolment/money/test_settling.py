"""Money that comes by the web: what it pays, and what becomes of what pays nothing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from enrolment import services
from enrolment.domain.money.books import Account
from enrolment.domain.money.settling import SessionStatus
from enrolment.models import Journal, LedgerEntry, Order, Payment, Receipt, Refund, WaitlistEntry
from enrolment.services.money.settling import settle
from tests.enrolment.acts import claim, entry_of, seats_of
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, attempt_for, order_for, place_to_pay, seen
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
MUCH_LATER = TODAY + timedelta(days=3)
IN_THE_NIGHT = MUCH_LATER.replace(hour=2)


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, capacity=1)


@pytest.fixture
def place(section):
    return place_to_pay(section, LearnerFactory())


@pytest.fixture
def order(place):
    return order_for(place)


def balances():
    return {name: fen for name, fen in LedgerEntry.objects.balances().items() if fen}


def test_a_fee_that_is_asked_for_is_owed_in_the_books(order):
    assert (order.state, order.amount_fen) == ("held", FEE)
    assert balances() == {Account.RECEIVABLE: FEE, Account.DEFERRED_INCOME: -FEE}


def test_asked_twice_it_is_the_same_order(order, place):
    assert order_for(place).pk == order.pk
    assert Journal.objects.count() == 1


def test_money_as_asked_makes_the_place_theirs(order, place, nothing_is_broken):
    settle(attempt=attempt_for(order), seen=seen(attempt := order.attempts.get()), at=TODAY)

    order.refresh_from_db()
    place.refresh_from_db()
    attempt.refresh_from_db()
    assert (order.state, place.status, attempt.state) == ("paid", "confirmed", "paid")
    assert balances() == {Account.CLEARING: FEE, Account.DEFERRED_INCOME: -FEE}
    assert Receipt.objects.get().no == 1
    nothing_is_broken()


def test_the_same_word_sixteen_times_pays_once(order):
    attempt = attempt_for(order)
    for _time in range(16):
        settle(attempt=attempt, seen=seen(attempt), at=TODAY)
    assert Payment.objects.count() == Receipt.objects.count() == 1
    assert not Refund.objects.exists()


def test_money_two_minutes_late_has_the_place_if_it_is_free(order, place, nothing_is_broken):
    attempt = attempt_for(order, expires_at=TODAY)
    services.lapse_and_promote(at=MUCH_LATER)
    place.refresh_from_db()
    assert place.status == "lapsed"

    settle(attempt=attempt, seen=seen(attempt), at=MUCH_LATER)

    place.refresh_from_db()
    order.refresh_from_db()
    assert (place.status, order.state) == ("confirmed", "paid")
    assert balances() == {Account.CLEARING: FEE, Account.DEFERRED_INCOME: -FEE}
    nothing_is_broken(MUCH_LATER)


def test_money_for_a_place_that_went_is_owed_back_as_a_whole(order, place, section):
    attempt = attempt_for(order, expires_at=TODAY)
    services.lapse_and_promote(at=MUCH_LATER)
    claim(section, LearnerFactory(), at=MUCH_LATER)

    settle(attempt=attempt, seen=seen(attempt), at=MUCH_LATER)

    order.refresh_from_db()
    refund = Refund.objects.get()
    assert (order.state, refund.cause, refund.amount_fen) == ("late", "late_money", FEE)
    assert (refund.state, refund.way) == ("approved", "origin")
    assert balances() == {Account.CLEARING: FEE, Account.REFUNDS_PAYABLE: -FEE}
    entry = WaitlistEntry.objects.get(learner=place.learner, section=section)
    assert entry.ticket < 1, "first of those who wait"


def test_late_money_does_not_take_a_free_seat_from_those_who_wait(order, place, section):
    attempt = attempt_for(order, expires_at=TODAY)
    who_waits = LearnerFactory()
    assert claim(section, who_waits).outcome == "waitlisted"
    services.lapse_and_promote(at=IN_THE_NIGHT)
    assert seats_of(section) == ["free"], "offers are made in the morning"

    settle(attempt=attempt, seen=seen(attempt), at=IN_THE_NIGHT)

    order.refresh_from_db()
    assert (order.state, Refund.objects.get().cause) == ("late", "late_money")
    assert seats_of(section) == ["free"]
    assert entry_of(who_waits, section).state == "waiting"


def test_money_that_comes_twice_is_owed_back_once(order):
    first = attempt_for(order)
    settle(attempt=first, seen=seen(first), at=TODAY)
    second = attempt_for(order, session="cs_2", n=2)
    settle(attempt=second, seen=seen(second), at=TODAY)

    order.refresh_from_db()
    refund = Refund.objects.get()
    assert (order.state, refund.cause, refund.payment.state) == ("paid", "paid_twice", "suspense")


@pytest.mark.parametrize(
    ("word", "doubt"),
    [
        ({"amount_fen": FEE - 1}, "amount"),
        ({"currency": "hkd"}, "currency"),
        ({"livemode": True}, "mode"),
        ({"reference": "another order"}, "reference"),
        ({"session": "cs_other"}, "session"),
    ],
)
def test_money_that_is_not_as_asked_waits_for_people(order, place, word, doubt, nothing_is_broken):
    attempt = attempt_for(order)
    settle(attempt=attempt, seen=seen(attempt, **word), at=TODAY)

    order.refresh_from_db()
    place.refresh_from_db()
    assert (order.state, order.doubt, place.status) == ("review", doubt, "offered")
    assert LedgerEntry.objects.balances()[Account.SUSPENSE] == -seen(attempt, **word).amount_fen
    services.lapse_and_promote(at=place.due_at)
    place.refresh_from_db()
    assert place.status == "offered", "kept until somebody has looked"
    nothing_is_broken(place.due_at + timedelta(days=3, seconds=-1))
    with pytest.raises(AssertionError, match="what has fallen due is swept"):
        nothing_is_broken(place.due_at + timedelta(days=3))


def test_a_place_is_not_given_away_while_its_page_of_payment_is_open(order, place):
    attempt = attempt_for(order, expires_at=place.due_at)
    services.lapse_and_promote(at=place.due_at + timedelta(minutes=4))
    place.refresh_from_db()
    assert place.status == "offered"

    settle(
        attempt=attempt,
        seen=seen(attempt, status=SessionStatus.EXPIRED, is_paid=False),
        at=place.due_at,
    )
    services.lapse_and_promote(at=place.due_at + timedelta(minutes=4))
    place.refresh_from_db()
    assert place.status == "lapsed"


def lay_down_a_fen(order):
    """One entry more in a journal that balanced, up to the commit."""
    with transaction.atomic():
        LedgerEntry.objects.create(
            journal=order.journals.get(), account="bank", unit=order.unit, fen=1
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_books_that_do_not_balance_are_refused_at_commit(order):
    with pytest.raises(IntegrityError, match="come to 1 fen"):
        lay_down_a_fen(order)


def test_nobody_changes_an_amount(order):
    with pytest.raises(IntegrityError, match="stays as it was written"):
        Order.objects.filter(pk=order.pk).update(amount_fen=1)
