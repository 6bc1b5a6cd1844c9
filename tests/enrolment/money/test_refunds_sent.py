"""Refunds and the provider: one refund, whatever is lost on the way. Real HTTP to the stand-in."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import OutboxMessage
from enrolment import payments
from enrolment.domain.money.books import Account
from enrolment.models import Journal, LedgerEntry, Payment, Receipt, Refund
from enrolment.payments import ProviderFailed
from enrolment.services.money import look_at_refund, send_refund
from enrolment.services.money.attempts import begin_attempt, look_again
from enrolment.services.money.refunding import sweep
from tests.enrolment.acts import withdraw
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
LEFT = TODAY + timedelta(minutes=11)


@pytest.fixture
def refund(standin):
    """A place that was paid at the provider, given up, and decided to be paid back."""
    return owed(standin)


def owed(standin, way="card"):
    place = place_to_pay(SectionFactory(fee_fen=FEE), LearnerFactory())
    order = order_for(place)
    attempt = begin_attempt(
        order=order, return_url="https://x.example/back/", language="zh-hans", at=TODAY
    )
    standin.pay(attempt.session, way)
    look_again(attempt=attempt, at=TODAY)
    place.refresh_from_db()
    withdraw(place)
    sweep(at=LEFT)
    return Refund.objects.select_related("payment").get(enrolment=place)


def balances():
    return {name: fen for name, fen in LedgerEntry.objects.balances().items() if fen}


def at_stripe():
    day = timedelta(days=1)
    lines = payments.provider().books_between(TODAY - day, TODAY + day)
    return [one for one in lines if one.kind == "refund"]


def test_a_refund_is_sent_with_its_own_key_and_arrives(refund):
    assert OutboxMessage.objects.filter(kind="send_refund", object_id=str(refund.pk)).exists()

    for _time in range(3):
        send_refund(refund_id=refund.pk, at=LEFT)

    refund.refresh_from_db()
    assert (refund.state, refund.done_at) == ("succeeded", LEFT)
    assert len(at_stripe()) == 1
    assert balances() == {}
    assert Receipt.objects.filter(refund=refund).count() == 1


def test_one_whose_answer_was_lost_is_sent_again_and_is_one(standin, refund):
    standin.switch(lose=3, on="refunds")
    with pytest.raises(ProviderFailed):
        send_refund(refund_id=refund.pk, at=LEFT)
    refund.refresh_from_db()
    assert refund.state == "approved"

    sweep(at=LEFT + timedelta(minutes=2))

    refund.refresh_from_db()
    assert refund.state == "succeeded"
    assert len(at_stripe()) == 1


def test_a_pending_refund_is_asked_about_until_it_arrives(standin, refund):
    standin.switch(refunds="pending")
    send_refund(refund_id=refund.pk, at=LEFT)
    refund.refresh_from_db()
    assert refund.state == "pending"
    assert balances() == {}, "the sum is spoken for"
    standin.end_refund(refund.provider_ref, "succeeded")

    sweep(at=LEFT + timedelta(minutes=10))

    refund.refresh_from_db()
    assert refund.state == "succeeded"
    assert Journal.objects.filter(source_kind="refund_sent").count() == 1


def test_one_that_fails_later_stays_owed_and_is_given_at_the_counter(standin, refund):
    standin.switch(refunds="pending")
    send_refund(refund_id=refund.pk, at=LEFT)
    refund.refresh_from_db()
    standin.end_refund(refund.provider_ref, "failed")

    for _time in range(2):
        look_at_refund(refund.provider_ref, at=LEFT + timedelta(hours=1))

    refund.refresh_from_db()
    assert (refund.state, refund.way) == ("failed", "cash")
    assert balances() == {Account.CLEARING: FEE, Account.REFUNDS_PAYABLE: -FEE}
    assert list(Refund.objects.to_pay_out()) == [refund]


def test_a_notification_that_is_faster_than_the_answer_finds_its_refund(standin, refund):
    online = payments.provider()
    seen = online.refund(
        payment=refund.payment.reference,
        amount_fen=FEE,
        key=refund.key,
        order=str(refund.order_id),
    )
    assert look_at_refund(seen.id, at=LEFT)
    refund.refresh_from_db()
    assert (refund.state, refund.provider_ref) == ("succeeded", seen.id)


def test_a_refund_of_somebody_else_on_the_account_is_none_of_ours(standin, refund):
    seen = payments.provider().refund(
        payment=refund.payment.reference, amount_fen=1, key=f"other:{uuid4()}", order="x"
    )
    assert look_at_refund(seen.id, at=LEFT) is False
    assert Payment.objects.count() == 1
