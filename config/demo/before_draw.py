"""The next term before its draw: who goes on in the class they are in, and holds a place."""

from dataclasses import replace

from config.demo.next_term import NextTerm
from config.demo.records import CityPlan, EnrolmentPlan
from config.demo.seating import Sitter

PHASES = frozenset({"wishes_open", "frozen", "drawn", "confirming"})


def renewals(plan: CityPlan, seated: list[Sitter]) -> list[EnrolmentPlan]:
    """Places held for those who go on, until the end of confirming; in the order of their keys.

    First come the applicants who keep one class and ask for another, as their forms say; then
    everybody else who goes on, up to what each class has for them.
    """
    coming = NextTerm(plan)
    windows = {phase.phase: phase for phase in plan.next_term.phases}
    at, due = windows["renewal_open"].begins, windows["confirming"].closes
    sections = {section.no: section for section in plan.sections}
    people = {person.no: person for person in plan.learners}
    applying = {form.learner for form in plan.applications}
    for form in plan.applications:
        if form.renewed in coming.left:
            coming.seat(coming.sitter(people[form.learner]), sections[form.renewed], "renewal", at)
    coming.renew([sitter for sitter in seated if sitter.person.no not in applying])
    rows = [replace(row, status="offered", due=due) for row in coming.enrolments]
    return sorted(rows, key=lambda row: (row.at, row.learner, row.section))
