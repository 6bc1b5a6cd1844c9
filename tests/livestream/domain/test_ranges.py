"""Which stretches were watched: checked against a plain set of tenths of seconds."""

import random
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livestream.domain import ranges
from livestream.domain.ranges import StretchesRefused, length, union

TENTHS = st.tuples(st.integers(0, 600), st.integers(1, 120)).map(
    lambda two: (Decimal(two[0]) / 10, Decimal(two[0] + two[1]) / 10)
)
REPORTS = st.lists(st.lists(TENTHS, max_size=6), max_size=8)


def tenths(stretches):
    return {
        tenth
        for begins, ends in stretches
        for tenth in range(round(begins * 10), round(ends * 10))
    }


@settings(deadline=None)  # the machine may be busy
@given(REPORTS, st.randoms())
def test_stretches_are_united_in_any_order_and_however_often(reports, chance):
    told = [*reports, *chance.sample(reports, chance.randint(0, len(reports)))]
    chance.shuffle(told)
    united = ()
    for report in told:
        united = union(united, report)
    watched = set().union(*(tenths(report) for report in reports), set())
    assert tenths(united) == watched
    assert length(united) * 10 == len(watched)
    assert united == union(*reports)
    assert list(united) == sorted(united)
    assert all(before[1] < after[0] for before, after in pairwise(united))


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.integers(0, 3600), min_size=1, max_size=20))
def test_jumping_about_counts_nothing_but_what_was_played(jumps):
    """A learner who jumps about and watches two seconds each time has watched those."""
    played = [(Decimal(place), Decimal(place + 2)) for place in jumps]
    assert length(union(played)) <= 2 * len(set(jumps))
    assert tenths(union(played)) == tenths(played)


def test_a_lesson_watched_in_pieces_is_a_whole_lesson():
    pieces = [[minute * 30, minute * 30 + 30] for minute in range(60)]
    random.Random(6).shuffle(pieces)
    united = ()
    for piece in pieces:
        united = union(united, ranges.read([piece]))
    assert united == ((Decimal(0), Decimal(1800)),)


@pytest.mark.parametrize(
    "pairs",
    [
        [[5, 5]],
        [[6, 5]],
        [[-1, 5]],
        [[0, float("nan")]],
        [[0, float("inf")]],
        [[float("-inf"), 5]],
        [[0, 10**400]],
        [["0", "5"]],
        [[True, 5]],
        [[0]],
        [[0, 1, 2]],
        ["05"],
        [None],
        [[0, 1801]],
        [[0, 901], [1000, 1900]],
        [[number, number + 0.5] for number in range(51)],
    ],
)
def test_what_no_player_reports_is_refused(pairs):
    with pytest.raises(StretchesRefused):
        ranges.read(pairs)


def test_what_overlaps_is_counted_once_before_it_is_too_much():
    assert ranges.read([[0, 1000], [0, 1000]]) == ((Decimal(0), Decimal(1000)),)


def test_a_stretch_shorter_than_a_tenth_is_nothing():
    assert ranges.read([[5.01, 5.02]]) == ()
