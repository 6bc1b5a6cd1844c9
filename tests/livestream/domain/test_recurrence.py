"""The days of a series: by rule, and around holidays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestream.domain.recurrence import (
    LAST,
    MonthDays,
    NthWeekday,
    QuarterDays,
    RuleRefused,
    Shift,
    meetings,
    read_days,
)

# The spring festival of 2027, and one Saturday worked for it.
CLOSED = {date(2027, 2, 5) + timedelta(days=n) for n in range(9)}
WORKED = {date(2027, 2, 20)}


def offices_work(day):
    return day in WORKED or (day.isoweekday() < 6 and day not in CLOSED)


def days_of(rule, shift=Shift.LATER, is_working=offices_work):
    return [
        (m.day.month, m.day.day) for m in meetings(rule, 2027, shift=shift, is_working=is_working)
    ]


def test_the_20th_of_each_month_goes_on_to_the_next_working_day():
    assert days_of(MonthDays((20,))) == [
        (1, 20), (2, 20), (3, 22), (4, 20), (5, 20), (6, 21),
        (7, 20), (8, 20), (9, 20), (10, 20), (11, 22), (12, 20),
    ]  # fmt: skip


def test_before_a_holiday_the_day_may_come_earlier():
    assert days_of(MonthDays((7,)), Shift.EARLIER)[1] == (2, 4)
    assert days_of(MonthDays((7,)), Shift.LATER)[1] == (2, 15)
    assert days_of(MonthDays((7,)), Shift.STAYS)[1] == (2, 7)


def test_three_days_of_a_month_that_meet_behind_a_holiday_stay_three():
    found = meetings(MonthDays((5, 6, 9)), 2027, shift=Shift.LATER, is_working=offices_work)
    february = [(m.ruled.day, m.day.day) for m in found if m.ruled.month == 2]
    assert february == [(5, 15), (6, 16), (9, 17)]


def test_the_10th_of_each_quarter():
    assert days_of(QuarterDays((10,))) == [(1, 11), (4, 12), (7, 12), (10, 11)]


def test_a_month_that_is_shorter_meets_on_its_last_day():
    assert days_of(MonthDays((31,)), Shift.STAYS)[:4] == [(1, 31), (2, 28), (3, 31), (4, 30)]


def test_weekdays_are_counted_from_either_end():
    def no_holiday(_day):
        return True

    assert days_of(NthWeekday(2, 6), is_working=no_holiday)[:3] == [(1, 9), (2, 13), (3, 13)]
    assert days_of(NthWeekday(LAST, 5), is_working=no_holiday)[:3] == [(1, 29), (2, 26), (3, 26)]


def test_a_day_without_a_working_day_near_stays_where_it_was():
    assert days_of(QuarterDays((10,)), is_working=lambda _day: False)[0] == (1, 10)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "no_days"), ("each", "no_days"), ("0 5", "no_such_day"), ("32", "no_such_day")],
)
def test_days_that_cannot_be_are_refused(text, reason):
    with pytest.raises(RuleRefused) as refused:
        read_days(text)
    assert refused.value.reason == reason


@given(
    days=st.sets(st.integers(1, 31), min_size=1, max_size=4),
    shift=st.sampled_from(Shift),
    closed=st.sets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=40),
)
def test_no_issue_is_lost_and_none_is_doubled(days, shift, closed):
    found = meetings(
        MonthDays(tuple(sorted(days))), 2027, shift=shift, is_working=lambda day: day not in closed
    )
    ruled = [m.ruled for m in found]
    expected = meetings(
        MonthDays(tuple(sorted(days))), 2027, shift=Shift.STAYS, is_working=lambda _day: True
    )
    assert sorted(ruled) == [m.day for m in expected]
    assert len({m.day for m in found}) == len(found)
