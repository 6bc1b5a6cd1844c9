"""What somebody pays who comes when lessons have begun."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.fees import late_fee
from enrolment.domain.refunds import refund_on_leaving


@pytest.mark.parametrize(
    ("left", "fen"), [(16, 22000), (13, 17875), (1, 1375), (0, 0), (17, 22000)]
)
def test_the_lessons_that_are_left_are_paid(left, fen):
    assert late_fee(fee_fen=22000, lessons_left=left, lessons=16) == fen


def test_a_class_without_dated_lessons_costs_its_whole_fee():
    assert late_fee(fee_fen=22000, lessons_left=0, lessons=0) == 22000


def test_what_is_no_whole_fen_is_the_learners():
    assert late_fee(fee_fen=100, lessons_left=1, lessons=3) == 33


@given(st.integers(0, 10**7), st.integers(2, 60), st.data())
def test_nobody_pays_more_for_lessons_than_comes_back_for_them(fee, lessons, data):
    held = data.draw(st.integers(2, min(4, lessons)))
    left = lessons - held
    back = refund_on_leaving(fee_fen=fee, held=held, to_come=left, joined_late=False)
    pays = late_fee(fee_fen=fee, lessons_left=left, lessons=lessons)
    assert 0 <= back.fen - pays <= 1
