"""What the stand-in refuses as Stripe does: older books, other types, values that do not fit."""

import json
from datetime import timedelta

import pytest
import stripe

from enrolment import payments
from tests.enrolment.money.test_stripe import KEY, ORDER, request_for
from tests.factories.times import TODAY


@pytest.fixture
def online(standin):
    return payments.provider()


@pytest.fixture
def paid(online, standin):
    opened = online.open_session(request_for(online), key=KEY)
    standin.pay(opened.session)
    return online.session(opened.session)


@pytest.fixture
def client(standin):
    return stripe.StripeClient(
        standin.key, base_addresses={"api": standin.url}, max_network_retries=0
    )


def changed(request, *way, to):
    """The request with one place in it set, or left out (``to`` is None)."""
    request = json.loads(json.dumps(request))
    place = request
    for step in way[:-1]:
        place = place[step]
    if to is None:
        del place[way[-1]]
    else:
        place[way[-1]] = to
    return request


PRICE = ("line_items", 0, "price_data")
SOON = int((TODAY + timedelta(minutes=29)).timestamp())
NEXT_DAY = int((TODAY + timedelta(hours=25)).timestamp())


@pytest.mark.parametrize(
    ("way", "to", "param"),
    [
        (("payment_method_types",), ["card"], "payment_method_types"),  # gone since 2026-09-30
        (("nonsense",), "x", "nonsense"),
        ((*PRICE, "nonsense"), "x", "line_items[0][price_data][nonsense]"),
        ((*PRICE, "unit_amount"), "abc", "line_items[0][price_data][unit_amount]"),
        ((*PRICE, "unit_amount"), 199.5, "line_items[0][price_data][unit_amount]"),
        ((*PRICE, "unit_amount"), "199.50", "line_items[0][price_data][unit_amount]"),
        ((*PRICE, "currency"), None, "line_items[0][price_data][currency]"),
        ((*PRICE, "currency"), "yen", "line_items[0][price_data][currency]"),
        (
            ("payment_method_options", "wechat_pay", "client"), "desktop",
            "payment_method_options[wechat_pay][client]",
        ),
        (("payment_method_options",), None, "payment_method_options[wechat_pay][client]"),
        (("allowed_payment_method_types",), ["paper"], "allowed_payment_method_types[0]"),
        (("mode",), None, "mode"),
        (("line_items",), None, "line_items"),
        (("success_url",), None, "success_url"),
        (("success_url",), "/back/", "success_url"),
        (("locale",), "xx", "locale"),
        (("client_reference_id",), "x" * 201, "client_reference_id"),
        (("metadata", "order"), "x" * 501, "metadata[order]"),
        (("expires_at",), SOON, "expires_at"),
        (("expires_at",), NEXT_DAY, "expires_at"),
    ],
)  # fmt: skip
def test_a_request_that_is_not_as_stripe_wants_it_is_refused(online, client, way, to, param):
    request = changed(request_for(online), *way, to=to)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(request)
    assert refused.value.param == param
    assert online.sessions_of(ORDER) == []


def test_a_refund_that_is_not_as_stripe_wants_it_is_refused(client, paid):
    for wrong in [
        {"payment_intent": paid.payment, "reason": "because"},
        {"payment_intent": paid.payment, "amount": 0},
        {"payment_intent": paid.payment, "charge": "ch_1"},
        {"amount": 100},
        {"payment_intent": "pi_none"},
    ]:
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create(wrong)
