"""Read-side answers about places that need more than one QuerySet word."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot

from django.db.models import QuerySet
from django.utils.translation import get_language

from accounts.models import Unit
from campus.models import Campus, CampusIndexPage, CampusPage, Locality, UnitPage

WALKING_KM = 2.0
MINUTES_A_KM_ON_FOOT = 15


@dataclass(frozen=True)
class Way:
    """How far a place is from where the reader lives."""

    km: float
    minutes: int
    on_foot: bool


def way_to(campus: Campus, locality: Locality | None, *, minutes: int | None) -> Way | None:
    """Return the way to a campus; None when we do not know where the reader lives.

    Short ways are said on foot, others in ``minutes`` of the city's own table of travel times.
    """
    if locality is None or minutes is None:
        return None
    km = hypot(campus.x_km - locality.x_km, campus.y_km - locality.y_km)
    walking = round(km * MINUTES_A_KM_ON_FOOT)
    on_foot = km <= WALKING_KM and campus.on_island == locality.on_island
    return Way(km=round(km, 1), minutes=max(walking, 1) if on_foot else minutes, on_foot=on_foot)


@dataclass(frozen=True)
class Place:
    """A campus as a list shows it."""

    campus: Campus
    way: Way | None


def places_for(locality: Locality | None) -> list[Place]:
    """Return all open places, the nearest first when we know where the reader lives."""
    campuses = Campus.objects.open_to_learners().select_related("unit")
    ordered = campuses.nearest_to(locality) if locality else campuses.in_order()
    return [
        Place(campus, way_to(campus, locality, minutes=getattr(campus, "minutes", None)))
        for campus in ordered
    ]


def words_above_the_campuses() -> CampusIndexPage | None:
    """Return what editors wrote above the list of campuses, in the reader's language."""
    pages: QuerySet[CampusIndexPage] = CampusIndexPage.objects.live()
    return pages.filter(locale__language_code=get_language()).first()


def poster_of_campus(campus: Campus) -> CampusPage | None:
    """Return the live page of a campus in the reader's language."""
    pages: QuerySet[CampusPage] = CampusPage.objects.live()
    return pages.filter(campus=campus, locale__language_code=get_language()).order_by("pk").first()


def posters_of_units(units: Iterable[Unit]) -> dict[int, UnitPage]:
    """Return the live pages of units in the reader's language, by the unit's id."""
    pages = UnitPage.objects.live().filter(unit__in=units, locale__language_code=get_language())
    return {page.unit_id: page for page in pages.order_by("-pk")}
