"""How every file of a package is written and read: UTF-8, LF, a header, commas, no quotes, sorted.

One meaning has one way to be written, so that a digest of the bytes is a digest of the meaning.
"""

import re
from collections.abc import Iterable

NAME = r"[A-Za-z0-9._-]{1,64}"
COUNT = r"(?:0|[1-9][0-9]{0,8})"


class PackageRefused(Exception):
    """A package, or what should become one, that is not as agreed. Names file and line."""

    def __init__(self, name: str, why: str, *, line: int | None = None) -> None:
        super().__init__(f"{name} line {line}: {why}" if line else f"{name}: {why}")


def written(header: str, lines: Iterable[str]) -> bytes:
    """Return a file of these lines."""
    return "\n".join([header, *lines, ""]).encode()


def read(
    name: str, text: bytes, header: str, form: re.Pattern[str], *, example: str
) -> list[tuple[int, re.Match[str]]]:
    """Return the lines after the header with their numbers, each matched against its form.

    Raises ``PackageRefused`` with the first that does not fit; ``example`` is one that would.
    """
    found: list[tuple[int, re.Match[str]]] = []
    for number, line in enumerate(_lines(name, text), 1):
        if number == 1:
            if line != header:
                raise PackageRefused(name, f"must be the header {header}", line=1)
            continue
        match = form.fullmatch(line)
        if match is None:
            raise PackageRefused(
                name, f"{_short(line)} is not of the form {example}.", line=number
            )
        found.append((number, match))
    return found


def _lines(name: str, text: bytes) -> list[str]:
    if text.startswith(b"\xef\xbb\xbf"):
        raise PackageRefused(name, "begins with a byte order mark (BOM).", line=1)
    try:
        whole = text.decode()
    except UnicodeDecodeError as bad:
        line = text.count(b"\n", 0, bad.start) + 1
        raise PackageRefused(name, "is not UTF-8.", line=line) from None
    lines = whole.split("\n")
    if carriage := next((n for n, line in enumerate(lines, 1) if line.endswith("\r")), None):
        raise PackageRefused(name, "ends with CR LF; it must be LF alone.", line=carriage)
    if lines.pop() != "":
        raise PackageRefused(name, "has no line end (LF).", line=len(lines) + 1)
    return lines or [""]


def ensure_ascending(
    name: str, number: int, key: tuple[object, ...], previous: tuple[object, ...] | None
) -> None:
    """Refuse a line that stands there twice or not in its place."""
    if previous is None or previous < key:
        return
    label = ",".join(map(str, key))
    why = f"{label} stands there twice" if key == previous else f"{label} is out of order"
    raise PackageRefused(name, f"{why}; lines are sorted.", line=number)


def _short(line: str) -> str:
    return repr(line if len(line) <= 80 else f"{line[:80]}...")
