"""Figures everybody may read tell of groups, never of a person."""

from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.statistics import (
    LEAST,
    TOGETHER,
    Applied,
    Row,
    grouped,
    hidden,
    merged,
    of_all,
    parity,
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


def test_count_of_a_few_is_not_found_by_subtracting():
    rows = [Row(name, 50, 0, placed, 0, 0) for name, placed in (("a", 40), ("b", 3), ("c", 9))]
    assert hidden(rows, "placed") == {"b", "c"}
    assert hidden(rows, "people") == frozenset()


@given(st.lists(st.integers(0, 9), min_size=2, max_size=6))
def test_what_is_left_out_is_never_the_only_one_missing(counts):
    rows = [Row(str(n), 20, 0, count, 0, 0) for n, count in enumerate(counts)]
    out = hidden(rows, "placed")
    assert {row.group for row in rows if 0 < row.placed < LEAST} <= out
    if len(out) == 1:  # all others are nought: the sum itself is the small one
        assert sum(counts) < LEAST
