"""The forms of a term as a season on which rules can be tried out."""

from datetime import datetime
from typing import Any

from django.db.models import F

from courses.models import ClassSection, Term
from enrolment.domain.allocation import Applicant, Bucket, Choice, ClassSpec, Market
from enrolment.domain.simulation import Form, Groups, Season
from enrolment.domain.statistics import Applied, band_of
from enrolment.models import Application, Enrolment, Roster, Wish
from enrolment.queries.draw import market_kept, market_of_forms
from enrolment.queries.figures import people_on_forms
from enrolment.queries.rosters import section_of


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
                holds_a_seat=any(
                    learner in holding for learner, _one in people.get(line["id"], ())
                ),
            )
            for line in lines
        },
        subjects=_subjects(market["classes"]),
    )


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
