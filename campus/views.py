"""Doors to places: the list of campuses, one campus, the units, and where the reader lives."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import safe_next
from accounts.models import Unit
from campus import http, queries
from campus.models import Campus, Locality

A_PAGE = 12
# Kinds of place as a reader chooses them; the first is the list one sees unasked.
ROOMS, ALL = "rooms", "all"


@require_safe
def list_campuses(request: HttpRequest) -> HttpResponse:
    """All places to learn, the nearest first; words of editors above them."""
    locality = http.locality_of(request)
    places = queries.places_for(locality)
    kind = ALL if request.GET.get("kind") == ALL else ROOMS
    with_rooms = [place for place in places if place.campus.has_rooms]
    shown = places if kind == ALL else with_rooms
    return render(
        request,
        "campus/list_campuses.html",
        {
            "words": queries.words_above_the_campuses(),
            "locality": locality,
            "page": Paginator(shown, A_PAGE).get_page(request.GET.get("page")),
            "kind": kind,
            "kinds": [
                (ROOMS, _("Campuses with classrooms"), len(with_rooms)),
                (ALL, _("All places, viewing points too"), len(places)),
            ],
        },
    )


@require_safe
def show_campus(request: HttpRequest, slug: str) -> HttpResponse:
    """One place. Its poster, where editors have made one; else what the records say."""
    campus = get_object_or_404(Campus.objects.open_to_learners(), slug=slug)
    poster = queries.poster_of_campus(campus)
    if poster:
        return redirect(poster.get_url(request))
    return render(request, "campus/show_campus.html", {"campus": campus})


@require_safe
def list_units(request: HttpRequest) -> HttpResponse:
    """The city's senior universities with their phones."""
    units = list(Unit.objects.in_order())
    posters = queries.posters_of_units(units)
    lines = [
        (unit, posters[unit.pk].get_url(request) if unit.pk in posters else "") for unit in units
    ]
    return render(request, "campus/list_units.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
def choose_locality(request: HttpRequest) -> HttpResponse:
    """Where do you live? One question: first the district, then the street or town."""
    there = safe_next(request)
    if request.method == "POST":
        response = redirect(there or "campus:list-campuses")
        if "forget" in request.POST:
            http.forget(response)
            return response
        chosen = http.locality_named(request.POST.get("lives_in", ""))
        if chosen:
            http.remember(response, chosen)
            return response
    number = _number(request.GET.get("unit"))
    unit = Unit.objects.filter(pk=number).first() if number else None
    return render(
        request,
        "campus/choose_locality.html",
        {
            "next": there,
            "unit": unit,
            "units": Unit.objects.filter(localities__isnull=False).distinct().in_order(),
            "localities": Locality.objects.filter(unit=unit).order_by("name_pinyin", "pk"),
            "known": http.locality_of(request),
            "missing": request.method == "POST",
        },
        status=422 if request.method == "POST" else 200,
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
