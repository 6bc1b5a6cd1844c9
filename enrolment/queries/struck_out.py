"""Who stepped out after a list was closed: as the public table says it, and as their form does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from courses.models import Term
from enrolment.models import Application, Roster, RosterLine, StruckOut


@dataclass(frozen=True)
class StruckLine:
    """A line of the closed list whose seats are not assigned, or of two only one person's."""

    number: str
    at: datetime
    stays_one: bool  # of two on the line the other one stays


def struck_lines(term: Term) -> list[StruckLine]:
    """Return the lines of a term's last list that are struck through, as they came about.

    By number alone: neither a reason nor a name. Needs a scope for the whole city.
    """
    roster = Roster.objects.last_of(term)
    if roster is None:
        return []
    rows = StruckOut.objects.of_term(term).select_related("application__goes_with")
    forms = [(row, row.application, row.application.goes_with) for row in rows]
    ids = {form.pk for _row, own, lead in forms for form in (own, lead) if form is not None}
    lines = RosterLine.objects.of_roster(roster).filter(application__in=ids)
    sizes = dict(lines.values_list("application", "size"))
    return list(_by_line(forms, sizes))


def _by_line(
    forms: list[tuple[StruckOut, Application, Application | None]], sizes: dict[int, int]
) -> Iterator[StruckLine]:
    """Of two on one line the later one's moment counts, when both are out."""
    found: dict[str, list[StruckOut]] = {}
    seats: dict[str, int] = {}
    for row, own, lead in forms:
        stands_on = own if own.pk in sizes else lead
        if stands_on is None or stands_on.pk not in sizes:
            continue  # an amendment took the line off meanwhile
        found.setdefault(stands_on.number, []).append(row)
        seats[stands_on.number] = sizes[stands_on.pk]
    for number, rows in found.items():
        yield StruckLine(number, rows[-1].at, stays_one=len(rows) < seats[number])


@dataclass(frozen=True)
class OutOfDraw:
    """Of the people of one form: whether its learner has stepped out, and whether the other."""

    own: StruckOut | None = None
    other: StruckOut | None = None


def out_of_draw(application: Application) -> OutOfDraw:
    """Return who of a form has stepped out of the draw. Before the list is closed: nobody."""
    if not application.is_handed_in or application.state == Application.State.SUBMITTED:
        return OutOfDraw()
    rows = {row.application_id: row for row in StruckOut.objects.on_the_form_of(application)}
    own = rows.pop(application.pk, None)
    return OutOfDraw(own, next(iter(rows.values()), None))


def stays_in_the_draw(application: Application) -> Application | None:
    """Return the form of whoever goes with somebody and has not stepped out; None for nobody."""
    other = Q(goes_with=application.pk) | Q(pk=application.goes_with_id)
    forms = Application.objects.filter(other).in_the_draw().not_struck_out()
    return forms.select_related("learner").first()
