"""Two people stand on the list of a term as one: a couple, or somebody and who cares for them.

The choices are those of one form, and both get one number in the draw. Who may speak for both
has been looked at by the door.
"""

from datetime import datetime

from django.db import transaction

from accounts import scope
from accounts.models import Learner, User
from enrolment.domain.wishes import FormProblem
from enrolment.models import Application, ChainEntry
from enrolment.services.applications import (
    FormRefused,
    ensure_choices,
    ensure_window,
    form_of,
    note_step,
)
from enrolment.services.forms import form_for

State = Application.State
Act = ChainEntry.Act


@transaction.atomic
def go_together(
    *, application: Application, companion: Learner, actor: User, channel: str, at: datetime
) -> Application:
    """Let a form count for somebody else, too; who had none gets one that names the other's.

    Raises ``FormRefused``, as ``join_forms`` does.
    """
    with scope.learners([companion.pk]):
        second = form_for(term=application.term, learner=companion, at=at)
    return join_forms(first=application, second=second, actor=actor, channel=channel, at=at)


@transaction.atomic
def join_forms(
    *, first: Application, second: Application, actor: User, channel: str, at: datetime
) -> Application:
    """Let two people stand on the list as one: the choices are those of the first.

    One number for both, and a class only where there are two seats. What is on the first form
    has to be possible for both; a form of the second waits for the first to be handed in. The
    caller has made sure that both agree. Raises ``FormRefused``.
    """
    with scope.learners([first.learner_id, second.learner_id]):
        both = {
            form.pk: form
            for form in Application.objects.locked()
            .select_related("term", "learner", "partner", "current")
            .filter(pk__in=[first.pk, second.pk])
            .order_by("pk")
        }
        lead, companion = both[first.pk], both[second.pk]
        if lead.partner_id == companion.learner_id and companion.goes_with_id == lead.pk:
            return lead
        if lead.partner_id or companion.partner_id or lead.term_id != companion.term_id:
            raise FormRefused(FormProblem.LINKED_ALREADY)
        ensure_window(lead.term, at=at, channel=channel, begun_at=lead.begun_at)
        had_handed_in = companion.is_handed_in
        lead.partner, companion.partner = companion.learner, lead.learner
        lead.save(update_fields=["partner"])
        _ensure_choices(lead, actor, at)
        companion.goes_with, companion.undo_until, companion.last_step_by = lead, None, None
        companion.state = lead.state if lead.is_handed_in else State.DRAFT
        lead.undo_until, lead.last_step_by = None, None
        lead.save(update_fields=["partner", "undo_until", "last_step_by"])
        companion.save(
            update_fields=["partner", "goes_with", "state", "undo_until", "last_step_by"]
        )
        for form, counts in ((lead, lead.is_handed_in), (companion, had_handed_in)):
            note_step(form, Act.CHANGE if counts else None, actor, channel, at)
        return lead


def _ensure_choices(form: Application, actor: User, at: datetime) -> None:
    """What the form says already has to be possible for both, or nothing is joined."""
    drafts = list(form.versions.drafts())
    if form.current is not None and not form.is_handed_in:
        return
    for version in [*drafts, *([form.current] if form.current else [])]:
        if version.wishes.exists():
            ensure_choices(form, version, actor, at, only_ask=True)


@transaction.atomic
def part_forms(
    *, application: Application, actor: User | None, channel: str, at: datetime
) -> None:
    """Let each of two people stand for themselves again; the second fills in a form of their own.

    ``actor`` is None where one of them has died. Raises ``FormRefused`` once the list is closed.
    """
    with form_of(application) as form:
        ensure_window(form.term, at=at, channel=channel, begun_at=form.begun_at)
        lead = form.goes_with or form
        companion = Application.objects.filter(goes_with=lead).first()
        if companion is None:
            return
        was_in_it = companion.is_handed_in
        companion.goes_with, companion.partner = None, None
        companion.state = State.SUBMITTED if companion.current_id else State.DRAFT
        companion.undo_until, companion.last_step_by = None, None
        companion.save(
            update_fields=["goes_with", "partner", "state", "undo_until", "last_step_by"]
        )
        lead.partner, lead.undo_until, lead.last_step_by = None, None, None
        lead.save(update_fields=["partner", "undo_until", "last_step_by"])
        note_step(lead, Act.CHANGE if lead.is_handed_in else None, actor, channel, at)
        # Without a form of their own they are out of the draw, and must hear of it.
        out = Act.WITHDRAW if was_in_it else None
        note_step(companion, Act.CHANGE if companion.is_handed_in else out, actor, channel, at)
