"""A closed list as it is kept, read back: its lines, its classes, its files."""

from collections.abc import Mapping
from typing import Any

from enrolment.domain import draws, package
from enrolment.domain.wishes import Line
from enrolment.models import Draw, DrawFile, Roster, RosterLine


def lines_kept(roster: Roster) -> list[Line]:
    """Return the lines of a roster as they stand in the database, by application number."""
    rows = (
        RosterLine.objects.filter(roster=roster)
        .order_by("application__number")
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


def _contents(files: Any) -> dict[str, bytes]:
    return {name: bytes(content) for name, content in files.values_list("name", "content")}


def classes_in(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Return the classes with their buckets, as the published table has them."""
    return package.read_sections(files[package.SECTIONS])


def clashes_in(files: Mapping[str, bytes]) -> list[list[str]]:
    """Return the pairs of classes that nobody can hold together, as they were published."""
    classes = {record["id"] for record in classes_in(files)}
    return package.read_clashes(files[package.CLASHES], classes)


def market_kept(roster: Roster) -> dict[str, Any]:
    """Return what goes into the draw of a roster: its lines as kept, its classes as published."""
    files = files_of(roster)
    return draws.market_of(classes_in(files), lines_kept(roster), clashes_in(files))
