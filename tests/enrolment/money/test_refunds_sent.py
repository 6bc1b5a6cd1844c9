"""Refunds and the provider: one refund, whatever is lost on the way. Real HTTP to the stand-in."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import OutboxMessage
from enrolment import payments
from enrolment.domain.money.books import Account
from enrolment.models import Difference, Journal, LedgerEntry, Payment, Receipt, Refund
from enrolment.payments import ProviderFailed
from enrolment.payments.stripe import StripeProvider
from enrolment.services.money import (
    give_cash,
    look_at_refund,
    reconcile_payments,
    send_refund,
    sending,
)
from enrolment.services.money.attempts import begin_attempt, look_again
from enrolment.services.money.refunding import sweep
from enrolment.services.money.refunds import way_back
from enrolment.services.money.sending import note_refund
from tests.enrolment.acts import withdraw
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, drawer_for, order_for, pay_in_cash, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
LEFT = TODAY + timedelta(minutes=11)
MINUTE = timedelta(minutes=1)


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


def made(refund):
    """The refund at the provider, as a request of ours makes it."""
    return payments.provider().refund(
        payment=refund.payment.reference,
        amount_fen=refund.amount_fen,
        key=refund.key,
        order=str(refund.order_id),
    )


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
        look_at_refund(refund.provider_ref, provider="stripe", at=LEFT + timedelta(hours=1))

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
    assert look_at_refund(seen.id, provider="stripe", at=LEFT)
    refund.refresh_from_db()
    assert (refund.state, refund.provider_ref) == ("succeeded", seen.id)


def test_a_refund_of_somebody_else_on_the_account_is_none_of_ours(standin, refund):
    seen = payments.provider().refund(
        payment=refund.payment.reference, amount_fen=1, key=f"other:{uuid4()}", order="x"
    )
    assert look_at_refund(seen.id, provider="stripe", at=LEFT) is False
    assert Payment.objects.count() == 1


# Money goes out once, whatever becomes known while an answer is lost


def lost(standin, refund, at=LEFT):
    """The refund is made at the provider, and we do not hear of it."""
    standin.switch(lose=3, on="refunds")
    with pytest.raises(ProviderFailed):
        send_refund(refund_id=refund.pk, at=at)
    assert len(at_stripe()) == 1


def never_arrived(standin, refund, at=LEFT):
    """We asked for the refund, and the provider did not hear of it."""
    standin.switch(away=True)
    with pytest.raises(ProviderFailed):
        send_refund(refund_id=refund.pk, at=at)
    standin.switch(away=False)


def dies(refund):
    refund.order.learner.deceased_on = LEFT.date()
    refund.order.learner.save()


def rounds(refund, *moments):
    for at in moments:
        sweep(at=at)
    refund.refresh_from_db()
    return refund.state, refund.way


def test_who_dies_while_the_answer_is_lost_is_refunded_once(standin, refund):
    lost(standin, refund)
    dies(refund)
    assert rounds(refund, LEFT + 2 * MINUTE) == ("succeeded", "origin")
    assert balances() == {}
    assert not Refund.objects.to_pay_out().exists()


@pytest.mark.parametrize(("way", "days"), [("wechat_pay", 180), ("alipay", 90)])
def test_what_went_back_in_time_is_not_given_again_once_its_time_is_over(standin, way, days):
    refund = owed(standin, way=way)
    lost(standin, refund)
    state, gone = rounds(refund, refund.payment.at + timedelta(days=days, minutes=1))
    assert (state in {"pending", "succeeded"}, gone) == (True, "origin")


def test_what_never_arrived_there_is_given_at_the_counter_when_that_is_certain(standin, refund):
    never_arrived(standin, refund)
    dies(refund)
    assert rounds(refund, LEFT + 4 * MINUTE) == ("approved", "origin"), "it may be made yet"
    assert rounds(refund, LEFT + 5 * MINUTE) == ("failed", "cash")
    assert at_stripe() == []


def test_what_nobody_asked_for_needs_no_provider_to_become_one_at_the_counter(
    standin, refund, settings
):
    dies(refund)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert rounds(refund, LEFT + 2 * MINUTE) == ("failed", "cash")


def test_who_asks_while_another_gives_it_to_the_counter_is_heard(standin, refund, monkeypatch):
    never_arrived(standin, refund)
    dies(refund)
    looked = StripeProvider.refund_made

    def looked_and_asked(self, **about):
        seen = looked(self, **about)
        Refund.objects.filter(pk=refund.pk).update(sent_at=LEFT + 9 * MINUTE)  # a second worker
        return seen

    monkeypatch.setattr(StripeProvider, "refund_made", looked_and_asked)
    assert rounds(refund, LEFT + 9 * MINUTE) == ("approved", "origin")


def test_what_went_to_the_counter_a_moment_ago_is_not_asked_for(refund, monkeypatch):
    def meanwhile(payment, *, at):
        Refund.objects.filter(pk=refund.pk).update(state="failed", way="cash")  # a second worker
        return "origin"

    monkeypatch.setattr(sending, "way_back", meanwhile)
    assert send_refund(refund_id=refund.pk, at=LEFT) == "failed"
    assert at_stripe() == []


@pytest.mark.parametrize(("way", "days"), [("wechat_pay", 180), ("alipay", 90)])
def test_a_way_takes_money_back_until_its_last_day_and_no_longer(standin, way, days):
    payment = owed(standin, way=way).payment
    assert way_back(payment, at=payment.at + timedelta(days=days)) == "origin"
    assert way_back(payment, at=payment.at + timedelta(days=days, seconds=1)) == "cash"


def test_one_that_was_made_after_all_is_not_given_at_the_counter(standin, refund):
    never_arrived(standin, refund)
    dies(refund)
    assert rounds(refund, LEFT + 9 * MINUTE) == ("failed", "cash")
    late = made(refund)

    look_at_refund(late.id, provider="stripe", at=LEFT + 10 * MINUTE)

    refund.refresh_from_db()
    assert (refund.state, refund.way, refund.failure) == ("succeeded", "origin", "")
    assert balances() == {}


def test_one_that_was_given_at_the_counter_stays_given_and_a_second_one_is_found(standin, refund):
    never_arrived(standin, refund)
    dies(refund)
    rounds(refund, LEFT + 9 * MINUTE)
    by = StaffFactory(unit=refund.unit)
    drawer_for(by, refund.enrolment.section, float_fen=FEE)
    pay_in_cash(place_to_pay(refund.enrolment.section, LearnerFactory()), by=by)
    give_cash(refund=refund, to="家属", by=by, at=LEFT + 10 * MINUTE)
    before = balances()
    late = made(refund)

    look_at_refund(late.id, provider="stripe", at=LEFT + 11 * MINUTE)

    refund.refresh_from_db()
    assert (refund.state, refund.way, balances()) == ("succeeded", "cash", before)
    reconcile_payments(at=LEFT + timedelta(hours=1))
    assert "refund_unknown" in Difference.objects.open().values_list("detail", flat=True)


def test_a_late_word_about_one_that_could_not_be_delivered_changes_nothing(standin, refund):
    standin.switch(refunds="pending")
    send_refund(refund_id=refund.pk, at=LEFT)
    refund.refresh_from_db()
    pending = payments.provider().refund_seen(refund.provider_ref)
    standin.end_refund(refund.provider_ref, "failed")
    look_at_refund(refund.provider_ref, provider="stripe", at=LEFT)
    before = balances()

    note_refund(refund_id=refund.pk, seen=pending, at=LEFT + MINUTE)

    refund.refresh_from_db()
    assert (refund.state, refund.way, balances()) == ("failed", "cash", before)


def test_a_refund_that_bears_our_key_and_is_of_another_payment_is_none_of_ours(standin, refund):
    other = owed(standin).payment
    seen = payments.provider().refund(
        payment=other.reference, amount_fen=1, key=refund.key, order="x"
    )
    assert look_at_refund(seen.id, provider="stripe", at=LEFT) is False
    refund.refresh_from_db()
    assert refund.state == "approved"


# One that the provider cannot make keeps no other from its turn


def test_a_failure_that_the_provider_keeps_is_got_round_and_holds_up_nobody(standin):
    first, second = owed(standin), owed(standin)
    standin.switch(fail=1, on="refunds")
    with pytest.raises(ProviderFailed):
        send_refund(refund_id=first.pk, at=LEFT)

    sweep(at=LEFT + 2 * MINUTE)

    assert set(Refund.objects.values_list("state", flat=True)) == {"succeeded"}
    assert len(at_stripe()) == 2
    assert second.pk != first.pk


def test_a_failure_that_was_done_and_kept_is_one_refund(standin, refund):
    standin.switch(fail_done=1, on="refunds")
    with pytest.raises(ProviderFailed):
        send_refund(refund_id=refund.pk, at=LEFT)
    assert rounds(refund, LEFT + 2 * MINUTE) == ("succeeded", "origin")
    assert len(at_stripe()) == 1


def test_failures_kept_under_one_key_after_the_other_end_with_the_round(standin, refund):
    standin.switch(fail=5, on="refunds")
    for _minute in range(4):
        with pytest.raises(ProviderFailed):
            send_refund(refund_id=refund.pk, at=LEFT)
    assert at_stripe() == []


def asked(monkeypatch, *, fails):
    """Let the provider fail for some keys; return by which it was asked, in turn."""
    sent, keys = StripeProvider.refund, []

    def refund(self, **about):
        keys.append(about["key"])
        if about["key"] in fails:
            raise ProviderFailed("500")
        return sent(self, **about)

    monkeypatch.setattr(StripeProvider, "refund", refund)
    return keys


def to_send(standin, number):
    for _one in range(number):
        owed(standin)
    return list(Refund.objects.to_send())


@pytest.mark.parametrize("how_many_fail", [1, 2])
def test_one_that_fails_leaves_the_next_its_turn(standin, monkeypatch, how_many_fail):
    *fail, last = to_send(standin, how_many_fail + 1)
    asked(monkeypatch, fails={one.key for one in fail})
    assert rounds(last, LEFT + 2 * MINUTE) == ("succeeded", "origin")
    assert rounds(fail[0]) == ("approved", "origin")


def test_a_provider_that_fails_three_in_a_row_is_left_in_peace(standin, monkeypatch):
    keys = [one.key for one in to_send(standin, 5)]
    heard = asked(monkeypatch, fails=set(keys))
    sweep(at=LEFT + 2 * MINUTE)
    assert heard == keys[:3]
