"""The forms of a term as a season on which rules can be tried out."""

from datetime import datetime
from typing import Any

from django.db.models import F, Sum

from courses.models import ClassSection, Term
from courses.models.sections import ClassSectionQuerySet
from enrolment.domain.allocation import Applicant, Bucket, Choice, ClassSpec, Market
from enrolment.domain.simulation import (
    Crowd,
    Form,
    Groups,
    Season,
    Taught,
    invent,
    typical_minutes,
)
from enrolment.domain.statistics import Applied, band_of
from enrolment.models import Application, Enrolment, Roster, Wish
from enrolment.queries.draw import market_kept, market_of_forms
from enrolment.queries.figures import HELPER, people_on_forms
from enrolment.queries.rosters import clashes_between, class_facts, code_of, section_of
from enrolment.queries.times import rules_of


def terms_with_forms_kept() -> list[Term]:
    """Return the terms whose forms can be played through, the latest first."""
    known = Application.objects.handed_in().values("term")
    return list(Term.objects.filter(pk__in=known).order_by("-starts_on"))


def season_of(term: Term, *, at: datetime) -> Season:
    """Return a term's forms as a season: as on its list, or as they are while forms are open.

    The caller works for the whole city. Nobody's name is in it.
    """
    roster = Roster.objects.last_of(term)
    market = market_kept(roster) if roster else market_of_forms(term, at=at)
    people = people_on_forms(term)
    own = _own_choices(term)
    holding = set(
        Enrolment.objects.holding_a_seat().of_term(term).values_list("learner", flat=True)
    )
    lines = sorted(market["applicants"], key=lambda line: line["id"])
    return Season(
        market=Market(
            classes=tuple(_class(record) for record in market["classes"]),
            applicants=tuple(_applicant(line, at) for at, line in enumerate(lines, 1)),
            clashes=tuple((one, other) for one, other in market["clashes"]),
        ),
        forms={
            line["id"]: Form(
                line["id"],
                tuple(groups_of(one) for _learner, one in people.get(line["id"], ()))[
                    : line.get("size", 1)
                ],
                own=_own_of(line, own.get(line["id"], frozenset())),
                minutes=_minutes_of([one for _learner, one in people.get(line["id"], ())]),
                holds_a_seat=any(
                    learner in holding for learner, _one in people.get(line["id"], ())
                ),
            )
            for line in lines
        },
        subjects=_subjects(market["classes"]),
    )


def has_classes_to_try(term: Term) -> bool:
    """Whether people can be made up who wish for classes of this term."""
    return _to_try(term).exists()


def people_to_make_up(term: Term) -> int:
    """Return how many people to begin with: three for two seats, as where many are turned away."""
    return int((_to_try(term).aggregate(seats=Sum("capacity"))["seats"] or 0) * 1.5)


def invented_season(term: Term, crowd: Crowd, *, at: datetime) -> Season:
    """Return a season of people made up for the classes of a term, as they are planned now."""
    sections = list(_to_try(term).select_related("course__subject", "term", "unit"))
    codes = {section.pk: code_of(section) for section in sections}
    taught = [
        Taught(codes[one.pk], one.capacity, one.course.subject.code, one.unit.name)
        for one in sections
    ]
    gap = rules_of(term, at=at).rules.travel_gap
    clashes = clashes_between(map(class_facts, sections), codes, gap=gap)
    return invent(crowd, taught, [(one, other) for one, other in clashes], seed=term.code)


def _to_try(term: Term) -> ClassSectionQuerySet:
    """Classes in a room that run, listed already or not."""
    return ClassSection.objects.taught_in(term).running().in_a_draw()


def _minutes_of(people: list[Applied]) -> float:
    """How long it would take to send a form: the quicker of two sends it for both."""
    each = [typical_minutes(one.age, with_helper=one.channel == HELPER) for one in people]
    return min(each, default=1.0)


def groups_of(one: Applied) -> Groups:
    """Return the groups in which a person is counted."""
    return {
        "age": band_of(one.age),
        "newcomer": "newcomer" if one.is_newcomer else "continuing",
        "missed": "missed_before" if one.missed_before else "not_missed",
        "channel": one.channel,
        "unit": one.unit,
    }


def _class(record: dict[str, Any]) -> ClassSpec:
    buckets = tuple(Bucket(one["name"], one["seats"]) for one in record["buckets"])
    return ClassSpec(record["id"], record["capacity"], buckets)


def _applicant(line: dict[str, Any], number: int) -> Applicant:
    choices = tuple(
        Choice(one["class"], buckets=frozenset(one["buckets"])) for one in line["choices"]
    )
    return Applicant(line["id"], number, choices, line["max_seats"], line.get("size", 1))


def _own_of(line: dict[str, Any], own: frozenset[int]) -> int:
    """How many choices of a line are the person's own: they stand before all others."""
    return sum(section_of(one["class"]) in own for one in line["choices"])


def _own_choices(term: Term) -> dict[str, frozenset[int]]:
    """The classes that people named themselves, by number of application."""
    found: dict[str, set[int]] = {}
    rows = Wish.objects.own().filter(
        version__application__term=term, version=F("version__application__current")
    )
    for number, section in rows.values_list("version__application__number", "section"):
        found.setdefault(number, set()).add(section)
    companions = Application.objects.of_term(term).filter(goes_with__isnull=False)
    for number, lead in companions.values_list("number", "goes_with__number"):
        found.setdefault(number, found.get(lead, set()))
    return {number: frozenset(sections) for number, sections in found.items()}


def _subjects(classes: list[dict[str, Any]]) -> dict[str, str]:
    sections = {section_of(record["id"]): record["id"] for record in classes}
    rows = ClassSection.objects.filter(pk__in=sections)
    return {sections[pk]: code for pk, code in rows.values_list("pk", "course__subject__code")}
