"""The next term once its draw is over: who renewed, who was drawn, who waits, what is left."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from config.demo import calendar, drawing, openings, tables
from config.demo.chance import stream
from config.demo.people import age_on
from config.demo.records import (
    CityPlan,
    EnrolmentPlan,
    HolidayPlan,
    LearnerPlan,
    SectionPlan,
    TermPlan,
    WaitingPlan,
)
from config.demo.seating import Sitter

TAKES_ANOTHER = 0.4  # of those without a class, when left-over seats are given out
UNLUCKY = frozenset({"wu-yulan"})
# A couple with one class each, so that a newcomer can enrol both in one more with one press.
TOGETHER = frozenset({"zhou-jianguo", "shen-meifang"})
TO_PAY = frozenset({"hk-permit"})  # kept until the fee is paid
DAY = timedelta(days=1)
_STATUS = {
    "waitlisting": "confirmed",
    "open_enrolment": "confirmed",
    "teaching": "active",
    "closed": "completed",
}


class NextTerm:
    """The next term's seats while they are given out."""

    def __init__(self, plan: CityPlan) -> None:
        term = self.term = plan.next_term
        self.rng = stream(plan.seed, "next term")
        sections = [s for s in plan.sections if (s.unit, s.subject) != tables.EMPTY]
        self.people = [person for person in plan.learners if person.current]
        self.status = _STATUS.get(term.phase, "offered")
        self.windows = {phase.phase: phase for phase in term.phases}
        self.left = {section.no: section.capacity for section in sections}
        self.sitters: dict[int, Sitter] = {}
        self.enrolments: list[EnrolmentPlan] = []
        self.waiting: list[WaitingPlan] = []
        self.lines: dict[int, int] = {}
        self.of_unit: dict[str, list[SectionPlan]] = {}
        self.offer: dict[tuple[str, str], list[SectionPlan]] = {}
        for section in sections:
            self.of_unit.setdefault(section.unit, []).append(section)
            self.offer.setdefault((section.unit, section.subject), []).append(section)
        self.not_open_yet = {
            subject.code
            for subject in tables.SUBJECTS
            if openings.not_open_yet(term, subject.department)
        }

    def sitter(self, person: LearnerPlan) -> Sitter:
        """The person with what they hold in this term."""
        if person.no not in self.sitters:
            self.sitters[person.no] = Sitter(
                person,
                age_on(person.birth, self.term.teaching_starts),
                most=1 if person.persona in TOGETHER else 2,
            )
        return self.sitters[person.no]

    def seat(self, sitter: Sitter, section: SectionPlan, source: str, at: datetime) -> None:
        """Write a person into a class."""
        sitter.sections.append(section)
        self.left[section.no] -= 1
        self.enrolments.append(
            EnrolmentPlan(self.term.code, sitter.person.no, section.no, self.status, source, at)
        )

    def renew(self, seated: list[Sitter]) -> None:
        """Learners go on: into the next level, or into their own class where there is one."""
        below: dict[tuple[str, str, int], list[Sitter]] = {}
        for sitter in seated:
            for held in sitter.sections:
                below.setdefault((held.unit, held.subject, held.level), []).append(sitter)
        at = self.windows["renewal_open"].begins
        for (unit, subject), sections in self.offer.items():
            for section in sections:
                level = section.level - 1 if section.level in {2, 3} else section.level
                candidates = list(below.get((unit, subject, level), ()))
                if section.level in {2, 3}:
                    candidates += below.get((unit, subject, section.level), ())
                self.rng.shuffle(candidates)
                for old in candidates:
                    if self.left[section.no] <= section.capacity - section.renewals:
                        break
                    sitter = self.sitter(old.person)
                    if sitter.can_take(section):
                        self.seat(sitter, section, "renewal", at)

    def go_on_as_forms_say(self, plan: CityPlan) -> None:
        """Applicants keep the one class that stands on their form as theirs already."""
        at = self.windows["renewal_open"].begins
        people = {person.no: person for person in plan.learners}
        for form in plan.applications:
            if form.renewed in self.left:
                section = plan.sections[form.renewed - 1]
                self.seat(self.sitter(people[form.learner]), section, "renewal", at)

    def draw(self, plan: CityPlan, without: frozenset[int]) -> None:
        """Write down what the draw brought, what came from the lines after it, and who waits."""
        people = {person.no: person for person in plan.learners}
        drawn = drawing.draw(plan, held=self.sitters, left=self.left, without=without)
        at = self.windows["drawn"].begins
        for source, seats, when in (
            ("draw", drawn.by_draw, at),
            ("waitlist", drawn.by_line, self.windows["waitlisting"].begins + DAY),
        ):
            for learner, number in seats:
                self.seat(self.sitter(people[learner]), plan.sections[number - 1], source, when)
        for number, line in drawn.lines.items():
            # Who would have to give up a class for this one has not asked to wait for it.
            able = [
                learner
                for learner in line
                if self.sitter(people[learner]).can_take(plan.sections[number - 1])
            ]
            self.lines[number] = len(able)
            self.waiting += [
                WaitingPlan(self.term.code, learner, number, ticket, at)
                for ticket, learner in enumerate(able, 1)
            ]

    def _entry(self, classes: list[SectionPlan], person: LearnerPlan) -> SectionPlan | None:
        """One of a subject's classes: beginners begin, learners of the city may go higher."""
        fitting = [s for s in classes if person.current or s.level not in {2, 3}]
        weights = [0.5 if s.level in {2, 3} else 1.6 for s in fitting]
        return self.rng.choices(fitting, weights)[0] if fitting else None

    def take_what_is_left(self, applicants: list[LearnerPlan], days: "OpenDays") -> None:
        """First come, first served: some of those without a class take a seat nobody wanted.

        The latest of them hold theirs until the counter has their fee.
        """
        for person in applicants:
            sitter = self.sitter(person)
            if sitter.sections or person.persona or self.rng.random() > TAKES_ANOTHER:
                continue
            classes = [
                s for s in self.of_unit[person.unit]
                if self.left[s.no] > 4 and s.subject not in self.not_open_yet
            ]  # fmt: skip
            section = self._entry(classes, person)
            if section is not None and sitter.can_take(section):
                at = days.moment(self.rng)
                self.seat(sitter, section, "open", at)
                if days.is_last(at) and self.status == "confirmed":
                    held = replace(self.enrolments[-1], status="offered", due=days.due)
                    self.enrolments[-1] = held

    def keep_for(self, person: LearnerPlan, days: "OpenDays") -> None:
        """Keep a seat for somebody who has come to ask, until the fee is paid."""
        for section in self.of_unit[person.unit]:
            sitter = self.sitter(person)
            if self.left[section.no] > 1 and sitter.can_take(section):
                at = calendar.at_hour(days.last, time(15, 30))
                self.seat(sitter, section, "open", at)
                self.enrolments[-1] = replace(self.enrolments[-1], status="offered", due=days.due)
                return

    def let_wait(self, person: LearnerPlan, subject: str) -> None:
        """Put a person into the line of a full class of the subject."""
        section = self.offer_of(subject)[0]
        while self.left[section.no] > 0 and self._fill_one(section):
            pass
        ticket = self.lines[section.no] = self.lines.get(section.no, 0) + 1
        at = self.windows["drawn"].begins
        self.waiting.append(WaitingPlan(self.term.code, person.no, section.no, ticket, at))

    def leave_one_seat(self, subject: str, branch_campuses: frozenset[str]) -> None:
        """See to it that a class, at a branch if it can be, has one seat left: the last one."""
        classes = [s for s in self.offer_of(subject) if s.no not in self.lines]
        at_branches = [s for s in classes if s.campus in branch_campuses]
        for section in (at_branches or classes)[:1]:
            while self.left[section.no] > 1 and self._fill_one(section):
                pass
            while self.left[section.no] < 1:
                self._free_one(section)

    def offer_of(self, subject: str) -> list[SectionPlan]:
        """All classes of a subject, beginners and mixed classes first."""
        found = [s for (_, code), group in self.offer.items() if code == subject for s in group]
        return sorted(found, key=lambda s: (s.level in {2, 3}, s.no))

    def _fill_one(self, section: SectionPlan) -> bool:
        at = self.windows["open_enrolment"].begins
        for person in self.people:
            if person.unit == section.unit and not person.persona:
                sitter = self.sitter(person)
                if sitter.can_take(section):
                    self.seat(sitter, section, "open", at)
                    return True
        return False

    def _free_one(self, section: SectionPlan) -> None:
        last = max(
            i for i, row in enumerate(self.enrolments)
            if row.section == section.no and row.source == "draw"
        )  # fmt: skip
        gone = self.enrolments.pop(last)
        self.sitters[gone.learner].sections.remove(section)
        self.left[section.no] += 1


class OpenDays:
    """The days since open enrolment began, up to the evening before today."""

    def __init__(self, term: TermPlan, today: date, holidays: list[HolidayPlan]) -> None:
        begins = next(p.begins for p in term.phases if p.phase == "open_enrolment")
        first = (begins + timedelta(hours=8)).date()
        self.last = calendar.next_working_day(today, holidays, step=-1)
        self.days = [
            day
            for day in (first + timedelta(days=n) for n in range(40))
            if day <= self.last and day == calendar.next_working_day(day - DAY, holidays)
        ] or [first]
        due_on = calendar.next_working_day(self.last, holidays)
        self.due = calendar.at_hour(due_on, time(17))

    def moment(self, rng: random.Random) -> datetime:
        """Some minute of some working day."""
        hour = time(rng.randrange(9, 17), rng.randrange(60))
        return calendar.at_hour(rng.choice(self.days), hour)

    def is_last(self, at: datetime) -> bool:
        """Whether it was on the last working day before today."""
        return at >= calendar.at_hour(self.last, time(0))


def after_the_draw(
    plan: CityPlan, seated: list[Sitter], applicants: list[LearnerPlan]
) -> tuple[list[EnrolmentPlan], list[WaitingPlan]]:
    """Enrolments and waitlists of the next term, in the order in which they were made."""
    coming = NextTerm(plan)
    unlucky = [p for p in applicants if p.persona in UNLUCKY]
    others = [p for p in applicants if p.persona not in UNLUCKY]
    coming.go_on_as_forms_say(plan)
    applying = frozenset(plan.applicants)
    coming.renew([s for s in seated if s.person.persona or s.person.no not in applying])
    coming.draw(plan, frozenset(person.no for person in unlucky))
    for person in unlucky:
        coming.let_wait(person, "PIANO")
    if plan.next_term.phase != "waitlisting":
        days = OpenDays(plan.next_term, plan.today, plan.holidays)
        coming.take_what_is_left(others, days)
        if plan.next_term.phase == "open_enrolment":
            for person in (p for p in plan.learners if p.persona in TO_PAY):
                coming.keep_for(person, days)
    branches = frozenset(c.code for c in plan.campuses if c.kind == "branch")
    coming.leave_one_seat("TAIJI", branches)
    rows = sorted(coming.enrolments, key=lambda row: (row.at, row.learner, row.section))
    return rows, coming.waiting
