"""How each of a learner's classes goes on next term, and until when one can say so."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Learner, User
from courses.models import ClassSection, Course, Term, TermPhase
from enrolment.domain import renewal
from enrolment.domain.refusals import Objection
from enrolment.domain.renewal import RenewalProblem
from enrolment.models import Enrolment, Renewal, ledger
from enrolment.queries.applications import can_be_chosen
from enrolment.queries.desk_forms import free_seats
from enrolment.queries.facts import Dossier, dossier
from enrolment.queries.times import rules_of

MOST_CLASSES = 8


@dataclass(frozen=True)
class Option:
    """A class one may go on in; ``objection`` says what keeps this person from it."""

    section: ClassSection
    free: int
    objection: Objection | None


@dataclass(frozen=True)
class GoingOn:
    """One class of this term, and where it goes on: the nearest to what one has first.

    ``most``: how many may renew where a lot decides, None where there is room for all.
    ``renewal``: what has been said already.
    """

    enrolment: Enrolment
    options: list[Option]
    most: int | None
    problem: RenewalProblem | None
    renewal: Renewal | None

    @property
    def best(self) -> Option | None:
        """The class that is one tap away."""
        return next((one for one in self.options if _is_open(one, self.most)), None)

    @property
    def others(self) -> list[Option]:
        """Classes at another hour or place that are possible, too."""
        return [one for one in self.options if one != self.best and _is_open(one, self.most)]

    @property
    def objection(self) -> Objection | None:
        """What stands against the nearest class, where none is possible."""
        return self.options[0].objection if self.options else None


def term_to_renew_into() -> Term | None:
    """Return the term whose renewal is open, if one is."""
    return Term.objects.in_phase(Term.Phase.RENEWAL_OPEN).order_by("starts_on").first()


def renewal_window(term: Term) -> TermPhase | None:
    """Return from when to when one can renew into a term."""
    return TermPhase.objects.of_phase(Term.Phase.RENEWAL_OPEN).filter(term=term).first()


def confirm_until(term: Term) -> datetime | None:
    """Return until when a renewed place has to be paid: the end of the confirming phase."""
    planned = TermPhase.objects.of_phase(Term.Phase.CONFIRMING).filter(term=term).first()
    return planned.closes_at if planned else None


def classes_of_last_term(learner: Learner, term: Term) -> list[Enrolment]:
    """Return the room classes somebody has, or had to the end, in the term before this one."""
    before = (
        Term.objects.filter(unit=term.unit_id, starts_on__lt=term.starts_on).latest_first().first()
    )
    if before is None:
        return []
    found = Enrolment.objects.of(learner).attending().of_term(before)
    return list(
        found.filter(section__by_invitation=False)
        .exclude(section__mode=ClassSection.Mode.ONLINE)
        .with_all_to_show()
        .in_order()
    )


def going_on(enrolment: Enrolment, term: Term, *, actor: User, at: datetime) -> GoingOn:
    """Say how one class goes on. Needs the learner's rows in scope."""
    stored = rules_of(term, at=at).stored
    standing = (
        Renewal.objects.standing()
        .filter(goes_on_from=enrolment, term=term)
        .select_related("section__course__subject", "section__slot", "section__campus")
        .first()
    )
    share = ledger.attendance(
        learner=enrolment.learner, section=enrolment.section, actor=actor, at=at
    )
    if not renewal.came_often_enough(share, needed=stored.get("attendance_to_renew", 60)):
        return _nowhere(enrolment, RenewalProblem.CAME_TOO_SELDOM, standing)
    goes = _level(enrolment, term)
    if goes is None:
        return _nowhere(enrolment, RenewalProblem.PROGRAMME_OVER, standing)
    sections = _sections(enrolment.section, term, goes)
    if not sections:
        return _nowhere(enrolment, RenewalProblem.NO_CLASS, standing)
    facts = dossier(
        [section.pk for section in sections], learner=enrolment.learner, actor=actor, at=at
    )
    most = None
    if goes.is_capped:
        cap = stored.get("renewal_cap", 40)
        most = renewal.most_renewals(sections[0].capacity, cap=cap)
    options = _options(sections, facts)
    problem = None
    if all(one.objection for one in options):
        problem = RenewalProblem.NOT_POSSIBLE
    elif not any(_is_open(one, most) for one in options):
        problem = RenewalProblem.FULL
    return GoingOn(enrolment, options, most, problem, standing)


def _nowhere(enrolment: Enrolment, problem: RenewalProblem, standing: Renewal | None) -> GoingOn:
    return GoingOn(enrolment, [], None, problem, standing)


def _is_open(option: Option, most: int | None) -> bool:
    """Whether one may ask for it: a seat is free, or a lot decides anyway."""
    return option.objection is None and (option.free > 0 or most is not None)


def _level(enrolment: Enrolment, term: Term) -> renewal.GoesOn | None:
    course = enrolment.section.course
    terms_here = (
        Enrolment.objects.of(enrolment.learner)
        .attending()
        .filter(section__course=course, section__term__starts_on__lt=term.starts_on)
        .values("section__term")
        .distinct()
        .count()
    )
    return renewal.next_level(
        course.level,
        terms_here=terms_here,
        terms_of_level=course.programme_terms,
        levels=set(
            Course.objects.filter(subject=course.subject_id).values_list("level", flat=True)
        ),
        again=course.repeat_rule == Course.RepeatRule.FREELY,
    )


def _sections(now: ClassSection, term: Term, goes: renewal.GoesOn) -> list[ClassSection]:
    """Return the classes one goes on in; where a lot decides, one's own class alone."""
    found = list(
        can_be_chosen(term)
        .filter(course__subject=now.course.subject_id, course__level=goes.level)
        .with_all_to_show()
    )
    found.sort(
        key=lambda one: (
            one.campus_id != now.campus_id,
            one.slot_id != now.slot_id,
            one.teacher_id != now.teacher_id,
            one.unit_id != now.unit_id,
            one.pk,
        )
    )
    if goes.is_capped:
        return [one for one in found if one.campus_id == now.campus_id][:1]
    return found[:MOST_CLASSES]


def _options(sections: list[ClassSection], facts: Dossier) -> list[Option]:
    free = free_seats([one.pk for one in sections])
    return [Option(one, free[one.pk], facts.against_renewal(one.pk)) for one in sections]
