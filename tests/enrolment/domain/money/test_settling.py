"""What a provider's word is worth, whatever it says."""

import pytest

from enrolment.domain.money.settling import Asked, Doubt, SessionStatus, Snapshot, Verdict, judge

ASKED = Asked(session="cs_1", reference="order", amount_fen=18000, currency="CNY", livemode=False)


def word(**more):
    return Snapshot(
        **{
            "session": "cs_1", "status": SessionStatus.COMPLETE, "is_paid": True,
            "amount_fen": 18000, "currency": "cny", "livemode": False, "reference": "order",
        } | more
    )  # fmt: skip


def test_paid_as_asked():
    assert judge(ASKED, word()) == (Verdict.PAID, Doubt.NONE)


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"status": SessionStatus.OPEN}, Verdict.OPEN),
        ({"status": SessionStatus.EXPIRED}, Verdict.EXPIRED),
        ({"status": SessionStatus.COMPLETE}, Verdict.PROCESSING),
        ({"status": SessionStatus.COMPLETE, "failed": True}, Verdict.FAILED),
        ({"status": SessionStatus.OPEN, "amount_fen": 1}, Verdict.OPEN),
    ],
)
def test_without_money_nobody_doubts(more, verdict):
    assert judge(ASKED, word(is_paid=False, **more)) == (verdict, Doubt.NONE)


@pytest.mark.parametrize(
    ("more", "doubt"),
    [
        ({"session": "cs_2"}, Doubt.SESSION),
        ({"reference": "another"}, Doubt.REFERENCE),
        ({"livemode": True}, Doubt.MODE),
        ({"currency": "usd"}, Doubt.CURRENCY),
        ({"amount_fen": 17999}, Doubt.AMOUNT),
        ({"amount_fen": 18001}, Doubt.AMOUNT),
    ],
)
def test_money_that_is_not_as_asked_is_looked_at(more, doubt):
    assert judge(ASKED, word(**more)) == (Verdict.REVIEW, doubt)
