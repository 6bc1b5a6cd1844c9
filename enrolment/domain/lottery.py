"""LOT/1: lottery numbers that nobody can choose and everybody can work out again.

The roster is published before the dice are thrown, and its digest is part of the seed; so
whoever would change the list must know the throw beforehand. The number of an application
depends on the seed and on itself alone: taking one application out never reorders the others,
as shuffling a list would.

    python -m enrolment.domain.lottery seed.txt receipts.txt > numbers.csv

``receipts.txt`` holds the application numbers, one a line, in any order.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

VERSION = "LOT/1"
HEADER = "receipt,number"
RECEIPT = re.compile(r"[A-Za-z0-9._-]{1,64}")

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SOURCE_NAME = re.compile(r"[^\x00-\x20=\x7f]+")
_TEXT = re.compile(r"[^\x00-\x20\x7f](?:[^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?")
_BLOCK = 64  # bytes, of SHA-256; HMAC fills a key up to it


class LotteryRefused(Exception):
    """A seed text or a list of receipts that is not as LOT/1 wants it. Says where and why."""


# The seed


@dataclass(frozen=True)
class SeedText:
    """What a published ``seed.txt`` says."""

    term: str
    roster_sha256: str
    sources: Mapping[str, str]


def seed_text(
    *, term: str, roster_sha256: str, sources: Mapping[str, str], named: Collection[str]
) -> str:
    """Write the text whose SHA-256 is the seed, the sources of chance sorted by name.

    ``named`` are the sources published before the roster was frozen. One that has no value
    yet, or one that nobody heard of beforehand, would let somebody choose among seeds.
    Raises ``LotteryRefused``.

    >>> print(seed_text(term="2027-spring", roster_sha256="0" * 64, named=["drand", "dice"],
    ...                 sources={"drand": "8f3a", "dice": "415263"}), end="")
    LOT/1
    2027-spring
    0000000000000000000000000000000000000000000000000000000000000000
    dice=415263
    drand=8f3a
    """
    for name in sorted(named):
        if not sources.get(name):
            raise LotteryRefused(f"The source {name} was named beforehand and has no value yet.")
    for name in sorted(sources):
        if name not in named:
            raise LotteryRefused(f"The source {name} was not named beforehand.")
    lines = [VERSION, term, roster_sha256]
    lines += [f"{name}={sources[name]}" for name in sorted(sources)]
    text = "".join(f"{line}\n" for line in lines)
    if read_seed_text(text.encode()) != SeedText(term, roster_sha256, dict(sources)):
        raise LotteryRefused("A name or value of the seed holds an equals sign or a line end.")
    return text


def read_seed_text(text: bytes) -> SeedText:
    """Read a ``seed.txt`` and leave nothing doubtful: one meaning, one way to write it.

    Raises ``LotteryRefused`` with the line at fault.
    """
    lines = _lines(text)
    if lines[0] != VERSION:
        raise _refusal(1, f"must be {VERSION}")
    if len(lines) < 2 or not _TEXT.fullmatch(lines[1]):
        raise _refusal(2, "must name the term")
    if len(lines) < 3 or not _DIGEST.fullmatch(lines[2]):
        raise _refusal(3, "must be the SHA-256 of roster.csv, 64 digits 0-9 a-f")
    if len(lines) < 4:
        raise _refusal(4, "must be a source of chance, name=value; there is none")
    sources: dict[str, str] = {}
    previous = ""
    for number, line in enumerate(lines[3:], 4):
        name, equals, value = line.partition("=")
        if not (equals and _SOURCE_NAME.fullmatch(name) and _TEXT.fullmatch(value)):
            raise _refusal(number, "must be name=value, neither empty")
        if name == previous:
            raise _refusal(number, f"names the source {name} a second time")
        if name < previous:
            raise _refusal(number, f"{name} must stand before {previous}: sources by name")
        sources[name] = value
        previous = name
    return SeedText(lines[1], lines[2], sources)


def _lines(text: bytes) -> list[str]:
    if not text.endswith(b"\n"):
        raise _refusal(text.count(b"\n") + 1, "has no line end (LF)")
    lines = []
    for number, line in enumerate(text[:-1].split(b"\n"), 1):
        try:
            lines.append(line.decode())
        except UnicodeDecodeError:
            raise _refusal(number, "is not UTF-8") from None
    return lines


def _refusal(number: int, why: str) -> LotteryRefused:
    return LotteryRefused(f"seed.txt line {number} {why}.")


def seed_of(text: bytes) -> bytes:
    """Return the seed: the SHA-256 of the published bytes. Raises ``LotteryRefused``."""
    read_seed_text(text)
    return sha256(text).digest()


# The numbers


def number_applications(application_nos: Iterable[str], *, seed: bytes) -> dict[str, int]:
    """Give each application its lottery number, from 1.

    The numbers depend on ``seed`` and the application numbers alone, never on
    the order in which the applications came in, so anyone who holds the
    published seed and roster can work them out again and check their own.
    The result is in the order of the numbers. Raises ``LotteryRefused``.

    >>> number_applications(["9051", "4829", "1173"], seed=b"2027-spring")
    {'4829': 1, '1173': 2, '9051': 3}
    """
    numbers = {
        application_no: number
        for number, application_no in enumerate(_in_drawn_order(application_nos, seed), 1)
    }
    if numbers and len(numbers) != next(reversed(numbers.values())):
        raise LotteryRefused("An application number stands in the list twice.")
    return numbers


def _in_drawn_order(application_nos: Iterable[str], seed: bytes) -> Iterator[str]:
    """Yield application numbers by HMAC-SHA256(seed, number), ties by the number itself.

    A million in a second and a half: HMAC's two keyed states are made once and copied, and
    digests are sorted as text (Latin-1 keeps the order of bytes, and Python compares it
    fastest), in 256 heaps small enough for the processor's memory.
    """
    key = sha256(seed).digest() if len(seed) > _BLOCK else seed
    key = key.ljust(_BLOCK, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in key)).copy
    outer = sha256(bytes(byte ^ 0x5C for byte in key)).copy
    heaps: list[list[str]] = [[] for _ in range(256)]
    for application_no in application_nos:
        first = inner()
        first.update(application_no.encode())
        second = outer()
        second.update(first.digest())
        digest = second.digest()
        heaps[digest[0]].append(digest.decode("latin-1") + application_no)
    for heap in heaps:
        heap.sort()
        for drawn in heap:
            yield drawn[32:]


def numbers_csv(numbers: Mapping[str, int]) -> bytes:
    """Return ``numbers.csv``, sorted by application number.

    >>> numbers_csv({"4829": 1, "1173": 2})
    b'receipt,number\\n1173,2\\n4829,1\\n'
    """
    lines = [f"{receipt},{numbers[receipt]}" for receipt in sorted(numbers)]
    return "\n".join([HEADER, *lines, ""]).encode()


def read_receipts(text: bytes) -> list[str]:
    """Return the application numbers of ``receipts.txt``. Raises ``LotteryRefused``."""
    try:
        lines = text.decode().removesuffix("\n").split("\n") if text else []
    except UnicodeDecodeError:
        raise LotteryRefused("receipts.txt is not UTF-8.") from None
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not RECEIPT.fullmatch(line):
            raise LotteryRefused(
                f"receipts.txt line {number} is no application number: {line[:80]!r}."
            )
        if line in seen:
            raise LotteryRefused(f"receipts.txt line {number}: {line} stands there twice.")
        seen.add(line)
    return lines


def main(arguments: Sequence[str]) -> int:
    """Print ``receipt,number`` for a seed and a list; 2 and one sentence for bad input."""
    if len(arguments) != 2:
        sys.stderr.write("Usage: python -m enrolment.domain.lottery seed.txt receipts.txt\n")
        return 2
    try:
        seed, receipts = (Path(name).read_bytes() for name in arguments)
        numbers = number_applications(read_receipts(receipts), seed=seed_of(seed))
    except (LotteryRefused, OSError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    sys.stdout.buffer.write(numbers_csv(numbers))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
