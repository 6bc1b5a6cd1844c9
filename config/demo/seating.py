"""Who sits in which class of the current term: 25,500 seats for 17,000 learners.

Nobody is in two places at once, in more than two classes, or in more than one much-wanted class;
near classes and those that suit come first, as far as chance allows.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from config.demo import tables
from config.demo.calendar import at_hour
from config.demo.chance import shares, stream
from config.demo.people import age_on
from config.demo.personas import PERSONAS
from config.demo.records import (
    CityPlan,
    EnrolmentPlan,
    LearnerPlan,
    SectionPlan,
    TermPlan,
    UnitPlan,
)

CLASSES_PER_LEARNER = 1.5
# Share of women where it is not three in four.
WOMEN_IN = {
    "FOLKD": 0.95, "CATWK": 0.99, "CLASD": 0.97, "YOGA": 0.94, "TAIJI": 0.62, "CALLI": 0.42,
    "LANDS": 0.5, "SEAL": 0.25, "PHOTO": 0.42, "ERHU": 0.4, "AI": 0.55, "POEM": 0.6, "DRUM": 0.7,
}  # fmt: skip
# Seats sought before others, and those that stay empty.
_SOUGHT = {
    "PIANO": 1.08, "GUZHENG": 1.06, "AI": 1.06, "YOGA": 1.05, "DRUM": 1.04, "VOCAL": 1.04,
    "PHONE": 1.04, "CHOIR": 0.88, "OPERA": 0.86, "POEM": 0.86, "SEAL": 0.84, "ERHU": 0.93,
}  # fmt: skip


@dataclass(slots=True)
class Sitter:
    """A learner while seats are given out."""

    person: LearnerPlan
    age: int
    sections: list[SectionPlan] = field(default_factory=list)
    most: int = 2

    def can_take(self, section: SectionPlan) -> bool:
        """Whether the limits and the learner's week allow one more class."""
        if len(self.sections) >= self.most:
            return False
        for held in self.sections:
            if held.slot == section.slot or held.subject == section.subject:
                return False
            if held.hot and section.hot:
                return False
            one, other = tables.SLOTS[held.slot], tables.SLOTS[section.slot]
            if one.half_day == other.half_day and held.campus != section.campus:
                return False
        return True


class Taste:
    """How well a class suits a person: way, sex, age."""

    def __init__(self, travel: list[tuple[str, str, int]]) -> None:
        self.minutes = {(place, campus): minutes for place, campus, minutes in travel}

    def of(self, sitter: Sitter, section: SectionPlan) -> float:
        """Higher is better."""
        person = sitter.person
        women = WOMEN_IN.get(section.subject, 0.76)
        value = women if person.sex == "f" else (1 - women) * 2.6
        value -= self.minutes[person.locality, section.campus] / 45
        if sitter.age >= 75 and section.subject in tables.VIGOROUS:
            value -= 1.5 if section.subject != "TAIJI" else 0.4
        return value


class Seating:
    """Gives out the seats of one term in one university."""

    def __init__(
        self, sections: list[SectionPlan], sitters: list[Sitter], taste: Taste, rng: random.Random
    ) -> None:
        self.sections = sections
        self.sitters = sitters
        self.taste = taste
        self.rng = rng
        self.left: dict[int, int] = {}

    def seat(self, sitter: Sitter, section: SectionPlan) -> None:
        """Write a learner into a class."""
        sitter.sections.append(section)
        self.left[section.no] -= 1

    def fill(self, seats: int) -> None:
        """Give out ``seats`` seats: one to everybody first, then second classes."""
        self.left = _filled(self.sections, seats)
        self._seat_personas()
        stubs = [section for section in self.sections for _ in range(self.left[section.no])]
        self.rng.shuffle(stubs)
        for sitter in self.sitters:
            if not sitter.sections:
                self._first_class(sitter, stubs)
        for section in stubs:
            self._second_class(section)

    def _seat_personas(self) -> None:
        wanted = {persona.key: persona.subjects for persona in PERSONAS}
        for sitter in self.sitters:
            for subject in wanted.get(sitter.person.persona, ()):
                for section in self.sections:
                    if (
                        section.subject == subject
                        and self.left[section.no] > 0
                        and sitter.can_take(section)
                    ):
                        self.seat(sitter, section)
                        break

    def _first_class(self, sitter: Sitter, stubs: list[SectionPlan]) -> None:
        """Of a few seats drawn from the hat, the one that suits best."""
        drawn = [self.rng.randrange(len(stubs)) for _ in range(4)]
        best = max(drawn, key=lambda n: self.taste.of(sitter, stubs[n]))
        self.seat(sitter, stubs[best])
        stubs[best] = stubs[-1]
        stubs.pop()

    def _second_class(self, section: SectionPlan) -> None:
        """Find somebody for one more seat: a good match of a few, else whoever can take it."""
        for _ in range(12):
            some = [self.rng.choice(self.sitters) for _ in range(4)]
            able = [sitter for sitter in some if sitter.can_take(section)]
            if able:
                self.seat(max(able, key=lambda s: self.taste.of(s, section)), section)
                return
        for sitter in self.sitters:
            if sitter.can_take(section):
                self.seat(sitter, section)
                return
        self._somewhere_else(section)

    def _somewhere_else(self, section: SectionPlan) -> None:
        """Nobody can take this seat: it stays free, another class gets one learner more."""
        self.left[section.no] -= 1
        taken = {s.no: 0 for s in self.sections}
        for sitter in self.sitters:
            for held in sitter.sections:
                taken[held.no] += 1
        for other in self.sections:
            if taken[other.no] + max(self.left[other.no], 0) >= other.capacity:
                continue
            for sitter in self.sitters:
                if other is not section and sitter.can_take(other):
                    sitter.sections.append(other)
                    return


def _filled(sections: list[SectionPlan], seats: int) -> dict[int, int]:
    """How many seats of each class are given out: the sought ones to the last."""
    weights = [s.capacity * _SOUGHT.get(s.subject, 1.0) for s in sections]
    counts = shares(seats, weights)
    over = sum(max(n - s.capacity, 0) for n, s in zip(counts, sections, strict=True))
    counts = [min(n, s.capacity) for n, s in zip(counts, sections, strict=True)]
    while over:
        for i, section in enumerate(sections):
            if over and counts[i] < section.capacity:
                counts[i] += 1
                over -= 1
    return {section.no: n for section, n in zip(sections, counts, strict=True)}


def seats_per_unit(units: list[UnitPlan]) -> list[int]:
    """How many enrolments each university has: one and a half for each learner, city-wide."""
    total = round(CLASSES_PER_LEARNER * sum(unit.learners for unit in units))
    return shares(total, [min(unit.seats, 2 * unit.learners) for unit in units])


def seat_learners(plan: CityPlan) -> list[Sitter]:
    """Give every current learner one or two classes of their university."""
    taste = Taste(plan.travel)
    seated: list[Sitter] = []
    for unit, seats in zip(plan.units, seats_per_unit(plan.units), strict=True):
        rng = stream(plan.seed, f"seating/{unit.code}")
        sitters = [
            Sitter(person, age_on(person.birth, plan.current_term.teaching_starts))
            for person in plan.learners
            if person.current and person.unit == unit.code
        ]
        own = [section for section in plan.sections if section.unit == unit.code]
        Seating(own, sitters, taste, rng).fill(seats)
        seated += sitters
    return seated


def write_down(
    sitters: list[Sitter], term: TermPlan, seed: int, ended: list[EnrolmentPlan]
) -> list[EnrolmentPlan]:
    """The enrolments of the current term, in the order in which they were made.

    ``ended`` are those that did not last: their seats have gone back.
    """
    rng = stream(seed, "enrolled at")
    taught = term.phase == "teaching"
    rows = list(ended)
    for sitter in sitters:
        for section in sitter.sections:
            status = "active" if taught else _result(rng)
            source, at = _how(section, term, rng)
            rows.append(EnrolmentPlan(term.code, sitter.person.no, section.no, status, source, at))
    rows.sort(key=lambda row: (row.at, row.learner, row.section))
    return rows


def _result(rng: random.Random) -> str:
    return "completed" if rng.random() < 0.86 else "not_completed"


def _how(section: SectionPlan, term: TermPlan, rng: random.Random) -> tuple[str, datetime]:
    """Source and moment of an enrolment: renewed, drawn, or taken in open enrolment."""
    windows = {phase.phase: phase for phase in term.phases}
    throw = rng.random() * section.capacity
    if throw < section.renewals:
        return "renewal", office_moment(windows["renewal_open"].begins, 7, rng)
    if throw < section.capacity * 0.93:
        return "draw", windows["drawn"].begins
    return "open", office_moment(windows["open_enrolment"].begins, 30, rng)


def office_moment(begins: datetime, days: int, rng: random.Random) -> datetime:
    """Some minute of the office's day within so many days."""
    day = (begins + timedelta(hours=8)).date() + timedelta(days=rng.randrange(days))
    minute = rng.randrange(9 * 60, 17 * 60)
    return at_hour(day, datetime.min.time()) + timedelta(minutes=minute)


def ended_by_death(plan: CityPlan) -> list[EnrolmentPlan]:
    """The classes of learners who died: withdrawn when their family came to the counter."""
    term = plan.current_term
    rows = []
    for persona in PERSONAS:
        if persona.died_in_week:
            person = next(p for p in plan.learners if p.persona == persona.key)
            section = next(
                s for s in plan.sections
                if s.unit == persona.unit and s.subject in persona.subjects
            )  # fmt: skip
            drawn = next(p.begins for p in term.phases if p.phase == "drawn")
            day = term.teaching_starts + timedelta(weeks=persona.died_in_week)
            rows.append(
                EnrolmentPlan(
                    term.code,
                    person.no,
                    section.no,
                    "withdrawn",
                    "draw",
                    drawn,
                    ended=at_hour(day, time(10)),
                )
            )
    return rows
