"""A learner's form as its pages show it, and the classes that may be written on it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from accounts import scope
from accounts.models import Learner, User
from campus.models import Campus, Locality
from campus.queries import Way, way_to
from courses.models import ClassSection, Subject, Term, TermPhase
from courses.queries import in_best_order
from enrolment.domain import wishes
from enrolment.domain.eligibility import in_each_others_way
from enrolment.domain.refusals import Finding, Objection
from enrolment.domain.wishes import MOST_LISTED, MOST_WISHES, Standing
from enrolment.models import Application, ApplicationVersion, ChainEntry, Wish, ledger
from enrolment.queries.applications import (
    LikeClass,
    Window,
    application_of,
    can_be_chosen,
    like_classes,
    standing_of,
    terms_with_forms,
    window_of,
)
from enrolment.queries.facts import Dossier, dossier

Phase = Term.Phase
# What has been handed in is told of until the results have all been answered.
STILL_TOLD_OF = (
    Phase.FROZEN,
    Phase.DRAWN,
    Phase.CONFIRMING,
    Phase.WAITLISTING,
    Phase.OPEN_ENROLMENT,
)


@dataclass(frozen=True)
class MyForm:
    """A learner's form: what is being filled in, what counts, and with whom it goes.

    ``draft`` is None while nothing is being changed. Of two who go together one has the choices;
    to the other the form is ``lead``'s.
    """

    term: Term
    window: Window
    application: Application | None = None
    draft: ApplicationVersion | None = None
    wishes: list[Wish] = field(default_factory=list)  # of the draft
    counted: list[Wish] = field(default_factory=list)  # of what counts
    partner_name: str = ""

    @property
    def record(self) -> Application:
        """The application, of a form that has been begun."""
        if self.application is None:
            raise Application.DoesNotExist
        return self.application

    @property
    def lead(self) -> Application | None:
        """The form whose choices count for this one, too."""
        return self.application.goes_with if self.application else None

    @property
    def current(self) -> ApplicationVersion | None:
        """The version that counts, or would if the form had not been withdrawn."""
        form = self.lead or self.application
        return form.current if form else None

    @property
    def is_handed_in(self) -> bool:
        """Whether something counts."""
        return self.application is not None and self.application.is_handed_in

    @property
    def own(self) -> list[Wish]:
        """The choices on the draft, in order."""
        return [wish for wish in self.wishes if not wish.is_substitute]

    @property
    def instead(self) -> list[Wish]:
        """The classes on the draft that one would take instead."""
        return [wish for wish in self.wishes if wish.is_substitute]

    @property
    def counted_own(self) -> list[Wish]:
        """The choices that count, in order."""
        return [wish for wish in self.counted if not wish.is_substitute]

    @property
    def counted_instead(self) -> list[Wish]:
        """The classes that count as those one would take instead."""
        return [wish for wish in self.counted if wish.is_substitute]

    @property
    def takes_more(self) -> bool:
        """Whether another class may be chosen."""
        return len(self.own) < MOST_WISHES

    @property
    def has_unsent_changes(self) -> bool:
        """Whether the form was handed in and says something else by now."""
        if self.draft is None or self.current is None or not self.is_handed_in:
            return False
        return _said(self.draft, self.wishes) != _said(self.current, self.counted)

    def may_change(self, at: datetime) -> bool:
        """Whether the web still takes what is done to the form."""
        begun_at = self.draft.begun_at if self.draft else None
        return self.window.takes(at, channel="web", begun_at=begun_at)

    def may_undo(self, at: datetime) -> bool:
        """Whether the last step may still be taken back by a press."""
        until = self.application.undo_until if self.application else None
        return until is not None and at <= until


def _said(version: ApplicationVersion, rows: list[Wish]) -> tuple[object, ...]:
    listed = [(row.section_id, row.is_substitute) for row in rows]
    return listed, version.wanted, version.split_ok, version.wants_better


def term_of_form(learner: Learner) -> Term | None:
    """Return the term whose form concerns a learner now; None between the terms.

    The one that takes forms; else one with a form of theirs that is not over; else the next.
    """
    coming = terms_with_forms()
    open_now = [term for term in coming if term.phase == Phase.WISHES_OPEN]
    if open_now:
        return open_now[0]
    under_way = Application.objects.of(learner).filter(term__phase__in=STILL_TOLD_OF)
    found = under_way.select_related("term").first()
    return found.term if found else next(iter(coming), None)


def my_form(learner: Learner) -> MyForm | None:
    """Return a learner's form with its choices; None between the terms."""
    term = term_of_form(learner)
    if term is None:
        return None
    window = window_of(term)
    application = application_of(learner, term)
    if application is None:
        return MyForm(term, window)
    lead = application.goes_with
    draft = application.versions.drafts().first() if lead is None else None
    current = (lead or application).current
    return MyForm(
        term=term,
        window=window,
        application=application,
        draft=draft,
        wishes=_wishes(draft),
        counted=_wishes(current),
        partner_name=_partner_name(application),
    )


def has_unsent_changes(learner: Learner) -> bool:
    """Whether a learner has changed a form and not handed the change in; two small queries."""
    changed = Application.objects.of(learner).with_unsent_changes()
    if not changed.filter(term__phase=Phase.WISHES_OPEN).exists():
        return False
    form = my_form(learner)
    return form is not None and form.has_unsent_changes


def _wishes(version: ApplicationVersion | None) -> list[Wish]:
    return list(version.wishes.with_all_to_show().in_order()) if version else []


def _partner_name(application: Application) -> str:
    """Return the name of whoever goes with somebody: both know of it, whoever joined them."""
    if application.partner_id is None:
        return ""
    with scope.learners([application.learner_id, application.partner_id]):
        return Learner.objects.get(pk=application.partner_id).name


def handed_in_alone(learner_id: int, term: Term) -> bool:
    """Whether what somebody handed in counts by itself."""
    with scope.learners([learner_id]):
        form = Application.objects.of_term(term).filter(learner=learner_id, goes_with=None).first()
        return form is not None and form.is_handed_in


def last_entry(application: Application) -> ChainEntry | None:
    """Return the entry of the chain that a form's slip shows; None before the first."""
    return ChainEntry.objects.filter(application=application).order_by("number").last()


def day_of_result(term: Term) -> datetime | None:
    """Return when the draw of a term is held, as planned."""
    planned = TermPhase.objects.filter(term=term, phase=Phase.DRAWN).first()
    return planned.opens_at if planned else None


def papers_until(term: Term) -> datetime | None:
    """Return until when a missing paper can be brought: the closing of the list."""
    planned = TermPhase.objects.filter(term=term, phase=Phase.FROZEN).first()
    return planned.opens_at if planned else None


# Classes to choose from


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

    def facts_of(ids: list[int]) -> Dossier:
        return dossier(ids, learner=learner, actor=actor, at=at)

    room = MOST_LISTED - len(form.own)
    chosen = [wish.section for wish in form.own]
    found = like_classes(chosen, learner=learner, facts_of=facts_of, most=2 * room)
    found = _possible_for_both(form, found, actor=actor, at=at)[:room]
    known = [one.section.pk for one in found]
    if form.draft is not None and not form.draft.substitutes_asked:
        return found, known
    taken = {wish.section_id for wish in form.instead}
    return found, [pk for pk in known if pk in taken]


def _possible_for_both(
    form: MyForm, found: list[LikeClass], *, actor: User, at: datetime
) -> list[LikeClass]:
    """Leave out what is not possible for whoever goes with the learner."""
    partner = form.application.partner_id if form.application else None
    if partner is None or not found:
        return found
    with scope.learners([partner]):
        other = Learner.objects.get(pk=partner)
    facts = dossier([one.section.pk for one in found], learner=other, actor=actor, at=at)
    return [one for one in found if facts.against_wish(one.section.pk) is None]


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
