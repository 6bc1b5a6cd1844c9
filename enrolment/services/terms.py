"""A term with its seats: a class is opened, phases follow each other, the term ends."""

from datetime import datetime

from django.db import transaction

from accounts import scope
from accounts.models import AuditEvent, User
from campus.models import Campus
from courses.domain.phases import PhaseRefusal
from courses.models import ClassSection, Term, TermPolicy
from courses.services import ClassPlan, write_class
from enrolment.models import Application, ledger
from enrolment.services.openings import follow_its_department
from enrolment.services.renewals import announce_lot

PHASES = list(Term.Phase.values)


class PhaseRefused(Exception):
    """The term stays in the phase it is in."""

    def __init__(self, reason: PhaseRefusal) -> None:
        super().__init__(reason)
        self.reason = reason


class TermStillTaught(Exception):
    """The last day of teaching is still to come."""


@transaction.atomic
def close_term(*, term: Term, at: datetime, actor: User | None = None) -> int:
    """Close a term; return how many enrolments ended. Closing it again ends none.

    Everybody's attendance decides whether the course is completed (``domain.md`` 2.8); lines
    close; each learner's ``TermRecord`` is written, which renewal, repeats and the draw read.
    Raises ``TermStillTaught`` before its last day is over.
    """
    term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
    ended = ledger.close_term(term=term, at=at)
    if ended is None:
        raise TermStillTaught(term.code)
    if term.phase not in {Term.Phase.CLOSED, Term.Phase.ARCHIVED}:
        term.phase = Term.Phase.CLOSED
        term.save(update_fields=["phase"])
        AuditEvent.objects.record(
            actor, "term closed", term, at=at, unit=term.unit, enrolments=ended
        )
    return ended


@transaction.atomic
def open_class(
    *, term: Term, campus: Campus, plan: ClassPlan, actor: User, at: datetime
) -> ClassSection:
    """Open a class: its row, its dated lessons, its seats. All of it, or nothing.

    In a term that is still being planned the seats come with the prospectus. Where departments
    open one by one, the class opens with its own. Raises ``LessonRefused`` with the reason why
    there cannot be such a class.
    """
    section = write_class(term=term, campus=campus, plan=plan, actor=actor, at=at)
    follow_its_department(section)
    _lay_out_seats()
    return section


def phases_ahead(*, term: Term) -> list[str]:
    """Return the phases a term may be moved to, the next one first."""
    planned = set(term.phases.values_list("phase", flat=True))
    if term.is_over:
        planned = {Term.Phase.ARCHIVED.value}
    return [phase for phase in PHASES[PHASES.index(term.phase) + 1 :] if phase in planned]


@transaction.atomic
def move_term_on(*, term: Term, phase: str, reason: str, actor: User, at: datetime) -> Term:
    """Put a term into a later phase of its calendar; ``reason`` is kept with the actor's name.

    There is no way back: people have acted on what the phase let them do. The prospectus needs
    rules in force, and from it on classes have seats. Raises ``PhaseRefused``.
    """
    term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
    before = term.phase
    if phase not in PHASES or PHASES.index(phase) <= PHASES.index(before):
        raise PhaseRefused(PhaseRefusal.BACKWARDS)
    if phase not in phases_ahead(term=term):
        raise PhaseRefused(PhaseRefusal.NOT_PLANNED)
    if not TermPolicy.objects.published(term, at).exists():
        raise PhaseRefused(PhaseRefusal.NO_RULES)
    if phase == Term.Phase.CLOSED:
        _close_for_all(term, actor, at)
    else:
        term.phase = phase
        term.save(update_fields=["phase"])
        _lay_out_seats()
        if phase == Term.Phase.RENEWAL_OPEN:
            announce_lot(term=term, at=at)
        if phase == Term.Phase.ARCHIVED:
            _close_forms(term)
    AuditEvent.objects.record(
        actor, "term moved on", term, at=at, unit=term.unit, before=before, after=phase,
        reason=reason,
    )  # fmt: skip
    term.refresh_from_db(fields=["phase"])
    return term


def _close_for_all(term: Term, actor: User, at: datetime) -> None:
    """The end of a term is everybody's: it is written in no office's name."""
    try:
        with scope.system("close_term"):
            close_term(term=term, at=at, actor=actor)
    except TermStillTaught:
        raise PhaseRefused(PhaseRefusal.STILL_TAUGHT) from None


def _close_forms(term: Term) -> None:
    """Forms that were drawn are told of no more; what the draw gave stands in its results.

    A form that was withdrawn or kept off the list keeps saying so.
    """
    with scope.system("archive a term"):
        Application.objects.of_term(term).drawn().update(state=Application.State.CLOSED)


def _lay_out_seats() -> None:
    """Do at once what the sweep would do in a few seconds: nobody meets a class without seats.

    The clock's functions answer only work that names itself (``seat_ensure_for_all``).
    """
    with scope.system("lay_out"):
        ledger.lay_out()
