"""The cut-offs prove the result: every seat follows from them, and nothing wrong passes."""

import json
from dataclasses import replace

import pytest

from enrolment.domain.allocation import Bucket, Result, allocate, pack
from enrolment.domain.allocation.checking import recount, verify
from enrolment.domain.allocation.packing import Outcome
from tests.enrolment.domain.allocation.markets import market, person, random_market

EVERY_DAY, DEEP = 1_000, 18_000


def hold_for(seeds):
    for seed in seeds:
        assert allocate(random_market(seed), engine="python").verify() == [], seed


def test_every_seat_follows_from_the_cutoffs():
    hold_for(range(EVERY_DAY))


@pytest.mark.deep("audit")
def test_every_seat_follows_from_the_cutoffs_in_full():
    hold_for(range(DEEP))
    print(f"\n{DEEP} results proved by their cut-offs")  # noqa: T201 - kept


def test_with_pairs_seats_and_cutoffs_are_still_counted():
    given = market({"c": 3}, [person("a", 1, "c"), person("b", 2, "c", size=2)])
    assert allocate(given).verify() == []
    published = json.loads(allocate(given).to_json())
    published["cutoffs"]["c|1|open"] = None
    assert [violation.place for violation in verify(given, published)] == ["c|1|open"]


GIVEN = market(
    {"c": (2, Bucket("*open*", 1), Bucket("N", 1)), "d": 2, "e": 1},
    [
        person("anna", 1, "cd", max_seats=2),
        person("ben", 2, "cd"),
        person("cleo", 3, "cde", carries="N"),
        person("dora", 4, "ec"),
        person("emil", 5, "e"),
    ],
    clashes=(("c", "d"),),
)
PUBLISHED = {
    "assignment": {"anna": ["c"], "ben": ["d"], "cleo": ["c"], "dora": ["e"], "emil": []},
    "seats": {
        "anna|c": [1, "open-first"],
        "ben|d": [1, "open"],
        "cleo|c": [1, "N"],
        "dora|e": [1, "open"],
    },
    "cutoffs": {
        "c|1|open-first": [0, 1],
        "c|1|N": [0, 3],
        "c|1|open": "closed",
        "d|1|open": None,
        "e|1|open": [0, 4],
        "c|2|open": "closed",
        "d|2|open": None,
        "e|2|open": "closed",
    },
    "waitlists": {"c": ["ben"], "d": [], "e": ["emil"]},
}


def changed(**sections):
    """The published result with some lines changed; "gone" takes one away."""
    whole = {}
    for name, lines in PUBLISHED.items():
        merged = lines | sections.get(name, {})
        whole[name] = {key: value for key, value in merged.items() if value != "gone"}
    return whole


def test_what_is_published_is_right():
    assert json.loads(allocate(GIVEN).to_json()) == PUBLISHED
    assert verify(GIVEN, PUBLISHED) == []


WRONG = {
    "missing person": (
        changed(assignment={"emil": "gone"}),
        "emil: has applied and is missing from the assignment.",
    ),
    "stranger": (changed(assignment={"zoe": []}), "zoe: is assigned and has not applied."),
    "seat without assignment": (
        changed(assignment={"ben": []}),
        "ben: is assigned otherwise than seats and wishes say.",
    ),
    "seat of a stranger": (
        changed(seats={"zoe|c": [1, "open"]}),
        "zoe|c: is the seat of nobody or of no class.",
    ),
    "not asked for": (
        changed(seats={"emil|c": [1, "open"]}),
        "emil|c: is a seat that was not asked for.",
    ),
    "no such bucket": (
        changed(seats={"anna|c": [1, "M"]}),
        "anna|c: needs a round and a bucket of the class.",
    ),
    "round as text": (
        changed(seats={"anna|c": ["1", "open"]}),
        "anna|c: needs a round and a bucket of the class.",
    ),
    "round as yes": (
        changed(seats={"anna|c": [True, "open-first"]}),
        "anna|c: needs a round and a bucket of the class.",
    ),
    "somebody else's reserve": (
        changed(seats={"anna|c": [1, "N"], "cleo|c": [1, "open-first"]}),
        "anna|c: is a seat of N, which is not for this applicant.",
    ),
    "swapped seats": (
        changed(
            assignment={"anna": ["d"], "ben": ["c"]},
            seats={
                "anna|c": "gone",
                "ben|d": "gone",
                "anna|d": [1, "open"],
                "ben|c": [1, "open-first"],
            },
            cutoffs={"c|1|open-first": [0, 2]},
            waitlists={"c": ["anna"]},
        ),
        "anna: in round 1 the cut-offs say another seat than the result.",
    ),
    "over capacity": (
        changed(
            assignment={"emil": ["e"]},
            seats={"emil|e": [1, "open"]},
            cutoffs={"e|1|open": [0, 5]},
            waitlists={"e": []},
        ),
        "e|1: has more people than seats.",
    ),
    "wrong cut-off": (
        changed(cutoffs={"e|1|open": [0, 3]}),
        "e|1|open: the cut-off is not the one that follows from the seats.",
    ),
    "cut-off left out": (
        changed(cutoffs={"d|2|open": "gone"}),
        "d|2|open: the cut-off is not the one that follows from the seats.",
    ),
    "cut-off too many": (
        changed(cutoffs={"d|3|open": None}),
        "d|3|open: the cut-off is not the one that follows from the seats.",
    ),
    "waitlist turned round": (
        changed(waitlists={"e": []}),
        "e: the waitlist is not the one that follows from the seats.",
    ),
    "a round skipped": (
        changed(seats={"anna|c": [2, "open-first"]}),
        "anna: has a seat of a round without one of each round before.",
    ),
    "more than wanted": (
        changed(
            assignment={"cleo": ["c", "e"]},
            seats={"cleo|e": [2, "open"]},
        ),
        "cleo: has more seats than were wanted.",
    ),
    "a clash": (
        changed(assignment={"anna": ["c", "d"]}, seats={"anna|d": [2, "open"]}),
        "anna: has seats that clash.",
    ),
    "a section gone": ({**PUBLISHED, "seats": []}, "seats: is missing from the result."),
    "somebody passed over": (
        changed(
            assignment={"dora": [], "emil": ["e"]},
            seats={"dora|e": "gone", "emil|e": [1, "open"]},
            cutoffs={"e|1|open": [0, 5]},
            waitlists={"e": ["dora"], "c": ["ben", "dora"]},
        ),
        "dora: in round 1 the cut-offs say another seat than the result.",
    ),
}


@pytest.mark.parametrize(("published", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_result_is_found(published, sentence):
    assert sentence in [str(violation) for violation in verify(GIVEN, published)]


def test_the_right_class_by_the_wrong_bucket_is_found():
    """Both could have either seat; the rule gives the first bucket to the better number."""
    buckets = (Bucket("*open*", 1), Bucket("N", 1))
    people = [person(name, at, "c", carries="N") for at, name in enumerate("ab", 1)]
    given = market({"c": (2, *buckets)}, people)
    published = json.loads(allocate(given).to_json())
    published["seats"] = {"a|c": [1, "N"], "b|c": [1, "open-first"]}
    published["cutoffs"] |= {"c|1|N": [0, 1], "c|1|open-first": [0, 2]}
    assert [str(violation) for violation in verify(given, published)] == [
        "a: in round 1 the cut-offs say another seat than the result."
    ]


def test_two_seats_of_a_class_swapped_are_found():
    swaps = 0
    for seed in range(200):
        given = random_market(seed, people=20, classes=5)
        published = json.loads(allocate(given, engine="python").to_json())
        seats = published["seats"]
        for one, other in pairs_of_different_seats(seats):
            swapped = seats | {one: seats[other], other: seats[one]}
            assert verify(given, published | {"seats": swapped}), (seed, one, other)
            swaps += 1
    assert swaps > 100


def pairs_of_different_seats(seats):
    """Seats in one class whose round or bucket differs."""
    return [
        (one, other)
        for one in seats
        for other in seats
        if one < other
        and one.partition("|")[2] == other.partition("|")[2]
        and seats[one] != seats[other]
    ]


def test_a_seat_given_to_a_friend_is_found_though_all_tables_are_made_to_fit():
    """Somebody on the waitlist gets a holder's seat; cut-offs and waitlists are made anew."""
    forged = 0
    for seed in range(300):
        given = random_market(seed, people=12, classes=4)
        packed = pack(replace(given, classes=tuple(replace(c, buckets=()) for c in given.classes)))
        result = allocate(packed, engine="python")
        for class_, waiting in enumerate(result.waiting):
            for loser, friend in losers_and_friends(result, class_, waiting):
                round_of, lane_of = map(
                    bytearray, (result.outcome.round_of, result.outcome.lane_of)
                )
                round_of[friend], lane_of[friend] = round_of[loser], lane_of[loser]
                round_of[loser] = lane_of[loser] = 0
                table, _over = recount(packed, Outcome(round_of, lane_of, []))
                published = Result(packed, Outcome(round_of, lane_of, table)).to_json()
                assert verify(packed, json.loads(published)), seed
                forged += 1
    assert forged > 100


def losers_and_friends(result, class_, waiting):
    """The slots of who holds a seat of the first round, and of who waits without any."""
    packed, round_of = result.packed, result.outcome.round_of
    slots = {
        position: next((at for at in packed.slots(position) if packed.prefs[at] == class_), None)
        for position in range(len(packed))
    }
    holders = [at for at in slots.values() if at is not None and round_of[at] == 1]
    friends = [
        slots[position]
        for position in waiting
        if not any(round_of[at] for at in packed.slots(position))
    ]
    return [(loser, friend) for loser in holders for friend in friends]
