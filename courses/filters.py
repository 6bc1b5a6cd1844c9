"""The filters of the catalogue as the page draws them: options, choices in force, ways out."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from campus.models import Locality, TimeSlot
from campus.queries import places_for
from courses import queries
from courses.choices import Choices
from courses.models import Course, Department, Subject, Term

NEAR = 5  # campuses shown before "all campuses"


@dataclass(frozen=True)
class Filter:
    """One question of the form: its options with their words, in order."""

    name: str
    legend: str
    options: dict[str, str]
    type: str = "checkbox"
    row: bool = False

    def drawn(self, choices: Choices) -> list[tuple[str, str, bool]]:
        """Return options for ``components/choices.html``."""
        chosen = choices.get(self.name)
        return [(value, label, value in chosen) for value, label in self.options.items()]


@dataclass(frozen=True)
class WayOut:
    """One filter to drop when nothing was found, and what would be found then."""

    label: str
    address: str
    number: int


def all_filters(terms: list[Term], locality: Locality | None) -> dict[str, Filter]:
    """Return the filters in the order of the form; as many queries whatever is chosen."""
    places = [place.campus for place in places_for(locality) if place.campus.has_rooms]
    subjects = list(Subject.objects.in_order())
    drawn = [
        Filter("campus", _("Campus"), {c.slug: c.display_name() for c in places}),
        Filter("day", _("Day of the week"), _days(), row=True),
        Filter("half", _("Time of day"), _half_days(), row=True),
        Filter("department", _("Kind of course"), _departments()),
        Filter("subject", _("Subject"), {s.slug: s.display_name() for s in subjects}),
        Filter("level", _("Level"), {str(v): str(label) for v, label in Course.Level.choices}),
        Filter("free", _("Places"), {"1": _("Only classes with places left")}),
        Filter("online", _("From home"), {"1": _("Only classes that can be followed online")}),
    ]
    if len(terms) > 1:
        names = {term.code: term.display_name() for term in terms}
        drawn.insert(0, Filter("term", _("Term"), names, type="radio"))
    return {one.name: one for one in drawn}


def known(choices: Choices, filters: dict[str, Filter]) -> Choices:
    """Leave out choices that no filter offers."""
    for name in list(choices.values):
        if name != "q":
            choices = choices.among(name, filters[name].options if name in filters else {})
    return choices


def label_of(name: str, value: str, filters: dict[str, Filter]) -> str:
    """Return a choice in words, as its chip shows it."""
    return f"“{value}”" if name == "q" else filters[name].options[value]


def chips(choices: Choices, filters: dict[str, Filter]) -> Iterator[tuple[str, str]]:
    """Go through the choices in force: words, and the address without this one."""
    for name, value in choices.each():
        yield label_of(name, value, filters), choices.without(name, value).address()


def ways_out(
    choices: Choices, filters: dict[str, Filter], *, term: Term, said: list[int] | None
) -> list[WayOut]:
    """Say which filter to drop, the one that frees most classes first; one query for each."""
    found = []
    for name in choices.values:
        if name == "term":
            continue
        less = choices.without(name)
        number = queries.matching(less, term, said).count()
        words = ", ".join(label_of(name, value, filters) for value in choices.get(name))
        if number:
            found.append(WayOut(words, less.address(), number))
    return sorted(found, key=lambda way: -way.number)


def near_and_other(
    campus: Filter, choices: Choices
) -> tuple[list[tuple[str, str, bool]], list[tuple[str, str, bool]]]:
    """Return the first campuses, with those chosen, and all the others."""
    options = campus.drawn(choices)
    near = options[:NEAR] + [option for option in options[NEAR:] if option[2]]
    return near, [option for option in options[NEAR:] if not option[2]]


def _days() -> dict[str, str]:
    return {str(day + 1): str(name) for day, name in WEEKDAYS.items()}


def _half_days() -> dict[str, str]:
    return {str(value): str(label) for value, label in TimeSlot.HalfDay.choices}


def _departments() -> dict[str, str]:
    rows = Department.objects.order_by("position", "pk")
    return {str(row.pk): row.display_name() for row in rows}
