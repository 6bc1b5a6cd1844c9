"""The calendar moves by whole weeks and lands in the phase that was asked for."""

from datetime import date, datetime, time, timedelta

import pytest

from config.demo import calendar
from config.demo.calendar import (
    CHINA,
    HAS_COME_ON,
    PHASES_ON_OFFER,
    plan_holidays,
    plan_terms,
)

A_FORTNIGHT = [date(2026, 11, 16) + timedelta(days=n) for n in range(14)]


@pytest.mark.parametrize("phase", sorted(set(PHASES_ON_OFFER) - HAS_COME_ON.keys()))
@pytest.mark.parametrize("today", A_FORTNIGHT, ids=str)
def test_any_day_lies_in_the_phase(today, phase):
    _, coming, _ = plan_terms(today, phase)
    # The prospectus comes out on a Tuesday at nine, and renewal begins on a Monday at nine.
    early = today.weekday() == 0 and phase != "renewal_open"
    hour = time(8, 59) if early else time(9, 1)
    begun = [p.phase for p in coming.phases if p.begins <= datetime.combine(today, hour, CHINA)]
    assert begun[-1] == phase


@pytest.mark.parametrize("phase", HAS_COME_ON)
@pytest.mark.parametrize("today", A_FORTNIGHT, ids=str)
def test_what_a_phase_of_the_draw_needs_has_happened(today, phase):
    _, coming, _ = plan_terms(today, phase)
    began = {p.phase: p.begins for p in coming.phases}
    morning = datetime.combine(today, time(8), CHINA)
    assert began[phase] <= morning < began[phase] + timedelta(days=8)


@pytest.mark.parametrize("phase", PHASES_ON_OFFER)
def test_weekdays_and_hours_stay_what_they_were(phase):
    _, coming, _ = plan_terms(date(2026, 11, 24), phase)
    began = [p.begins.astimezone(CHINA) for p in coming.phases]
    assert [f"{at:%a %H:%M}" for at in began] == [
        "Tue 09:00", "Mon 09:00", "Mon 09:00", "Mon 12:00", "Wed 15:00", "Wed 17:00",
        "Thu 09:00", "Mon 09:00", "Mon 00:00", "Mon 00:00",
    ]  # fmt: skip


def test_the_current_term_has_lessons_behind_it_and_before_it():
    today = date(2026, 11, 24)
    current, coming, earlier = plan_terms(today, "open_enrolment")
    assert (current.phase, current.name, coming.name) == (
        "teaching",
        "2026秋季学期",
        "2027春季学期",
    )
    assert current.teaching_starts < today < current.teaching_ends < coming.teaching_starts
    assert [term.code for term in earlier] == [
        "2024-autumn", "2025-spring", "2025-autumn", "2026-spring",
    ]  # fmt: skip


def test_no_lesson_falls_on_a_closed_day():
    today = date(2026, 11, 24)
    current, _, _ = plan_terms(today, "open_enrolment")
    holidays = plan_holidays(today)
    closed = {h.day for h in holidays if h.closed}
    days = calendar.lesson_days(current, 3, holidays)  # Thursdays: National Day is one of them
    assert len(days) == 15
    assert not closed & set(days)
    assert len({h.day for h in holidays}) == len(holidays)


def test_no_class_meets_in_the_weeks_of_spring_festival():
    today = date(2026, 11, 24)
    _, coming, _ = plan_terms(today, "open_enrolment")
    first, last = calendar.WINTER_BREAK
    assert coming.teaching_starts < first < last < coming.teaching_ends
    for weekday in range(7):
        days = calendar.lesson_days(coming, weekday, plan_holidays(today))
        assert len(days) >= 12
        assert not [day for day in days if first <= day <= last]


def test_nothing_is_shut_in_a_city_looked_at_round_spring_festival():
    near = {h.name for h in plan_holidays(date(2027, 2, 1))}
    assert "寒假" not in near
    assert "春节" in near
