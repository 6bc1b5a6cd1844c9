"""What the rule book is told about a class and a learner; gathered in a handful of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.timezone import localtime

from accounts.models import ConsentRecord, Learner
from campus.models import Holiday
from courses.models import ClassSection, Course, Term, TermPolicy, TermRecord
from enrolment.domain import deadlines, eligibility
from enrolment.domain.deadlines import Calendar, Terms
from enrolment.domain.eligibility import ClassFacts, Held, LearnerFacts, Rules
from enrolment.domain.refusals import Objection
from enrolment.models import Enrolment, LearnerTerm, WaitlistEntry

HALF_A_YEAR = timedelta(weeks=26)
SLACK = timedelta(weeks=8)  # terms do not begin on the same day every year
CALENDAR_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class TermRules:
    """A term's policy, read for the rules and for the deadlines."""

    rules: Rules
    terms: Terms
    stored: dict[str, Any]


def rules_of(term: Term, *, at: datetime) -> TermRules:
    """Return the rules in force; the defaults for a term that has published none yet."""
    try:
        stored = TermPolicy.objects.in_force(term, at).rules
    except TermPolicy.DoesNotExist:
        stored = {}
    return TermRules(Rules.read(stored), Terms.read(stored), stored)


def calendar_from(at: datetime, stored: dict[str, Any]) -> Calendar:
    """Return the working days of the next weeks, for deadlines."""
    today = localtime(at).date()
    days = Holiday.objects.between(today, today + CALENDAR_AHEAD).values_list("day", "kind")
    return Calendar(
        closed=frozenset(day for day, kind in days if kind == Holiday.Kind.CLOSED),
        working=frozenset(day for day, kind in days if kind == Holiday.Kind.WORKING),
        quiet=deadlines.read_quiet(stored.get("no_deadlines", [])),
    )


def hold_until(section: ClassSection, rules: TermRules, *, at: datetime) -> datetime | None:
    """When a hold made now falls due; None for a class without a fee."""
    if not section.fee_fen:
        return None
    return deadlines.hold_until(localtime(at), calendar_from(at, rules.stored), rules.terms)


def offer_until(section: ClassSection, rules: TermRules, *, at: datetime) -> datetime:
    """When an offer made now falls due."""
    return deadlines.offer_until(
        localtime(at),
        calendar_from(at, rules.stored),
        rules.terms,
        starts_on=section.term.starts_on,
    )


def payment_until(section: ClassSection, rules: TermRules, *, at: datetime) -> datetime | None:
    """When an accepted offer has to be paid; None for a class without a fee."""
    if not section.fee_fen:
        return None
    return deadlines.offer_until(
        localtime(at), calendar_from(at, rules.stored), rules.terms, starts_on=None
    )


def objection_to(
    section: ClassSection, learner: Learner, rules: TermRules, *, at: datetime, by_staff: bool
) -> Objection | None:
    """Ask the rule book about one class and one learner."""
    return eligibility.objection(
        facts_of_class(section),
        facts_of_learner(learner, section.term, rules.rules, at=at),
        rules.rules,
        at=localtime(at),
        by_staff=by_staff,
    )


def facts_of_class(section: ClassSection) -> ClassFacts:
    """Return what the rules ask of a class; needs its course and term loaded."""
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
        counts=_counts(section),
        hot=section.hot,
        has_fee=section.fee_fen > 0,
        min_age_f=course.min_age_f,
        min_age_m=course.min_age_m,
        vigorous=course.vigorous,
        max_new_age=course.max_new_age,
        may_be_repeated=course.repeat_rule == Course.RepeatRule.FREELY,
    )


def facts_of_learner(learner: Learner, term: Term, rules: Rules, *, at: datetime) -> LearnerFacts:
    """Return what the rules ask of a learner, with an eye to one term. Four queries."""
    holds = tuple(_held(enrolment, term) for enrolment in _enrolments(learner))
    own = _own_rows(learner, term, at=at)
    past = list(
        TermRecord.objects.filter(learner=learner, term__starts_on__lt=term.starts_on).values_list(
            "term__starts_on", "room_seats", "removed_for_absence",
            "completed_course", "completed_course__subject", "completed_course__level",
        )
    )  # fmt: skip
    recent = term.starts_on - HALF_A_YEAR * rules.repeat_terms - SLACK
    last = term.starts_on - HALF_A_YEAR - SLACK
    levels: dict[int, int] = {}
    for *_rest, course, subject, level in past:
        if course is not None:
            levels[subject] = max(level, levels.get(subject, 0))
    return LearnerFacts(
        sex=learner.sex,
        born_on=learner.born_on,
        has_died=learner.deceased_on is not None,
        holds=holds,
        waits_for=frozenset(own["waits_for"]),
        leaving=frozenset(own["leaving"]),
        room_limit=own["room_limit"],
        is_newcomer=not any(seats and start >= recent for start, seats, *_ in past)
        and not any(held.counts and not held.same_term for held in holds),
        completed_recently=frozenset(
            row[3] for row in past if row[3] is not None and row[0] >= recent
        ),
        levels_completed=levels,
        removed_for_absence=any(removed and start >= last for start, _s, removed, *_ in past),
        declared_health=own["declared_health"],
        family_agreed=own["family_agreed"],
    )


def _enrolments(learner: Learner) -> Iterable[Enrolment]:
    return (
        Enrolment.objects.holding_a_seat()
        .filter(learner=learner)
        .select_related("section__course")
        .only(
            "status", "slots", "due_at", "learner", "section__term", "section__campus",
            "section__mode", "section__by_invitation", "section__hot", "section__course__subject",
        )
    )  # fmt: skip


def _held(enrolment: Enrolment, term: Term) -> Held:
    section = enrolment.section
    return Held(
        section=section.pk,
        subject=section.course.subject_id,
        campus=section.campus_id,
        same_term=section.term_id == term.pk,
        meets=_spans(enrolment.slots),
        is_online=section.mode == ClassSection.Mode.ONLINE,
        counts=_counts(section),
        hot=section.hot,
        is_hold=enrolment.due_at is not None,
    )


def _own_rows(learner: Learner, term: Term, *, at: datetime) -> dict[str, Any]:
    """Lines, seats being given back, own limit and declarations, in one query."""
    mine = {"learner": OuterRef("pk")}
    valid = ConsentRecord.objects.filter(**mine, given_at__lte=at).filter(
        Q(valid_until=None) | Q(valid_until__gt=at)
    )
    row = (
        Learner.objects.filter(pk=learner.pk)
        .annotate(
            waits_for=ArraySubquery(
                WaitlistEntry.objects.in_line().filter(**mine).values("section")
            ),
            leaving=ArraySubquery(
                Enrolment.objects.that_may_be_undone(at).filter(**mine).values("section")
            ),
            room_limit=Subquery(
                LearnerTerm.objects.filter(**mine, term=term).values("limit_override")
            ),
            declared_health=Exists(valid.filter(kind=ConsentRecord.Kind.HEALTH)),
            family_agreed=Exists(valid.filter(kind=ConsentRecord.Kind.FAMILY)),
        )
        .values("waits_for", "leaving", "room_limit", "declared_health", "family_agreed")
        .get()
    )
    return dict(row)


def _counts(section: ClassSection) -> bool:
    return section.mode != ClassSection.Mode.ONLINE and not section.by_invitation


def _spans(meets: Iterable[Any]) -> eligibility.Spans:
    return tuple((span.lower, span.upper) for span in meets)
