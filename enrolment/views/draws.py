"""Doors for everybody: what was drawn, from what, and how to check it."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import clock, scope
from accounts.models import Unit
from courses.models import Department, Term
from enrolment import queries, services, wording
from enrolment.domain import verify
from enrolment.models import Draw
from enrolment.views.downloads import attached, zipped

One = TypeVar("One", Unit, Department)
CHECKERS = {name: Path(verify.__file__).with_name(name) for name in ("verify.py", "verify.html")}


@require_safe
def list_draws(request: HttpRequest) -> HttpResponse:
    """The terms whose draw has been announced or made."""
    return render(request, "enrolment/draw/draws.html", {"terms": queries.terms_with_draws()})


@require_safe
def show_draw(request: HttpRequest, code: str) -> HttpResponse:
    """Everything public about one draw, in the order in which it came about."""
    term = _term(code)
    found = queries.public_draw(term)
    rosters = found.day.rosters
    final = next((one for one in rosters if one.version == 2), None)
    context = {
        "term": term,
        "found": found,
        "day": found.day,
        "due_at": queries.at_of(found.day),
        "until": services.objections_until(rosters[0], at=clock.now()) if rosters else None,
        "differences": [
            (number, *wording.difference(change, reason))
            for number, change, reason in (queries.differences_of(final) if final else [])
        ],
    }
    return render(request, "enrolment/draw/draw.html", context)


@require_safe
def show_classes(request: HttpRequest, code: str) -> HttpResponse:
    """Up to which number people came in, class by class, for one university at a time."""
    term = _term(code)
    draw = _published(term)
    with scope.system("count seats given"):
        every = queries.outcomes_of(draw)
    units = _in_order(one.section.unit for one in every)
    unit = _chosen(request, "unit", units)
    here = [one for one in every if one.section.unit == unit]
    departments = _in_order(_department(one) for one in here)
    department = _chosen(request, "department", departments)
    return render(
        request,
        "enrolment/draw/classes.html",
        {
            "term": term, "draw": draw, "unit": unit, "units": units,
            "department": department, "departments": departments,
            "outcomes": [one for one in here if _department(one) == department],
        },
    )  # fmt: skip


@require_safe
def download_list_file(request: HttpRequest, code: str, version: int, name: str) -> HttpResponse:
    """One file of a closed list, byte for byte."""
    return _file(_term(code), version, name)


@require_safe
def download_result_file(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One file of the published package, byte for byte."""
    return _file(_term(code), None, name)


@require_safe
def download_package(request: HttpRequest, code: str) -> HttpResponse:
    """The whole package and both checkers in one archive: enough for a machine without a net."""
    term = _term(code)
    files = queries.package_of(_published(term))
    with_checkers = {f"{term.code}/{name}": content for name, content in files.items()}
    with_checkers |= {name: path.read_bytes() for name, path in CHECKERS.items()}
    return attached(zipped(with_checkers), f"draw-{term.code}.zip")


@require_safe
def download_checker(request: HttpRequest, name: str) -> HttpResponse:
    """A program that works a draw out again from its files."""
    if name not in CHECKERS:
        raise Http404
    return attached(CHECKERS[name].read_bytes(), name)


def _term(code: str) -> Term:
    return get_object_or_404(Term.objects.published(), code=code)


def _published(term: Term) -> Draw:
    draws = Draw.objects.select_related("roster").filter(published_at__isnull=False)
    return get_object_or_404(draws, term=term)


def _department(outcome: queries.ClassOutcome) -> Department:
    return outcome.section.course.subject.department


def _in_order(found: Iterable[One]) -> list[One]:
    """Each once, by key: universities and departments were entered in their order."""
    return sorted(set(found), key=lambda one: one.pk)


def _chosen(request: HttpRequest, name: str, among: list[One]) -> One | None:
    """The one the address asks for, else the first."""
    asked = request.GET.get(name, "")
    found = next((one for one in among if str(one.pk) == asked), None)
    return found or next(iter(among), None)


def _file(term: Term, version: int | None, name: str) -> HttpResponse:
    found = queries.public_file(term, version=version, name=name)
    if found is None:
        raise Http404
    return attached(bytes(found.content), found.name)
