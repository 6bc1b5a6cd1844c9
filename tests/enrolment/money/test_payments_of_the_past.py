"""The demo city paid before the stand-in ran: what it knows of that."""

import pytest

from config.standins.stripe import earlier
from enrolment import payments
from tests.factories.times import TODAY


def test_a_payment_of_the_demos_past_is_known_by_its_name_and_given_back_once(standin):
    name = {"created": int(TODAY.timestamp()) - 9, "amount": 18_000, "key": "ab", "way": "card"}
    paid = earlier.name_of("payment_intent", **name)
    provider = payments.provider()
    given = provider.refund(payment=paid, amount_fen=18_000, key="refund:1", order="o")
    assert (given.amount_fen, given.payment) == (18_000, paid)
    with pytest.raises(payments.ProviderRefused):
        provider.refund(payment=paid, amount_fen=1, key="refund:2", order="o")
    name["key"] = "cd"
    assert provider.refund_seen(earlier.name_of("refund", **name)).state == "pending"
