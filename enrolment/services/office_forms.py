"""A form of a term through the office: the services of the web, with the learner's word kept.

Each act is one transaction, so that what a learner said and what was done stand together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import scope
from accounts.models import Learner, User
from courses.models import Term
from enrolment import queries
from enrolment.domain.wishes import MOST_LISTED
from enrolment.models import Application, StruckOut
from enrolment.queries.desk_forms import NEARBY_MINUTES
from enrolment.services import applications, company, forms, struck_out
from enrolment.services.applications import FormRefused
from enrolment.services.desk import Press, Word, keep_word


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a learner answers besides the choices.

    ``instead``: like classes they would take, in order; None for all that the list has room for.
    """

    wanted: int
    instead: Sequence[int] | None
    wants_better: bool = False
    split_ok: bool = False


def choose_for(
    *,
    term: Term,
    learner: Learner,
    section_ids: Sequence[int],
    actor: User,
    channel: str,
    at: datetime,
) -> list[FormRefused]:
    """Put classes on somebody's form, in order; return why some of them do not stand there.

    Raises ``FormRefused`` when there is no form to put them on.
    """
    draft = forms.open_form(term=term, learner=learner, actor=actor, channel=channel, at=at)
    refused = []
    for section in section_ids:
        try:
            with transaction.atomic():
                forms.choose(
                    application=draft.application,
                    section_id=section,
                    actor=actor,
                    channel=channel,
                    at=at,
                )
        except FormRefused as why:
            refused.append(why)
    return refused


@transaction.atomic
def hand_in_for(
    *, term: Term, learner: Learner, said: Said, word: Word, actor: User, at: datetime
) -> Application:
    """Hand in somebody's form with what they said. A second tap changes nothing.

    Raises ``FormRefused``; what they answered is forgotten then, their choices are not.
    """
    with scope.learners([learner.pk]):
        form = queries.application_of(learner, term)
        if form is not None and _says_the_same(form, said):
            return form
        press: Press = {"channel": word.channel, "at": at}
        form = forms.open_form(term=term, learner=learner, actor=actor, **press).application
        forms.answer_form(
            application=form,
            wanted=said.wanted,
            wants_better=said.wants_better,
            split_ok=said.split_ok,
            **press,
        )
        instead = like_classes_of(form, actor, at) if said.instead is None else said.instead
        forms.take_instead(application=form, section_ids=instead, actor=actor, **press)
        form = applications.hand_in(application=form, actor=actor, **press)
        _keep(form, word, actor, at, act="hand in")
    return form


@transaction.atomic
def withdraw_form_for(*, application: Application, word: Word, actor: User, at: datetime) -> None:
    """Take somebody's form out of the term. Raises ``FormRefused``."""
    was = application.state
    form = applications.withdraw_application(
        application=application, actor=actor, channel=word.channel, at=at
    )
    if form.state != was:
        _keep(form, word, actor, at, act="withdraw")


@transaction.atomic
def undo_form_for(*, application: Application, word: Word, actor: User, at: datetime) -> None:
    """Take somebody's last step back, within ten minutes. Raises ``FormRefused``."""
    form = applications.take_back(
        application=application, actor=actor, channel=word.channel, at=at
    )
    _keep(form, word, actor, at, act="undo")


@transaction.atomic
def step_out_for(
    *,
    application: Application,
    because: str,
    both: bool,
    word: Word,
    actor: User,
    at: datetime,
) -> list[Learner]:
    """Let somebody out of the draw, or both of two; return who is out by this.

    Of who has died no consent is kept: nobody agreed to anything. Raises ``FormRefused``.
    """
    rows = struck_out.step_out(
        application=application, reason=because, actor=actor, channel=word.channel, at=at,
        both=both,
    )  # fmt: skip
    if because != StruckOut.Reason.DIED:
        for row in rows:
            _keep(row.application, word, actor, at, act="step out")
    return [row.application.learner for row in rows]


@transaction.atomic
def join_for(
    *, term: Term, learner: Learner, other: Learner, word: Word, actor: User, at: datetime
) -> Application:
    """Let two people stand on the list as one, with the choices of the first.

    Raises ``FormRefused`` where what stands on the form is not possible for both.
    """
    press: Press = {"channel": word.channel, "at": at}
    draft = forms.open_form(term=term, learner=learner, actor=actor, **press)
    lead = company.go_together(
        application=draft.application, companion=other, actor=actor, **press
    )
    with scope.learners([learner.pk, other.pk]):
        for person in (learner, other):
            keep_word(
                person, word, unit=person.unit, actor=actor, at=at,
                act="join", application=lead.number,
            )  # fmt: skip
    return lead


@transaction.atomic
def part_for(*, application: Application, word: Word, actor: User, at: datetime) -> None:
    """Let each of two people stand for themselves again. Raises ``FormRefused``."""
    company.part_forms(application=application, actor=actor, channel=word.channel, at=at)
    _keep(application, word, actor, at, act="part")


def like_classes_of(form: Application, actor: User, at: datetime) -> list[int]:
    """Return the like classes there is room for behind the choices, the nearest first."""
    draft = form.versions.drafts().first() or form.current
    if draft is None:
        return []
    rows = list(draft.wishes.own().with_all_to_show().in_order())
    found = queries.like_classes(
        [row.section for row in rows],
        learner=form.learner,
        partner=form.partner_id,
        actor=actor,
        at=at,
        at_most_minutes=NEARBY_MINUTES,
        most=MOST_LISTED - len(rows),
    )
    return [one.section.pk for one in found]


def _says_the_same(form: Application, said: Said) -> bool:
    version = form.current
    if version is None or not form.is_handed_in or form.versions.drafts().exists():
        return False
    instead = list(version.wishes.substitutes().in_order().values_list("section", flat=True))
    return (version.wanted, version.wants_better, version.split_ok) == (
        said.wanted,
        said.wants_better,
        said.split_ok,
    ) and (said.instead is None or sorted(said.instead) == sorted(instead))


def _keep(form: Application, word: Word, actor: User, at: datetime, *, act: str) -> None:
    with scope.learners([form.learner_id]):
        keep_word(
            form.learner, word, unit=form.unit, actor=actor, at=at,
            act=act, application=form.number,
        )  # fmt: skip
