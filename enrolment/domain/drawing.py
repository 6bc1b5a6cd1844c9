"""A draw worked out in memory: seed, numbers, seats, files, and whether an outsider agrees.

Nothing of it is kept here. What was worked out is checked by ``verify.py``, which shares no code
with the engines, before anybody stores or shows it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from enrolment.domain import lottery, package, verify
from enrolment.domain.allocation import Result, allocate
from enrolment.domain.allocation.reading import market_in

HERE = Path(__file__).resolve().parent
PROGRAM = ("allocation/*.py", "package/*.py", "lottery.py", "drawing.py", "draws.py", "verify.py")


class DrawWrong(Exception):
    """A check does not agree with what was worked out: nothing may be stored. Says where."""


@dataclass(frozen=True)
class Drawn:
    """A draw: the text of its seed, everybody's number, who got what, the public files."""

    seed_text: str
    numbers: Mapping[str, int]
    market: Mapping[str, Any]
    result: Result
    files: Mapping[str, bytes]

    @property
    def seed(self) -> str:
        """The seed in hex."""
        return sha256(self.seed_text.encode()).hexdigest()

    @property
    def digest(self) -> str:
        """The digest of all files at once: that of the list of their digests."""
        return sha256(self.files[package.DIGESTS]).hexdigest()


def make_draw(
    market: Mapping[str, Any],
    *,
    term: str,
    sources: Mapping[str, str],
    named: Iterable[str],
    waitlist_order: str,
) -> Drawn:
    """Work out the draw of a closed list. The same list and sources give the same bytes.

    Raises ``DrawWrong`` when a check does not agree, ``LotteryRefused`` for a source that has
    no value or was not named.
    """
    people = market["applicants"]
    text = lottery.seed_text(
        term=term,
        roster_sha256=sha256(package.roster_csv(people)).hexdigest(),
        sources=sources,
        named=list(named),
    )
    seed = text.encode()
    numbers = lottery.number_applications(
        (person["id"] for person in people), seed=lottery.seed_of(seed)
    )
    with_numbers = dict(market) | {
        "applicants": [person | {"lottery": numbers[person["id"]]} for person in people],
        "waitlist_order": waitlist_order,
    }
    result = _allocated(with_numbers)
    files = package.drawn_files(with_numbers, json.loads(result.to_json()), seed)
    _ensure_right(result, files)
    return Drawn(text, numbers, with_numbers, result, files)


def result_of(files: Mapping[str, bytes], *, waitlist_order: str) -> Result:
    """Work the result of a published package out once more, from its files alone.

    Raises ``PackageRefused`` for files that cannot be read, ``MarketRefused`` for a market that
    contradicts itself.
    """
    return _allocated(package.read_files(files).market | {"waitlist_order": waitlist_order})


def _allocated(market: dict[str, Any]) -> Result:
    return allocate(market_in(market))


def _ensure_right(result: Result, files: Mapping[str, bytes]) -> None:
    wrong = result.verify()
    if wrong:
        raise DrawWrong(str(wrong[0]))
    if (found := first_wrong_line(files)) is not None:
        raise DrawWrong(found)


def first_wrong_line(files: Mapping[str, bytes]) -> str | None:
    """Check a package as ``python verify.py FOLDER`` does; return the first wrong line, if any."""
    texts = {name: files[name].decode("latin-1") for name in files}
    for name in (*verify.PUBLISHED, verify.DIGESTS):
        if name not in texts:
            return f"{name} is missing"
    try:
        for _line in verify.report(texts):
            pass
    except verify.Wrong as wrong:
        return str(wrong)
    return None


@cache
def program_sha256() -> str:
    """Return the digest of the program that draws: names and bytes of all its files."""
    digest = sha256()
    for path in sorted(one for pattern in PROGRAM for one in HERE.glob(pattern)):
        digest.update(f"{path.relative_to(HERE)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Figures:
    """What a draw came to. People, not applications: two who go together count twice."""

    people: int
    placed: int
    first_choice: int
    two_classes: int
    seats: int
    given: int
    classes: int
    full: int


def figures_of(market: Mapping[str, Any], result: Result) -> Figures:
    """Count what a draw came to."""
    assignment = result.assignment()
    size = {person["id"]: person["size"] for person in market["applicants"]}
    first = {
        person["id"]: person["choices"][0]["class"]
        for person in market["applicants"]
        if person["choices"]
    }
    given = _given(market, result)
    return Figures(
        people=sum(size.values()),
        placed=sum(size[one] for one, won in assignment.items() if won),
        first_choice=sum(size[one] for one, won in assignment.items() if first.get(one) in won),
        two_classes=sum(size[one] for one, won in assignment.items() if len(won) > 1),
        seats=sum(one["capacity"] for one in market["classes"]),
        given=sum(given.values()),
        classes=len(market["classes"]),
        full=sum(0 < one["capacity"] <= given[one["id"]] for one in market["classes"]),
    )


def _given(market: Mapping[str, Any], result: Result) -> Counter[str]:
    size = {person["id"]: person["size"] for person in market["applicants"]}
    given = Counter[str]()
    for one, won in result.assignment().items():
        for class_id in won:
            given[class_id] += size[one]
    return given
