"""The real client against the stand-in over HTTP: what we ask, what we are told, what is refused.

The contract cases say what Stripe does, and hold for a test account of the real one as well.
"""

from datetime import timedelta

import pytest

from enrolment import payments
from enrolment.domain.money.settling import SessionStatus
from tests.factories.times import TODAY

ORDER = "8d6f0f0a-order"
FEE = 18000
BACK = "https://university.example/my/fees/?paid"


@pytest.fixture
def online(standin):
    return payments.provider()


def request_for(online, **more):
    return online.request_for(
        **{
            "order": ORDER, "attempt": 1, "what": "书法入门", "amount_fen": FEE,
            "language": "zh-hans", "return_url": BACK,
            "expires_at": TODAY + timedelta(hours=2),
        } | more
    )  # fmt: skip


@pytest.fixture
def opened(online):
    return online.open_session(request_for(online), key=f"order:{ORDER}:1")


def test_a_page_is_paid(online, standin, opened):
    assert (opened.status, opened.is_paid, opened.payment) == (SessionStatus.OPEN, False, "")
    assert opened.url.startswith(standin.url)

    standin.pay(opened.session, way="alipay")

    seen = online.session(opened.session)
    assert (seen.status, seen.is_paid, seen.way) == (SessionStatus.COMPLETE, True, "alipay")
    assert (seen.amount_fen, seen.currency, seen.reference) == (FEE, "cny", ORDER)
    assert seen.payment.startswith("pi_")


def test_a_refund(online, standin, opened):
    standin.pay(opened.session)
    payment = online.session(opened.session).payment
    refund = online.refund(payment=payment, amount_fen=5000, key="refund:1", order=ORDER)
    assert (refund.state, refund.amount_fen, refund.payment) == ("succeeded", 5000, payment)
    again = online.refund(payment=payment, amount_fen=5000, key="refund:1", order=ORDER)
    assert again == refund == online.refund_seen(refund.id)
