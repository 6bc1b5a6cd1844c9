"""The forms of the next term: the figures they are built to, and what must not stand on one."""

from collections import Counter

import pytest

from config.demo import tables
from config.demo.applications import CHANNELS, NEAR_THE_CITY
from config.demo.people import age_on

# Wishes of the catalogue's table: those named first, and all.
WISHES = {
    "PIANO": (1889, 6135), "AI": (1044, 3478), "FOLKD": (683, 2259), "VOCAL": (684, 2175),
    "DRUM": (666, 2183), "YOGA": (825, 2834), "PHONE": (848, 2777), "CATWK": (782, 2553),
    "GUZHENG": (288, 980), "VIDEO": (710, 2301), "CLASD": (572, 1915), "TAIJI": (556, 1839),
    "TCM": (416, 1378), "EKEY": (292, 1041), "PHOTO": (338, 1142), "LATIN": (303, 902),
    "FLOWR": (196, 737), "BADUAN": (204, 684), "CALLI": (177, 638), "LANDS": (173, 590),
    "WATER": (203, 678), "HULUSI": (194, 659), "ENG": (141, 484), "ERHU": (124, 462),
    "CHOIR": (108, 397), "OPERA": (80, 286), "SEAL": (40, 127), "POEM": (64, 213),
}  # fmt: skip


@pytest.fixture(scope="module")
def forms(city):
    return city.applications


@pytest.fixture(scope="module")
def sections(city):
    return {section.no: section for section in city.sections}


@pytest.fixture(scope="module")
def people(city):
    return {person.no: person for person in city.learners}


def share(forms, is_so):
    return 100 * sum(map(bool, map(is_so, forms))) / len(forms)


def test_everybody_chosen_to_apply_has_one_form(city, forms, people):
    assert [form.learner for form in forms] == city.applicants
    assert Counter(people[form.learner].unit for form in forms) == {
        unit.code: unit.applicants for unit in tables.UNITS
    }


def test_forms_have_the_shares_of_the_table(forms):
    assert share(forms, lambda f: f.wanted == 2) == pytest.approx(42, abs=1)
    assert share(forms, lambda f: "N" in f.flags) == pytest.approx(62, abs=0.1)
    assert share(forms, lambda f: "M" in f.flags) == pytest.approx(14, abs=0.1)
    assert share(forms, lambda f: f.hardship) == pytest.approx(4, abs=0.1)
    assert share(forms, lambda f: f.linked_with) == pytest.approx(3, abs=0.1)
    assert share(forms, lambda f: set(f.near) & set(f.wishes)) == pytest.approx(25, abs=2)
    for channel, expected in zip(CHANNELS, (48, 27, 19, 6), strict=True):
        assert share(forms, lambda f, c=channel: f.channel == c) == pytest.approx(expected, abs=1)


def test_wishes_are_spread_over_subjects_as_in_the_table(forms, sections):
    all_of_them = Counter(sections[no].subject for form in forms for no in form.wishes)
    first = Counter(sections[form.wishes[0]].subject for form in forms)
    assert sum(all_of_them.values()) == pytest.approx(41_847, rel=0.01)
    for subject, (as_first, in_all) in WISHES.items():
        # By chance a count differs by its square root; three times that is far.
        assert all_of_them[subject] == pytest.approx(in_all, abs=0.08 * in_all + 3 * in_all**0.5)
        assert first[subject] == pytest.approx(as_first, abs=0.1 * as_first + 3 * as_first**0.5)


def test_a_quarter_of_the_districts_near_wish_in_the_city(forms, sections, people):
    home = {form.learner: people[form.learner].unit for form in forms}
    near = [f for f in forms if home[f.learner] in NEAR_THE_CITY]
    far = [f for f in forms if home[f.learner] not in NEAR_THE_CITY]
    assert share(near, lambda f: sections[f.wishes[0]].unit == "main") == pytest.approx(25, abs=2)
    assert share(far, lambda f: sections[f.wishes[0]].unit != home[f.learner]) == 0


def test_no_class_stands_twice_and_no_list_is_too_long(forms):
    assert {len(form.wishes) for form in forms} == {1, 2, 3, 4, 5}
    assert max(len(form.listed) for form in forms) == 8
    assert [f.learner for f in forms if len(set(f.listed)) < len(f.listed)] == []


def test_only_who_has_learnt_the_level_below_asks_for_a_higher_class(city, forms, sections):
    learnt = set()
    for row in city.enrolments:
        if row.term == city.current_term.code:
            learnt.add((row.learner, sections[row.section].subject, sections[row.section].level))
    listed = [(f.learner, sections[no]) for f in forms for no in (*f.listed, *f.alternatives)]
    higher = [(who, s) for who, s in listed if s.level in {2, 3}]
    assert len(higher) > 1_000
    assert [
        (who, s.name) for who, s in higher if (who, s.subject, s.level - 1) not in learnt
    ] == []
    repeated = [s for who, s in listed if s.level == 1 and (who, s.subject, 1) in learnt]
    assert repeated == []


def test_nobody_begins_the_hardest_dances_past_75(city, forms, sections, people):
    sits = {(row.learner, sections[row.section].subject) for row in city.enrolments
            if row.term == city.current_term.code}  # fmt: skip
    old = {p.no for p in people.values() if age_on(p.birth, city.next_term.teaching_starts) > 75}
    hardest = [
        (form.learner, sections[no].subject)
        for form in forms if form.learner in old
        for no in form.listed if sections[no].subject in tables.HARDEST
    ]  # fmt: skip
    # The few who sit in a mixed class have learnt it, but no level that the rules could see.
    assert [pair for pair in hardest if pair not in sits] == []


def test_nothing_on_a_form_clashes_with_the_class_they_go_on_in(forms, sections):
    going_on = [form for form in forms if form.renewed]
    assert len(going_on) > 1_000
    for form in going_on:
        held = sections[form.renewed]
        for no in (*form.listed, *form.alternatives):
            wish = sections[no]
            assert wish.slot != held.slot
            assert wish.subject != held.subject
            assert not (wish.hot and held.hot)
        assert form.wanted == 1  # two in all is the limit


def test_substitutes_are_like_a_wish_and_near_enough(city, forms, sections, people):
    minutes = {(place, campus): m for place, campus, m in city.travel}
    would = [form for form in forms if form.alternatives]
    # Of sixty in a hundred who would take any, some have none.
    assert 40 < share(forms, lambda f: f.alternatives) < 60
    for form in would:
        wished = {(sections[no].subject, sections[no].level) for no in form.wishes}
        for no in form.alternatives:
            other = sections[no]
            levels = {level for subject, level in wished if subject == other.subject}
            assert levels
            assert other.level in levels | {tables.MIXED}
            if not form.linked_with:
                assert minutes[people[form.learner].locality, other.campus] <= 90
        assert form.substitutes == form.alternatives[: 8 - len(form.wishes)]


def test_two_who_go_together_have_one_list(forms):
    by_learner = {form.learner: form for form in forms}
    linked = [form for form in forms if form.linked_with]
    for form in linked:
        other = by_learner[form.linked_with]
        assert (other.linked_with, other.listed, other.wanted, other.split_ok) == (
            form.learner, form.listed, form.wanted, form.split_ok,
        )  # fmt: skip
    assert {form.split_ok for form in linked} == {True, False}


def test_care_is_for_the_very_old_hardship_and_the_own_street(city, forms, sections, people):
    street = {campus.code: campus.locality for campus in city.campuses}
    for form in forms:
        person = people[form.learner]
        old = age_on(person.birth, city.next_term.teaching_starts) >= 80
        assert ("C" in form.flags) == (old or form.hardship)
        for no in form.listed:
            lives_there = street[sections[no].campus] == person.locality
            assert ("C" in form.flags_in(no)) == (lives_there or "C" in form.flags)


def test_the_newcomer_of_the_story_wishes_for_the_piano_first(forms, sections, people):
    form = next(f for f in forms if people[f.learner].persona == "wu-yulan")
    assert sections[form.wishes[0]].subject == "PIANO"
    assert form.flags == "NM"


def test_a_small_city_has_forms_too(small_city):
    assert [form.learner for form in small_city.applications] == small_city.applicants
    assert all(form.wishes for form in small_city.applications)
