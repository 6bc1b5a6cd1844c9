"""The real client against the stand-in over HTTP: what we ask, what we are told, what is refused.

The contract cases say what Stripe does, and hold for a test account of the real one as well.
"""

import json
from datetime import UTC, timedelta

import pytest

from enrolment import payments
from enrolment.domain.money.settling import SessionStatus
from enrolment.payments import Forged, ProviderFailed, ProviderRefused, ProviderUnknown
from enrolment.payments.checks import somebody_should_know_that_nobody_pays_online
from tests.factories.times import TODAY

ORDER = "8d6f0f0a-0000-4000-8000-000000000001"
KEY = f"order:{ORDER}:1"
FEE = 18000
BACK = "https://university.example/pay/123456789015/back/"


@pytest.fixture
def online(standin):
    return payments.provider()


def request_for(online, **more):
    return online.request_for(
        **{
            "order": ORDER, "attempt": 1, "what": "青澜老年大学学费", "amount_fen": FEE,
            "language": "zh-hans", "return_url": BACK,
            "expires_at": TODAY + timedelta(hours=2),
        } | more
    )  # fmt: skip


@pytest.fixture
def opened(online):
    return online.open_session(request_for(online), key=KEY)


@pytest.fixture
def paid(online, standin, opened):
    standin.pay(opened.session)
    return online.session(opened.session)


def refund(online, paid, fen=5000, key="refund:1"):
    return online.refund(payment=paid.payment, amount_fen=fen, key=key, order=ORDER)


# What a page of payment is, and what becomes of it.


def test_a_page_is_open_until_somebody_pays(opened, standin):
    assert (opened.status, opened.is_paid, opened.payment) == (SessionStatus.OPEN, False, "")
    assert opened.url.startswith(f"{standin.url}/c/pay/cs_test_")
    assert opened.expires_at == (TODAY + timedelta(hours=2)).astimezone(UTC)
    assert (opened.reference, opened.amount_fen, opened.currency) == (ORDER, FEE, "cny")


@pytest.mark.parametrize("way", ["card", "alipay", "wechat_pay"])
def test_a_page_is_paid_in_each_way(online, standin, opened, way):
    standin.pay(opened.session, way=way)

    seen = online.session(opened.session)
    assert (seen.status, seen.is_paid, seen.way) == (SessionStatus.COMPLETE, True, way)
    assert (seen.amount_fen, seen.currency, seen.reference) == (FEE, "cny", ORDER)
    assert seen.payment.startswith("pi_")
    assert (seen.livemode, seen.url) == (False, "")


def test_what_came_counts_not_what_was_asked_for(online, standin, opened):
    standin.switch(amount=FEE - 1, currency="hkd")
    standin.pay(opened.session)
    seen = online.session(opened.session)
    assert (seen.amount_fen, seen.currency) == (FEE - 1, "hkd")


def test_money_may_take_its_time_and_arrive(online, standin, opened):
    standin.pay(opened.session, later=True)
    under_way = online.session(opened.session)
    assert (under_way.status, under_way.is_paid) == (SessionStatus.COMPLETE, False)
    assert not under_way.failed
    assert under_way.payment

    standin.decide(opened.session, arrives=True)
    assert online.session(opened.session).is_paid


def test_money_may_take_its_time_and_not_arrive(online, standin, opened):
    standin.pay(opened.session, later=True)
    standin.decide(opened.session, arrives=False)
    seen = online.session(opened.session)
    assert (seen.is_paid, seen.failed) == (False, True)


def test_a_page_that_is_closed_takes_no_money(online, standin, opened):
    assert online.end_session(opened.session).status is SessionStatus.EXPIRED
    with pytest.raises(Exception, match="expired"):
        standin.pay(opened.session)
    assert online.end_session(opened.session).status is SessionStatus.EXPIRED, "twice is no error"


def test_closing_a_page_that_was_paid_says_so(online, paid):
    assert online.end_session(paid.session).is_paid


def test_a_page_runs_out_by_itself(online, standin, opened):
    standin.clock(TODAY + timedelta(hours=2, seconds=1))
    assert online.session(opened.session).status is SessionStatus.EXPIRED
    assert len(standin.events("checkout.session.expired")) == 1


def test_the_pages_of_an_order_are_found_without_their_names(online, standin, opened):
    other = request_for(online, order="another")
    online.open_session(other, key="order:another:1")
    standin.pay(opened.session)

    (found,) = online.sessions_of(ORDER, since=TODAY)
    assert (found.session, found.is_paid, found.way) == (opened.session, True, "card")
    assert online.sessions_of(ORDER, since=TODAY + timedelta(hours=1)) == []
    assert len(online.sessions_of(ORDER)) == 1


def test_lists_longer_than_a_page_are_read_to_their_end(online, monkeypatch):
    monkeypatch.setattr("enrolment.payments.stripe.PAGE", 2)
    names = {
        online.open_session(request_for(online, order=f"o{n}"), key=f"order:o{n}:1").session
        for n in range(5)
    }
    listed = online.sessions_between(TODAY - timedelta(hours=1), TODAY + timedelta(hours=1))
    assert {page.session for page in listed} == names


# The same request twice; answers that are lost; failures that are kept.


def test_the_same_key_and_body_bring_the_same_page(online, opened):
    again = online.open_session(request_for(online), key=KEY)
    assert again == opened
    assert len(online.sessions_of(ORDER)) == 1


def test_the_same_key_with_another_body_is_refused(online, opened):
    worked_out_anew = request_for(online, expires_at=TODAY + timedelta(hours=2, seconds=1))
    with pytest.raises(ProviderRefused, match="IdempotencyError"):
        online.open_session(worked_out_anew, key=KEY)


def test_the_client_repeats_by_itself_when_an_answer_is_lost(online, standin):
    standin.switch(lose=1)
    opened = online.open_session(request_for(online), key=KEY)
    (found,) = online.sessions_of(ORDER)
    assert found.session == opened.session


def test_a_page_whose_answer_was_lost_for_good_is_found_again(online, standin):
    standin.switch(lose=3)
    with pytest.raises(ProviderFailed):
        online.open_session(request_for(online), key=KEY)
    (found,) = online.sessions_of(ORDER)
    assert online.open_session(request_for(online), key=KEY).session == found.session


def test_a_failure_is_kept_under_its_key(online, standin):
    standin.switch(fail=1)
    for _time in range(2):
        with pytest.raises(ProviderFailed, match="500"):
            online.open_session(request_for(online), key=KEY)
    assert online.sessions_of(ORDER) == []
    other = request_for(online, attempt=2)
    assert online.open_session(other, key=f"order:{ORDER}:2").status is SessionStatus.OPEN


def test_a_failure_after_the_page_was_made_leaves_a_page_to_be_found(online, standin):
    standin.switch(fail_done=1)
    for _time in range(2):
        with pytest.raises(ProviderFailed):
            online.open_session(request_for(online), key=KEY)
    assert len(online.sessions_of(ORDER)) == 1


def test_nobody_at_home_and_too_busy_are_failures(online, standin):
    standin.switch(busy=1)
    with pytest.raises(ProviderFailed, match="RateLimit"):
        online.open_session(request_for(online), key=KEY)
    standin.switch(away=True)
    with pytest.raises(ProviderFailed, match="APIConnectionError"):
        online.session("cs_test_any")


def test_what_is_not_there_is_a_refusal(online):
    with pytest.raises(ProviderRefused, match="resource_missing"):
        online.session("cs_test_none")


# Refunds.


def test_a_refund_arrives(online, paid):
    seen = refund(online, paid)
    assert (seen.state, seen.amount_fen, seen.payment) == ("succeeded", 5000, paid.payment)
    assert (seen.key, online.refund_seen(seen.id)) == ("refund:1", seen)


def test_a_refund_sent_twice_is_one(online, standin, paid):
    first = refund(online, paid)
    standin.clock(TODAY + timedelta(days=2))  # the key is forgotten by then
    assert refund(online, paid) == first
    assert len(standin.events("refund.created")) == 1


def test_a_refund_whose_answer_was_lost_is_one(online, standin, paid):
    standin.switch(fail_done=1, on="refunds")
    with pytest.raises(ProviderFailed):
        refund(online, paid)
    assert refund(online, paid).state == "succeeded"
    assert len(standin.events("refund.created")) == 1


def test_no_more_goes_back_than_came(online, paid):
    refund(online, paid, FEE - 1000)
    with pytest.raises(ProviderRefused, match="greater than unrefunded"):
        refund(online, paid, 1001, key="refund:2")
    refund(online, paid, 1000, key="refund:3")
    with pytest.raises(ProviderRefused, match="charge_already_refunded"):
        refund(online, paid, 1, key="refund:4")


def test_a_refund_by_wechat_takes_its_time_and_ends_after_180_days(online, standin, opened):
    standin.pay(opened.session, way="wechat_pay")
    payment = online.session(opened.session)
    seen = refund(online, payment)
    assert seen.state == "pending"
    standin.end_refund(seen.id, "succeeded")
    assert online.refund_seen(seen.id).state == "succeeded"

    standin.clock(TODAY + timedelta(days=181))
    with pytest.raises(ProviderRefused, match="no longer"):
        refund(online, payment, key="refund:2")


def test_alipay_takes_back_for_90_days(online, standin, opened):
    standin.pay(opened.session, way="alipay")
    payment = online.session(opened.session)
    standin.clock(TODAY + timedelta(days=90))
    assert refund(online, payment).state == "succeeded"
    standin.clock(TODAY + timedelta(days=91))
    with pytest.raises(ProviderRefused, match="no longer"):
        refund(online, payment, key="refund:2")


def test_a_refund_may_come_back(online, standin, paid):
    standin.switch(refunds="failed")
    seen = refund(online, paid)
    assert (seen.state, seen.failure) == ("failed", "expired_or_canceled_card")
    standin.switch(refunds="")
    assert refund(online, paid, FEE, key="refund:2").state == "succeeded", "all of it is there"


# Notifications.


def told(standin, type_="checkout.session.completed"):
    (event,) = standin.events(type_)
    return event


def test_a_notification_names_its_object_and_keeps_nobody(online, standin, paid):
    event = told(standin)
    event["data"]["object"]["customer_details"] = {"name": "王秀英", "phone": "13800000000"}
    heard = online.event(*standin.signed(event))
    assert (heard.id, heard.type) == (event["id"], "checkout.session.completed")
    assert heard.object_id == paid.session
    assert heard.payload["object"]["payment_status"] == "paid"
    assert "王秀英" not in json.dumps(heard.payload, ensure_ascii=False)


def test_two_secrets_count_while_one_is_replaced(online, standin, paid, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_next", standin.secret]
    rotating = payments.provider()
    event = told(standin)
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        assert rotating.event(*standin.signed(event, secret=secret)).id == event["id"]
    with pytest.raises(Forged):
        rotating.event(*standin.signed(event, secret="whsec_before"))


def test_what_is_forged_stale_or_nonsense_is_no_notification(online, standin, paid):
    event = told(standin)
    body, signature = standin.signed(event)
    changed = body.replace(b"paid", b"free")
    thin = {"id": "evt_1", "object": "v2.core.event", "type": "x"}
    for forged in [
        standin.signed(event, secret="whsec_of_somebody_else"),
        standin.signed(event, age=301),
        (changed, signature),
        (body, ""),
        (body, "t=now,v1=abc"),
        (body, signature.replace("v1=", "v0=")),
        standin.signed(b"\xff" + body),
        standin.signed(b"not json"),
        standin.signed(b"[]"),
        standin.signed(b"null"),
        standin.signed(b"{}"),
        standin.signed(b'{"id": "evt_1", "type": "x", "data": {"object": "y"}}'),
        standin.signed(thin),
        standin.signed(b"[" * 100_000),
        standin.signed(b'{"id": "evt_1", "type": "x", "data": {"object": [1]}}'),
    ]:
        with pytest.raises(Forged):
            online.event(*forged)
    assert online.event(*standin.signed(event, age=290)).id == event["id"], "control"


# Stripe's own books.


def test_the_books_tell_of_all_that_moved(online, standin, paid):
    sent = refund(online, paid)
    failed_one = refund(online, paid, 1000, key="refund:2")
    standin.end_refund(failed_one.id, "failed")
    standin.pay_out()
    standin.end_dispute(standin.dispute(paid.payment)["id"], won=True)

    lines = list(online.books_between(TODAY - timedelta(minutes=1), TODAY + timedelta(hours=1)))

    told_of = sorted((line.kind, line.source, line.amount_fen, line.fee_fen) for line in lines)
    payout = next(line for line in lines if line.kind == "payout")
    assert told_of == sorted(
        [
            ("charge", paid.payment, FEE, 522),
            ("refund", sent.id, -5000, 0),
            ("refund", failed_one.id, -1000, 0),
            ("refund_failure", failed_one.id, 1000, 0),
            ("payout", payout.source, 522 + 5000 - FEE, 0),
            ("dispute", paid.payment, -FEE, 1500),
            ("dispute_reversal", paid.payment, FEE, -1500),
        ]
    )
    assert all(line.at.tzinfo for line in lines)


# What is not there, and who may not ask.


def test_what_is_not_there_is_no_failure_of_the_provider(online, paid):
    for ask in (
        lambda: online.session("cs_none"),
        lambda: online.end_session("cs_none"),
        lambda: online.refund_seen("re_none"),
        lambda: online.refund(payment="pi_none", amount_fen=1, key="refund:1", order=ORDER),
    ):
        with pytest.raises(ProviderUnknown):
            ask()


def test_a_refund_is_found_by_its_payment_and_our_key(online, paid):
    assert online.refund_made(payment=paid.payment, key="refund:1") is None
    sent = refund(online, paid)
    assert online.refund_made(payment=paid.payment, key="refund:1") == sent
    assert online.refund_made(payment=paid.payment, key="refund:2") is None


def test_a_wrong_key_is_our_failure_and_said_aloud(standin, settings, caplog):
    settings.STRIPE_SECRET_KEY = "sk_test_of_somebody_else"
    with pytest.raises(ProviderFailed, match="AuthenticationError"):
        payments.provider().session("cs_test_any")
    assert "does not let us in" in caplog.text
    assert "sk_test_of" not in caplog.text


def test_without_a_key_nobody_pays_on_the_web_and_whoever_sets_it_up_hears_of_it(settings):
    settings.STRIPE_SECRET_KEY = ""
    assert payments.provider() is None
    (said,) = somebody_should_know_that_nobody_pays_online(None)
    assert (said.id, said.is_serious()) == ("enrolment.I001", False)

    settings.STRIPE_SECRET_KEY = "sk_live_1"
    assert payments.provider() is not None
    assert somebody_should_know_that_nobody_pays_online(None) == []
