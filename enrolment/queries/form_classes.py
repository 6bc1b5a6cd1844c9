"""The classes that may be written on a form, and what the rules say of those that are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Learner, User
from campus.models import Campus, Locality
from campus.queries import Way, way_to
from courses.models import ClassSection, Subject, Term
from courses.queries import in_best_order
from enrolment.domain import wishes
from enrolment.domain.eligibility import in_each_others_way
from enrolment.domain.refusals import Finding, Objection
from enrolment.domain.wishes import MOST_LISTED, Standing
from enrolment.models import Wish, ledger
from enrolment.queries.applications import LikeClass, can_be_chosen, like_classes, standing_of
from enrolment.queries.facts import dossier
from enrolment.queries.forms import MyForm


@dataclass(frozen=True)
class Choosable:
    """A class one may write on the form: its seats in the draw, and what the rules say."""

    section: ClassSection
    seats: int
    reserved: dict[str, int]
    findings: list[Finding]
    objection: Objection | None
    other: ClassSection | None  # the class in the way
    is_chosen: bool


@dataclass(frozen=True)
class CampusChoice:
    """The classes of a subject at one campus."""

    campus: Campus
    way: Way | None
    classes: list[Choosable]


def subjects_to_choose(term: Term) -> list[Subject]:
    """Return the subjects that have classes in the draw, by department."""
    taught = can_be_chosen(term).values("course__subject")
    found = Subject.objects.filter(pk__in=taught).select_related("department")
    return list(found.in_order())


def home_of(learner: Learner) -> Locality | None:
    """Return the street or town a learner lives in, as the office knows it."""
    if not learner.region_code:
        return None
    return Locality.objects.filter(region_code=learner.region_code).first()


def classes_of_subject(
    subject: Subject,
    form: MyForm,
    *,
    learner: Learner,
    actor: User,
    locality: Locality | None,
    at: datetime,
) -> list[CampusChoice]:
    """Return the classes of a subject by campus, the nearest campus first."""
    found = list(
        in_best_order(
            can_be_chosen(form.term).filter(course__subject=subject).with_all_to_show(), locality
        )
    )
    chosen = {wish.section_id for wish in form.own}
    by_campus: dict[int, CampusChoice] = {}
    for one in choosable(found, learner=learner, actor=actor, chosen=chosen, at=at):
        campus = one.section.campus
        way = way_to(campus, locality, minutes=getattr(one.section, "minutes", None))
        place = by_campus.setdefault(campus.pk, CampusChoice(campus, way, []))
        place.classes.append(one)
    for place in by_campus.values():
        place.classes.sort(key=lambda one: one.objection is not None)  # in order otherwise
    return list(by_campus.values())


def choosable(
    sections: Collection[ClassSection],
    *,
    learner: Learner,
    actor: User,
    chosen: Collection[int],
    at: datetime,
) -> list[Choosable]:
    """Say of classes of one term how many seats they put into the draw, what is against them."""
    ids = [section.pk for section in sections]
    if not ids:
        return []
    facts = dossier(ids, learner=learner, actor=actor, at=at)
    counts = ledger.seat_counts(ids, at=at)
    rules = facts.rules(ids[0]).stored
    said = {pk: facts.against_wish(pk) for pk in ids}
    in_the_way = {one.other_section for one in said.values() if one and one.other_section}
    others = ClassSection.objects.with_all_to_show().in_bulk(in_the_way)
    return [
        Choosable(
            section=section,
            seats=(seats := counts[section.pk][0]),
            reserved=wishes.reserves(
                seats, rules.get("reserves", {}), from_open=rules.get("reserve_from_open", 12)
            ),
            findings=facts.about_wish(section.pk),
            objection=(objection := said[section.pk]),
            other=others.get(objection.other_section or 0) if objection else None,
            is_chosen=section.pk in chosen,
        )
        for section in sections
    ]


def like_choices(
    form: MyForm, *, learner: Learner, actor: User, at: datetime
) -> tuple[list[LikeClass], list[int]]:
    """Return the like classes to ask about, nearest first, and those to show ticked.

    Never more than the form has room for. Before the question was answered all are ticked: the
    page asks which to strike out.
    """

    found = like_classes(
        [wish.section for wish in form.own],
        learner=learner,
        partner=form.application.partner_id if form.application else None,
        actor=actor,
        at=at,
        most=MOST_LISTED - len(form.own),
    )
    known = [one.section.pk for one in found]
    if form.draft is not None and not form.draft.substitutes_asked:
        return found, known
    taken = {wish.section_id for wish in form.instead}
    return found, [pk for pk in known if pk in taken]


def in_each_others_way_on(
    form: MyForm, *, learner: Learner, actor: User, at: datetime
) -> list[tuple[Wish, Wish]]:
    """Return the first choices that cannot be had beside each other, each pair once."""
    ids = [wish.section_id for wish in form.own]
    if len(ids) < 2:
        return []
    facts = dossier(ids, learner=learner, actor=actor, at=at)
    gap = facts.rules(ids[0]).rules.travel_gap
    return [
        (one, other)
        for place, one in enumerate(form.own)
        for other in form.own[place + 1 :]
        if in_each_others_way(
            facts.section(one.section_id), facts.section(other.section_id), gap=gap
        )
    ]


def findings_on(
    rows: Iterable[Wish], *, learner: Learner, actor: User, at: datetime
) -> dict[int, list[Finding]]:
    """Return what the rules say of each class on a form, papers that are missing among it."""
    ids = [wish.section_id for wish in rows]
    if not ids:
        return {}
    facts = dossier(ids, learner=learner, actor=actor, at=at)
    return {pk: facts.about_wish(pk) for pk in ids}


def standing_on(form: MyForm, *, learner: Learner, actor: User, at: datetime) -> Standing | None:
    """Return what the reserves ask of a learner; None for a form without a choice."""
    ids = [wish.section_id for wish in form.wishes]
    if not ids:
        return None
    facts = dossier(ids, learner=learner, actor=actor, at=at)
    return standing_of(learner, facts, ids[0], at=at)
