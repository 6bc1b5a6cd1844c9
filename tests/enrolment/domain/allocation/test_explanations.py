"""What became of each wish: the codes, and the figures that make a sentence of them."""

import pytest

from enrolment.domain.allocation import Bucket, allocate
from enrolment.domain.allocation.explanations import Bar, Code, Reason
from tests.enrolment.domain.allocation.markets import market, person, random_market

EVERY_DAY = 800


def explained(given, name):
    return allocate(given).explain(name)


def test_admitted_says_round_and_bucket():
    given = market({"c": (2, Bucket("N", 1))}, [person("a", 1, "c", carries="N")])
    assert explained(given, "a") == [Reason("c", Code.ADMITTED, round=1, bucket="N")]


def test_full_names_each_bucket_with_ones_own_number_and_the_last():
    """ "Newcomer seats: last admitted 3, yours 4. Open seats: last admitted 1. You are 2nd.\""""
    given = market(
        {"taiji": (2, Bucket("*open*", 1), Bucket("N", 1))},
        [
            person("a", 1, ["taiji"]),
            person("b", 2, ["taiji"]),
            person("c", 3, ["taiji"], carries="N"),
            person("d", 4, ["taiji"], carries="N"),
        ],
    )
    assert explained(given, "d") == [
        Reason(
            "taiji",
            Code.FULL,
            round=1,
            bars=(
                Bar(1, "open-first", (0, 4), (0, 1)),
                Bar(1, "N", (0, 4), (0, 3)),
                Bar(1, "open", (0, 4), "closed"),
            ),
            place=2,
        )
    ]


def test_a_better_seat_makes_the_rest_unwanted():
    given = market({"c": 1, "d": 1}, [person("a", 1, "cd")])
    assert explained(given, "a")[1] == Reason("d", Code.BETTER_SEAT)


def test_a_clash_names_the_seat_in_the_way():
    given = market({"c": 1, "d": 1}, [person("a", 1, "cd", max_seats=2)], clashes=(("d", "c"),))
    assert explained(given, "a")[1] == Reason("d", Code.CLASH, blocked_by=("c",))


def test_a_wish_turned_down_in_two_rounds_keeps_the_figures_of_both():
    given = market({"b": 1, "z": 2}, [person("y", 2, "b"), person("me", 3, "bz", max_seats=2)])
    full, admitted = explained(given, "me")
    assert full.bars == (Bar(1, "open", (0, 3), (0, 2)), Bar(2, "open", (0, 2), "closed"))
    assert (full.code, full.round, full.place) == (Code.FULL, 2, 1)
    assert admitted.code is Code.ADMITTED


def test_seats_kept_for_others_are_said_to_be_so():
    given = market(
        {"c": (2, Bucket("N", 1, hard=True))}, [person("a", 1, "c"), person("b", 2, "c")]
    )
    assert explained(given, "b") == [
        Reason("c", Code.HARD_RESERVED, round=1, bars=(Bar(1, "open", (0, 2), (0, 1)),), place=1)
    ]


def test_a_class_without_seats_is_not_called_full():
    given = market({"c": 0}, [person("a", 1, "c")])
    (reason,) = explained(given, "a")
    assert (reason.code, reason.place) == (Code.NO_SEATS, 1)


def test_the_number_of_the_second_round_is_the_one_turned_round():
    given = market(
        {"c": 1, "d": 1, "e": 1},
        [person("a", 1, "ce", max_seats=2), person("b", 5, "de", max_seats=2)],
    )
    assert explained(given, "b")[1] == Reason("e", Code.ADMITTED, round=2, bucket="open")
    assert explained(given, "a")[1].bars == (Bar(2, "open", (0, 5), (0, 1)),)


def test_somebody_who_wants_no_seat_waits_for_none():
    given = market({"c": 1}, [person("a", 1, "c", max_seats=0)])
    assert explained(given, "a") == [Reason("c", Code.BETTER_SEAT)]


@pytest.mark.parametrize("seed", range(8))
def test_every_reason_is_borne_out_by_the_tables(seed):
    for number in range(seed, EVERY_DAY, 8):
        given = random_market(number)
        result = allocate(given)
        for somebody in given.applicants:
            reasons = result.explain(somebody.id)
            assert [r.class_id for r in reasons] == [c.class_id for c in somebody.choices]
            for reason in reasons:
                bear_out(result, somebody, reason)


def bear_out(result, somebody, reason):
    """A reason against what is published: seats, cut-offs, waitlists."""
    table, waiting = result.cutoff_table(), result.waitlist(reason.class_id)
    held = result.seats(somebody.id)
    assert (reason.code is Code.ADMITTED) == (reason.class_id in held)
    waits = somebody.id in waiting
    if reason.code in (Code.FULL, Code.HARD_RESERVED):
        assert waits
        assert reason.bars
    elif reason.code is not Code.NO_SEATS:
        assert not waits
    if waits:
        assert waiting[reason.place - 1] == somebody.id
    for bar in reason.bars:
        last = table[f"{reason.class_id}|{bar.round}|{bar.bucket}"]
        assert bar.last == last == "closed" or bar.yours > bar.last == last
    for class_id in reason.blocked_by:
        assert class_id in held
