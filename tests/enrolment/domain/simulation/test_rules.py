"""Each way of giving out seats does what it says, and none gives what there is not."""

from dataclasses import replace

import pytest

from enrolment.domain.allocation import Bucket, allocate
from enrolment.domain.lottery import number_applications
from enrolment.domain.simulation import (
    PRESETS,
    Draw,
    DrawPerClass,
    FirstCome,
    SuccessNumber,
)
from tests.enrolment.domain.allocation.markets import person
from tests.enrolment.domain.simulation.seasons import random_season, season


def held(seating):
    return {name: sorted(classes) for name, classes in seating.held.items() if classes}


@pytest.mark.parametrize("rule", PRESETS.values(), ids=PRESETS)
@pytest.mark.parametrize("seed", range(40))
def test_no_rule_gives_a_seat_twice_or_to_somebody_who_may_not_have_it(rule, seed):
    one = random_season(seed)
    seating = rule.seat(one)
    taken = dict.fromkeys(one.classes, 0)
    for name, classes in seating.held.items():
        applicant = one.applicants[name]
        assert len(classes) <= applicant.max_seats
        assert set(classes) <= {choice.class_id for choice in applicant.choices}
        for class_id in classes:
            taken[class_id] += applicant.size
            assert not one.clashing_with(class_id) & (set(classes) - {class_id})
    assert {c: taken[c] + len(seating.free[c]) for c in taken} == {
        spec.id: spec.capacity for spec in one.market.classes
    }


@pytest.mark.parametrize("rule", PRESETS.values(), ids=PRESETS)
def test_the_same_throw_gives_the_same_seats_under_every_rule(rule):
    one = season({"a": 5, "b": 5}, [person(f"p{n}", n, "ab", max_seats=2) for n in range(1, 30)])
    first, again, other = (
        held(rule.seat(one.with_numbers(seed))) for seed in ("one", "one", "another")
    )
    assert first == again
    assert first != other


def test_the_draw_is_the_engine_of_the_public_draw():
    one = random_season(3).with_numbers("a throw")
    result = allocate(one.market)
    expected = {name: sorted(classes) for name, classes in result.assignment().items() if classes}
    assert held(Draw().seat(one)) == expected


def test_reserves_can_be_left_out_turned_round_and_seats_limited():
    people = [
        person("first", 1, "ab", max_seats=2),
        person("second", 2, "a"),
        person("new", 3, "a", carries="N"),
        person("newer", 4, "a", carries="N"),
    ]
    one = season({"a": (3, Bucket("*open*", 2), Bucket("N", 1)), "b": 1}, people)
    in_a = lambda rule: sorted(n for n, c in held(rule.seat(one)).items() if "a" in c)  # noqa: E731
    assert in_a(Draw()) == ["first", "new", "second"]
    assert in_a(Draw(reserves=False)) == ["first", "new", "second"]
    small = season({"a": (2, Bucket("*open*", 1), Bucket("N", 1)), "b": 1}, people)
    assert sorted(held(Draw().seat(small))) == ["first", "new"]
    assert sorted(held(Draw(reserves=False).seat(small))) == ["first", "second"]
    turned = Draw(order=("N", "*open*"))
    assert turned.market(small.market).classes[0].buckets == (Bucket("N", 1), Bucket("*open*", 1))
    assert held(Draw().seat(one))["first"] == ["a", "b"]
    assert held(Draw(most=1).seat(one))["first"] == ["a"]


def test_reserves_first_serve_fewer_newcomers_than_open_seats_first():
    people = [person("new", 1, "a", carries="N"), person("newer", 3, "a", carries="N"),
              person("old", 2, "a")]  # fmt: skip
    one = season({"a": (2, Bucket("*open*", 1), Bucket("N", 1))}, people)
    assert sorted(held(Draw().seat(one))) == ["new", "newer"]
    assert sorted(held(Draw(order=("N", "*open*")).seat(one))) == ["new", "old"]


def test_first_come_serves_the_quick_whatever_their_number():
    people = [person("slow", 1, "ab", max_seats=2), person("quick", 2, "ab", max_seats=2)]
    minutes = {"slow": {"minutes": 60.0}, "quick": {"minutes": 0.5}}
    one = season({"a": 1, "b": 1}, people, forms=minutes)
    assert held(FirstCome(spread=0.0).seat(one)) == {"quick": ["a", "b"]}


def test_first_come_passes_over_what_clashes_and_what_is_too_small_for_two():
    people = [person("pair", 1, "ab", size=2), person("one", 2, "abc", max_seats=3)]
    one = season({"a": 1, "b": 2, "c": 1}, people, clashes=(("a", "c"),),
                 forms={"pair": {"minutes": 1.0}, "one": {"minutes": 2.0}})  # fmt: skip
    assert held(FirstCome(spread=0.0).seat(one)) == {"pair": ["b"], "one": ["a"]}


def test_separate_draws_leave_empty_what_winners_give_back():
    everybody = [person(f"p{n}", n, "ab") for n in range(1, 3)]
    one = season({"a": 1, "b": 1}, everybody)
    outcomes = [DrawPerClass().seat(one.with_numbers(str(n))) for n in range(40)]
    lucky_twice = [s for s in outcomes if s.free["b"] and s.lines["b"]]
    # Whoever wins both keeps a; the seat in b stays empty although somebody waits for it.
    assert 0 < len(lucky_twice) < 40
    assert all(list(held(s).values()) == [["a"]] for s in lucky_twice)


def test_past_winners_stand_back_wish_by_wish():
    people = [person("winner", 1, "ac", max_seats=2), person("loser", 2, "bc", max_seats=2),
              person("other", 3, "b", max_seats=2)]  # fmt: skip
    for throw in range(20):
        one = season({"a": 1, "b": 1, "c": 1}, people).with_numbers(str(throw))
        seats = held(SuccessNumber().seat(one))
        if "b" in seats.get("loser", []):
            assert {"c"} & {c for name in ("winner", "loser") for c in seats[name]}
        else:
            assert (seats["loser"], seats["winner"]) == (["c"], ["a"])


def test_numbers_are_those_of_the_public_lottery_and_two_apart_follow_one_another():
    people = [person(f"p{n}", n, "a") for n in range(1, 12)]
    one = season({"a": 1}, people, forms={"p7": {"drawn_as": "p3"}}).with_numbers("spring")
    order = [a.id for a in sorted(one.market.applicants, key=lambda a: a.lottery)]
    at = order.index("p3")
    assert order[at + 1] == "p7"
    others = [name for name in order if name != "p7"]
    assert others == list(number_applications(others, seed=b"spring"))
    assert sorted(a.lottery for a in one.market.applicants) == list(range(1, 12))


def test_substitutes_can_be_left_out():
    one = season({"a": 1, "b": 1}, [person("p", 1, "ab")], forms={"p": {"own": 1}})
    left = one.own_wishes_only().market
    assert left == replace(one.market, applicants=(person("p", 1, "a"),))
