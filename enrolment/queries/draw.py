"""A closed list as it is kept, read back: its lines, its classes, its files."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from courses.models import Term
from enrolment.domain import draws, package, rosters
from enrolment.domain.wishes import Line
from enrolment.models import Application, Draw, DrawFile, Roster, RosterLine, Wish
from enrolment.queries.rosters import classes_of_draw, forms_on_the_list, section_of


def lines_kept(roster: Roster) -> list[Line]:
    """Return the lines of a roster as they stand in the database, by application number."""
    rows = (
        RosterLine.objects.of_roster(roster)
        .by_number()
        .values_list("application__number", "max_seats", "size", "choices", "dropped")
    )
    return [
        Line(
            application=number,
            max_seats=max_seats,
            size=size,
            choices=tuple((name, letters) for name, letters in choices),
            dropped={name: (why, other) for name, (why, other) in dropped.items()},
        )
        for number, max_seats, size, choices, dropped in rows.iterator(chunk_size=5000)
    ]


def files_of(roster: Roster) -> dict[str, bytes]:
    """Return the files published when a list was closed, by name."""
    return _contents(DrawFile.objects.of_roster(roster))


def package_of(draw: Draw) -> dict[str, bytes]:
    """Return the files of the public package of a draw, by name."""
    return _contents(DrawFile.objects.of_draw(draw))


def file_of(roster: Roster, name: str) -> bytes:
    """Return one file published when a list was closed; the list alone has over a megabyte."""
    found = DrawFile.objects.of_roster(roster).filter(name=name)
    return bytes(found.values_list("content", flat=True).first() or b"")


def _contents(files: Any) -> dict[str, bytes]:
    return {name: bytes(content) for name, content in files.values_list("name", "content")}


def classes_in(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Return the classes with their buckets, as the published table has them."""
    return package.read_sections(files[package.SECTIONS])


def codes_in(files: Mapping[str, bytes]) -> dict[int, str]:
    """Return what the published table calls each class; that stays, whatever happens later."""
    try:
        return {section_of(record["id"]): record["id"] for record in classes_in(files)}
    except (package.PackageRefused, KeyError):
        return {}


def clashes_in(files: Mapping[str, bytes]) -> list[list[str]]:
    """Return the pairs of classes that nobody can hold together, as they were published."""
    classes = {record["id"] for record in classes_in(files)}
    return package.read_clashes(files[package.CLASHES], classes)


def market_kept(roster: Roster) -> dict[str, Any]:
    """Return what goes into the draw of a roster: its lines as kept, its classes as published."""
    files = files_of(roster)
    return draws.market_of(classes_in(files), lines_kept(roster), clashes_in(files))


def market_of_forms(term: Term, *, at: datetime) -> dict[str, Any]:
    """Return the market as it would be if the list were closed now; nothing is decided by it."""
    classes = classes_of_draw(term, at=at)
    forms = Application.objects.of_term(term).submitted()
    here = localtime(at)
    lines = [
        rosters.line_of(filed.form, classes.offer, at=here)
        for filed in forms_on_the_list(forms, at=at)
    ]
    in_it = [line for line in lines if line.choices]
    return draws.market_of(classes.records, in_it, classes.clashes)


def order_on_the_forms(roster: Roster) -> dict[str, list[str]]:
    """Return the choices of every line's form in its own order, by application number.

    Classes have the names that the list gives them.
    """
    version_of: dict[str, int] = {}
    names_of: dict[str, dict[int, str]] = {}
    lines = RosterLine.objects.of_roster(roster).values_list(
        "application__number", "application__current", "application__goes_with__current",
        "choices", "dropped",
    )  # fmt: skip
    for number, own, lead, choices, dropped in lines.iterator(chunk_size=5000):
        version_of[number] = lead or own
        names = [*(name for name, _letters in choices), *dropped]
        names_of[number] = {section_of(name): name for name in names}
    listed: dict[int, list[int]] = defaultdict(list)
    wished = Wish.objects.filter(version__in=list(version_of.values())).order_by("rank")
    for version, section in wished.values_list("version", "section").iterator(chunk_size=10_000):
        listed[version].append(section)
    return {
        number: [names[section] for section in listed[version_of[number]] if section in names]
        for number, names in names_of.items()
    }
