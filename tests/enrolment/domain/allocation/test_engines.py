"""Two engines, one result: numpy says what plain Python says, to the last byte."""

import numpy as np
import pytest

from enrolment.domain.allocation import (
    Applicant,
    Bucket,
    Choice,
    ClassSpec,
    EngineRefused,
    Market,
    MarketRefused,
    allocate,
    checking,
    explanations,
    pack,
    vector_answers,
    waitlists,
)
from enrolment.domain.allocation.packing import Outcome
from enrolment.domain.allocation.vector_packing import from_arrays
from tests.enrolment.domain.allocation.markets import market, person, random_market

EVERY_DAY, DEEP = 150, 1_000
SIZES = ((5, 3), (40, 6), (300, 8))


def compare(seeds):
    for seed in seeds:
        people, classes = SIZES[seed % len(SIZES)]
        given = random_market(seed, people=people, classes=classes)
        plain = allocate(given, engine="python").to_json()
        assert allocate(given, engine="numpy").to_json() == plain, seed


def test_numpy_says_what_python_says():
    compare(range(EVERY_DAY))


@pytest.mark.deep("audit")
def test_numpy_says_what_python_says_in_full():
    compare(range(DEEP))
    print(f"\n{DEEP} markets, both engines the same bytes")  # noqa: T201 - kept


def test_by_itself_the_faster_engine_is_taken_and_the_result_is_the_same(monkeypatch):
    given = random_market(3, people=40, classes=6)
    plain = allocate(given, engine="python").to_json()
    monkeypatch.setattr("enrolment.domain.allocation.arrays.WORTH_IT", 1)
    assert allocate(given).to_json() == plain


LONG = [f"c{number}" for number in range(9)]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (market({"c": 2}, [person("a", 1, "c", size=2)]), "pairs depend on the order of asking"),
        (
            market(dict.fromkeys(LONG, 1), [person("a", 1, LONG)]),
            "a list is longer than 8",
        ),
        (
            market({"c": (9, *(Bucket(name, 1) for name in LONG))}, [person("a", 1, "c")]),
            "a class has more than 8 buckets",
        ),
    ],
    ids=["pairs", "wishes", "buckets"],
)
def test_what_numpy_cannot_carry_goes_to_python(given, reason, monkeypatch):
    with pytest.raises(EngineRefused) as refused:
        allocate(given, engine="numpy")
    assert str(refused.value) == f"This market is none for numpy: {reason}."
    monkeypatch.setattr("enrolment.domain.allocation.arrays.WORTH_IT", 1)
    assert allocate(given).to_json() == allocate(given, engine="python").to_json()


def test_numbers_of_any_size_are_printed_as_they_are():
    given = market({"c": 1}, [person("a", 10**30, "c"), person("b", -5, "c")])
    assert allocate(given, engine="numpy").cutoff_table() == {"c|1|open": (0, -5)}


@pytest.mark.parametrize(
    "given",
    [
        Market((), ()),
        Market((ClassSpec("c", 1),), ()),
        Market((), (Applicant("a", 1, (), max_seats=2),)),
        Market((ClassSpec("c", 1),), (Applicant("a", 1, (Choice("c"),), max_seats=0),)),
    ],
    ids=["nothing", "nobody", "no class", "no seat wanted"],
)
def test_a_market_may_be_empty(given):
    assert allocate(given, engine="numpy").to_json() == allocate(given, engine="python").to_json()


# Markets that come as arrays

FLAGS = ("N", "C", "M")


def as_arrays(given):
    """The columns of a market, as a database would give them."""
    numbers = {spec.id: at for at, spec in enumerate(given.classes)}
    width = max([1, *(len(somebody.choices) for somebody in given.applicants)])
    shape = (len(given.applicants), width)
    prefs, tier, flags = np.full(shape, -1), np.zeros(shape, int), np.zeros(shape, int)
    for row, somebody in enumerate(given.applicants):
        for rank, choice in enumerate(somebody.choices):
            prefs[row, rank], tier[row, rank] = numbers[choice.class_id], choice.tier
            flags[row, rank] = sum(1 << FLAGS.index(name) for name in choice.buckets)
    return {
        "applicant_ids": [somebody.id for somebody in given.applicants],
        "lottery": np.array([somebody.lottery for somebody in given.applicants], dtype=int),
        "max_seats": np.array([somebody.max_seats for somebody in given.applicants], dtype=int),
        "prefs": prefs,
        "tier": tier,
        "flags": flags,
        "flag_names": FLAGS,
        "clashes": given.clashes,
        "lottery_rounds": given.lottery_rounds,
        "waitlist_order": given.waitlist_order,
    }


def test_a_market_of_arrays_is_the_same_market():
    for seed in range(EVERY_DAY):
        people, classes = SIZES[seed % len(SIZES)]
        given = random_market(seed, people=people, classes=classes)
        expected = allocate(given, engine="python")
        packed = from_arrays(given.classes, **as_arrays(given))
        for engine in ("python", "numpy"):
            result = allocate(packed, engine=engine)
            assert result.to_json() == expected.to_json(), (seed, engine)


def test_classes_that_share_a_half_day_clash():
    classes = [ClassSpec("mon", 1), ClassSpec("mon-tue", 1), ClassSpec("tue", 1)]
    given = Market(
        tuple(classes),
        (person("a", 1, ["mon", "mon-tue", "tue"], max_seats=3),),
    )
    packed = from_arrays(classes, **as_arrays(given), hours=np.array([0b01, 0b11, 0b10]))
    assert allocate(packed, engine="numpy").assignment() == {"a": ["mon", "tue"]}


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("lottery", [4, 4], "The lottery number 4 stands twice."),
        ("max_seats", [1, -1], "Row 1 of the applicants wants not 0 to 255 seats."),
        ("prefs", [[0, 1], [0, 2]], "Row 1 of the applicants names no class."),
        ("prefs", [[-1, 1], [0, -1]], "Row 0 of the applicants has a gap in the list."),
        ("prefs", [[0, 1], [1, 1]], "Row 1 of the applicants names a class a second time."),
        ("tier", [[0, -1], [0, 0]], "Row 0 of the applicants has a tier below 0."),
        ("prefs", [[-1] * 9] * 2, "A list has more than 8 wishes."),
    ],
)
def test_spoiled_arrays_are_refused(column, value, sentence):
    given = market({"c": 1, "d": 1}, [person("a", 1, "cd"), person("b", 2, "c")])
    columns = as_arrays(given) | {column: np.array(value)}
    with pytest.raises(MarketRefused) as refused:
        from_arrays(given.classes, **columns)
    assert str(refused.value) == sentence


# Answers for everybody at once


def answers_agree(given):
    packed = pack(given)
    outcome = allocate(packed, engine="python").outcome
    assert vector_answers.waitlists(packed, outcome.round_of) == waitlists.in_order(
        packed, outcome.round_of
    )
    assert vector_answers.count_codes(packed, outcome) == explanations.count_codes(packed, outcome)
    assert vector_answers.codes(packed, outcome).tolist() == codes_one_by_one(packed, outcome)
    assert vector_answers.recount(packed, outcome) == checking.count_again(packed, outcome)
    assert checking.count_again(packed, outcome) == (outcome.cutoffs, [])
    assert vector_answers.envied(packed, outcome).tolist() == []
    return packed, outcome


def codes_one_by_one(packed, outcome):
    found = [255] * len(packed) * packed.width
    for position in range(len(packed)):
        held = waitlists.held_by(packed, outcome.round_of, position)
        for rank, slot in enumerate(packed.slots(position)):
            code = explanations.code_of(packed, outcome, held, slot, rank)
            found[slot] = vector_answers.CODES.index(code)
    return found


def test_answers_for_all_are_those_for_each():
    for seed in range(EVERY_DAY):
        people, classes = SIZES[seed % len(SIZES)]
        answers_agree(random_market(seed, people=people, classes=classes))


def test_whoever_sits_elsewhere_than_the_cutoffs_say_is_found_in_a_crowd(monkeypatch):
    """One forged seat among many people, by arrays and one by one: the same person."""
    monkeypatch.setattr("enrolment.domain.allocation.arrays.WORTH_IT", 1)
    found = 0
    for seed in range(EVERY_DAY):
        packed, outcome = answers_agree(random_market(seed, people=40, classes=6))
        seats = [slot for slot, number in enumerate(outcome.round_of) if number]
        if not seats:
            continue
        slot = seats[seed % len(seats)]
        forged = Outcome(bytearray(outcome.round_of), outcome.lane_of, outcome.cutoffs)
        forged.round_of[slot] = 0
        assert vector_answers.recount(packed, forged) == checking.count_again(packed, forged)
        by_arrays = vector_answers.envied(packed, forged).tolist()
        assert slot // packed.width in by_arrays
        assert len(list(checking.envied(packed, forged))) == len(by_arrays)
        found += 1
    assert found > EVERY_DAY / 2
