"""Doors for everybody: what was drawn, from what, and how to check it."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
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
from enrolment.queries.struck_out import struck_lines
from enrolment.views.downloads import FOR_AN_HOUR, lasting, zipped

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
    with scope.system("say who stepped out"):
        struck = struck_lines(term)
    context = {
        "term": term,
        "found": found,
        "day": found.day,
        "due_at": queries.at_of(found.day),
        "until": services.objections_until(rosters[0], at=clock.now()) if rosters else None,
        "struck": struck,
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
    offered = queries.departments_in(draw)
    units = list(offered)
    unit = _chosen(request, "unit", units)
    departments = offered[unit] if unit else []
    department = _chosen(request, "department", departments)
    with scope.system("count seats given"):
        outcomes = queries.outcomes_of(draw, unit=unit, department=department)
    return render(
        request,
        "enrolment/draw/classes.html",
        {
            "term": term, "draw": draw, "unit": unit, "units": units,
            "department": department, "departments": departments,
            "outcomes": outcomes,
        },
    )  # fmt: skip


@require_safe
def download_list_file(request: HttpRequest, code: str, version: int, name: str) -> HttpResponse:
    """One file of a closed list, byte for byte."""
    return _file(request, code, version, name)


@require_safe
def download_result_file(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One file of the published package, byte for byte."""
    return _file(request, code, None, name)


@require_safe
def download_package(request: HttpRequest, code: str) -> HttpResponse:
    """The whole package and both checkers in one archive: enough for a machine without a net."""
    draw = _published(_term(code))
    tag = sha256(draw.result_sha256.encode())
    for path in CHECKERS.values():
        tag.update(path.read_bytes())
    digest = tag.hexdigest()

    def whole() -> bytes:
        with _one_builds:  # the others of a crowd wait for it and find it made
            return _archive(code, draw.result_sha256, digest)

    return lasting(request, f"draw-{code}.zip", digest, whole, keep=FOR_AN_HOUR)


_one_builds = Lock()


@lru_cache(maxsize=2)
def _archive(code: str, result: str, _digest: str) -> bytes:
    """Build the archive of a result and of the checkers with this digest."""
    draw = Draw.objects.with_its_list().get(term__code=code, result_sha256=result)
    files = {f"{code}/{name}": content for name, content in queries.package_of(draw).items()}
    return zipped(files | {name: path.read_bytes() for name, path in CHECKERS.items()})


@require_safe
def download_checker(request: HttpRequest, name: str) -> HttpResponse:
    """A program that works a draw out again from its files."""
    if name not in CHECKERS:
        raise Http404
    content = CHECKERS[name].read_bytes()
    return lasting(request, name, sha256(content).hexdigest(), lambda: content, keep=FOR_AN_HOUR)


def _term(code: str) -> Term:
    return get_object_or_404(Term.objects.published(), code=code)


def _published(term: Term) -> Draw:
    draws = Draw.objects.public().with_its_list()
    return get_object_or_404(draws, term=term)


def _chosen(request: HttpRequest, name: str, among: list[One]) -> One | None:
    """The one the address asks for, else the first."""
    asked = request.GET.get(name, "")
    found = next((one for one in among if str(one.pk) == asked), None)
    return found or next(iter(among), None)


def _file(request: HttpRequest, code: str, version: int | None, name: str) -> HttpResponse:
    found = queries.public_file(_term(code), version=version, name=name)
    if found is None:
        raise Http404
    return lasting(request, found.name, found.sha256, lambda: bytes(found.content))
