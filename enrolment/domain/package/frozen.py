"""What goes into a draw, as it is published before the dice: roster, sections, clashes.

In memory the same things have the form of ``market.json``: classes, applicants and clashes as
plain dicts and lists.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from enrolment.domain.package.lines import COUNT, NAME, PackageRefused, ensure_ascending, written
from enrolment.domain.package.lines import read as read_lines

ROSTER, SECTIONS, CLASHES = "roster.csv", "sections.csv", "clashes.csv"

Record = Mapping[str, Any]

_WISH = f"{NAME}:{COUNT}:[A-Z]*"
_BUCKET = rf"(?:\*open\*|[A-Z]):{COUNT}:[01]"
_ROSTER = re.compile(rf"({NAME}),([0-9]),([12]),((?:{_WISH}(?:\|{_WISH})*)?)")
_SECTION = re.compile(rf"({NAME}),({COUNT}),((?:{_BUCKET}(?:\|{_BUCKET})*)?)")
_CLASH = re.compile(f"({NAME}),({NAME})")


def roster_csv(applicants: Iterable[Record]) -> bytes:
    """Return ``roster.csv``: all applications by number. Lottery numbers are not yet in it.

    >>> wish = {"class": "TJ-1", "tier": 0, "buckets": ["N", "C"]}
    >>> roster_csv([{"id": "482915307116", "max_seats": 2, "choices": [wish]}])
    b'application,max_seats,size,wishes\\n482915307116,2,1,TJ-1:0:CN\\n'
    """
    lines = []
    for person in sorted(applicants, key=_id):
        wishes = (
            f"{wish['class']}:{wish.get('tier', 0)}:{''.join(sorted(wish.get('buckets', ())))}"
            for wish in person["choices"]
        )
        seats = f"{person.get('max_seats', 1)},{person.get('size', 1)}"
        lines.append(f"{person['id']},{seats},{'|'.join(wishes)}")
    return written("application,max_seats,size,wishes", lines)


def read_roster(text: bytes, sections: Collection[str]) -> list[dict[str, Any]]:
    """Return the applications of ``roster.csv``, without numbers. Raises ``PackageRefused``."""
    header, example = "application,max_seats,size,wishes", "482915307116,2,1,TJ-1:0:N|GQ-2:0:"
    found, previous = [], None
    for line, match in read_lines(ROSTER, text, header, _ROSTER, example=example):
        application, max_seats, size, listed = match.groups()
        ensure_ascending(ROSTER, line, (application,), previous)
        previous = (application,)
        wishes = [_wish(wish, line) for wish in listed.split("|")] if listed else []
        chosen = [wish["class"] for wish in wishes]
        for section in chosen:
            if section not in sections:
                raise PackageRefused(ROSTER, f"class {section} is not in {SECTIONS}.", line=line)
            if chosen.count(section) > 1:
                raise PackageRefused(ROSTER, f"class {section} is wished twice.", line=line)
        person = {"id": application, "max_seats": int(max_seats), "size": int(size)}
        found.append({**person, "choices": wishes})
    return found


def _wish(text: str, line: int) -> dict[str, Any]:
    section, tier, flags = text.split(":")
    if len(set(flags)) != len(flags):
        raise PackageRefused(ROSTER, f"{text} names a bucket twice.", line=line)
    return {"class": section, "tier": int(tier), "buckets": list(flags)}


def sections_csv(classes: Iterable[Record]) -> bytes:
    """Return ``sections.csv``: each class with its seats, its buckets in their order.

    >>> buckets = [{"name": "*open*", "seats": 18}, {"name": "N", "seats": 6, "hard": True}]
    >>> sections_csv([{"id": "TJ-1", "capacity": 24, "buckets": buckets}])
    b'section,capacity,buckets\\nTJ-1,24,*open*:18:0|N:6:1\\n'
    """
    lines = []
    for section in sorted(classes, key=_id):
        buckets = (
            f"{bucket['name']}:{bucket['seats']}:{int(bucket.get('hard', False))}"
            for bucket in section.get("buckets", ())
        )
        lines.append(f"{section['id']},{section['capacity']},{'|'.join(buckets)}")
    return written("section,capacity,buckets", lines)


def read_sections(text: bytes) -> list[dict[str, Any]]:
    """Return the classes of ``sections.csv``. Raises ``PackageRefused``."""
    header, example = "section,capacity,buckets", "TJ-1,24,*open*:18:0|N:6:0"
    found, previous = [], None
    for line, match in read_lines(SECTIONS, text, header, _SECTION, example=example):
        section, capacity, listed = match.groups()
        ensure_ascending(SECTIONS, line, (section,), previous)
        previous = (section,)
        buckets = [bucket.split(":") for bucket in listed.split("|")] if listed else []
        names = [name for name, _seats, _hard in buckets]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise PackageRefused(SECTIONS, f"the bucket {twice} stands there twice.", line=line)
        found.append(
            {
                "id": section,
                "capacity": int(capacity),
                "buckets": [
                    {"name": name, "seats": int(seats), "hard": hard == "1"}
                    for name, seats, hard in buckets
                ],
            }
        )
    return found


def clashes_csv(clashes: Iterable[Sequence[str]]) -> bytes:
    """Return ``clashes.csv``: each pair of classes once, the smaller name first.

    >>> clashes_csv([["TJ-1", "GQ-2"], ["GQ-2", "TJ-1"]])
    b'section,section\\nGQ-2,TJ-1\\n'
    """
    pairs = {(min(pair), max(pair)) for pair in clashes if min(pair) != max(pair)}
    return written("section,section", (f"{one},{other}" for one, other in sorted(pairs)))


def read_clashes(text: bytes, sections: Collection[str]) -> list[list[str]]:
    """Return the pairs of ``clashes.csv``. Raises ``PackageRefused``."""
    found, previous = [], None
    for line, match in read_lines(CLASHES, text, "section,section", _CLASH, example="GQ-2,TJ-1"):
        pair = (match[1], match[2])
        for section in pair:
            if section not in sections:
                raise PackageRefused(CLASHES, f"class {section} is not in {SECTIONS}.", line=line)
        if pair[0] >= pair[1]:
            raise PackageRefused(CLASHES, f"{pair[1]} must stand before {pair[0]}.", line=line)
        ensure_ascending(CLASHES, line, pair, previous)
        previous = pair
        found.append(list(pair))
    return found


def _id(record: Record) -> str:
    return str(record["id"])
