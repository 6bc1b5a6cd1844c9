"""The terms around a given day: the calendar of the demo term, moved by whole weeks.

Weekdays and hours stay what they were, so that a newcomer meets a live moment on any day: one
term being taught, the next one in the phase asked for.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone

from config.demo.records import HolidayPlan, PhasePlan, TermPlan

CHINA = timezone(timedelta(hours=8))
PHASES_ON_OFFER = (
    "published",
    "renewal_open",
    "wishes_open",
    "frozen",
    "drawn",
    "confirming",
    "waitlisting",
    "open_enrolment",
    "teaching",
    "closed",
)
# The days of the draw are few: the calendar stands so that what the phase needs has happened by
# today, on whatever weekday that is; what follows may be due already, and waits for a press.
WEEK_OF_THE_DRAW = date(2026, 12, 28)
HAS_COME_ON = {"frozen": 1, "drawn": 3, "confirming": 3}  # weekdays, Monday is 0

# domain.md 2.1: phase, first moment, moment its window closes.
TERM_OF_2027 = (
    ("published", "2026-12-01 09:00", "2026-12-07 09:00"),
    ("renewal_open", "2026-12-07 09:00", "2026-12-13 17:00"),
    ("wishes_open", "2026-12-14 09:00", "2026-12-27 17:00"),
    ("frozen", "2026-12-28 12:00", "2026-12-30 14:59"),
    ("drawn", "2026-12-30 15:00", "2026-12-30 17:00"),
    ("confirming", "2026-12-30 17:00", "2027-01-06 17:00"),
    ("waitlisting", "2027-01-07 09:00", "2027-01-22 17:00"),
    ("open_enrolment", "2027-01-25 09:00", "2027-02-26 17:00"),
    ("teaching", "2027-03-01 00:00", "2027-06-20 23:59"),
    ("closed", "2027-06-21 00:00", "2027-07-31 17:00"),
)
TEACHING_STARTS = date(2027, 3, 1)
WEEKS = 16
# The Monday of that calendar whose week is laid over the week of today.
WEEK_OF_TODAY = {
    "published": date(2026, 11, 30),
    "renewal_open": date(2026, 12, 7),
    "wishes_open": date(2026, 12, 14),  # first week: forms may be changed for another one
    "waitlisting": date(2027, 1, 11),
    "open_enrolment": date(2027, 2, 1),  # second week: all departments but one have opened
    "teaching": date(2027, 3, 15),  # third week: transfers are over, late joiners may still come
    "closed": date(2027, 6, 21),
}
WEEKS_TAUGHT = 12  # of the current term, before the week of today
HALF_A_YEAR = timedelta(weeks=26)


def monday_of(day: date) -> date:
    """The Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def china(text: str) -> datetime:
    """A moment written in Chinese local time, as it is stored."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA).astimezone(UTC)


def shift_for(today: date, phase: str) -> timedelta:
    """By how many whole weeks the calendar moves so that ``today`` falls into ``phase``."""
    if phase == "published" and today.weekday() == 0:
        # The prospectus comes out on a Tuesday: a Monday belongs to the last morning of the phase.
        return monday_of(today) - date(2026, 12, 7)
    if phase == "wishes_open" and today.weekday() == 0:
        # Forms open on a Monday at nine: a Monday belongs to their second week.
        return monday_of(today) - date(2026, 12, 21)
    if phase in HAS_COME_ON:
        too_early = today.weekday() < HAS_COME_ON[phase]
        return monday_of(today) - timedelta(weeks=too_early) - WEEK_OF_THE_DRAW
    return monday_of(today) - WEEK_OF_TODAY[phase]


def _names(teaching_starts: date) -> tuple[str, str, str]:
    """Code and names of a term, by the middle of its teaching weeks."""
    middle = teaching_starts + timedelta(weeks=WEEKS // 2)
    if 2 <= middle.month <= 7:
        year, season, english = middle.year, "春季", "spring"
    else:
        year, season, english = middle.year - (middle.month == 1), "秋季", "autumn"
    return f"{year}-{english}", f"{year}{season}学期", f"{english.capitalize()} term {year}"


def _term_before(code: str) -> tuple[str, str, str]:
    year, season = code.split("-")
    if season == "spring":
        return (
            f"{int(year) - 1}-autumn",
            f"{int(year) - 1}秋季学期",
            f"Autumn term {int(year) - 1}",
        )
    return f"{year}-spring", f"{year}春季学期", f"Spring term {year}"


def _term(names: tuple[str, str, str], phase: str, starts: date) -> TermPlan:
    moved = starts - TEACHING_STARTS
    return TermPlan(
        code=names[0],
        name=names[1],
        name_en=names[2],
        phase=phase,
        phases=tuple(
            PhasePlan(name, china(begins) + moved, china(closes) + moved)
            for name, begins, closes in TERM_OF_2027
        ),
        teaching_starts=starts,
        teaching_ends=starts + timedelta(weeks=WEEKS, days=-1),
    )


def plan_terms(today: date, phase: str) -> tuple[TermPlan, TermPlan, list[TermPlan]]:
    """The current term, the next one in ``phase``, and the four before, oldest first."""
    starts = TEACHING_STARTS + shift_for(today, phase)
    names = _names(starts)
    coming = _term(names, phase, starts)
    before_teaching = phase not in {"teaching", "closed"}
    if before_teaching:
        starts = monday_of(today) - timedelta(weeks=WEEKS_TAUGHT)
    else:
        starts -= HALF_A_YEAR
    names = _term_before(names[0])
    current = _term(names, "teaching" if before_teaching else "closed", starts)
    earlier: list[TermPlan] = []
    for _ in range(4):
        starts -= HALF_A_YEAR
        names = _term_before(names[0])
        earlier.insert(0, _term(names, "archived", starts))
    return current, coming, earlier


# Closed days and worked weekend days. 2025 and 2026 as the State Council announced them; for 2027
# the days fixed by law alone: who moves which weekend is not known yet, and we do not guess it.
_HOLIDAYS = (
    ("元旦", "New Year", "2025-01-01", 1, ""),
    ("春节", "Spring Festival", "2025-01-28", 8, "2025-01-26 2025-02-08"),
    ("清明节", "Tomb-Sweeping Day", "2025-04-04", 3, ""),
    ("劳动节", "Labour Day", "2025-05-01", 5, "2025-04-27"),
    ("端午节", "Dragon Boat Festival", "2025-05-31", 3, ""),
    ("国庆节、中秋节", "National Day and Mid-Autumn", "2025-10-01", 8, "2025-09-28 2025-10-11"),
    ("元旦", "New Year", "2026-01-01", 3, "2026-01-04"),
    ("春节", "Spring Festival", "2026-02-15", 9, "2026-02-14 2026-02-28"),
    ("清明节", "Tomb-Sweeping Day", "2026-04-04", 3, ""),
    ("劳动节", "Labour Day", "2026-05-01", 5, "2026-05-09"),
    ("端午节", "Dragon Boat Festival", "2026-06-19", 3, ""),
    ("中秋节", "Mid-Autumn Festival", "2026-09-25", 3, ""),
    ("国庆节", "National Day", "2026-10-01", 7, "2026-09-20 2026-10-10"),
    ("元旦", "New Year", "2027-01-01", 1, ""),
    ("春节", "Spring Festival", "2027-02-05", 4, ""),
    ("清明节", "Tomb-Sweeping Day", "2027-04-05", 1, ""),
    ("劳动节", "Labour Day", "2027-05-01", 2, ""),
    ("端午节", "Dragon Boat Festival", "2027-06-09", 1, ""),
    ("中秋节", "Mid-Autumn Festival", "2027-09-15", 1, ""),
    ("国庆节", "National Day", "2027-10-01", 3, ""),
)


# The weeks round Spring Festival in which no senior university teaches. A demo term may lie across
# them, since the city's calendar moves with the day it is looked at.
WINTER_BREAK = (date(2027, 1, 30), date(2027, 2, 20))
_NEAR = timedelta(weeks=3)


def winter_break(today: date, taken: set[date]) -> list[HolidayPlan]:
    """The closed days of the winter break, but for those that are holidays already.

    None while ``today`` is near it: counters would be shut, and places due weeks later, in a
    city that is shown because something can be done in it.
    """
    first, last = WINTER_BREAK
    if first - _NEAR <= today <= last + _NEAR:
        return []
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [
        HolidayPlan(day, closed=True, name="寒假", name_en="Winter break")
        for day in days
        if day not in taken
    ]


def plan_holidays(today: date) -> list[HolidayPlan]:
    """Closed days and worked weekend days of the years we know, in order."""
    days: list[HolidayPlan] = []
    for name, english, first, length, worked in _HOLIDAYS:
        start = date.fromisoformat(first)
        days += [
            HolidayPlan(start + timedelta(days=n), closed=True, name=name, name_en=english)
            for n in range(length)
        ]
        days += [
            HolidayPlan(
                date.fromisoformat(day),
                closed=False,
                name=f"{name}调休上班",
                name_en=f"Working day moved for {english}",
            )
            for day in worked.split()
        ]
    days += winter_break(today, {holiday.day for holiday in days})
    return sorted(days, key=lambda holiday: holiday.day)


def lesson_days(term: TermPlan, weekday: int, holidays: list[HolidayPlan]) -> list[date]:
    """The days a class of that weekday meets: every teaching week but the closed days."""
    closed = {holiday.day for holiday in holidays if holiday.closed}
    days = [term.teaching_starts + timedelta(weeks=n, days=weekday) for n in range(term.weeks)]
    return [day for day in days if day not in closed]


def next_working_day(day: date, holidays: list[HolidayPlan], *, step: int = 1) -> date:
    """The first working day after ``day``; before it, when ``step`` is -1."""
    kinds = {holiday.day: holiday.closed for holiday in holidays}
    day += timedelta(days=step)
    while kinds.get(day, day.weekday() >= 5):
        day += timedelta(days=step)
    return day


def at_hour(day: date, hour: time) -> datetime:
    """A Chinese day and hour, as it is stored."""
    return datetime.combine(day, hour, tzinfo=CHINA).astimezone(UTC)
