"""The door to a term's published figures, on screen and as a file."""

import csv
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.sheets import csv_cell
from courses.models import Term
from enrolment import queries, wording
from enrolment.models import Roster, TermFigures


@require_safe
def show_figures(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a term came to: people and seats, by group, with what each figure means."""
    term, counted = _counted(code)
    universities = queries.universities()
    last = Roster.objects.last_of(term)
    return render(
        request,
        "enrolment/figures.html",
        {
            "term": term,
            "lines": last.count if last is not None else None,
            "counted": [
                {
                    "stage": one.get_stage_display(),
                    "as_of": one.as_of,
                    "seats": one.content["seats"],
                    "all": wording.line_of(one.content),
                    "tables": list(wording.tables_of(one.content, universities=universities)),
                    "parity": wording.parity_of(one.content),
                }
                for one in counted
            ],
        },
    )


@require_safe
def download_figures(request: HttpRequest, code: str) -> HttpResponse:
    """The same figures as a table of comma-separated values, for whoever calculates with them."""
    term, counted = _counted(code)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="figures-{term.code}.csv"'
    answer.write("\ufeff")  # spreadsheets take it for Chinese of another century otherwise
    csv.writer(answer).writerows([csv_cell(cell) for cell in row] for row in _rows(counted))
    return answer


def _counted(code: str) -> tuple[Term, list[TermFigures]]:
    term = get_object_or_404(Term.objects.published(), code=code)
    return term, list(TermFigures.objects.of_term(term))


COLUMNS = ("people", "wishes", "placed", "share", "first", "first_share", "seats")


def _rows(counted: Iterable[TermFigures]) -> Iterable[tuple[str, ...]]:
    yield ("stage", "table", "group", *COLUMNS)
    universities = queries.universities()
    for one in counted:
        everybody = wording.line_of(one.content)
        yield (one.stage, "all", everybody["name"], *(everybody[name] for name in COLUMNS))
        for by, _caption, lines in wording.tables_of(one.content, universities=universities):
            for line in lines:
                yield (one.stage, by, line["name"], *(line[name] for name in COLUMNS))
