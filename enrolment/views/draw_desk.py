"""Doors of the registrar on the day of the draw: one page in the order of the day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock, scope
from accounts.http import StaffRequest, staff_required
from accounts.models import User
from courses.models import Term
from courses.roles import LOOK_AFTER_TERMS
from enrolment import queries, services, wording
from enrolment.domain.draws import DrawRefused
from enrolment.models import Draw
from enrolment.views.downloads import attached, zipped

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
DESK = "enrolment:staff-draw-day"


@dataclass(frozen=True)
class Act:
    """A step of the day that is one press: what it does, what is said before it."""

    run: Callable[..., Any]
    title: str
    warning: str
    button: str


def _act(name: str) -> Act:
    """The steps by their names in addresses; words in the reader's language."""
    runs: dict[str, Callable[..., Any]] = {
        "freeze": services.freeze_roster,
        "finalise": services.finalise_roster,
        "run": services.run_draw,
        "publish": services.publish_draw,
    }
    if name not in runs:
        raise Http404
    return Act(runs[name], *wording.act_of_the_day(name))


@never_cache
@staff_required(*LOOK_AFTER_TERMS)
@require_safe
def show_day(request: StaffRequest, term_id: int) -> HttpResponse:
    """How far the draw of a term has come, and what is to be done next."""
    term, at = _term(term_id), clock.now()
    with scope.system("count forms"):  # numbers, nobody's record
        day, forms = queries.draw_day(term), queries.forms_now(term)
        outcomes = queries.outcomes_of(day.draw) if day.draw else []
    to_sign = services.digest_to_sign(term)
    return render(
        request,
        "enrolment/draw/desk.html",
        {
            "term": term,
            "day": day,
            "steps": _steps(day, forms, term, at),
            "units": queries.figures_by_unit(outcomes),
            "to_sign": to_sign,
            "yet_to_sign": day.yet_to_sign(to_sign),
            "may_amend": day.is_final and day.draw is None,
        },
    )


def _steps(
    day: queries.DrawDay, forms: queries.FormsNow, term: Term, at: datetime
) -> list[wording.Step]:
    first = day.rosters[0] if day.rosters else None
    of = wording.DayStanding(
        handed_in=forms.handed_in,
        closes_from=services.list_closes_from(term),
        objections=forms.objections,
        undecided=forms.undecided,
        first=first,
        last=day.last,
        sources=day.sources,
        witnesses=day.witnesses,
        result=day.draw.result_sha256 if day.draw else "",
        published_at=day.draw.published_at if day.draw else None,
        until=services.objections_until(first, at=at) if first else None,
    )
    return wording.steps_of_the_day(of, at=at)


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def do_act(request: StaffRequest, term_id: int, act: str) -> HttpResponse:
    """Look once more at what a step does, then do it. There is no way back from any of them."""
    term, step = _term(term_id), _act(act)
    if request.method == "POST":
        try:
            _done(step, term, request.user, clock.now())
        except DrawRefused as refused:
            messages.error(request, wording.draw_refused(refused.problem))
        else:
            messages.success(request, wording.draw_done(act))
        return redirect(DESK, term.pk)
    with scope.system("count forms"):
        day, forms = queries.draw_day(term), queries.forms_now(term)
    return render(
        request,
        "enrolment/draw/act.html",
        {"term": term, "act": act, "step": step, "day": day, "forms": forms},
    )


def _done(step: Act, term: Term, actor: User, at: datetime) -> None:
    step.run(term=term, actor=actor, at=at)


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def rehearse(request: StaffRequest, term_id: int) -> HttpResponse:
    """The whole draw on a copy in memory: figures, and the package to take along."""
    term, at = _term(term_id), clock.now()
    if request.method != "POST":
        return render(request, "enrolment/draw/rehearsal.html", {"term": term})
    try:
        rehearsal = services.rehearse(term=term, at=at)
    except DrawRefused as refused:
        messages.error(request, wording.draw_refused(refused.problem))
        return redirect(DESK, term.pk)
    if "package" in request.POST:
        return attached(zipped(rehearsal.drawn.files), f"rehearsal-{term.code}.zip")
    return render(request, "enrolment/draw/rehearsal.html", {"term": term, "rehearsal": rehearsal})


@staff_required(*LOOK_AFTER_TERMS)
@require_safe
def print_sheets(request: StaffRequest, term_id: int) -> HttpResponse:
    """Large sheets for the boards of every university: digests, then last numbers by class."""
    term = _term(term_id)
    draw = get_object_or_404(Draw.objects.with_its_list(), term=term)
    with scope.system("count seats given"):
        outcomes = queries.outcomes_of(draw)
    sheets: dict[int, list[queries.ClassOutcome]] = {}
    for one in outcomes:
        sheets.setdefault(one.section.unit_id, []).append(one)
    return render(
        request,
        "enrolment/draw/sheets.html",
        {
            "term": term,
            "draw": draw,
            "day": queries.draw_day(term),
            "sheets": [(classes[0].section.unit, classes) for classes in sheets.values()],
        },
    )


def _term(term_id: int) -> Term:
    return get_object_or_404(Term.objects.select_related("unit"), pk=term_id)
