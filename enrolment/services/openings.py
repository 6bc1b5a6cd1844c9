"""When departments open, and the hand of the registrar's office on a room that is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from secrets import token_hex
from typing import Any

from django.db import transaction

from accounts import scope
from accounts.models import AuditEvent, User
from courses.models import ClassSection, Department, Term, TermPhase
from enrolment.domain import queueing
from enrolment.models import Opening, OpeningSecret
from enrolment.services.pacing import end_room

SEED_BYTES = 32


class PlanProblem(StrEnum):
    """Why a department cannot open then; ``enrolment/wording`` has the sentences."""

    TERM_OVER = "term_over"
    NO_WINDOW = "no_window"
    OUTSIDE = "outside"
    IN_THE_PAST = "in_the_past"
    ALREADY_DRAWN = "already_drawn"
    PEOPLE_WAIT = "people_wait"


class PlanRefused(Exception):
    """The plan stays as it was; ``department`` is the one that cannot be as asked, if one is."""

    def __init__(self, problem: PlanProblem, department: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.department = department


@dataclass(frozen=True)
class _Plan:
    """What one plan needs while it is written."""

    term: Term
    window: TermPhase
    actor: User
    at: datetime


@transaction.atomic
def plan_openings(
    *, term: Term, moments: Mapping[Department, datetime | None], actor: User, at: datetime
) -> list[Opening]:
    """Let each department open at its moment; None takes a planned opening back.

    A new opening draws its seed and shows the digest at once. All classes of the department
    follow. An opening whose order has been made stays as it is, and one in whose room people
    wait can be put off, not taken back: they keep their places. Raises ``PlanRefused``.
    """
    term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
    window = term.phases.opening_for_all().first()
    if term.is_over:
        raise PlanRefused(PlanProblem.TERM_OVER)
    if window is None:
        raise PlanRefused(PlanProblem.NO_WINDOW)
    plan = _Plan(term, window, actor, at)
    stored = Opening.objects.of_term(term).select_for_update(no_key=True)
    before = {opening.department_id: opening for opening in stored}
    for department, moment in moments.items():
        opening = before.get(department.pk)
        if moment is None:
            if opening is not None:
                _take_back(plan, opening)
        elif opening is None:
            _open(plan, department, moment)
        elif opening.opens_at != moment:
            _put_off(plan, opening, moment)
        elif opening.shuffled_at is None:
            _keep(plan, opening)
    return list(Opening.objects.of_term(term).with_words())


def follow_its_department(section: ClassSection) -> ClassSection:
    """Let a class that is opened later open with its department, where that has its day."""
    opening = Opening.objects.for_class(section).first()
    if opening is not None and section.opens_at != opening.opens_at:
        section.opens_at = opening.opens_at
        section.save(update_fields=["opens_at"])
    return section


@transaction.atomic
def hold_people_back(
    *, opening: Opening, held_back: bool, reason: str, actor: User, at: datetime
) -> None:
    """Let nobody else in for the time being, or go on. Who is in may finish in peace."""
    Opening.objects.filter(pk=opening.pk).update(held_back=held_back)
    action = "people held back" if held_back else "people let in again"
    _note_by_hand(opening, actor, at, reason, action)


@transaction.atomic
def limit_pace(
    *, opening: Opening, most_per_second: int | None, reason: str, actor: User, at: datetime
) -> None:
    """Let in no more than so many people a second; None leaves it to the measured pace."""
    Opening.objects.filter(pk=opening.pk).update(most_per_second=most_per_second)
    _note_by_hand(opening, actor, at, reason, "pace limited", most_per_second=most_per_second)


@transaction.atomic
def end_by_hand(*, opening: Opening, reason: str, actor: User, at: datetime) -> None:
    """Close the waiting room: from now on everybody asks for places without standing in line."""
    if end_room(opening=opening, at=at):
        _note_by_hand(opening, actor, at, reason, "waiting room ended")


def _note_by_hand(
    opening: Opening, actor: User, at: datetime, reason: str, action: str, **details: Any
) -> None:
    AuditEvent.objects.record(
        actor, action, opening, at=at, unit=opening.term.unit, reason=reason, **details
    )


def _open(plan: _Plan, department: Department, moment: datetime) -> None:
    _ensure_possible(plan, department.pk, moment)
    seed = token_hex(SEED_BYTES)
    opening = Opening.objects.create(
        term=plan.term,
        department=department,
        opens_at=moment,
        closes_at=plan.window.closes_at,
        seed_digest=queueing.digest_of(seed),
    )
    with scope.system("plan openings"):
        OpeningSecret.objects.create(opening=opening, seed=seed)
    _move_classes(plan, opening.department_id, moment)
    _note(plan, "opening planned", opening, opens_at=moment.isoformat(),
          digest=opening.seed_digest)  # fmt: skip


def _put_off(plan: _Plan, opening: Opening, moment: datetime) -> None:
    if opening.shuffled_at is not None:
        raise PlanRefused(PlanProblem.ALREADY_DRAWN, opening.department_id)
    _ensure_possible(plan, opening.department_id, moment)
    before = opening.opens_at
    opening.opens_at, opening.closes_at = moment, plan.window.closes_at
    opening.save(update_fields=["opens_at", "closes_at"])
    _move_classes(plan, opening.department_id, moment)
    _note(plan, "opening moved", opening, before=before.isoformat(), after=moment.isoformat())


def _keep(plan: _Plan, opening: Opening) -> None:
    """Bring classes back to their department's day that went with the dates of the term."""
    if opening.closes_at != plan.window.closes_at:
        opening.closes_at = plan.window.closes_at
        opening.save(update_fields=["closes_at"])
    _move_classes(plan, opening.department_id, opening.opens_at)


def _take_back(plan: _Plan, opening: Opening) -> None:
    if opening.shuffled_at is not None:
        raise PlanRefused(PlanProblem.ALREADY_DRAWN, opening.department_id)
    with scope.system("plan openings"):
        if opening.places.exists():
            raise PlanRefused(PlanProblem.PEOPLE_WAIT, opening.department_id)
        _note(plan, "opening taken back", opening, opens_at=opening.opens_at.isoformat())
        opening.delete()
    _move_classes(plan, opening.department_id, plan.window.opens_at)


def _ensure_possible(plan: _Plan, department: int, moment: datetime) -> None:
    closes_at = plan.window.closes_at
    if moment < plan.window.opens_at or (closes_at is not None and moment >= closes_at):
        raise PlanRefused(PlanProblem.OUTSIDE, department)
    if moment <= plan.at:
        raise PlanRefused(PlanProblem.IN_THE_PAST, department)


def _move_classes(plan: _Plan, department: int, moment: datetime) -> None:
    plan.term.sections.filter(course__subject__department=department).update(
        opens_at=moment, closes_at=plan.window.closes_at
    )


def _note(plan: _Plan, action: str, opening: Opening, **details: Any) -> None:
    AuditEvent.objects.record(
        plan.actor, action, opening, at=plan.at, unit=plan.term.unit,
        department=opening.department_id, **details,
    )  # fmt: skip
