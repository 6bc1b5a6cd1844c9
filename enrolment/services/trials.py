"""The registrar asks what other rules would have come to; a worker plays them through."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import outbox, scope
from accounts.models import AuditEvent, User
from courses.models import Term
from enrolment import queries
from enrolment.domain.simulation import Crowd, Season
from enrolment.domain.simulation.policy import Policy, try_out
from enrolment.models import RuleTrial

PRESENT, TRIED = "present", "tried"


class NoForms(Exception):
    """There are no forms that could be played through, or no classes to make some up for."""


@transaction.atomic
def ask_for_trial(
    *,
    term: Term,
    forms_of: Term | None,
    crowd: Crowd | None,
    present: Mapping[str, Any],
    tried: Mapping[str, Any],
    actor: User,
    at: datetime,
) -> RuleTrial:
    """Ask what ``tried`` rules would have come to on a term's forms, beside the present ones.

    Or on a ``crowd`` of people made up for the classes of ``term``: one of the two is None. Raises
    ``NoForms`` when there is nothing to try them on.
    """
    if forms_of is None:
        known = queries.has_classes_to_try(term)
    else:
        with scope.system("look for forms"):
            known = forms_of in queries.terms_with_forms_kept()
    if not known:
        raise NoForms
    trial = RuleTrial.objects.create(
        term=term,
        forms_of=forms_of,
        invented=asdict(crowd) if crowd else None,
        present=dict(present),
        tried=dict(tried),
        asked_by=actor,
        asked_at=at,
    )
    outbox.put("answer_trial", trial.pk)
    AuditEvent.objects.record(
        actor, "rules tried out", trial, at=at, unit=term.unit, tried=dict(tried)
    )
    return trial


def answer_trial(*, trial_id: int, at: datetime) -> RuleTrial:
    """Play the rules of a trial through. Answered once: again is nothing new."""
    with scope.system("answer a trial"):
        trial = RuleTrial.objects.select_related("forms_of", "term").get(pk=trial_id)
        if trial.answered_at is not None:
            return trial
        season = _season(trial, at)
    answer = try_out(
        season,
        {PRESENT: Policy.read(trial.present), TRIED: Policy.read(trial.tried)},
        seed=(trial.forms_of or trial.term).code,
    )
    RuleTrial.objects.filter(pk=trial_id, answered_at=None).update(answer=answer, answered_at=at)
    trial.refresh_from_db()
    return trial


def _season(trial: RuleTrial, at: datetime) -> Season:
    if trial.forms_of is not None:
        return queries.season_of(trial.forms_of, at=at)
    return queries.invented_season(trial.term, Crowd(**(trial.invented or {})), at=at)
