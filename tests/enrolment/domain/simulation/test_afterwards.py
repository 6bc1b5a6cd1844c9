"""What becomes of seats after the draw: lines, seats given back, offers elsewhere."""

from collections import Counter
from itertools import product
from random import Random

import pytest

from enrolment.domain.allocation import Bucket, WaitlistOrder
from enrolment.domain.simulation import Draw, Seating, move_lines, offer_elsewhere
from tests.enrolment.domain.allocation.markets import person
from tests.enrolment.domain.simulation.seasons import (
    EVERYBODY_LETS_GO,
    NOBODY_LETS_GO,
    random_season,
    season,
)

RANK, NO_SEAT_FIRST = WaitlistOrder.RANK, WaitlistOrder.NO_SEAT_FIRST


def held(seating):
    return {name: sorted(classes) for name, classes in seating.held.items() if classes}


@pytest.mark.parametrize("order", WaitlistOrder)
@pytest.mark.parametrize("seed", range(60))
def test_no_seat_is_lost_or_made_while_lines_move(order, seed):
    one = random_season(seed)
    seating = Draw().seat(one)
    move_lines(seating, order=order, chance=Random(seed), lets_go=0.3)
    offer_elsewhere(seating, chance=Random(seed), lets_go=0.3)
    taken = dict.fromkeys(one.classes, 0)
    for name, classes in seating.held.items():
        assert len(classes) <= max(1, one.applicants[name].max_seats)
        for class_id in classes:
            taken[class_id] += one.applicants[name].size
            assert not one.clashing_with(class_id) & (set(classes) - {class_id})
        assert set(classes) <= seating.ever.get(name, set())
    assert {c: taken[c] + len(seating.free[c]) for c in taken} == {
        spec.id: spec.capacity for spec in one.market.classes
    }
    for name in seating.gone:
        assert not seating.held[name]


@pytest.mark.parametrize("seed", range(40))
def test_in_the_end_no_seat_is_free_that_somebody_in_line_would_take(seed):
    seating = Draw().seat(random_season(seed))
    move_lines(seating, order=NO_SEAT_FIRST, chance=Random(seed), lets_go=0.3)
    for class_id, free in seating.free.items():
        waiting = [n for n in seating.lines[class_id] if seating.would_take(n, class_id)]
        assert all(len(free) < seating.season.applicants[n].size for n in waiting)


def chain():
    """a is in y and waits for x, b has nothing and waits for both; c's seat in x falls free."""
    people = [person("c", 1, "x"), person("a", 2, "xy"), person("b", 3, "yx")]
    return season({"x": 1, "y": 1}, people)


def test_in_the_order_of_rank_the_better_number_moves_up_and_gives_a_seat_back():
    seating = Draw().seat(chain())
    assert held(seating) == {"c": ["x"], "a": ["y"]}
    move_lines(seating, order=RANK, chance=_only(seating, "c"), lets_go=0.5)
    assert held(seating) == {"a": ["x"], "b": ["y"]}


def test_with_no_seat_first_whoever_has_none_goes_before_the_better_number():
    seating = Draw().seat(chain())
    move_lines(seating, order=NO_SEAT_FIRST, chance=_only(seating, "c"), lets_go=0.5)
    assert held(seating) == {"a": ["y"], "b": ["x"]}


def test_a_class_gone_on_in_counts_as_a_seat_on_the_line():
    people = [person("c", 1, "x"), person("a", 2, "x"), person("b", 3, "x")]
    one = season({"x": 1}, people, forms={"a": {"holds_a_seat": True}})
    for order, expected in ((RANK, "a"), (NO_SEAT_FIRST, "b")):
        seating = Draw().seat(one)
        move_lines(seating, order=order, chance=_only(seating, "c"), lets_go=0.5)
        assert held(seating) == {expected: ["x"]}


def test_a_seat_of_a_reserve_goes_to_the_first_who_may_draw_on_it():
    people = [person("n", 2, "x", carries="N"), person("o", 1, "x"), person("p", 3, "x"),
              person("m", 4, "x", carries="N")]  # fmt: skip
    one = season({"x": (2, Bucket("*open*", 1), Bucket("N", 1))}, people)
    seating = Draw().seat(one)
    assert seating.held == {"o": {"x": ""}, "n": {"x": "N"}}
    move_lines(seating, order=RANK, chance=_only(seating, "n"), lets_go=0.5)
    assert held(seating) == {"o": ["x"], "m": ["x"]}
    again = Draw().seat(one)
    move_lines(again, order=RANK, chance=_only(again, "o"), lets_go=0.5)
    assert held(again) == {"n": ["x"], "p": ["x"]}


def test_a_soft_reserve_that_nobody_in_line_may_use_goes_to_the_first_of_all():
    people = [person("n", 2, "x", carries="N"), person("o", 1, "x"), person("p", 3, "x")]
    one = season({"x": (2, Bucket("*open*", 1), Bucket("N", 1))}, people)
    seating = Draw().seat(one)
    move_lines(seating, order=RANK, chance=_only(seating, "n"), lets_go=0.5)
    assert held(seating) == {"o": ["x"], "p": ["x"]}


def test_one_seat_is_offered_past_a_pair():
    people = [person("c", 1, "x"), person("two", 2, "x", size=2), person("b", 3, "x")]
    seating = Draw().seat(season({"x": 1}, people))
    move_lines(seating, order=RANK, chance=_only(seating, "c"), lets_go=0.5)
    assert held(seating) == {"b": ["x"]}


def test_who_turns_an_offer_down_was_given_one_and_leaves_that_line_only():
    people = [person("b", 1, "x"), person("a", 2, "xy")]
    one = season({"x": 1, "y": 1}, people)
    seating = Seating.of(one, {"b": {"x": ""}}, {"x": ["a"], "y": []})
    move_lines(seating, order=RANK, chance=EVERYBODY_LETS_GO)
    assert held(seating) == {}
    assert seating.lines["x"] == []
    assert seating.ever == {"b": {"x"}, "a": {"x"}}
    assert seating.gone == {"b"}


def test_elsewhere_makes_room_by_moving_who_can_go_to_two_classes():
    people = [person("both", 1, "z"), person("only", 2, "z")]
    forms = {"both": {"instead": ("x", "y")}, "only": {"instead": ("x",)}}
    seating = Draw().seat(season({"x": 1, "y": 1, "z": 0}, people, forms=forms))
    offer_elsewhere(seating, chance=NOBODY_LETS_GO)
    assert held(seating) == {"both": ["y"], "only": ["x"]}


def test_elsewhere_nobody_earlier_is_passed_over_and_who_has_nothing_goes_first():
    people = [person("goes-on", 1, "z"), person("early", 2, "z"), person("late", 3, "z")]
    forms = {p.id: {"instead": ("x",)} for p in people}
    forms["goes-on"]["holds_a_seat"] = True
    seating = Draw().seat(season({"x": 1, "z": 0}, people, forms=forms))
    offer_elsewhere(seating, chance=NOBODY_LETS_GO)
    assert held(seating) == {"early": ["x"]}


def test_elsewhere_is_offered_to_nobody_who_has_a_seat_has_left_or_goes_as_two():
    people = [person("has", 1, "y"), person("left", 2, "z"), person("two", 3, "z", size=2)]
    forms = {p.id: {"instead": ("x",)} for p in people}
    seating = Draw().seat(season({"x": 5, "y": 1, "z": 0}, people, forms=forms))
    seating.gone.add("left")
    offer_elsewhere(seating, chance=NOBODY_LETS_GO)
    assert held(seating) == {"has": ["y"]}


@pytest.mark.parametrize("seed", range(60))
def test_elsewhere_seats_as_many_as_any_way_of_seating_could(seed):
    draw = Random(seed)
    classes = {"z": 0, **{name: draw.randint(0, 2) for name in "uvw"}}
    people = [person(f"p{n}", n, "z") for n in range(1, 6)]
    forms = {p.id: {"instead": tuple(draw.sample("uvw", draw.randint(0, 3)))} for p in people}
    seating = Draw().seat(season(classes, people, forms=forms))
    offer_elsewhere(seating, chance=NOBODY_LETS_GO)
    ways = product(*((None, *known["instead"]) for known in forms.values()))
    counts = (Counter(way) for way in ways)
    possible = [c for c in counts if all(c[name] <= classes[name] for name in "uvw")]
    assert len(held(seating)) == max(c.total() - c[None] for c in possible)


def _only(seating, name):
    """Chance by which of those seated only ``name`` lets go, and later nobody."""

    class OnlyOne(Random):
        asked = iter(sorted(n for n in seating.held if seating.held[n]))

        def random(self):
            return 0.0 if next(self.asked, None) == name else 1.0

    return OnlyOne()
