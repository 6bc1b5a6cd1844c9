"""On which day each department opens its left-over places: one a working day.

While open enrolment runs, one of them is still to come: whoever looks around can stand in its
waiting room by moving the clock to a quarter of an hour before. The others have opened on the
days before today, their order made and their rooms closed, so that everything else can be asked
for at once.
"""

from datetime import datetime, timedelta

from config.demo import calendar, tables
from config.demo.calendar import CHINA
from config.demo.records import CityPlan, TermPlan

STILL_TO_COME = "信息技术"
DAY = timedelta(days=1)


def opening_days(plan: CityPlan, term: TermPlan) -> dict[str, datetime]:
    """Return the moment at which each department of a term opens."""
    begins = next(p.begins for p in term.phases if p.phase == "open_enrolment")
    day, hour = begins.astimezone(CHINA).date() - DAY, begins.astimezone(CHINA).time()
    is_open = term.phase == "open_enrolment"
    yesterday = calendar.next_working_day(plan.today, plan.holidays, step=-1)
    days = {}
    for name, _ in tables.DEPARTMENTS:
        if is_open and name == STILL_TO_COME:
            continue
        day = calendar.next_working_day(day, plan.holidays)
        days[name] = calendar.at_hour(min(day, yesterday) if is_open else day, hour)
    if is_open:
        tomorrow = calendar.next_working_day(plan.today, plan.holidays)
        days[STILL_TO_COME] = calendar.at_hour(tomorrow, hour)
    return days


def not_open_yet(term: TermPlan, department: str) -> bool:
    """Whether nobody can have asked for a left-over place of a department yet."""
    return term.phase == "open_enrolment" and department == STILL_TO_COME
