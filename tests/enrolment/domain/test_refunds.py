"""The table of refunds, at each of its edges."""

import pytest

from enrolment.domain.refunds import Refund, Share, refund_on_leaving


@pytest.mark.parametrize(
    ("held", "refund"),
    [
        (0, Refund(Share.WHOLE, 18000, 16)),
        (1, Refund(Share.WHOLE, 18000, 16)),
        (2, Refund(Share.REMAINING, 15750, 14)),
        (4, Refund(Share.REMAINING, 13500, 12)),
        (5, Refund(Share.NOTHING)),
        (14, Refund(Share.NOTHING)),
        (16, Refund(Share.NOTHING)),
    ],
)
def test_what_comes_back_shrinks_with_the_lessons_held(held, refund):
    found = refund_on_leaving(fee_fen=18000, held=held, to_come=16 - held, joined_late=False)

    assert found == refund


def test_a_part_of_a_fen_is_rounded_for_the_learner():
    assert refund_on_leaving(fee_fen=10000, held=2, to_come=13, joined_late=False).fen == 8667


def test_who_joined_late_gets_nothing_back_without_a_special_cause():
    late = refund_on_leaving(fee_fen=18000, held=0, to_come=12, joined_late=True)

    assert late == Refund(Share.NOTHING_JOINED_LATE)


def test_a_class_without_dates_gives_everything_back():
    assert refund_on_leaving(fee_fen=18000, held=0, to_come=0, joined_late=False).fen == 18000
