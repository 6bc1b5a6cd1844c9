"""The provider's pages and books beside ours: what differs is mended, booked or explained."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.models import StaffPost
from enrolment.domain.money.books import Account
from enrolment.models import Difference, Journal, LedgerEntry, Payment, Refund
from enrolment.payments import Listed
from enrolment.payments.stripe import StripeProvider
from enrolment.queries.money.checks import broken_invariants
from enrolment.services.money import reconcile_payments
from enrolment.services.money.reconciling import explain_difference
from enrolment.services.money.refunds import owe_back
from enrolment.services.money.sending import send_refund
from tests.enrolment.money.test_attempts import begin
from tests.enrolment.money.test_reconciling import bend, found, paid
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, attempt_for, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def place():
    return place_to_pay(SectionFactory(fee_fen=FEE, capacity=3), LearnerFactory())


@pytest.fixture
def order(place):
    return order_for(place)


@pytest.fixture
def finance(order):
    return StaffFactory(unit=order.unit, role=StaffPost.Role.FINANCE)


def test_a_page_that_was_paid_and_not_noticed_is_settled(standin, order, place):
    attempt = begin(order)
    standin.pay(attempt.session)

    done = reconcile_payments(at=TODAY + timedelta(minutes=5))

    order.refresh_from_db()
    place.refresh_from_db()
    assert (order.state, place.status, done.mended) == ("paid", "confirmed", 1)
    assert Difference.objects.open().count() == 0


def test_fees_and_payouts_of_the_provider_are_booked_once(standin, order):
    attempt = begin(order)
    standin.pay(attempt.session)
    later = TODAY + timedelta(minutes=30)
    reconcile_payments(at=later)
    standin.pay_out()
    first = reconcile_payments(at=later, full=True)
    again = reconcile_payments(at=later, full=True)

    told = LedgerEntry.objects.balances()
    assert first.posted >= 1
    assert again.posted == 0
    assert told[Account.CLEARING] == 0
    assert told[Account.PROVIDER_FEES] + told[Account.BANK] == FEE
    assert found(later, full=True) == []


def test_money_at_the_provider_that_we_do_not_know_is_seen(standin, order):
    attempt = begin(order)
    standin.pay(attempt.session)
    reconcile_payments(at=TODAY + timedelta(minutes=5))
    bend("DELETE FROM enrolment_receipt")
    bend("DELETE FROM enrolment_payment")
    bend("DELETE FROM enrolment_paymentattempt")
    attempt_for(order)  # since when we look
    rows = found(TODAY + timedelta(hours=1), full=True)
    assert {("clearing", "charge_unknown", FEE), ("attempt", "page_unknown", FEE)} <= set(rows)


def test_a_payment_that_the_provider_does_not_know_is_seen(standin, order):
    paid(order)
    rows = found(TODAY + timedelta(hours=1), full=True)
    assert ("clearing", "not_in_their_books", FEE) in rows


def test_a_dispute_is_booked_and_stays_until_somebody_explains_it(standin, order, finance):
    attempt = begin(order)
    standin.pay(attempt.session)
    reconcile_payments(at=TODAY + timedelta(minutes=5))
    standin.dispute(Payment.objects.get().reference)
    later = TODAY + timedelta(hours=1)
    assert ("clearing", "dispute", -FEE) in found(later)
    for row in Difference.objects.open():
        explain_difference(difference=row, explanation="已提交材料", actor=finance, at=later)
    assert found(later, full=True) == []


def test_while_the_provider_is_away_the_rest_is_compared(standin, order):
    attempt = begin(order)
    standin.pay(attempt.session)
    standin.switch(away=True)
    done = reconcile_payments(at=TODAY)
    assert done.provider_was_away


@pytest.mark.parametrize("state", ["pending", "succeeded", "failed"])
def test_the_books_agree_wherever_a_refund_is(standin, order, state):
    attempt = begin(order)
    standin.pay(attempt.session)
    later = TODAY + timedelta(minutes=5)
    reconcile_payments(at=later)
    standin.switch(refunds=state)
    refund = owe_back(
        payment=Payment.objects.get(), amount_fen=5000, cause=Refund.Cause.WITHDREW, at=later
    )
    assert broken_invariants() == []
    send_refund(refund_id=refund.pk, at=later)
    refund.refresh_from_db()
    assert refund.state == state
    assert broken_invariants() == []
    assert [row for row in found(later, full=True) if row[0] != "refund"] == []


def test_a_dispute_that_was_notified_is_not_closed_by_comparing(standin, order):
    Difference.objects.create(
        kind="clearing", subject="dispute:pi_1", detail="dispute",
        unit=order.unit, first_seen=TODAY, last_seen=TODAY,
    )  # fmt: skip
    assert [row[0] for row in found(TODAY + timedelta(hours=1), full=True)] == ["clearing"]


def test_a_payout_of_many_payments_may_be_larger_than_any_of_them(standin, order, monkeypatch):
    attempt_for(order)  # since when we look
    large = Listed(
        id="txn_1", kind="payout", source="po_1", amount_fen=-1_200_000_000, fee_fen=0, at=TODAY
    )
    monkeypatch.setattr(StripeProvider, "books_between", lambda *_asked: iter([large]))

    done = reconcile_payments(at=TODAY + timedelta(minutes=30))

    assert done.posted == 1
    assert Journal.objects.filter(source="txn_1").exists()
    assert LedgerEntry.objects.balances()[Account.BANK] == 1_200_000_000
