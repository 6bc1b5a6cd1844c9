"""Until when: working days, twenty hours, the quiet time of the year."""

from datetime import date, datetime, timedelta

import pytest

from enrolment.domain.deadlines import (
    Calendar,
    Terms,
    by_phone_only,
    hold_until,
    in_offer_hours,
    offer_until,
    read_quiet,
    undo_until,
)
from tests.factories.enrolment import CHINA

TERMS = Terms()
PLAIN = Calendar()


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("made", "due"),
    [
        ("2026-12-01 10:00", "2026-12-02 17:00"),
        ("2026-12-01 21:00", "2026-12-02 17:00"),  # exactly twenty hours
        ("2026-12-01 21:01", "2026-12-03 17:00"),
        ("2026-12-04 10:00", "2026-12-07 17:00"),  # Friday to Monday
        ("2026-12-05 10:00", "2026-12-07 17:00"),
        ("2026-12-06 23:00", "2026-12-08 17:00"),
    ],
)
def test_a_hold_runs_to_five_on_the_next_working_day_and_never_under_twenty_hours(made, due):
    assert hold_until(at(made), PLAIN, TERMS) == at(due)


def test_holidays_are_no_working_days_and_moved_ones_are():
    calendar = Calendar(
        closed=frozenset({date(2026, 12, 2), date(2026, 12, 3), date(2026, 12, 4)}),
        working=frozenset({date(2026, 12, 6)}),
    )
    assert hold_until(at("2026-12-01 10:00"), calendar, TERMS) == at("2026-12-06 17:00")


def test_nothing_falls_due_in_the_quiet_time():
    calendar = Calendar(quiet=read_quiet([["2027-01-30", "2027-02-20"]]))
    assert hold_until(at("2027-02-03 10:00"), calendar, TERMS) == at("2027-02-22 17:00")
    assert hold_until(at("2027-01-29 10:00"), calendar, TERMS) == at("2027-02-22 17:00")


@pytest.mark.parametrize(
    ("made", "due"),
    [
        ("2026-12-01 10:00", "2026-12-03 17:00"),
        ("2026-12-03 10:00", "2026-12-07 17:00"),
        ("2026-12-05 10:00", "2026-12-08 17:00"),
    ],
)
def test_an_offer_runs_two_working_days(made, due):
    assert offer_until(at(made), PLAIN, TERMS) == at(due)


@pytest.mark.parametrize(
    ("made", "due"),
    [
        ("2027-02-25 17:59", "2027-03-01 17:00"),
        ("2027-02-26 08:30", "2027-02-26 12:00"),
        ("2027-02-26 09:01", "2027-02-27 12:00"),
        ("2027-03-08 15:00", "2027-03-09 12:00"),
    ],
)
def test_near_the_first_day_it_is_the_next_noon_and_by_phone(made, due):
    starts_on = date(2027, 3, 1)
    assert offer_until(at(made), PLAIN, TERMS, starts_on=starts_on) == at(due)
    assert by_phone_only(at(made), starts_on) is (made >= "2027-02-26")


def test_people_are_asked_in_the_day():
    hours = [in_offer_hours(at(f"2026-12-01 {clock}"), TERMS)
             for clock in ("08:29", "08:30", "17:59", "18:00")]  # fmt: skip
    assert hours == [False, True, True, False]


def test_the_policy_may_say_otherwise():
    terms = Terms.read(
        {
            "day_ends_at": "16:00",
            "hold_min_hours": 40,
            "undo_minutes": 30,
            "offer_hours": ["09:00", "12:00"],
        }
    )
    assert hold_until(at("2026-12-01 10:00"), PLAIN, terms) == at("2026-12-03 16:00")
    assert undo_until(at("2026-12-01 10:00"), terms) == at("2026-12-01 10:30")
    assert not in_offer_hours(at("2026-12-01 12:00"), terms)


def test_no_hold_of_two_years_is_shorter_than_promised_or_falls_on_a_closed_day():
    calendar = Calendar(
        closed=frozenset({date(2027, 1, 1), *(date(2027, 2, day) for day in range(5, 12))}),
        working=frozenset({date(2027, 2, 20), date(2027, 2, 28)}),
        quiet=((date(2027, 1, 30), date(2027, 2, 20)),),
    )
    moment = at("2026-06-01 00:07")
    while moment < at("2028-06-01 00:00"):
        due = hold_until(moment, calendar, TERMS)
        assert due - moment >= timedelta(hours=20)
        assert calendar.takes_deadlines(due.date())
        assert (due.hour, due.minute) == (17, 0)
        moment += timedelta(hours=7, minutes=13)
