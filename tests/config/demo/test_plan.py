"""The figures of the city, and what must never happen in its timetable."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from config.demo import tables
from config.demo.plan import digest, plan_city, rows_of
from tests.config.demo.conftest import TODAY


def places_to_come(city):
    """Places of the next term, without those that were given back."""
    return [row for row in rows_of(city, city.next_term.code) if not row.ended]


def test_every_university_has_the_figures_of_the_table(city):
    found = {}
    for unit in city.units:
        sections = [s for s in city.sections if s.unit == unit.code]
        campuses = Counter(c.kind for c in city.campuses if c.unit == unit.code)
        own = {c.code for c in city.campuses if c.unit == unit.code}
        found[unit.code] = (
            sum(p.current and p.unit == unit.code for p in city.learners),
            campuses["branch"],
            campuses["teaching_point"] + campuses["viewing_point"],
            sum(room.campus in own for room in city.rooms),
            len(sections),
            sum(s.capacity for s in sections),
            sum(s.open_seats for s in sections),
        )
    assert found == {
        u.code: (u.learners, u.branches, u.points, u.rooms, u.sections, u.seats, u.open_seats)
        for u in tables.UNITS
    }


def test_every_subject_has_the_figures_of_the_table(city):
    found = {
        subject.code: (
            sum(s.subject == subject.code for s in city.sections),
            sum(s.open_seats for s in city.sections if s.subject == subject.code),
        )
        for subject in city.subjects
    }
    assert found == {s.code: (s.sections, s.open_seats) for s in tables.SUBJECTS}


def test_the_whole_city_adds_up(city):
    assert (
        len(city.units),
        sum(c.kind == "branch" for c in city.campuses),
        sum(c.kind.endswith("_point") for c in city.campuses),
        len(city.rooms),
        len(city.subjects),
        len(city.sections),
        sum(s.capacity for s in city.sections),
        sum(s.open_seats for s in city.sections),
        sum(p.current for p in city.learners),
        len(city.teachers),
        len(city.staff),
        len(city.localities),
        len(city.applicants),
    ) == (13, 26, 80, 74, 28, 742, 26_696, 14_922, 17_000, 236, 62, 120, 12_600)


def test_no_room_and_no_teacher_is_in_two_classes_at_once(city):
    assert not _twice((s.room, s.slot) for s in city.sections)
    assert not _twice((s.teacher, s.slot) for s in city.sections)


def test_every_class_fits_its_room(city):
    rooms = {room.code: room for room in city.rooms}
    subjects = {subject.code: subject for subject in city.subjects}
    assert [
        s.name
        for s in city.sections
        if s.capacity > rooms[s.room].seats
        or rooms[s.room].kind not in subjects[s.subject].room_kinds
    ] == []


def test_one_class_stands_on_the_edge_of_reserves(city):
    assert 11 in {s.open_seats for s in city.sections}


def test_the_current_term_keeps_every_limit(city):
    sections = {s.no: s for s in city.sections}
    held = {}
    for row in rows_of(city, city.current_term.code):
        if row.status == "active":
            held.setdefault(row.learner, []).append(sections[row.section])
    assert (len(held), sum(map(len, held.values()))) == (17_000, 25_500)
    for classes in held.values():
        assert len(classes) <= 2
        assert sum(s.hot for s in classes) <= 1
        assert len({s.slot for s in classes}) == len(classes)
    taken = Counter(s.no for classes in held.values() for s in classes)
    assert all(taken[s.no] <= s.capacity for s in city.sections)


def test_a_line_is_only_before_a_full_class_and_nobody_in_it_is_inside(city):
    rows = places_to_come(city)
    taken = Counter(row.section for row in rows)
    inside = {(row.learner, row.section) for row in rows}
    capacity = {s.no: s.capacity for s in city.sections}
    assert all(taken[n] <= capacity[n] for n in capacity)
    assert all(taken[w.section] == capacity[w.section] for w in city.waiting)
    assert not inside & {(w.learner, w.section) for w in city.waiting}


@pytest.mark.parametrize("size", ["city", "small_city"])
def test_what_was_drawn_and_is_waited_for_stands_on_a_form(size, request):
    city = request.getfixturevalue(size)
    listed = {form.learner: set(form.listed) for form in city.applications}
    rows = places_to_come(city)
    drawn = [row for row in rows if row.source in {"draw", "waitlist"}]
    assert len(drawn) > len(listed) / 2
    assert [row for row in drawn if row.section not in listed[row.learner]] == []
    unlucky = {person.no for person in city.learners if person.persona == "wu-yulan"}
    others = [w for w in city.waiting if w.learner not in unlucky]
    assert [w for w in others if w.section not in listed[w.learner]] == []


def test_the_next_term_keeps_every_limit(city):
    sections = {s.no: s for s in city.sections}
    held = {}
    for row in places_to_come(city):
        held.setdefault(row.learner, []).append(sections[row.section])
    for classes in held.values():
        assert len(classes) <= 2
        assert sum(s.hot for s in classes) <= 1
        assert len({s.slot for s in classes}) == len(classes)


def test_nobody_comes_to_the_class_its_head_worries_about(city):
    empty = {s.no for s in city.sections if (s.unit, s.subject) == tables.EMPTY}
    assert len(empty) == 1
    assert not empty & {row.section for row in places_to_come(city)}
    assert not empty & {no for form in city.applications for no in form.listed}


@pytest.mark.parametrize("size", ["city", "small_city"])
def test_one_taiji_class_has_exactly_one_seat_left(size, request):
    city = request.getfixturevalue(size)
    taken = Counter(row.section for row in places_to_come(city))
    left = [s.capacity - taken[s.no] for s in city.sections if s.subject == "TAIJI"]
    assert 1 in left


def test_the_same_seed_and_day_give_the_same_city_byte_for_byte(city):
    assert digest(plan_city(today=TODAY)) == digest(city)


def test_another_seed_gives_another_city():
    first, second = (plan_city(today=TODAY, size="small", seed=seed) for seed in (1, 7))
    assert digest(first) != digest(second)


def test_a_city_does_not_depend_on_how_python_hashes():
    program = (
        "from datetime import date; from config.demo.plan import plan_city, digest; "
        "print(digest(plan_city(today=date(2026, 11, 24), size='small')))"
    )
    prints = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(prints) == 1


def _twice(keys):
    return [key for key, count in Counter(keys).items() if count > 1]
