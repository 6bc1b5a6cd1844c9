"""The figures: of whom each is a share, and what counts as given, first, two."""

from dataclasses import replace

import pytest

from enrolment.domain.allocation import WaitlistOrder
from enrolment.domain.simulation import (
    Draw,
    FirstCome,
    Group,
    Lever,
    Spread,
    Tally,
    compare,
    move_lines,
    outcome_of,
)
from tests.enrolment.domain.allocation.markets import person
from tests.enrolment.domain.simulation.seasons import EVERYBODY_LETS_GO, season

OLD, YOUNG = {"age": "80+"}, {"age": "50s"}


def two_classes():
    """A pair of two ages in its second wish, one with two classes, one with nothing."""
    people = [
        person("both", 1, "ab", max_seats=2),
        person("pair", 2, "ac", size=2),
        person("none", 3, "a"),
    ]
    forms = {"both": {"people": (YOUNG,)}, "pair": {"people": (OLD, YOUNG)},
             "none": {"people": (OLD,)}}  # fmt: skip
    market = season({"a": 1, "b": 1, "c": 3}, people, forms=forms)
    return replace(market, subjects={"a": "piano", "c": "piano"})


def test_people_are_counted_and_shares_are_of_all_who_applied():
    outcome = outcome_of(Draw().seat(two_classes()))
    assert outcome.everybody == Tally(people=4, given=3, first=1, subject=3, two=1, seated=3)
    assert outcome.groups == {
        Group("age", "50s"): Tally(people=2, given=2, first=1, subject=2, two=1, seated=2),
        Group("age", "80+"): Tally(people=2, given=1, first=0, subject=1, two=0, seated=1),
    }
    assert (outcome.seats_left, outcome.waiting) == (1, 1)
    assert outcome.by_class == {"a": 0, "b": 0, "c": 1}
    assert outcome.everybody.share(outcome.everybody.given) == 75.0


def test_a_seat_that_was_let_go_was_given_but_seats_nobody():
    seating = Draw().seat(two_classes())
    move_lines(seating, order=WaitlistOrder.RANK, chance=EVERYBODY_LETS_GO)
    everybody = outcome_of(seating).everybody
    # Everybody was offered something and took nothing; two classes at one time counts still.
    assert everybody == Tally(people=4, given=4, first=2, subject=4, two=1, seated=0)


def test_who_goes_on_in_a_class_is_not_counted_as_given_nor_as_waiting():
    people = [person("a", 1, "x"), person("b", 2, "x")]
    one = season({"x": 0}, people, forms={"a": {"holds_a_seat": True}})
    outcome = outcome_of(Draw().seat(one))
    assert (outcome.everybody.given, outcome.waiting) == (0, 1)


def test_people_who_ask_for_a_class_are_counted_without_substitutes():
    people = [person("two", 1, "ab", size=2), person("one", 2, "b")]
    one = season({"a": 1, "b": 9, "c": 1}, people, forms={"two": {"own": 1}})
    assert one.asked_for() == {"a": 2, "b": 1, "c": 0}


def test_a_share_of_nobody_is_nothing():
    assert Tally().share(0) == 0.0


def test_levers_meet_the_same_people_and_the_same_seed_gives_the_same_figures():
    levers = (Lever("queue", FirstCome()), Lever("draw", Draw()),
              Lever("lines", Draw(), lines=WaitlistOrder.RANK),
              Lever("more", Draw(), lines=WaitlistOrder.RANK, elsewhere=True))  # fmt: skip
    people = [person(f"p{n}", n, "abc", max_seats=2) for n in range(1, 40)]
    forms = {p.id: {"people": ({"age": f"{n}"},), "instead": ("d",)} for n, p in enumerate(people)}
    one = season({"a": 5, "b": 5, "c": 5, "d": 9}, people, forms=forms)
    rows = compare(one, lotteries=5, seed="spring", levers=levers)
    assert rows == compare(one, lotteries=5, seed="spring", levers=levers)
    assert rows != compare(one, lotteries=5, seed="autumn", levers=levers)
    assert [row.lever for row in rows] == list(levers)
    alone = compare(one, lotteries=5, seed="spring", levers=levers[3:])
    assert alone == rows[3:]  # what was worked out before for another lever changes nothing


def test_a_spread_has_the_mean_and_the_ends():
    assert Spread.of([80.0, 83.0, 84.5]) == Spread(pytest.approx(82.5), 80.0, 84.5)
