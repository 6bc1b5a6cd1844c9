"""Doors of the city's registrar to terms: their calendar, and the rules they run under."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import Unit
from campus.models import Holiday
from courses import services, wording
from courses.domain.calendar import missing_years
from courses.domain.phases import Window, deadlines_on
from courses.forms import PublishForm, RulesForm, TermForm, WindowsForm
from courses.models import Term, TermPolicy
from courses.models.terms import default_rules
from courses.roles import LOOK_AFTER_TERMS
from courses.services import PolicyRefused, TermOver

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@staff_required(*LOOK_AFTER_TERMS)
@require_safe
def list_terms(request: StaffRequest) -> HttpResponse:
    """All terms, the coming one first."""
    terms = Term.objects.latest_first()
    return render(request, "courses/desk/list_terms.html", {"terms": terms})


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def add_term(request: StaffRequest) -> HttpResponse:
    """A new term; the rest of its calendar is proposed on the next page."""
    form = TermForm(sent(request))
    if form.is_valid():
        city = Unit.objects.filter(pk__in=request.units).in_order()[0]
        term = services.make_term(
            unit=city, actor=request.user, at=clock.now(), **form.cleaned_data
        )
        messages.success(request, _("The term is being planned. Check the dates we propose."))
        return redirect("courses:staff-edit-windows", term.pk)
    return _form(request, "courses/desk/add_term.html", form, {})


@staff_required(*LOOK_AFTER_TERMS)
@require_safe
def show_term(request: StaffRequest, term_id: int) -> HttpResponse:
    """Phase, calendar and rules of a term, with what is still missing."""
    term = _term(term_id)
    at = clock.now()
    versions = list(TermPolicy.objects.published(term, at).select_related("signed_by"))
    in_force = versions[0] if versions else None
    return render(
        request,
        "courses/desk/show_term.html",
        {
            "term": term,
            "windows": term.phases.order_by("opens_at"),
            "warnings": _warnings(term),
            "in_force": in_force,
            "rules": wording.rules_in_words(in_force.rules) if in_force else [],
            "versions": versions,
            "draft": TermPolicy.objects.draft_of(term),
        },
    )


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def edit_windows(request: StaffRequest, term_id: int) -> HttpResponse:
    """When the phases of a term begin and end."""
    term = _term(term_id)
    form = WindowsForm(sent(request), windows=term.phases.all())
    if form.is_valid():
        try:
            services.set_windows(
                term=term, windows=form.windows(), actor=request.user, at=clock.now()
            )
        except TermOver:
            form.add_error(None, _("This term is closed. Its dates stay as they were."))
        else:
            messages.success(request, _("The dates of the term have been kept."))
            return redirect("courses:staff-show-term", term.pk)
    context = {"term": term, "warnings": _warnings(term)}
    return _form(request, "courses/desk/edit_windows.html", form, context)


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def edit_rules(request: StaffRequest, term_id: int) -> HttpResponse:
    """Write the next version of a term's rules; nobody is bound by it yet."""
    term = _term(term_id)
    last = (
        TermPolicy.objects.draft_of(term)
        or TermPolicy.objects.published(term, clock.now()).first()
    )
    form = RulesForm(sent(request), rules=last.rules if last else default_rules())
    if form.is_valid():
        try:
            services.amend_policy(
                term=term, rules=form.rules(), actor=request.user, at=clock.now()
            )
        except PolicyRefused as refused:
            form.add_error(None, wording.policy_refused(refused.names))
        else:
            return redirect("courses:staff-publish-rules", term.pk)
    return _form(request, "courses/desk/edit_rules.html", form, {"term": term})


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def publish_rules(request: StaffRequest, term_id: int) -> HttpResponse:
    """Look once more at what a next version changes, then put it in force for good."""
    term = _term(term_id)
    draft = TermPolicy.objects.draft_of(term)
    if draft is None:
        messages.info(request, _("There is no next version of the rules. Write one first."))
        return redirect("courses:staff-show-term", term.pk)
    before = TermPolicy.objects.published(term, clock.now()).first()
    form = PublishForm(sent(request))
    if form.is_valid():
        try:
            services.publish_policy(
                policy=draft,
                notice=form.cleaned_data["notice"],
                actor=request.user,
                at=clock.now(),
            )
        except PolicyRefused as refused:
            form.add_error(None, wording.policy_refused(refused.names, term))
        else:
            said = _("Version %(number)s of the rules is in force from now on.")
            messages.success(request, said % {"number": draft.version})
            return redirect("courses:staff-show-term", term.pk)
    context = {
        "term": term,
        "draft": draft,
        "before": before,
        "changes": wording.changes_in_words(before.rules if before else {}, draft.rules),
    }
    return _form(request, "courses/desk/publish_rules.html", form, context)


def _warnings(term: Term) -> list[str]:
    """What the calendar of holidays says of a term's dates."""
    windows = [
        Window(
            window.phase,
            localtime(window.opens_at),
            localtime(window.closes_at) if window.closes_at else None,
        )
        for window in term.phases.order_by("opens_at")
    ]
    days = [window.opens_at.date() for window in windows] + [term.starts_on, term.ends_on]
    holidays = list(Holiday.objects.between(min(days), max(days)))
    known: set[int] = {day.year for day in Holiday.objects.values_list("day", flat=True)}
    closed: dict[date, str] = {
        one.day: one.name for one in holidays if one.kind == Holiday.Kind.CLOSED
    }
    labels = {value: str(label) for value, label in Term.Phase.choices}
    return [
        wording.holidays_unknown(year) for year in missing_years({day.year for day in days}, known)
    ] + [
        wording.ends_on_a_holiday(labels[phase], day, closed[day])
        for phase, day in deadlines_on(windows, closed)
    ]


def _term(term_id: int) -> Term:
    return get_object_or_404(Term, pk=term_id)


def _form(
    request: StaffRequest, template: str, form: Form, context: dict[str, Any]
) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)
