"""Pairs: two people with one number, seated together or not at all."""

from dataclasses import replace
from random import Random

import pytest

from enrolment.domain.allocation import Applicant, Bucket, allocate
from tests.enrolment.domain.allocation.markets import market, person, random_market
from tests.enrolment.domain.allocation.oracle import Oracle

EVERY_DAY, DEEP = 500, 10_000


def pair(name, lottery, wishes, **more):
    return person(name, lottery, wishes, size=2, **more)


def seats(given):
    return {name: " ".join(held) for name, held in allocate(given).assignment().items()}


def test_a_pair_takes_two_seats():
    given = market({"c": 2, "d": 1}, [pair("ab", 1, "c"), person("x", 2, "cd")])
    assert seats(given) == {"ab": "c", "x": "d"}
    assert allocate(given).cutoff_table() == {"c|1|open": (0, 1), "d|1|open": (0, 2)}


def test_where_one_seat_is_left_the_next_single_gets_it():
    given = market({"c": 2}, [person("x", 1, "c"), pair("ab", 2, "c"), person("y", 3, "c")])
    assert seats(given) == {"x": "c", "ab": "", "y": "c"}
    assert allocate(given).waitlist("c") == ["ab"]


def test_a_pair_tries_its_next_bucket_and_then_the_open_seats():
    buckets = (Bucket("N", 1), Bucket("C", 2))
    both = pair("ab", 1, "c", carries="NC")
    single = person("x", 2, "c", carries="NC")
    given = market({"c": (4, *buckets)}, [both, single])
    assert allocate(given).seats("ab") == {"c": (1, "C")}
    assert allocate(given).seats("x") == {"c": (1, "N")}
    narrow = market({"c": (4, Bucket("N", 1), Bucket("C", 1))}, [both, single])
    assert allocate(narrow).seats("ab") == {"c": (1, "open")}


def test_one_better_pair_sends_two_singles_on_in_the_order_of_the_lottery():
    given = market(
        {"c": 2, "d": 1, "e": 1},
        [person("x", 1, "cde"), person("y", 2, "cde"), pair("ab", 3, "c")],
    )
    first = {"x": 1, "y": 1, "ab": 0}
    given = replace(
        given,
        applicants=tuple(
            replace(p, choices=(replace(p.choices[0], tier=first[p.id]), *p.choices[1:]))
            for p in given.applicants
        ),
    )
    assert seats(given) == {"x": "d", "y": "e", "ab": "c"}


def test_a_seat_that_a_pair_leaves_empty_goes_to_the_waitlist():
    """A pair drives out a single; a better single then drives out the pair. One seat is left,
    nobody comes back to a class that turned them down, and the first who waits is asked.
    """
    people = [
        Applicant("x", 1, choices(("d", 1), ("c", 0))),
        Applicant(
            "y",
            2,
            choices(
                ("c", 2),
            ),
        ),
        Applicant(
            "ab",
            3,
            choices(
                ("c", 1),
            ),
            size=2,
        ),
        Applicant(
            "z",
            4,
            choices(
                ("d", 0),
            ),
        ),
    ]
    given = market({"c": 2, "d": 1}, people)
    result = allocate(given)
    assert result.assignment() == {"x": ["c"], "y": [], "ab": [], "z": ["d"]}
    assert result.cutoff_table()["c|1|open"] is None
    assert result.waitlist("c") == ["ab", "y"]
    assert result.verify() == []


def choices(*wishes):
    return tuple(
        replace(person("", 1, [class_id]).choices[0], tier=tier) for class_id, tier in wishes
    )


class Walk(Oracle):
    """The rule as the text says it: everybody walks past the buckets in the order of keys."""

    def best_for_applicants(self, round_, lists):
        left = {i: list(lists[i]) for i in lists}
        self.inside = {c: set() for c in self.classes}
        while True:
            seated = set().union(*self.inside.values())
            line = [i for i in left if left[i] and i not in seated]
            if not line:
                return {i: self.where(i) for i in lists}
            asks = min(line, key=lambda i: self.number(i, round_))
            c = left[asks][0]
            pool = self.inside[c] | {asks}
            placed = self.walk(c, pool, round_)
            self.inside[c] = set(placed)
            for i in pool - set(placed):
                left[i].remove(c)

    def where(self, i):
        return next((c for c, inside in self.inside.items() if i in inside), None)

    def walk(self, c, pool, round_):
        line = sorted(pool, key=lambda i: (self.tier[i, c], self.number(i, round_)))
        class_, placed = self.classes[c], {}
        used = [0 for _bucket in class_.buckets]
        for i in line:
            for at, (name, seats, _hard) in enumerate(class_.buckets):
                may = name == "*open*" or name in self.carried[i, c]
                if may and used[at] + self.people[i].size <= seats:
                    used[at] += self.people[i].size
                    placed[i] = name
                    break
        room = class_.seats - sum(
            seats if hard else used[at] for at, (_, seats, hard) in enumerate(class_.buckets)
        )
        for i in line:
            if i not in placed and self.people[i].size <= room:
                room -= self.people[i].size
                placed[i] = None
        return placed

    def close(self, round_, matching):
        for c, class_ in self.classes.items():
            placed = self.walk(c, {i for i, at in matching.items() if at == c}, round_)
            for i, name in placed.items():
                self.held[i][c] = [round_, {None: "open", "*open*": "open-first"}.get(name, name)]
                class_.seats -= self.people[i].size
                for bucket in class_.buckets:
                    bucket[1] -= self.people[i].size * (bucket[0] == name)


def with_pairs(seed):
    given = random_market(seed, people=8, classes=4)
    draw = Random(-seed)
    return replace(
        given,
        applicants=tuple(
            replace(somebody, size=draw.choice((1, 1, 2))) for somebody in given.applicants
        ),
    )


def compare(seeds):
    found = 0
    for seed in seeds:
        given = with_pairs(seed)
        expected = Walk(given).run()
        result = allocate(given)
        assert {
            "assignment": result.assignment(),
            "waitlists": {spec.id: result.waitlist(spec.id) for spec in given.classes},
            "seats": {
                f"{p.id}|{c}": list(seat)
                for p in given.applicants
                for c, seat in result.seats(p.id).items()
            },
        } == {name: expected[name] for name in ("assignment", "waitlists", "seats")}, seed
        assert result.verify() == [], seed
        found += any(p.size == 2 and result.assignment()[p.id] for p in given.applicants)
    return found


def test_markets_with_pairs_end_as_the_rule_is_told():
    assert compare(range(EVERY_DAY)) > EVERY_DAY / 4


@pytest.mark.deep("audit")
def test_markets_with_pairs_end_as_the_rule_is_told_in_full():
    print(f"\n{DEEP} markets, {compare(range(DEEP))} of them seat a pair")  # noqa: T201 - kept


def test_a_pair_that_wants_nothing_changes_nothing():
    """Without a pair to seat, asking in turn and asking by heaps end the same."""
    for seed in range(EVERY_DAY):
        given = random_market(seed)
        if len(given.applicants) < 2:
            continue
        numbers = [2 * somebody.lottery for somebody in given.applicants]
        doubled = replace(
            given,
            applicants=tuple(
                replace(somebody, lottery=number)
                for somebody, number in zip(given.applicants, numbers, strict=True)
            ),
        )
        idle = Applicant("idle", min(numbers) + 1, (), max_seats=0, size=2)
        beside = replace(doubled, applicants=(*doubled.applicants, idle))
        alone, watched = allocate(doubled), allocate(beside)
        assert watched.assignment() == alone.assignment() | {"idle": []}
        assert watched.cutoff_table() == alone.cutoff_table()
