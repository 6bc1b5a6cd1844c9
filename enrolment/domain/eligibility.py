"""May this person have a seat in this class? The friendly check, asked before the database.

What can race (seat, limit, duplicate, clash) is decided again inside ``seat_claim``; the rest
(age, level, declarations) is decided here alone. Facts come in, an objection or silence comes
out: no database, no clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from enrolment.domain.refusals import Objection, Refusal

Spans = tuple[tuple[datetime, datetime], ...]  # half-open, in order

# A seat may be had, or a place in the line; in the first two nobody is served by coming first.
PHASES_WITH_A_LINE = frozenset({"confirming", "waitlisting", "open_enrolment", "teaching"})
PHASES_WITH_SEATS = frozenset({"open_enrolment", "teaching"})
BEFORE_OPENING = frozenset(
    {"draft", "published", "renewal_open", "wishes_open", "frozen", "drawn"}
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The numbers of a term's policy that claims go by."""

    room_classes: int = 2
    hot_classes: int = 1
    holds_per_learner: int = 2
    travel_gap: timedelta = timedelta(minutes=60)
    late_join_weeks: int = 4
    family_consent_above_age: int = 80
    vigorous_warn_age: int = 70
    repeat_terms: int = 4

    @classmethod
    def read(cls, rules: Mapping[str, Any]) -> "Rules":
        """Read a stored policy; what it leaves out is as `domain.md` says."""
        numbers = {name: rules[name] for name in cls.__dataclass_fields__ if name in rules}
        if "travel_gap_minutes" in rules:
            numbers["travel_gap"] = timedelta(minutes=rules["travel_gap_minutes"])
        return cls(**numbers)


@dataclass(frozen=True, kw_only=True)
class ClassFacts:
    """What the rules ask of a class."""

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
    campus: int
    same_term: bool
    meets: Spans
    is_online: bool
    counts: bool
    hot: bool
    is_hold: bool


@dataclass(frozen=True, kw_only=True)
class LearnerFacts:
    """What the rules ask of a learner. ``recently`` means within the terms of the repeat rule."""

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
    removed_for_absence: bool = False
    declared_health: bool = False
    family_agreed: bool = False

    def age_on(self, day: date) -> int:
        """Full years of age."""
        to_come = (day.month, day.day) < (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - to_come

    def is_new_to(self, subject: int) -> bool:
        """Neither completed a level of the subject nor sits in one of its classes."""
        return subject not in self.levels_completed and all(
            held.subject != subject for held in self.holds
        )


def objection(
    section: ClassFacts,
    learner: LearnerFacts,
    rules: Rules,
    *,
    at: datetime,
    by_staff: bool = False,
) -> Objection | None:
    """Return the first reason against it, or None. Staff at the counter see papers themselves."""
    return next(objections(section, learner, rules, at=at, by_staff=by_staff), None)


def objections(
    section: ClassFacts,
    learner: LearnerFacts,
    rules: Rules,
    *,
    at: datetime,
    by_staff: bool = False,
) -> Iterator[Objection]:
    """Yield every reason against it: the class's, then the timetable's, then the person's."""
    yield from _of_the_class(section, rules, at=at, by_staff=by_staff)
    yield from _of_what_they_have(section, learner)
    yield from _of_limits(section, learner, rules)
    yield from _of_the_timetable(section, learner, rules)
    yield from _of_the_person(section, learner, by_staff=by_staff, rules=rules)


def _of_the_class(
    section: ClassFacts, rules: Rules, *, at: datetime, by_staff: bool
) -> Iterator[Objection]:
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
        weeks = timedelta(weeks=rules.late_join_weeks)
        if at.date() >= section.term_starts_on + weeks:
            yield Objection(Refusal.TOO_LATE_TO_JOIN)
        elif not by_staff:
            yield Objection(Refusal.LATE)


def _of_what_they_have(section: ClassFacts, learner: LearnerFacts) -> Iterator[Objection]:
    if learner.has_died:
        yield Objection(Refusal.ACCOUNT_CLOSED)
    if any(held.section == section.section for held in learner.holds):
        yield Objection(Refusal.ALREADY_IN)
    elif section.section in learner.waits_for:
        yield Objection(Refusal.ALREADY_WAITING)
    elif section.section in learner.leaving:
        yield Objection(Refusal.JUST_WITHDRAWN)


def _of_limits(section: ClassFacts, learner: LearnerFacts, rules: Rules) -> Iterator[Objection]:
    this_term = [held for held in learner.holds if held.same_term]
    if section.counts:
        allowed = rules.room_classes if learner.room_limit is None else learner.room_limit
        if sum(held.counts for held in this_term) >= allowed:
            yield Objection(Refusal.LIMIT)
        if section.hot and sum(held.hot for held in this_term) >= rules.hot_classes:
            yield Objection(Refusal.HOT_LIMIT)
    if section.has_fee and sum(held.is_hold for held in this_term) >= rules.holds_per_learner:
        yield Objection(Refusal.TOO_MANY_HOLDS)
    if section.hot and learner.removed_for_absence:
        yield Objection(Refusal.ABSENCE)


def _of_the_timetable(
    section: ClassFacts, learner: LearnerFacts, rules: Rules
) -> Iterator[Objection]:
    for held in learner.holds:
        if held.section == section.section:
            continue
        if overlap(section.meets, held.meets):
            yield Objection(Refusal.CLASH, held.section)
        elif (
            held.campus != section.campus
            and not (held.is_online or section.is_online)
            and overlap(section.meets, held.meets, gap=rules.travel_gap)
        ):
            yield Objection(Refusal.TRAVEL_GAP, held.section)


def _of_the_person(
    section: ClassFacts, learner: LearnerFacts, *, by_staff: bool, rules: Rules
) -> Iterator[Objection]:
    age = learner.age_on(section.term_starts_on)
    new_to_it = learner.is_new_to(section.subject)
    if age < (section.min_age_f if learner.sex == "f" else section.min_age_m):
        yield Objection(Refusal.TOO_YOUNG)
    if section.vigorous and new_to_it and section.max_new_age and age > section.max_new_age:
        yield Objection(Refusal.TOO_OLD_TO_BEGIN)
    if (
        section.course in learner.completed_recently
        and not section.may_be_repeated
        and section.phase not in PHASES_WITH_SEATS
    ):
        yield Objection(Refusal.REPEAT)
    if by_staff:
        return
    if section.level in {2, 3} and learner.levels_completed.get(section.subject, 0) < (
        section.level - 1
    ):
        yield Objection(Refusal.LEVEL)
    if section.vigorous and not learner.declared_health:
        yield Objection(Refusal.NEEDS_HEALTH_DECLARATION)
    if (
        learner.is_newcomer
        and section.counts
        and age > rules.family_consent_above_age
        and not learner.family_agreed
    ):
        yield Objection(Refusal.NEEDS_FAMILY_CONSENT)


def should_talk_to_the_teacher(section: ClassFacts, learner: LearnerFacts, rules: Rules) -> bool:
    """Whether to advise a talk first: new to a vigorous course, and past the age of the policy."""
    return (
        section.vigorous
        and learner.is_new_to(section.subject)
        and learner.age_on(section.term_starts_on) > rules.vigorous_warn_age
    )


def overlap(one: Spans, other: Spans, *, gap: timedelta = timedelta(0)) -> bool:
    """Whether two timetables meet, or come nearer to each other than ``gap``.

    Spans are half-open: ending at ten and beginning at ten is no clash.
    """
    first, second = iter(one), iter(other)
    a, b = next(first, None), next(second, None)
    while a and b:
        if a[0] < b[1] + gap and b[0] < a[1] + gap:
            return True
        if a[1] <= b[1]:
            a = next(first, None)
        else:
            b = next(second, None)
    return False
