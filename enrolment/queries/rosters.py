"""What goes onto the list of a term: classes, clashes, and everybody's facts at one moment.

``queries.dossier`` asks about one learner; a list closes for 12,600 at once, so the same facts
are gathered here for all of them in a few statements, and read by the same rule book.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.models import ConsentRecord, Learner
from campus.models import TravelTime
from courses.models import ClassSection, Term, TermRecord
from enrolment.domain import wishes
from enrolment.domain.eligibility import ClassFacts
from enrolment.domain.rosters import Form, Offer, Person
from enrolment.domain.timetables import Spans
from enrolment.domain.wishes import ClassHours, Standing
from enrolment.models import Application, Enrolment, LearnerTerm, Placement, WaitlistEntry, Wish
from enrolment.queries.applications import (
    CARE_FROM_AGE,
    NEARBY_MINUTES,
    can_be_chosen,
    seats_in_the_draw,
)
from enrolment.queries.facts import Dossier
from enrolment.queries.times import TermRules, rules_of

Rows = Mapping[int, list[Any]]


@dataclass(frozen=True)
class DrawClasses:
    """The classes of a draw as the files name them, and as the rules read them."""

    offer: Offer
    records: list[dict[str, Any]]  # as in market.json
    clashes: list[list[str]]


def classes_of_draw(term: Term, *, at: datetime) -> DrawClasses:
    """Return the classes with the seats that are free, cut into reserves, and the clashes."""
    rules = rules_of(term, at=at)
    every = ClassSection.objects.taught_in(term).select_related("course__subject", "term")
    sections = {section.pk: section for section in every}
    chosen = set(can_be_chosen(term).values_list("pk", flat=True))
    codes = {pk: code_of(section) for pk, section in sections.items()}
    facts = {pk: class_facts(sections[pk]) for pk in sorted(chosen)}
    free = _free_seats(chosen, at)
    records = [
        {"id": codes[pk], "capacity": free[pk], "buckets": buckets_of(free[pk], rules)}
        for pk in facts
    ]
    clashes = clashes_between(facts.values(), codes, gap=rules.rules.travel_gap)
    return DrawClasses(Offer(facts=facts, codes=codes, rules=rules.rules), records, clashes)


def clashes_between(
    classes: Iterable[ClassFacts], codes: Mapping[int, str], *, gap: timedelta
) -> list[list[str]]:
    """Return the pairs of classes, by code, that nobody can hold together."""
    hours = {
        codes[one.section]: ClassHours(
            course=one.course,
            campus=one.campus,
            is_online=one.is_online,
            hot=one.hot,
            meets=one.meets,
        )
        for one in classes
    }
    return wishes.clashes(hours, gap=gap)


def _free_seats(sections: set[int], at: datetime) -> dict[int, int]:
    """Seats that nobody has, and that nobody may take back in the next minutes."""
    free = seats_in_the_draw(sections)
    leaving = Enrolment.objects.that_may_be_undone(at).filter(section__in=sections)
    for section in leaving.values_list("section", flat=True):
        free[section] = max(0, free[section] - 1)
    return free


def code_of(section: ClassSection) -> str:
    """Return the name of a class in the public files."""
    course = section.course
    return wishes.class_code(course.subject.code, course.level, section.pk)


def section_of(code: str) -> int:
    """Return the class that a code of the public files names.

    >>> section_of("PIANO1-371")
    371
    """
    return int(code.rpartition("-")[2])


@dataclass(frozen=True)
class Filed:
    """A form, and the applications that stand or fall with its line."""

    form: Form
    applications: tuple[int, ...]


def forms_on_the_list(applications: QuerySet[Application], *, at: datetime) -> Iterator[Filed]:
    """Yield these forms, with all that the rules ask of everybody on them.

    Two who go together are one form; where each would go alone, two with the same choices.
    """
    rows = list(applications.select_related("current", "term").order_by("number"))
    leads = {row.pk: row for row in rows if row.current_id and not row.goes_with_id}
    companions = {row.goes_with_id: row for row in rows if row.goes_with_id in leads}
    chosen = _choices([row.current_id for row in leads.values() if row.current_id])
    people = people_of(rows[0].term, {row.learner_id for row in rows}, at=at) if rows else {}
    for row in leads.values():
        version = row.current
        if version is None:
            continue
        companion = companions.get(row.pk)
        both = [row] if companion is None else [row, companion]
        for part in [[one] for one in both] if version.split_ok else [both]:
            form = Form(
                application=part[0].number,
                people=tuple(people[one.learner_id] for one in part),
                choices=chosen.get(version.pk, []),
                wanted=version.wanted,
            )
            yield Filed(form, tuple(one.pk for one in part))


def _choices(versions: Iterable[int]) -> dict[int, list[int]]:
    chosen: dict[int, list[int]] = defaultdict(list)
    listed = Wish.objects.filter(version__in=list(versions)).order_by("version", "rank")
    for version, section in listed.values_list("version", "section"):
        chosen[version].append(section)
    return chosen


def people_of(term: Term, learners: set[int], *, at: datetime) -> dict[int, Person]:
    """Return what rules and reserves ask of these learners, in so many statements for all."""
    about = Learner.objects.filter(pk__in=learners)
    rules = rules_of(term, at=at)
    found = _Gathered(term, list(learners), at)
    near = _neighbourhoods(rules.stored.get("nearby_minutes", NEARBY_MINUTES))
    care_from_age = rules.stored.get("care_from_age", CARE_FROM_AGE)
    people = {}
    for learner in about.iterator(chunk_size=5000):
        facts = Dossier(found.about(learner, rules), at).learner(_Gathered.ANY_CLASS)
        kinds = {kind for (kind,) in found.consents.get(learner.pk, [])}
        past = [row[:3] for row in found.past.get(learner.pk, []) if row[0] < term.starts_on]
        standing = Standing(
            is_newcomer=facts.is_newcomer,
            missed=wishes.missed_terms((day, applied, seats) for day, applied, seats in past),
            age=learner.age_on(term.starts_on),
            has_reason=not kinds.isdisjoint(ConsentRecord.Kind.proofs_of_care()),
            near=near.get(learner.region_code, frozenset()),
            care_from_age=care_from_age,
        )
        people[learner.pk] = Person(facts=facts, standing=standing)
    return people


class _Gathered:
    """The rows of everybody, by learner, in the form in which ``seat_facts`` gives one's own."""

    ANY_CLASS = 0  # the facts of a learner are the same for every class of the term

    def __init__(self, term: Term, learners: list[int], at: datetime) -> None:
        self.term = term
        of = Q(learner__in=learners)
        now = Q(given_at__lte=at) & (Q(valid_until=None) | Q(valid_until__gt=at))
        self.consents = _grouped(ConsentRecord.objects.filter(of & now), "kind")
        self.past = _grouped(
            TermRecord.objects.filter(of),
            *("term__starts_on", "applied", "room_seats", "removed_for_absence"),
            *("completed_course", "completed_course__subject", "completed_course__level"),
        )
        written = Placement.objects.filter(of, at__lte=at).order_by("at", "pk")
        self.placed = _grouped(written, "subject", "level")
        self.limits = dict(
            LearnerTerm.objects.filter(of, term=term).values_list("learner", "limit_override")
        )
        self.waits_for = _grouped(WaitlistEntry.objects.in_line().filter(of), "section")
        leaving = Enrolment.objects.that_may_be_undone(at).filter(of)
        self.leaving = _grouped(leaving, "section")
        self.holds = _grouped(
            Enrolment.objects.holding_a_seat().filter(of),
            *("section", "section__course__subject", "section__course__level"),
            *("section__campus", "section__term", "section__mode"),
            *("section__by_invitation", "section__hot", "status"),
        )
        self._hours = _hours_held(learners, term)

    def about(self, learner: Learner, rules: TermRules) -> dict[str, Any]:
        """Return what ``seat_facts`` would say of one learner."""
        key, past = learner.pk, self.past.get(learner.pk, [])
        return {
            "classes": {str(self.ANY_CLASS): {"term": self.term.pk}},
            "terms": {
                str(self.term.pk): {
                    "starts_on": self.term.starts_on.isoformat(),
                    "phase": self.term.phase,
                    "rules": rules.stored,
                    "room_limit": self.limits.get(key),
                }
            },
            "learner": {
                "sex": learner.sex,
                "born_on": learner.born_on.isoformat(),
                "has_died": learner.deceased_on is not None,
                "lives_here": learner.region_code != "",
                "is_own": False,
            },
            "holds": [self._held(key, *row) for row in self.holds.get(key, [])],
            "waits_for": [section for (section,) in self.waits_for.get(key, [])],
            "leaving": [section for (section,) in self.leaving.get(key, [])],
            "consents": [kind for (kind,) in self.consents.get(key, [])],
            "placed": self.placed.get(key, []),  # the latest word on each subject counts
            "past": [(row[0].isoformat(), *row[2:]) for row in past],
            "days": [],
        }

    def _held(self, learner: int, *row: Any) -> dict[str, Any]:
        section, subject, level, campus, term, mode, by_invitation, hot, status = row
        is_online = mode == ClassSection.Mode.ONLINE
        return {
            "section": section,
            "subject": subject,
            "level": level,
            "campus": campus,
            "term": term,
            "meets": self._hours.get((learner, section)),
            "is_online": is_online,
            "counts": not is_online and not by_invitation,
            "hot": hot,
            "is_hold": status == Enrolment.Status.OFFERED,
        }


def _grouped(rows: QuerySet[Any], *columns: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for learner, *values in rows.values_list("learner", *columns).iterator(chunk_size=5000):
        found[learner].append(tuple(values))
    return found


def _hours_held(learners: list[int], term: Term) -> dict[tuple[int, int], str]:
    """The hours of classes that are not over when the term begins; others clash with nothing.

    Most people keep the timetable of their class: it is read once for all of them.
    """
    held = Enrolment.objects.holding_a_seat().filter(
        learner__in=learners, section__term__ends_on__gte=term.starts_on
    )
    usual = held.filter(slots=F("section__meets"))
    sections = ClassSection.objects.filter(pk__in=usual.values("section"))
    hours = {pk: _seconds(meets) for pk, meets in sections.values_list("pk", "meets")}
    found = {
        (one, section): hours[section] for one, section in usual.values_list("learner", "section")
    }
    others = held.exclude(slots=F("section__meets"))
    for learner, section, slots in others.values_list("learner", "section", "slots"):
        found[learner, section] = _seconds(slots)
    return found


def _seconds(meets: Any) -> str:
    """A timetable as ``seat_spans`` writes it."""
    return json.dumps([(int(one.lower.timestamp()), int(one.upper.timestamp())) for one in meets])


def _neighbourhoods(minutes: int) -> dict[str, frozenset[int]]:
    """Campuses in whose neighbourhood each street or town lies."""
    near: dict[str, set[int]] = defaultdict(set)
    ways = TravelTime.objects.filter(minutes__lte=minutes)
    for region, campus in ways.values_list("locality__region_code", "campus"):
        near[region].add(campus)
    near.pop("", None)
    return {region: frozenset(campuses) for region, campuses in near.items()}


def class_facts(section: ClassSection) -> ClassFacts:
    """Return what the rules ask of a class."""
    course = section.course
    return ClassFacts(
        section=section.pk,
        course=course.pk,
        subject=course.subject_id,
        level=course.level,
        campus=section.campus_id,
        term_starts_on=section.term.starts_on,
        phase=section.term.phase,
        is_running=section.status == ClassSection.Status.RUNNING,
        opens_at=section.opens_at,
        closes_at=section.closes_at,
        meets=_spans(section.meets),
        is_online=section.mode == ClassSection.Mode.ONLINE,
        counts=section.mode != ClassSection.Mode.ONLINE and not section.by_invitation,
        hot=section.hot,
        has_fee=section.fee_fen > 0,
        min_age_f=course.min_age_f,
        min_age_m=course.min_age_m,
        vigorous=course.vigorous,
        max_new_age=course.max_new_age,
        may_be_repeated=course.repeat_rule == course.RepeatRule.FREELY,
    )


def _spans(meets: Any) -> Spans:
    return tuple((one.lower.astimezone(UTC), one.upper.astimezone(UTC)) for one in meets)


def buckets_of(seats: int, rules: TermRules) -> list[dict[str, object]]:
    """Return how so many seats are cut: open ones first, then the reserves, the largest first.

    jsonb keeps no order of its own.
    """
    stored = rules.stored.get("reserves", {})
    shares = dict(sorted(stored.items(), key=lambda one: (-one[1], one[0])))
    cut = wishes.reserves(seats, shares, from_open=rules.stored.get("reserve_from_open", 12))
    return wishes.buckets(seats, cut)
