"""The rule book by itself: facts in, an objection or silence out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.eligibility import (
    ClassFacts,
    Held,
    LearnerFacts,
    Rules,
    objections,
    overlap,
    should_talk_to_the_teacher,
)
from enrolment.domain.refusals import Objection, Refusal

AT = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


def hours(start, length=90):
    begin = datetime(2027, 3, 2, 0, 0, tzinfo=UTC) + timedelta(minutes=start)
    return ((begin, begin + timedelta(minutes=length)),)


def a_class(**more):
    plain = {
        "section": 1, "course": 1, "subject": 1, "level": 0, "campus": 1,
        "term_starts_on": date(2027, 3, 1), "phase": "open_enrolment", "is_running": True,
        "opens_at": None, "closes_at": None, "meets": hours(0), "is_online": False,
        "counts": True, "hot": False, "has_fee": True, "min_age_f": 50, "min_age_m": 55,
        "vigorous": False, "max_new_age": None, "may_be_repeated": False,
    }  # fmt: skip
    return ClassFacts(**plain | more)


def held(**more):
    plain = {
        "section": 2, "subject": 2, "campus": 1, "same_term": True, "meets": hours(1000),
        "is_online": False, "counts": True, "hot": False, "is_hold": False,
    }  # fmt: skip
    return Held(**plain | more)


def reasons(section=None, *, rules=None, by_staff=False, at=AT, **learner):
    person = LearnerFacts(**{"sex": "f", "born_on": date(1960, 1, 1)} | learner)
    found = objections(section or a_class(), person, rules or Rules(), at=at, by_staff=by_staff)
    return [objection.reason for objection in found]


def test_nothing_speaks_against_the_dullest_case():
    assert reasons() == []


def test_every_reason_is_found_not_only_the_first():
    section = a_class(vigorous=True, hot=True, level=2)
    assert reasons(section, holds=(held(hot=True), held(section=3)), removed_for_absence=True) == [
        Refusal.LIMIT,
        Refusal.HOT_LIMIT,
        Refusal.ABSENCE,
        Refusal.LEVEL,
        Refusal.NEEDS_HEALTH_DECLARATION,
    ]


@pytest.mark.parametrize(
    "phase", ["draft", "published", "renewal_open", "wishes_open", "frozen", "drawn"]
)
def test_before_the_line_opens(phase):
    assert reasons(a_class(phase=phase)) == [Refusal.NOT_OPEN_YET]


def test_staff_see_the_papers_themselves_but_bend_no_hard_rule():
    section = a_class(vigorous=True, level=3, min_age_f=70)
    assert reasons(section, by_staff=True, holds=(held(meets=hours(30)),)) == [
        Refusal.CLASH,
        Refusal.TOO_YOUNG,
    ]


def test_an_own_limit_goes_before_the_terms():
    assert reasons(holds=(held(), held(section=3)), room_limit=3) == []
    assert reasons(room_limit=0) == [Refusal.LIMIT]


def test_a_class_of_another_term_counts_for_the_timetable_only():
    assert reasons(holds=(held(same_term=False), held(section=3, same_term=False))) == []
    clash = held(same_term=False, meets=hours(60))
    found = list(
        objections(
            a_class(),
            LearnerFacts(sex="f", born_on=date(1960, 1, 1), holds=(clash,)),
            Rules(),
            at=AT,
        )
    )
    assert found == [Objection(Refusal.CLASH, 2)]


@pytest.mark.parametrize(("start", "far"), [(149, True), (150, False), (90, True)])
def test_the_way_between_two_campuses_takes_an_hour(start, far):
    other = held(campus=2, meets=hours(start))
    assert (reasons(holds=(other,)) == [Refusal.TRAVEL_GAP]) is far
    assert reasons(a_class(is_online=True), holds=(other,)) == []


def test_a_birthday_on_the_first_day_of_term_counts():
    assert reasons(born_on=date(1977, 3, 1)) == []
    assert reasons(born_on=date(1977, 3, 2)) == [Refusal.TOO_YOUNG]


def test_who_was_there_before_may_go_on_at_any_age():
    section = a_class(vigorous=True, max_new_age=75)
    old = {"born_on": date(1940, 1, 1), "declared_health": True, "family_agreed": True}
    assert reasons(section, **old) == [Refusal.TOO_OLD_TO_BEGIN]
    assert reasons(section, **old, levels_completed={1: 0}) == []


def test_from_seventy_one_a_talk_with_the_teacher_is_advised():
    section = a_class(vigorous=True)
    ages = [
        should_talk_to_the_teacher(
            section, LearnerFacts(sex="f", born_on=date(year, 1, 1)), Rules()
        )
        for year in (1957, 1956)
    ]
    assert ages == [False, True]


def test_a_stored_policy_is_read_and_what_it_leaves_out_is_as_usual():
    rules = Rules.read({"room_classes": 5, "travel_gap_minutes": 30, "something_else": 1})
    assert rules == Rules(room_classes=5, travel_gap=timedelta(minutes=30))


def _apart(pairs):
    spans, end = [], 0
    for gap, length in pairs:
        start = end + gap % 50
        end = start + length
        spans.append((AT + timedelta(minutes=start), AT + timedelta(minutes=end)))
        end += 1
    return tuple(spans)


SPANS = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40)), max_size=8).map(_apart)


@given(SPANS, SPANS, st.integers(0, 30))
def test_overlap_is_what_comparing_everything_with_everything_says(one, other, minutes):
    gap = timedelta(minutes=minutes)
    slow = any(a[0] < b[1] + gap and b[0] < a[1] + gap for a in one for b in other)
    assert overlap(one, other, gap=gap) is slow
