"""The package as a folder: seven files, and the digests of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from enrolment.domain.lottery import LotteryRefused, SeedText, numbers_csv, read_seed_text
from enrolment.domain.package.drawn import (
    CUTOFFS,
    NUMBERS,
    RESULT,
    cutoffs_csv,
    read_cutoffs,
    read_numbers,
    read_result,
    result_csv,
)
from enrolment.domain.package.frozen import (
    CLASHES,
    ROSTER,
    SECTIONS,
    Record,
    clashes_csv,
    read_clashes,
    read_roster,
    read_sections,
    roster_csv,
    sections_csv,
)
from enrolment.domain.package.lines import PackageRefused

SEED, DIGESTS = "seed.txt", "digests.txt"
FILES = (CLASHES, CUTOFFS, NUMBERS, RESULT, ROSTER, SECTIONS, SEED)


@dataclass(frozen=True)
class Package:
    """A published draw as read: ``market`` as in market.json, the rest as in result.json."""

    market: dict[str, Any]
    seed: SeedText
    seats: dict[str, list[Any]]
    cutoffs: dict[str, Any]


def roster_sha256(files: Mapping[str, bytes]) -> str:
    """Return the digest of the roster that the seed has to name."""
    return sha256(files[ROSTER]).hexdigest()


def frozen_files(market: Record) -> dict[str, bytes]:
    """Return what is published at the freeze, before anybody has a number.

    Read back as an outsider would: what cannot be read is not published. Raises
    ``PackageRefused``.
    """
    files = _written(market)
    _frozen(files)
    return files


def _written(market: Record) -> dict[str, bytes]:
    return {
        ROSTER: roster_csv(market["applicants"]),
        SECTIONS: sections_csv(market["classes"]),
        CLASHES: clashes_csv(market.get("clashes", ())),
    }


def drawn_files(market: Record, result: Record, seed: bytes) -> dict[str, bytes]:
    """Return the whole package of a draw, digests and all. Raises ``PackageRefused``.

    ``market`` and ``result`` are those of the allocation, ``seed`` the bytes of seed.txt. A
    result with lines of people or classes that the market does not know is refused; whether
    it is the right one is for ``verify`` to say.
    """
    files = {
        **_written(market),
        SEED: seed,
        NUMBERS: numbers_csv({person["id"]: person["lottery"] for person in market["applicants"]}),
        RESULT: result_csv(result["seats"]),
        CUTOFFS: cutoffs_csv(result["cutoffs"]),
    }
    files[DIGESTS] = digests_txt(files)
    read_files(files)
    return files


def digests_txt(files: Mapping[str, bytes]) -> bytes:
    """Return ``digests.txt``, which ``sha256sum -c`` understands."""
    lines = [f"{sha256(files[name]).hexdigest()}  {name}\n" for name in FILES]
    return "".join(lines).encode()


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put files where they are published. What stands there with other bytes is not replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(files):
        path = folder / name
        if path.exists() and path.read_bytes() != files[name]:
            raise PackageRefused(name, "is published already, with other content.")
    for name in sorted(files):
        (folder / name).write_bytes(files[name])


def read(folder: Path) -> Package:
    """Read a published package. Raises ``PackageRefused``."""
    files = {}
    for name in (*FILES, DIGESTS):
        try:
            files[name] = (folder / name).read_bytes()
        except FileNotFoundError:
            raise PackageRefused(name, "is missing.") from None
    return read_files(files)


def read_files(files: Mapping[str, bytes]) -> Package:
    """Read the files of a package, each line and each name in it. Raises ``PackageRefused``."""
    market = _frozen(files)
    try:
        seed = read_seed_text(files[SEED])
    except LotteryRefused as refused:
        raise PackageRefused(SEED, str(refused).removeprefix(f"{SEED} ")) from None
    if seed.roster_sha256 != roster_sha256(files):
        raise PackageRefused(SEED, f"is not the SHA-256 of {ROSTER}.", line=3)
    sections = {section["id"] for section in market["classes"]}
    applications = {person["id"]: person for person in market["applicants"]}
    for application, number in read_numbers(files[NUMBERS], applications).items():
        applications[application]["lottery"] = number
    seats = read_result(files[RESULT], applications, sections)
    cutoffs = read_cutoffs(files[CUTOFFS], sections)
    _ensure_digests(files)
    return Package(market, seed, seats, cutoffs)


def _frozen(files: Mapping[str, bytes]) -> dict[str, Any]:
    classes = read_sections(files[SECTIONS])
    sections = {section["id"] for section in classes}
    return {
        "classes": classes,
        "applicants": read_roster(files[ROSTER], sections),
        "clashes": read_clashes(files[CLASHES], sections),
        "lottery_rounds": "reverse",
    }


def _ensure_digests(files: Mapping[str, bytes]) -> None:
    right = digests_txt(files).decode().splitlines()
    there = files[DIGESTS].decode("latin-1").split("\n")
    for line, (name, must) in enumerate(zip(FILES, right, strict=True), 1):
        if line > len(there) or there[line - 1] != must:
            raise PackageRefused(DIGESTS, f"{name} has another digest.", line=line)
    if there[len(right) :] != [""]:
        raise PackageRefused(DIGESTS, "must end here.", line=len(right) + 1)
