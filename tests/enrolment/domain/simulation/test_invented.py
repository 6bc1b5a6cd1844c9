"""People who are made up: few assumptions, and each of them true of the crowd."""

from collections import Counter

import pytest

from enrolment.domain.simulation import Crowd, Taught, invent

CLASSES = [
    Taught(f"{subject}-{unit}", 20, subject, unit) for subject in "ABCDEFGH" for unit in "xyz"
]


@pytest.fixture(scope="module")
def season():
    return invent(
        Crowd(people=4000, reserves={"N": 40, "M": 10}), CLASSES, [("A-x", "B-x")], seed="spring"
    )


def in_100(season, is_so):
    return 100 * sum(map(is_so, season.market.applicants)) / len(season.market.applicants)


def test_the_same_question_has_the_same_people(season):
    again = invent(
        Crowd(people=4000, reserves={"N": 40, "M": 10}),
        list(reversed(CLASSES)),
        [("A-x", "B-x")],
        seed="spring",
    )
    assert again.market == season.market
    assert again.forms == season.forms


def test_another_seed_makes_up_others(season):
    other = invent(Crowd(people=4000), CLASSES, [], seed="autumn")
    assert other.market.applicants != season.market.applicants


def test_reserves_are_open_to_as_many_as_was_said(season):
    assert in_100(season, lambda one: "N" in one.choices[0].buckets) == pytest.approx(40, abs=2)
    assert in_100(season, lambda one: "M" in one.choices[0].buckets) == pytest.approx(10, abs=2)


def test_nobody_wishes_twice_and_nobody_for_too_much(season):
    for one in season.market.applicants:
        names = [choice.class_id for choice in one.choices]
        assert len(set(names)) == len(names) <= 8
        assert 2 <= season.forms[one.id].own <= 5


def test_four_in_five_wishes_stay_at_ones_own_school(season):
    stays = Counter(
        choice.class_id.endswith(season.forms[one.id].people[0]["unit"])
        for one in season.market.applicants
        for choice in one.choices[: season.forms[one.id].own]
    )
    # Of those who look everywhere one in three finds the class at their own school.
    assert 100 * stays[True] / stays.total() == pytest.approx(80 + 20 / 3, abs=2)


def test_subjects_are_wanted_as_unevenly_as_was_said():
    def most_and_least(uneven):
        made = invent(Crowd(people=2000, uneven=uneven), CLASSES, [], seed="x")
        first = Counter(made.subject_of(one.choices[0].class_id) for one in made.market.applicants)
        return max(first.values()) / min(first.values())

    assert most_and_least(0.0) < 1.4
    assert most_and_least(0.8) == pytest.approx(8**0.8, rel=0.3)


def test_without_classes_nobody_wishes():
    assert invent(Crowd(people=10), [], [], seed="x").people == 0
