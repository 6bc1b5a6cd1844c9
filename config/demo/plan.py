"""Plans a whole city from a date, a phase and a seed."""

import hashlib
from dataclasses import fields, replace
from datetime import date

from config.demo import (
    applications,
    before_draw,
    calendar,
    catalogue,
    history,
    left_again,
    next_term,
    people,
    places,
    seating,
    staff,
    tables,
    timetable,
)
from config.demo.records import CityPlan, EnrolmentPlan, SectionPlan

DEFAULT_SEED = 2027
SIZES = ("full", "small")


def plan_city(
    *, today: date, phase: str = "open_enrolment", size: str = "full", seed: int = DEFAULT_SEED
) -> CityPlan:
    """Plan the city as it stands on ``today``; the same arguments give the same city."""
    units = list(tables.UNITS if size == "full" else tables.SMALL_UNITS)
    classes = tables.CLASSES if size == "full" else tables.SMALL_CLASSES
    current, coming, earlier = calendar.plan_terms(today, phase)
    plan = CityPlan(today, phase, size, seed, current_term=current, next_term=coming)
    plan.units, plan.earlier_terms = units, earlier
    plan.slots, plan.subjects = list(tables.SLOTS), list(tables.SUBJECTS)
    plan.holidays, plan.courses = calendar.plan_holidays(plan.today), catalogue.plan_courses()
    plan.localities = places.plan_localities(units, seed)
    plan.campuses = places.plan_campuses(units, plan.localities, seed)
    plan.travel = places.plan_travel(plan.localities, plan.campuses)
    plan.rooms = places.plan_rooms(units, plan.campuses, seed)
    plan.sections = timetable.plan_sections(units, classes, plan.campuses, plan.rooms, seed)
    if size == "small":
        plan.sections = [_in_a_small_city(section, plan) for section in plan.sections]
    plan.teachers = staff.plan_teachers(units, plan.sections, today, seed)
    plan.staff = staff.plan_staff(units, seed)
    plan.learners = people.plan_people(units, plan.localities, today, seed)
    _plan_seats(plan)
    return plan


def _in_a_small_city(section: SectionPlan, plan: CityPlan) -> SectionPlan:
    """A class that sixty people can fill, so that there is a last seat to take.

    The city university's taiji goes to a branch, as most of its classes do in the full city.
    """
    if section.subject not in {"TAIJI", "PIANO"}:
        return section
    section = replace(section, capacity=12, min_size=8, renewals=6)
    branch = next(c for c in plan.campuses if c.unit == section.unit and c.kind == "branch")
    rooms = [r for r in plan.rooms if r.campus == branch.code and r.kind in {"dance", "hall"}]
    if section.subject != "TAIJI" or not rooms:
        return section
    here = next(c.name for c in plan.campuses if c.code == section.campus)
    there = next(r.name for r in plan.rooms if r.code == section.room)
    name = section.name.replace(f"{here}{there}", f"{branch.name}{rooms[0].name}")
    return replace(section, campus=branch.code, room=rooms[0].code, name=name)


def _plan_seats(plan: CityPlan) -> None:
    """The current term's classes, the terms before, and the next one as far as it has come."""
    term, coming, seed = plan.current_term, plan.next_term, plan.seed
    seated = seating.seat_learners(plan)
    plan.enrolments = seating.write_down(seated, term, seed, seating.ended_by_death(plan))
    applicants = history.choose_applicants(plan.units, plan.learners, seed)
    plan.applicants = [person.no for person in applicants]
    closed = [*plan.earlier_terms, *([term] if term.phase == "closed" else [])]
    plan.term_records = history.plan_history(closed, seated, applicants, plan.learners, seed)
    plan.applications = applications.plan_applications(plan, seated, applicants)
    if coming.phase in before_draw.PHASES:
        plan.enrolments += before_draw.renewals(plan, seated)
    elif coming.phase not in {"published", "renewal_open"}:
        rows, plan.waiting = next_term.after_the_draw(plan, seated, applicants)
        plan.enrolments += rows
        plan.enrolments += [row for _leaver, row in left_again.who_left(plan)]


def rows_of(plan: CityPlan, term: str) -> list[EnrolmentPlan]:
    """The enrolments of one term."""
    return [row for row in plan.enrolments if row.term == term]


def digest(plan: CityPlan) -> str:
    """A fingerprint of everything planned: equal cities have equal ones."""
    sum256 = hashlib.sha256()
    for field in fields(plan):
        value = getattr(plan, field.name)
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            sum256.update(repr(row).encode())
    return sum256.hexdigest()
