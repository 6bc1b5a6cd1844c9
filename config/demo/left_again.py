"""Who paid for a place of the next term and gave it back: their money is on its way to them."""

from dataclasses import dataclass
from datetime import timedelta

from config.demo import tables
from config.demo.records import CityPlan, EnrolmentPlan, LearnerPlan, SectionPlan

SINCE_OPEN = frozenset({"open_enrolment", "teaching", "closed"})
HAD_IT = timedelta(hours=5)


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who left: of which university, from which subject, and how far the money is."""

    unit: str
    subjects: tuple[str, ...]  # the first of them that is taught there
    refund: str  # requested, approved, pending, succeeded, failed
    way: str  # origin, cash or transfer
    persona: str = ""

    @property
    def method(self) -> str:
        """How they had paid: money goes back as it came."""
        return {"origin": "online", "cash": "cash", "transfer": "transfer"}[self.way]


LEAVERS = (
    Leaver(tables.CITY, ("FLOWR",), "pending", "origin", persona="passport"),
    Leaver(tables.CITY, ("PIANO",), "requested", "origin"),
    Leaver(tables.CITY, ("CALLI",), "approved", "cash"),
    Leaver(tables.CITY, ("POEM",), "failed", "origin"),
    Leaver("luming", ("TAIJI",), "approved", "cash"),
    Leaver("luming", ("FOLKD",), "succeeded", "transfer"),
    Leaver(tables.CITY, ("VOCAL",), "succeeded", "origin"),
)


def who_left(plan: CityPlan) -> list[tuple[Leaver, EnrolmentPlan]]:
    """Choose people who are not in the class they left; the same ones each time."""
    if plan.next_term.phase not in SINCE_OPEN:
        return []
    begins = next(p.begins for p in plan.next_term.phases if p.phase == "open_enrolment")
    came = begins + timedelta(hours=1)
    sits = {
        (row.learner, row.section)
        for row in plan.enrolments
        if row.term == plan.next_term.code and not row.ended
    }
    used: set[int] = set()
    rows = []
    for leaver in LEAVERS:
        section = _class_of(plan, leaver)
        if section is None:
            continue
        here = {learner for learner, where in sits if where == section.no}
        person = _person(plan, leaver, here | used)
        if person is None:
            continue
        used.add(person.no)
        row = EnrolmentPlan(
            plan.next_term.code, person.no, section.no, "withdrawn", "open", came,
            ended=came + HAD_IT,
        )  # fmt: skip
        rows.append((leaver, row))
    return rows


def _class_of(plan: CityPlan, leaver: Leaver) -> SectionPlan | None:
    found = (s for s in plan.sections if s.unit == leaver.unit and s.subject in leaver.subjects)
    return next(found, None)


def _person(plan: CityPlan, leaver: Leaver, not_these: set[int]) -> LearnerPlan | None:
    if leaver.persona:
        return next((p for p in plan.learners if p.persona == leaver.persona), None)
    here = (
        person
        for person in plan.learners
        if person.unit == leaver.unit
        and not person.persona
        and person.phone
        and person.no not in not_these
    )
    return next(here, None)
