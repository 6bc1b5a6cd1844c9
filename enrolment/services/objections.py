"""Somebody says that the first list is wrong about a form; the registrar answers.

Facts only: a form that is missing, a slip of the keys, who may be in which class, a reserve.
What is upheld changes the form by the same services by which it was filed, and the final list
with it (``finalise_roster``); nothing else opens a closed list.
"""

from datetime import datetime

from django.db import connection, transaction

from accounts import outbox, scope
from accounts.models import AuditEvent, Learner, User
from courses.models import Term
from enrolment.domain.draws import DrawProblem, DrawRefused, RightForm
from enrolment.domain.wishes import MOST_WISHES
from enrolment.models import Application, Channel, Objection, Roster
from enrolment.services.applications import hand_in
from enrolment.services.forms import (
    answer_form,
    choose,
    form_for,
    open_form,
    strike,
    take_instead,
)
from enrolment.services.rosters import objections_until

Kind = Objection.Kind
CHANGES_THE_FORM = frozenset({Kind.MISSING, Kind.KEYED_WRONG})


@transaction.atomic
def file_objection(
    *, term: Term, learner: Learner, kind: str, words: str, actor: User, at: datetime
) -> Objection:
    """Object to the first list, for a learner; the same words about the same form count once.

    Raises ``DrawRefused`` before the list is closed, and after the deadline.
    """
    _ensure_may_object(term, at)
    with scope.learners([learner.pk]):
        form = form_for(term=term, learner=learner, at=at)
        # One press at a time; and a list that is being made final meanwhile is waited for.
        Application.objects.locked().get(pk=form.pk)
        _ensure_may_object(term, at)
        said = {"application": form, "kind": kind, "words": words.strip(), "decided_at": None}
        objection, is_new = Objection.objects.get_or_create(
            **said, defaults={"filed_by": actor, "filed_at": at}
        )
        if is_new:
            AuditEvent.objects.record(
                actor, "objected", objection, at=at, learner=learner, unit=term.unit, kind=kind
            )
        return objection


def _ensure_may_object(term: Term, at: datetime) -> None:
    with scope.system("read a list"):
        first = Roster.objects.of_term(term).select_related("term").first()
        is_final = Roster.objects.of_term(term).count() > 1
    if first is None:
        raise DrawRefused(DrawProblem.NOT_FROZEN)
    if is_final or at >= objections_until(first, at=at):
        raise DrawRefused(DrawProblem.OBJECTIONS_OVER)


@transaction.atomic
def decide_objection(
    *,
    objection: Objection,
    upheld: bool,
    answer: str,
    actor: User,
    at: datetime,
    right_form: RightForm | None = None,
) -> Objection:
    """Answer an objection; upheld, the form says what it should have said. Decided once.

    Raises ``DrawRefused`` when it is decided or the list is final, when somebody would uphold
    what they filed, and when a form has to be put right and nobody says how; ``FormRefused``
    when the right form is not possible.
    """
    with scope.system("decide an objection"):
        objection = (
            Objection.objects.select_for_update(of=("self",))
            .select_related("application__term", "application__learner")
            .get(pk=objection.pk)
        )
        if objection.decided_at is not None:
            raise DrawRefused(DrawProblem.DECIDED_ALREADY)
        if Roster.objects.of_term(objection.application.term).count() != Roster.FIRST:
            raise DrawRefused(DrawProblem.OBJECTIONS_OVER)
        if upheld and objection.filed_by_id == actor.pk:
            raise DrawRefused(DrawProblem.ONE_PERSON)
        if upheld and objection.kind in CHANGES_THE_FORM:
            if right_form is None or not right_form.choices:
                raise DrawRefused(DrawProblem.NOTHING_CHANGED)
            _put_right(objection, right_form, actor, at)
        objection.upheld, objection.answer = upheld, answer
        objection.decided_by, objection.decided_at = actor, at
        objection.save(update_fields=["upheld", "answer", "decided_by", "decided_at"])
        AuditEvent.objects.record(
            actor, "objection decided", objection, at=at,
            learner=objection.application.learner, unit=objection.application.term.unit,
            upheld=upheld,
        )  # fmt: skip
        outbox.put("tell_objection", objection.pk)
        return objection


def _put_right(objection: Objection, right: RightForm, actor: User, at: datetime) -> None:
    """Fill the form in anew and hand it in, for the transaction that the objection opens."""
    form, learner = objection.application, objection.application.learner
    _open(objection)
    if form.current_id is not None:  # on the list, or kept off it
        form.state, form.rejected_for = Application.State.SUBMITTED, ""
        form.save(update_fields=["state", "rejected_for"])
    draft = open_form(term=form.term, learner=learner, actor=actor, channel=Channel.PAPER, at=at)
    # What stood there goes: the order of what comes instead is that of the paper.
    own, rest = list(right.choices[:MOST_WISHES]), list(right.choices[MOST_WISHES:])
    for section in list(draft.wishes.values_list("section", flat=True)):
        strike(application=form, section_id=section, channel=Channel.PAPER, at=at)
    for section in own:
        choose(application=form, section_id=section, actor=actor, channel=Channel.PAPER, at=at)
    take_instead(application=form, section_ids=rest, actor=actor, channel=Channel.PAPER, at=at)
    answer_form(application=form, wanted=right.wanted, channel=Channel.PAPER, at=at)
    hand_in(application=form, actor=actor, channel=Channel.PAPER, at=at)


def _open(objection: Objection) -> None:
    """The database lets this one form change while the objection is undecided (migration 0025)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.objection', %s, true)", [str(objection.pk)])
