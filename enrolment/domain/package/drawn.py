"""What comes out of a draw: numbers, result, cut-offs.

In memory ``seats`` and ``cutoffs`` have the form of ``result.json``.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from enrolment.domain.lottery import HEADER
from enrolment.domain.package.lines import COUNT, NAME, PackageRefused, ensure_ascending, written
from enrolment.domain.package.lines import read as read_lines

NUMBERS, RESULT, CUTOFFS = "numbers.csv", "result.csv", "cutoffs.csv"

Seats = Mapping[str, Sequence[Any]]
"""``"application|class"`` to round and bucket."""

Cutoffs = Mapping[str, Any]
"""``"class|round|bucket"`` to tier and number of the last, None (not full) or ``"closed"``."""

_PRINTED = "(?:open|open-first|[A-Z])"
_NUMBER = re.compile(f"({NAME}),([1-9][0-9]{{0,8}})")
_SEAT = re.compile(f"({NAME}),({NAME}),([1-9]),({_PRINTED})")
_CUTOFF = re.compile(f"({NAME}),([1-9]),({_PRINTED}),({COUNT}|not_full|closed),({COUNT}|)")


def read_numbers(text: bytes, applications: Collection[str]) -> dict[str, int]:
    """Return the number of each application of the roster. Raises ``PackageRefused``."""
    found: dict[str, int] = {}
    holder: dict[int, str] = {}
    previous = None
    for line, match in read_lines(NUMBERS, text, HEADER, _NUMBER, example="482915307116,8412"):
        application, number = match[1], int(match[2])
        ensure_ascending(NUMBERS, line, (application,), previous)
        previous = (application,)
        if application not in applications:
            raise PackageRefused(NUMBERS, f"{application} is not on the roster.", line=line)
        if number in holder:
            why = f"{application} has the number {number}, which {holder[number]} has too."
            raise PackageRefused(NUMBERS, why, line=line)
        found[application], holder[number] = number, application
    if missing := next((name for name in applications if name not in found), None):
        raise PackageRefused(NUMBERS, f"{missing} of the roster has no number.")
    return found


def result_csv(seats: Seats) -> bytes:
    """Return ``result.csv``: every seat given, by application, then class.

    >>> result_csv({"482915307116|TJ-1": [1, "N"]})
    b'application,section,round,bucket\\n482915307116,TJ-1,1,N\\n'
    """
    given = sorted((*place.split("|"), *seat) for place, seat in seats.items())
    return written("application,section,round,bucket", (_joined(line) for line in given))


def read_result(
    text: bytes, applications: Collection[str], sections: Collection[str]
) -> dict[str, list[Any]]:
    """Return the seats of ``result.csv``. Raises ``PackageRefused``."""
    header, example = "application,section,round,bucket", "482915307116,TJ-1,1,open"
    found: dict[str, list[Any]] = {}
    previous = None
    for line, match in read_lines(RESULT, text, header, _SEAT, example=example):
        application, section, round_, bucket = match.groups()
        ensure_ascending(RESULT, line, (application, section), previous)
        previous = (application, section)
        if application not in applications:
            raise PackageRefused(RESULT, f"{application} is not on the roster.", line=line)
        if section not in sections:
            raise PackageRefused(RESULT, f"class {section} is not in sections.csv.", line=line)
        found[f"{application}|{section}"] = [int(round_), bucket]
    return found


def cutoffs_csv(cutoffs: Cutoffs) -> bytes:
    """Return ``cutoffs.csv``: who came in last, by class, round and bucket.

    >>> cutoffs_csv({"TJ-1|1|open": [0, 5003], "TJ-1|1|N": None, "TJ-1|2|open": "closed"})
    b'section,round,bucket,tier,number\\nTJ-1,1,N,not_full,\\nTJ-1,1,open,0,5003\\nTJ-1,2,open,closed,\\n'
    """
    lines = []
    for place, last in cutoffs.items():
        section, round_, bucket = place.split("|")
        end = ("not_full", "") if last is None else ("closed", "") if last == "closed" else last
        lines.append((section, int(round_), bucket, *map(str, end)))
    return written("section,round,bucket,tier,number", (_joined(line) for line in sorted(lines)))


def read_cutoffs(text: bytes, sections: Collection[str]) -> dict[str, Any]:
    """Return the cut-offs of ``cutoffs.csv``. Raises ``PackageRefused``."""
    header, example = "section,round,bucket,tier,number", "TJ-1,1,open,0,5003"
    found: dict[str, Any] = {}
    previous = None
    for line, match in read_lines(CUTOFFS, text, header, _CUTOFF, example=example):
        section, round_, bucket, tier, number = match.groups()
        ensure_ascending(CUTOFFS, line, (section, int(round_), bucket), previous)
        previous = (section, int(round_), bucket)
        if section not in sections:
            raise PackageRefused(CUTOFFS, f"class {section} is not in sections.csv.", line=line)
        words = tier in ("not_full", "closed")
        if words == bool(number):
            why = "a number goes with a tier, and none with not_full or closed."
            raise PackageRefused(CUTOFFS, why, line=line)
        last = None if tier == "not_full" else tier if words else [int(tier), int(number)]
        found[f"{section}|{round_}|{bucket}"] = last
    return found


def _joined(line: Sequence[object]) -> str:
    return ",".join(map(str, line))
