"""Who lives in the city: ages, devices, names, and what earlier terms say of them."""

from collections import Counter

import phonenumbers
import pytest

from config.demo.papers import check_digit
from config.demo.people import age_on
from config.demo.personas import HELPERS, PERSONAS
from tests.config.demo.conftest import TODAY


def _share(count, of):
    return pytest.approx(count / of, abs=0.01)


def test_ages_are_spread_as_told(city):
    ages = [age_on(p.birth, TODAY) for p in city.learners if p.current]
    bands = Counter(min(age // 10, 9) for age in ages)
    assert [bands[n] for n in (5, 6, 7, 8, 9)] == [5440, 8330, 2720, 493, 17]
    assert (min(ages), max(ages)) == (50, 93)
    assert all(age_on(p.birth, TODAY) >= 55 for p in city.learners if p.sex == "m")


def test_three_in_four_are_women_and_devices_are_as_told(city):
    current = [p for p in city.learners if p.current]
    assert _share(sum(p.sex == "f" for p in current), 17_000) == 0.74
    devices = Counter(p.device for p in current)
    for device, share in {"alone": 0.52, "helped": 0.33, "feature": 0.12, "none": 0.03}.items():
        assert _share(devices[device], 17_000) == share


def test_telephones_are_valid_and_shared_by_couples_only(city):
    by_phone = {}
    for person in city.learners:
        if person.phone:
            by_phone.setdefault(person.phone, []).append(person)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for phone in by_phone)
    for sharers in by_phone.values():
        assert len(sharers) == 1 or {p.partner for p in sharers} == {p.no for p in sharers}


def test_identity_numbers_are_well_formed_and_each_is_given_once(city):
    numbers = [p.id_number for p in city.learners]
    assert len(set(numbers)) == len(numbers)
    assert all(
        check_digit(p.id_number[:17]) == p.id_number[17]
        for p in city.learners
        if p.id_kind == "resident"
    )


def test_names_are_of_their_years_and_some_are_hard_for_software(city):
    old = Counter(p.name[1:] for p in city.learners if p.sex == "f" and p.birth.year < 1946)
    assert {"秀英", "玉兰", "桂珍"} & {name for name, _ in old.most_common(30)}
    names = [p.name for p in city.learners]
    assert sum("·" in name for name in names) >= 10
    assert sum(name.startswith(("欧阳", "诸葛", "上官", "司徒")) for name in names) >= 20
    assert max(map(len, names)) == len("玛依努尔·阿卜杜外力·买买提艾力")


@pytest.mark.parametrize("size", ["city", "small_city"])
def test_every_persona_is_there_with_age_and_classes(size, request):
    city = request.getfixturevalue(size)
    named = {p.persona: p for p in city.learners if p.persona}
    assert set(named) == {persona.key for persona in PERSONAS}
    sits = {row.learner for row in city.enrolments if row.term == city.current_term.code}
    for persona in PERSONAS:
        person = named[persona.key]
        assert (person.name, age_on(person.birth, TODAY)) == (persona.name, persona.age)
        assert (person.no in sits) is bool(persona.subjects), persona.key
    assert {key for helper in HELPERS for key in helper.helps} <= set(named)
    assert {"he-laoshi"} == {t.persona for t in city.teachers if t.persona}
    assert {"zhang-xiaomei", "liu-zhuren"} <= {s.persona for s in city.staff}


def test_the_three_li_wei_are_told_apart_by_their_papers_alone(city):
    three = [p for p in city.learners if p.persona.startswith("li-wei")]
    assert len({(p.name, p.birth, p.sex) for p in three}) == 1
    assert len({p.id_number for p in three}) == 3


def test_the_flags_of_the_next_draw_come_out_as_told(city):
    last_four = [term.code for term in city.earlier_terms]
    seats, vain = Counter(), Counter()
    for row in city.term_records:
        if row.term in last_four:
            seats[row.learner] += row.room_seats
        if row.term in last_four[-2:] and row.applied and not row.room_seats:
            vain[row.learner] += 1
    applicants = city.applicants
    assert sum(seats[no] == 0 for no in applicants) == 7812
    assert sum(vain[no] == 2 for no in applicants) == 1764
    per_unit = Counter(p.unit for p in city.learners if p.no in set(applicants))
    assert per_unit == {unit.code: unit.applicants for unit in city.units}


def test_wu_yulan_missed_three_terms_and_waits_for_the_piano(city):
    wu = next(p for p in city.learners if p.persona == "wu-yulan")
    missed = [r for r in city.term_records if r.learner == wu.no]
    assert [(r.applied, r.room_seats) for r in missed] == [(True, 0)] * 3
    waits = [w.section for w in city.waiting if w.learner == wu.no]
    assert [s.subject for s in city.sections if s.no in waits] == ["PIANO"]
