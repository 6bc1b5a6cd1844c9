"""The door to the library: every film that is open to everybody, found without typing."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from livestream import queries, wording
from livestream.domain.library import Choice
from livestream.models import Recording

TITLES_A_PAGE = 12


@require_safe
def show_library(request: HttpRequest) -> HttpResponse:
    """The films a reader chose, twelve a page; and the ways to choose others."""
    choice = Choice.read(request.GET.dict())
    page = Paginator(queries.titles(choice), TITLES_A_PAGE).get_page(request.GET.get("page"))
    shelves = [
        ("series", queries.shelves_of_series()),
        ("subject", queries.shelves_of_subjects()),
        ("year", queries.shelves_of_years()),
    ]
    context = {
        "choice": choice,
        "chosen": wording.chosen(choice, dict(shelves)),
        "shelves": [
            (name, wording.shelf(name), found, getattr(choice, name)) for name, found in shelves
        ],
        "page": page,
        "titles": [title_row(recording) for recording in page],
    }
    return render(request, "livestream/library.html", context)


def title_row(recording: Recording) -> dict[str, Any]:
    """A film as the lists of the library and of the television show it."""
    lecture = recording.lecture
    return {
        "recording": recording,
        "title": wording.what_is_shown(recording),
        "series": wording.series_and_issue(recording),
        "speaker": lecture.speaker if lecture is not None else "",
        "day": wording.full_day(recording.shown()),
        "length": wording.minutes(recording.seconds or 0),
    }
