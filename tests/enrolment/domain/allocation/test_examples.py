"""Markets whose answers are known from the literature or worked out by hand."""

from collections import Counter
from dataclasses import replace
from itertools import permutations

import pytest

from enrolment.domain.allocation import Bucket, allocate
from tests.enrolment.domain.allocation.markets import market, person, with_priorities


@pytest.fixture(params=["python", "numpy"])
def seats(request):
    """Who gets which classes, by either engine."""

    def work_out(given, **how):
        result = allocate(given, engine=request.param, **how)
        return {name: " ".join(held) for name, held in result.assignment().items()}

    return work_out


def in_words(text):
    """Read "a: x, b: y z" as a dict."""
    return dict(part.strip().split(": ") for part in text.split(","))


def test_gale_and_shapley_three_by_three(seats):
    given = with_priorities(
        {"A": 1, "B": 1, "C": 1},
        in_words("alpha: A B C, beta: B C A, gamma: C A B"),
        in_words("A: beta gamma alpha, B: gamma alpha beta, C: alpha beta gamma"),
    )
    assert seats(given) == {"alpha": "A", "beta": "B", "gamma": "C"}


def test_gale_and_shapley_four_by_four_has_one_stable_end(seats):
    """Their matrix: in each cell how the person ranks the class, and the class the person."""
    people, classes = ["alpha", "beta", "gamma", "delta"], "ABCD"
    cells = [
        [(1, 3), (2, 3), (3, 2), (4, 3)],
        [(1, 4), (4, 1), (3, 3), (2, 2)],
        [(2, 2), (1, 4), (3, 4), (4, 1)],
        [(4, 1), (2, 2), (3, 1), (1, 4)],
    ]
    wishes = {
        name: " ".join(sorted(classes, key=lambda c, row=row: row[classes.index(c)][0]))
        for name, row in zip(people, cells, strict=True)
    }
    priorities = {
        c: " ".join(sorted(people, key=lambda name: cells[people.index(name)][at][1]))
        for at, c in enumerate(classes)
    }
    given = with_priorities(dict.fromkeys(classes, 1), wishes, priorities)
    assert seats(given) == {"alpha": "C", "beta": "D", "gamma": "A", "delta": "B"}


def test_abdulkadiroglu_and_sonmez_first_example_is_stable_though_all_could_gain(seats):
    given = with_priorities(
        {"s1": 1, "s2": 1, "s3": 1},
        in_words("i1: s2 s1 s3, i2: s1 s2 s3, i3: s1 s2 s3"),
        in_words("s1: i1 i3 i2, s2: i2 i1 i3, s3: i2 i1 i3"),
    )
    assert seats(given) == {"i1": "s1", "i2": "s2", "i3": "s3"}


def test_abdulkadiroglu_and_sonmez_eight_students_four_schools(seats):
    def line(letter, digits):
        return " ".join(letter + digit for digit in digits)

    wishes = ["2134", "1234", "3214", "3412", "1342", "4123", "1234", "1243"]
    priorities = ["12345678", "35487216", "53172864", "68742351"]
    given = with_priorities(
        {"s1": 2, "s2": 2, "s3": 3, "s4": 3},
        {f"i{at}": line("s", wish) for at, wish in enumerate(wishes, 1)},
        {f"s{at}": line("i", order) for at, order in enumerate(priorities, 1)},
    )
    by_school = {"s1": "i1 i2", "s2": "i7 i8", "s3": "i3 i4 i5", "s4": "i6"}
    assert seats(given) == {i: s for s, line in by_school.items() for i in line.split()}


@pytest.mark.parametrize(
    ("reserve", "expected"),
    [
        ((), "c1 c1 c2"),
        ((Bucket("minority", 1, hard=True),), "c1 c2 c1"),  # worse off: they wished for c2
        ((Bucket("minority", 1),), "c1 c1 c2"),
    ],
    ids=["none", "hard", "soft"],
)
def test_kojima_hard_reserves_hurt_whom_they_should_help_and_soft_ones_do_not(
    seats, reserve, expected
):
    given = with_priorities(
        {"c1": (2, *reserve), "c2": 1},
        in_words("s1: c1, s2: c1 c2, s3: c2 c1"),
        in_words("c1: s1 s2 s3, c2: s2 s3 s1"),
    )
    given = with_flags(given, {"s3": {"minority"}})
    assert list(seats(given).values()) == expected.split()


def with_flags(given, flags):
    people = [
        replace(
            somebody,
            choices=tuple(
                replace(choice, buckets=frozenset(flags.get(somebody.id, ())))
                for choice in somebody.choices
            ),
        )
        for somebody in given.applicants
    ]
    return replace(given, applicants=tuple(people))


@pytest.mark.parametrize(
    ("buckets", "admitted"),
    [
        ((Bucket("R", 2),), {"R1", "R2", "O1", "O2"}),  # at least two
        ((Bucket("*open*", 2), Bucket("R", 2)), {"R1", "O1", "R2", "R3"}),  # two on top
    ],
    ids=["reserve first", "open first"],
)
def test_whether_open_seats_come_first_decides_what_a_reserve_is_worth(seats, buckets, admitted):
    line = ["R1", "O1", "R2", "O2", "R3", "O3"]
    given = market(
        {"c": (4, *buckets)},
        [person(name, at, "c", carries=name[0]) for at, name in enumerate(line, 1)],
    )
    assert {name for name, held in seats(given).items() if held} == admitted


def test_bogomolnaia_and_moulin_over_all_lotteries(seats):
    wishes = {"1": "abcd", "2": "abcd", "3": "badc", "4": "badc"}
    counts = {name: Counter() for name in wishes}
    for order in permutations(wishes):
        people = [person(name, at, wishes[name]) for at, name in enumerate(order, 1)]
        for name, held in seats(market(dict.fromkeys("abcd", 1), people)).items():
            counts[name][held] += 1
    assert counts["1"] == {"a": 10, "b": 2, "c": 10, "d": 2}
    assert counts["3"] == {"a": 2, "b": 10, "c": 2, "d": 10}


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (["mild", "hot"], {"A": "mild", "B": "hot"}),
        (["hot", "mild"], {"A": "hot mild", "B": ""}),
    ],
    ids=["the truth", "the hot class first"],
)
def test_with_two_seats_it_can_pay_to_put_the_hot_class_first(seats, listed, expected):
    """Known and said on the form: put first what you least want to miss."""
    given = market(
        {"hot": 1, "mild": 2}, [person("A", 1, listed, max_seats=2), person("B", 2, ["hot"])]
    )
    assert seats(given) == expected


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [("reverse", {"a": "p z", "b": "q y"}), ("same", {"a": "p y", "b": "q z"})],
)
def test_the_second_seat_goes_round_the_other_way(seats, rounds, expected):
    people = [person("a", 1, "pyz", max_seats=2), person("b", 2, "qyz", max_seats=2)]
    given = market(dict.fromkeys("pqyz", 1), people, lottery_rounds=rounds)
    assert seats(given) == expected
    assert seats(market(dict.fromkeys("pqyz", 1), people), rounds=rounds) == expected
