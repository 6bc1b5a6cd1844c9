"""The table of refunds, at each of its edges, over the rule as it was sold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.refunds import (
    Lessons,
    Refund,
    Share,
    Sold,
    Where,
    Why,
    comes_back,
    refund_on_leaving,
    rule_at_sale,
)

FEE = 18000
SOLD = Sold(lessons=16)
HERE = Where(x_km=0, y_km=0, weekday=2, hour=1)


def on(held, *, sold=SOLD, paid=FEE, why=Why.LEAVES, **more):
    lessons = Lessons(held=held, lost=more.pop("lost", 0), given_back=more.pop("given_back", 0))
    return comes_back(sold, paid_fen=paid, lessons=lessons, why=why, **more)


@pytest.mark.parametrize(
    ("held", "refund"),
    [
        (0, Refund(Share.WHOLE, FEE, 16)),
        (1, Refund(Share.WHOLE, FEE, 16)),
        (2, Refund(Share.REMAINING, 15750, 14)),
        (4, Refund(Share.REMAINING, 13500, 12)),
        (5, Refund(Share.NOTHING)),
        (14, Refund(Share.NOTHING)),
        (16, Refund(Share.NOTHING)),
    ],
)
def test_what_comes_back_shrinks_with_the_lessons_held(held, refund):
    assert on(held) == refund
    assert (
        refund_on_leaving(fee_fen=FEE, held=held, to_come=16 - held, joined_late=False) == refund
    )


@pytest.mark.parametrize(
    ("held", "fen"), [(0, FEE), (1, FEE), (2, 15750), (5, 12375), (15, 1125), (16, 0)]
)
def test_a_special_cause_gives_back_what_was_not_had_at_any_time(held, fen):
    assert on(held, why=Why.SPECIAL).fen == fen


def test_a_class_that_is_called_off_gives_everything_back():
    assert on(9, why=Why.CALLED_OFF) == Refund(Share.WHOLE, FEE, 16)


def test_lessons_that_the_school_lost_come_back_each():
    assert on(14, lost=2, why=Why.LESSONS_LOST) == Refund(Share.LOST, 2250, 2)
    again = {"lost": 3, "given_back": 2, "back_fen": 2250, "why": Why.LESSONS_LOST}
    assert on(13, **again) == Refund(Share.LOST, 1125, 1)
    assert on(14, **again | {"lost": 2}) == Refund(Share.NOTHING)
    assert on(9, lost=1) == Refund(Share.LOST, 1125, 1), "also to who leaves too late for more"


def test_a_lesson_that_was_given_back_is_not_given_back_twice():
    assert on(3, lost=1, given_back=1, back_fen=1125).fen == 13500
    assert on(1, lost=1, given_back=1, back_fen=1125).fen == FEE - 1125
    assert on(4, back_fen=13500).fen == 0, "what went back for leaving does not go back again"


def test_who_joined_late_gets_the_lessons_paid_for_back_by_a_special_cause_alone():
    late = Sold(lessons=12, joined_late=True)
    assert on(0, sold=late, paid=13500) == Refund(Share.NOTHING_JOINED_LATE)
    assert on(2, sold=late, paid=13500, why=Why.SPECIAL) == Refund(Share.REMAINING, 11250, 10)


def test_what_was_waived_was_never_paid_and_does_not_come_back():
    assert on(0, paid=9000).fen == 9000
    assert on(4, paid=9000).fen == 6750


def test_a_part_of_a_fen_is_rounded_for_the_learner():
    assert on(2, sold=Sold(lessons=15), paid=10000).fen == 8667


def test_a_class_without_dates_gives_everything_back():
    assert on(0, sold=Sold(lessons=0)).fen == FEE


@pytest.mark.parametrize(
    ("there", "far"),
    [
        (HERE, False),
        (Where(x_km=2, y_km=0, weekday=2, hour=1), False),
        (Where(x_km=1.5, y_km=1.5, weekday=2, hour=1), True),
        (Where(x_km=0, y_km=0, weekday=2, hour=2), False),
        (Where(x_km=0, y_km=0, weekday=2, hour=3), True),
        (Where(x_km=0, y_km=0, weekday=3, hour=1), True),
    ],
)
def test_a_class_that_moved_far_may_be_left_for_the_whole_fee(there, far):
    assert HERE.is_far_from(there) is far
    assert on(9, moved=HERE.is_far_from(there)).fen == (FEE if far else 0)


def test_what_is_sold_is_read_as_it_was_written():
    rule = rule_at_sale(joined_late=True, lessons=12, where=HERE)
    assert Sold.read(rule) == Sold(joined_late=True, lessons=12, where=HERE)
    assert Sold.read({}) == Sold(), "an old copy says less"


ANY = {
    "sold": st.builds(
        Sold,
        lessons=st.integers(0, 40),
        joined_late=st.booleans(),
        whole_until=st.integers(0, 3),
        part_until=st.integers(3, 8),
    ),
    "paid": st.integers(0, 500_000),
    "lost": st.integers(0, 5),
}


@given(**ANY, held=st.integers(0, 40), back=st.integers(0, 500_000), why=st.sampled_from(Why))
def test_never_more_comes_back_than_was_paid(*, sold, paid, lost, held, back, why):
    found = on(held, sold=sold, paid=paid, lost=lost, back_fen=min(back, paid), why=why)
    assert 0 <= found.fen <= paid - min(back, paid)


@given(**ANY, held=st.integers(0, 39), why=st.sampled_from([Why.LEAVES, Why.SPECIAL]))
def test_who_waits_a_lesson_longer_never_gets_more(sold, paid, lost, held, why):
    now, later = (on(n, sold=sold, paid=paid, lost=0, why=why).fen for n in (held, held + 1))
    assert later <= now


@given(**ANY, held=st.integers(0, 40))
def test_a_special_cause_is_never_worth_less_than_leaving_and_calling_off_never_less(
    sold, paid, lost, held
):
    held = min(held, max(0, sold.lessons - lost))
    by = {why: on(held, sold=sold, paid=paid, lost=lost, why=why).fen for why in Why}
    assert by[Why.LEAVES] <= by[Why.SPECIAL] <= by[Why.CALLED_OFF]


@given(paid=st.integers(1, 500_000), lessons=st.integers(1, 40), held=st.integers(2, 4))
def test_the_part_that_is_rounded_is_less_than_a_fen_and_for_the_learner(paid, lessons, held):
    to_come = max(0, lessons - held)
    fen = on(held, sold=Sold(lessons=lessons), paid=paid).fen
    assert 0 <= fen * lessons - paid * to_come < lessons
