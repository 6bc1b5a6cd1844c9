"""Figures everybody may read tell of groups, never of a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.statistics import (
    LEAST,
    TOGETHER,
    Applied,
    Row,
    grouped,
    merged,
    of_all,
    parity,
    shown,
)


def somebody(**more) -> Applied:
    plain = {
        "age": 66, "sex": "f", "channel": "web", "unit": "main", "is_newcomer": True,
        "missed_before": False, "wishes": 3, "seats": 1, "got_first_wish": True,
    }  # fmt: skip
    return Applied(**plain | more)


def test_people_and_seats_are_told_apart():
    row = of_all([somebody(seats=2), somebody(seats=0, got_first_wish=False)])
    assert (row.people, row.placed, row.seats, row.share) == (2, 1, 2, 50.0)


def test_two_people_of_ninety_are_found_in_no_table():
    people = [somebody(age=66)] * 90 + [somebody(age=75)] * 40 + [somebody(age=90)] * 2
    rows = grouped(people, "age")
    assert {row.group: row.people for row in rows} == {"60s": 90, TOGETHER: 42}


sizes = st.lists(st.integers(0, 30), max_size=8)


@given(sizes)
def test_no_group_is_small_and_nobody_is_lost(people):
    rows = [Row(str(n), count, count, 0, 0, 0) for n, count in enumerate(people)]
    told = merged(rows)
    assert sum(row.people for row in told) == sum(people)
    if sum(people) >= LEAST:
        assert all(row.people >= LEAST for row in told if row.group == TOGETHER)
        assert all(row.people >= LEAST for row in told)


@given(sizes)
def test_group_put_together_holds_at_least_two(people):
    rows = [Row(str(n), count, count, 0, 0, 0) for n, count in enumerate(people)]
    told = merged(rows)
    gone = len(rows) - (len(told) - 1)
    if any(row.group == TOGETHER for row in told) and len(rows) > 1:
        assert gone >= 2


def test_way_of_applying_with_the_same_luck_is_within_chance():
    people = [
        somebody(channel=way, seats=n % 5 > 0) for way in ("web", "phone") for n in range(100)
    ]
    assert [(one.channel, one.off, one.is_explained) for one in parity(people)] == [
        ("phone", 0.0, True),
        ("web", 0.0, True),
    ]


def test_way_of_applying_that_loses_stands_out():
    people = [somebody(channel="web")] * 500 + [somebody(channel="phone", seats=0)] * 100
    assert [one.is_explained for one in parity(people) if one.channel == "phone"] == [False]


@pytest.mark.parametrize(("count", "words"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5")])
def test_count_of_a_few_is_not_shown(count, words):
    assert shown(count) == words
