"""Doors of the registrar to rules that are tried out before they are published."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock, scope
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import User
from courses.models import Term, TermPolicy
from courses.models.terms import default_rules
from courses.roles import LOOK_AFTER_TERMS
from enrolment import queries, services, wording
from enrolment.forms import TrialForm, first_answers
from enrolment.models import RuleTrial

NO_CLASSES = _("This term has no classes yet that people could be made up for. Plan some first.")


@never_cache
@staff_required(*LOOK_AFTER_TERMS)
@require_http_methods(["GET", "HEAD", "POST"])
def try_rules(request: StaffRequest, term_id: int) -> HttpResponse:
    """Ask what other rules would have come to, and look at what was asked before."""
    term = get_object_or_404(Term, pk=term_id)
    at = clock.now()
    with scope.system("look for forms"):
        terms = queries.terms_with_forms_kept()
    present = _rules_of(term)
    form = TrialForm(
        sent(request),
        terms=terms,
        initial=first_answers(
            present, forms_of=next(iter(terms), None), people=queries.people_to_make_up(term)
        ),
    )
    has_any = bool(terms) or queries.has_classes_to_try(term)
    if has_any and form.is_valid():
        trial = _ask(term, form, present, request.user, at)
        if trial is not None:
            return redirect("enrolment:staff-show-trial", trial.pk)
        form.add_error("forms_of", NO_CLASSES)
    return render(
        request,
        "enrolment/office/try_rules.html",
        {
            "term": term,
            "form": form,
            "has_any": has_any,
            "trials": [
                (trial, wording.rules_tried(trial))
                for trial in RuleTrial.objects.for_term(term)[:10]
            ],
        },
        status=400 if form.errors else 200,
    )


@never_cache
@staff_required(*LOOK_AFTER_TERMS)
@require_safe
def show_trial(request: StaffRequest, trial_id: int) -> HttpResponse:
    """What the rules would have come to, beside the present ones, once that is known."""
    trial = get_object_or_404(RuleTrial.objects.select_related("term", "forms_of"), pk=trial_id)
    return render(
        request,
        "enrolment/office/show_trial.html",
        {
            "trial": trial,
            "rules": wording.rules_tried(trial),
            "tried_on": wording.tried_on(trial),
            "lines": wording.lines_of_trial(trial) if trial.answer else [],
        },
    )


def _ask(
    term: Term, form: TrialForm, present: dict[str, object], actor: User, at: datetime
) -> RuleTrial | None:
    """Ask what is on the form; None where there is nothing to try it on."""
    try:
        return services.ask_for_trial(
            term=term,
            forms_of=form.chosen_term,
            crowd=form.crowd,
            present={**present, "rule": "draw"},
            tried=form.rules(),
            actor=actor,
            at=at,
        )
    except services.NoForms:
        return None


def _rules_of(term: Term) -> dict[str, object]:
    """The rules as they are written now: the draft, else those in force, else the usual ones."""
    last = (
        TermPolicy.objects.draft_of(term)
        or TermPolicy.objects.published(term, clock.now()).first()
    )
    return default_rules() | (last.rules if last else {})
