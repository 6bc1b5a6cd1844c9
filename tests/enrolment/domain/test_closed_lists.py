"""The rule books of a draw day: their examples, and the list of differences."""

import doctest

import pytest

from enrolment.domain import draws, entropy, rosters
from enrolment.domain.rosters import Change, differences, differences_csv
from enrolment.domain.wishes import Line


@pytest.mark.parametrize("module", [draws, entropy, rosters])
def test_examples_hold(module):
    assert doctest.testmod(module).failed == 0


def line(number, *choices, **more):
    listed = tuple((name, "N") for name in choices)
    return Line(application=number, max_seats=1, choices=listed, **more)


def test_differences_are_of_what_everybody_sees():
    before = [line("11", "A1-1"), line("12", "A1-1"), line("13", "A1-1"), line("14", "A1-1")]
    after = [
        line("11", "A1-1"),
        line("12", "A1-2", "A1-1"),
        line("14", "A1-1", dropped={"A1-3": ("level", "")}),  # why it fell away is private
        line("15", "A1-2"),
    ]
    reasons = {"12": "keyed_wrong", "13": "eligibility", "15": "missing"}
    found = differences(before, after, reasons)
    assert [(one.application, one.change) for one in found] == [
        ("12", Change.CHANGED),
        ("13", Change.REMOVED),
        ("15", Change.ADDED),
    ]
    assert differences_csv(found).decode().splitlines()[1:] == [
        "12,changed,keyed_wrong",
        "13,removed,eligibility",
        "15,added,missing",
    ]


@pytest.mark.parametrize("typed", ["", "1" * 23, "7" * 24, "1" * 25, "a" * 24])
def test_throws_that_cannot_be_are_refused(typed):
    with pytest.raises(entropy.SourceRefused):
        entropy.read_value("dice", typed)
