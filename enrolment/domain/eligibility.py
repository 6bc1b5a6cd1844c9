"""May this person have a seat in this class? The friendly check, asked before the database.

Every rule is asked and says one of four things: ``ok``, ``warn`` (told, then one may go on),
``needs_document`` (stops until the paper is there), ``block``. The strongest decides. What can
race (seat, limit, duplicate, clash) is decided again inside ``seat_claim``; the rest (age,
level, papers) is decided here alone. Facts come in, findings come out: no database, no clock.

Money owed is no rule: who has not paid for one class may ask for another.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from enrolment.domain.refusals import Advice, Finding, Objection, Refusal, Rule, Verdict
from enrolment.domain.timetables import Spans, overlap

# A seat may be had, or a place in the line; in the first two nobody is served by coming first.
PHASES_WITH_A_LINE = frozenset({"confirming", "waitlisting", "open_enrolment", "teaching"})
PHASES_WITH_SEATS = frozenset({"open_enrolment", "teaching"})
BEFORE_OPENING = frozenset(
    {"draft", "published", "renewal_open", "wishes_open", "frozen", "drawn"}
)
# Levels that ask for the one below; starters, beginners and mixed classes ask for nothing.
LEVELS_THAT_ASK = frozenset({2, 3})
LEVELS_OF_A_LADDER = frozenset({1, 2, 3})
FIRST_LEVEL_THAT_ASKS = 2


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The numbers of a term's policy that claims go by."""

    room_classes: int = 2
    hot_classes: int = 1
    holds_per_learner: int = 2
    travel_gap: timedelta = timedelta(minutes=60)
    late_join_weeks: int = 4
    transfer_weeks: int = 2
    family_consent_above_age: int = 80
    vigorous_warn_age: int = 70
    vigorous_block_age: int = 75
    repeat_terms: int = 4
    residence_needed: bool = False

    @classmethod
    def read(cls, rules: Mapping[str, Any]) -> "Rules":
        """Read a stored policy; what it leaves out is as `domain.md` says."""
        numbers = {name: rules[name] for name in cls.__dataclass_fields__ if name in rules}
        if "travel_gap_minutes" in rules:
            numbers["travel_gap"] = timedelta(minutes=rules["travel_gap_minutes"])
        return cls(**numbers)


@dataclass(frozen=True, kw_only=True)
class ClassFacts:
    """What the rules ask of a class. ``max_new_age``: hard on the body, not begun past it."""

    section: int
    course: int
    subject: int
    level: int
    campus: int
    term_starts_on: date
    phase: str
    is_running: bool
    opens_at: datetime | None
    closes_at: datetime | None
    meets: Spans
    is_online: bool
    counts: bool
    hot: bool
    has_fee: bool
    min_age_f: int
    min_age_m: int
    vigorous: bool
    max_new_age: int | None
    may_be_repeated: bool


@dataclass(frozen=True, kw_only=True)
class Held:
    """A class the learner is in."""

    section: int
    subject: int
    level: int
    campus: int
    same_term: bool
    meets: Spans
    is_online: bool
    counts: bool
    hot: bool
    is_hold: bool


@dataclass(frozen=True, kw_only=True)
class LearnerFacts:
    """What the rules ask of a learner. ``recently`` means within the terms of the repeat rule.

    ``placed``: for a subject, the level a teacher says the learner may join. ``belongs_here``:
    lives in the city, or has shown that they work or that a child lives here.
    """

    sex: str
    born_on: date
    has_died: bool = False
    holds: tuple[Held, ...] = ()
    waits_for: frozenset[int] = frozenset()
    leaving: frozenset[int] = frozenset()
    room_limit: int | None = None
    is_newcomer: bool = True
    completed_recently: frozenset[int] = frozenset()
    levels_completed: Mapping[int, int] = field(default_factory=dict)  # subject to highest level
    placed: Mapping[int, int] = field(default_factory=dict)
    removed_for_absence: bool = False
    declared_health: bool = False
    family_agreed: bool = False
    belongs_here: bool = False

    def age_on(self, day: date) -> int:
        """Full years of age."""
        to_come = (day.month, day.day) < (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - to_come

    def is_new_to(self, subject: int) -> bool:
        """Neither completed a level of the subject nor sits in one of its classes.

        Whom a teacher has placed above the beginners has learnt it, if not here.
        """
        return (
            subject not in self.levels_completed
            and self.placed.get(subject, 0) < FIRST_LEVEL_THAT_ASKS
            and all(held.subject != subject for held in self.holds)
        )

    def level_learnt(self, subject: int) -> int:
        """The highest level learnt: completed here, or the one below where a teacher placed us.

        What is being learnt counts for the next term: forms are filled in before this one ends.
        """
        placed_above = self.placed.get(subject, 1) - 1
        learning = [
            held.level
            for held in self.holds
            if held.subject == subject
            and not held.same_term
            and not held.is_hold
            and held.level in LEVELS_OF_A_LADDER
        ]
        return max(self.levels_completed.get(subject, 0), placed_above, *learning, 0)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One person, one class, one moment. ``by_staff``: somebody of the office acts.

    ``giving_up``: the class that ends if this one comes about, where one is changed for another.
    """

    section: ClassFacts
    learner: LearnerFacts
    rules: Rules
    at: datetime
    by_staff: bool = False
    giving_up: int | None = None

    @property
    def keeps(self) -> list[Held]:
        """The classes that stay theirs beside this one."""
        return [held for held in self.learner.holds if held.section != self.giving_up]

    @property
    def age(self) -> int:
        """Age on the first day of the term, which is the day that counts."""
        return self.learner.age_on(self.section.term_starts_on)

    @property
    def asks_the_family(self) -> bool:
        """Whether somebody of great age comes to a room for the first time."""
        return (
            self.learner.is_newcomer
            and self.section.counts
            and self.age > self.rules.family_consent_above_age
        )


def findings(case: Case) -> Iterator[Finding]:
    """Ask every rule, in order, and yield what each says; a rule with nothing to say is ok."""
    for rule, ask in RULES.items():
        silent = True
        for said in ask(case):
            silent = False
            yield Finding(rule, said)
        if silent:
            yield Finding(rule)


def objections(case: Case) -> list[Objection]:
    """Return everything that stops the person, in the order of the rules."""
    return [found.said for found in findings(case) if isinstance(found.said, Objection)]


def objection(case: Case) -> Objection | None:
    """Return what decides against it, None for nothing."""
    return deciding(findings(case))


def deciding(found: Iterable[Finding]) -> Objection | None:
    """Return the objection that decides: the first block, else the first paper missing."""
    missing: Objection | None = None
    for finding in found:
        if isinstance(finding.said, Objection):
            if finding.verdict is Verdict.BLOCK:
                return finding.said
            missing = missing or finding.said
    return missing


Answers = Iterator[Objection | Advice]


def _window(case: Case) -> Answers:
    """The class takes people now: its phase, its own window, the weeks of late joining."""
    section, at = case.section, case.at
    if not section.is_running or section.phase in {"closed", "archived"}:
        yield Objection(Refusal.CLOSED)
    elif section.phase in BEFORE_OPENING:
        yield Objection(Refusal.NOT_OPEN_YET)
    elif section.phase == "open_enrolment":
        if section.opens_at is not None and at < section.opens_at:
            yield Objection(Refusal.NOT_OPEN_YET)
        elif section.closes_at is not None and at >= section.closes_at:
            yield Objection(Refusal.CLOSED)
    elif section.phase == "teaching":
        weeks = (at.date() - section.term_starts_on) // timedelta(weeks=1)
        if case.giving_up is not None:
            if weeks >= case.rules.transfer_weeks:
                yield Objection(Refusal.TOO_LATE_TO_CHANGE)
        elif weeks >= case.rules.late_join_weeks:
            yield Objection(Refusal.TOO_LATE_TO_JOIN)
        elif case.by_staff:
            yield Advice.LATE_JOIN
        else:
            yield Objection(Refusal.LATE)


def _own(case: Case) -> Answers:
    """What the person already has of this class."""
    section, learner = case.section.section, case.learner
    if learner.has_died:
        yield Objection(Refusal.ACCOUNT_CLOSED)
    if any(held.section == section for held in learner.holds):
        yield Objection(Refusal.ALREADY_IN)
    elif section in learner.waits_for:
        yield Objection(Refusal.ALREADY_WAITING)
    elif section in learner.leaving:
        yield Objection(Refusal.JUST_WITHDRAWN)


def _limit(case: Case) -> Answers:
    """So many room classes a term, city-wide; online classes and invitations do not count."""
    learner = case.learner
    allowed = case.rules.room_classes if learner.room_limit is None else learner.room_limit
    has = sum(held.counts for held in case.keeps if held.same_term)
    if case.section.counts and has >= allowed:
        yield Objection(Refusal.LIMIT, number=allowed)


def _hot_limit(case: Case) -> Answers:
    """Of the most wanted classes one a term."""
    has = sum(held.hot and held.counts for held in case.keeps if held.same_term)
    if case.section.counts and case.section.hot and has >= case.rules.hot_classes:
        yield Objection(Refusal.HOT_LIMIT, number=case.rules.hot_classes)


def _holds(case: Case) -> Answers:
    """So many places kept unpaid at one time."""
    has = sum(held.is_hold for held in case.keeps if held.same_term)
    if case.section.has_fee and has >= case.rules.holds_per_learner:
        yield Objection(Refusal.TOO_MANY_HOLDS, number=case.rules.holds_per_learner)


def _absence(case: Case) -> Answers:
    """Removed for absence last term: no hot class this term."""
    if case.section.hot and case.learner.removed_for_absence:
        yield Objection(Refusal.ABSENCE)


def _time(case: Case) -> Answers:
    """No two classes at one hour, and time for the way between two campuses."""
    section = case.section
    for held in case.keeps:
        if held.section == section.section:
            continue
        reason = in_each_others_way(section, held, gap=case.rules.travel_gap)
        if reason is not None:
            yield Objection(reason, held.section)


def _age(case: Case) -> Answers:
    """Old enough on the first day of the term; the course says from which age."""
    section = case.section
    if case.age < (section.min_age_f if case.learner.sex == "f" else section.min_age_m):
        yield Objection(Refusal.TOO_YOUNG)


def _beginning(case: Case) -> Answers:
    """Who begins a vigorous subject late is told to see the teacher; the hardest have an end.

    The stricter of the course's own age and the term's decides. Nobody who has learnt the
    subject, or sits in a class of it, is ever cut by age.
    """
    section, rules = case.section, case.rules
    if not (section.vigorous and case.learner.is_new_to(section.subject)):
        return
    last = section.max_new_age and min(section.max_new_age, rules.vigorous_block_age)
    if last and case.age > last:
        yield Objection(Refusal.TOO_OLD_TO_BEGIN, number=last)
    elif case.age > rules.vigorous_warn_age:
        yield Advice.TALK_FIRST


def _repeat(case: Case) -> Answers:
    """A completed level is not taken again for some terms, unless seats are left over."""
    section = case.section
    if (
        section.course in case.learner.completed_recently
        and not section.may_be_repeated
        and section.phase not in PHASES_WITH_SEATS
    ):
        yield Objection(Refusal.REPEAT)


def _level(case: Case) -> Answers:
    """The level below learnt, or placed by a teacher."""
    section = case.section
    if (
        section.level in LEVELS_THAT_ASK
        and case.learner.level_learnt(section.subject) < section.level - 1
    ):
        yield Objection(Refusal.LEVEL)


def _health(case: Case) -> Answers:
    """A declaration for vigorous courses each year; by the very old at their first class."""
    if case.learner.declared_health:
        return
    if case.section.vigorous:
        yield Objection(Refusal.NEEDS_HEALTH_DECLARATION)
    elif case.asks_the_family:
        number = case.rules.family_consent_above_age
        yield Objection(Refusal.NEEDS_DECLARATION_AT_COUNTER, number=number)


def _family(case: Case) -> Answers:
    """The family's word for those who come for the first time at a great age."""
    if case.asks_the_family and not case.learner.family_agreed:
        number = case.rules.family_consent_above_age
        yield Objection(Refusal.NEEDS_FAMILY_CONSENT, number=number)


def _residence(case: Case) -> Answers:
    """Lives or works in the city, or has a child here; where the term's rules ask for it."""
    if case.rules.residence_needed and case.section.counts and not case.learner.belongs_here:
        yield Objection(Refusal.NEEDS_RESIDENCE)


RULES: Mapping[Rule, Callable[[Case], Answers]] = {
    Rule.WINDOW: _window,
    Rule.OWN: _own,
    Rule.LIMIT: _limit,
    Rule.HOT_LIMIT: _hot_limit,
    Rule.HOLDS: _holds,
    Rule.ABSENCE: _absence,
    Rule.TIME: _time,
    Rule.AGE: _age,
    Rule.BEGINNING: _beginning,
    Rule.REPEAT: _repeat,
    Rule.LEVEL: _level,
    Rule.HEALTH: _health,
    Rule.FAMILY: _family,
    Rule.RESIDENCE: _residence,
}


def in_each_others_way(
    one: ClassFacts | Held, other: ClassFacts | Held, *, gap: timedelta
) -> Refusal | None:
    """Why nobody can sit in both classes: their hours meet, or leave no time for the way."""
    if overlap(one.meets, other.meets):
        return Refusal.CLASH
    apart = one.campus != other.campus and not (one.is_online or other.is_online)
    return Refusal.TRAVEL_GAP if apart and overlap(one.meets, other.meets, gap=gap) else None
