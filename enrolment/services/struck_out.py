"""Somebody steps out between the closed list and the draw: struck through, never taken off.

List, numbers and results stay as they are, and anybody can work them out again. What changes is
who is given a seat: nobody who is in this book (``enrolment/sql/draw.sql``). Their seats go down
the waiting lists of the draw.
"""

from collections.abc import Iterable
from datetime import datetime

from accounts import outbox
from accounts.models import AuditEvent, User
from courses.models import Term
from enrolment.domain.wishes import FormProblem
from enrolment.models import Application, ChainEntry, Channel, StruckOut
from enrolment.queries.applications import AT_THE_OFFICE
from enrolment.services.applications import FormRefused, content_of, form_of
from enrolment.services.chain import append_entry

Reason = StruckOut.Reason
State = Application.State


def step_out(
    *,
    application: Application,
    reason: str,
    actor: User,
    channel: str,
    at: datetime,
    both: bool = False,
) -> list[StruckOut]:
    """Step out of the draw of a closed list; return who did by this press. Twice is once.

    Of two who go together one may step out and the other stays, with a place for one. ``both``
    is for the form that has the choices, as withdrawing is. It is never undone: nobody comes
    back when chance is known. Raises ``FormRefused`` before the list is closed, for a form that
    is not on it, and once the draw is public, when a place is declined instead.
    """
    with form_of(application) as form:
        if both and form.goes_with_id:
            raise FormRefused(FormProblem.WITH_SOMEBODY)
        companions = Application.objects.locked().select_related("term", "learner")
        people = [form, *(companions.filter(goes_with=form) if both else ())]
        leaving = [one for one in people if not hasattr(one, "struck_out")]
        for one in leaving:
            _ensure_on_the_list(one)
        return [_strike(one, reason, actor, channel, at) for one in leaving]


def strike_out_who_died(*, term: Term, actor: User, at: datetime) -> int:
    """Strike out everybody on a list who is known to have died; return how many.

    Part of the publication: no seat and no letter goes to them, and the public table says why a
    seat that was drawn is free. The caller works for the whole city.
    """
    died = Application.objects.of_term(term).in_the_draw().not_struck_out()
    found = died.filter(learner__deceased_on__isnull=False).select_related("term", "learner")
    forms = _in_order(found)
    for form in forms:
        _strike(form, Reason.DIED, None, Channel.SYSTEM, at, noted_by=actor)
    return len(forms)


def _in_order(forms: Iterable[Application]) -> list[Application]:
    return sorted(forms, key=lambda form: form.number)


def _ensure_on_the_list(form: Application) -> None:
    """The state says it all: ``in_draw`` from the first list until the draw is public."""
    if form.state in {State.ALLOCATED, State.UNALLOCATED, State.CLOSED}:
        raise FormRefused(FormProblem.DRAW_IS_PUBLIC)
    if form.state != State.IN_DRAW:
        raise FormRefused(FormProblem.NOT_ON_THE_LIST)


def _strike(
    form: Application,
    reason: str,
    actor: User | None,
    channel: str,
    at: datetime,
    *,
    noted_by: User | None = None,
) -> StruckOut:
    """Write the row, the entry of the chain, the audit and the errand for the letter."""
    row = StruckOut.objects.create(
        application=form, reason=reason, actor=actor, channel=channel, at=at
    )
    append_entry(
        term=form.term,
        application=form,
        act=ChainEntry.Act.STRIKE,
        content=content_of(form),
        at=at,
    )
    AuditEvent.objects.record(
        actor or noted_by, "struck out of the draw", form, at=at, learner=form.learner,
        unit=form.unit, channel=channel, at_the_office=channel in AT_THE_OFFICE,
    )  # fmt: skip
    if reason != Reason.DIED:
        outbox.put("tell_struck_out", row.pk)
    return row
