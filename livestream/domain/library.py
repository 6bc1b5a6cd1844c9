"""What a reader chose in the library, as an address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OTHER = "#"
"""Stands for titles that begin with a figure or have no sound of their own."""


@dataclass(frozen=True)
class Choice:
    """What a reader chose in the library; an empty one is the whole of it, the newest first."""

    series: str = ""
    subject: str = ""
    year: int | None = None
    letter: str = ""
    words: str = ""

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Choice:
        """Read an address; what makes no sense is left out."""
        year, letter = said.get("year", ""), said.get("letter", "").upper()[:1]
        return cls(
            series=said.get("series", "")[:60],
            subject=said.get("subject", "")[:60],
            year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
            letter=letter if letter and letter in LETTERS + OTHER else "",
            words=said.get("q", "").strip()[:40],
        )

    def is_whole(self) -> bool:
        """Whether nothing was chosen."""
        return self == Choice()


@dataclass(frozen=True)
class Shelf:
    """One of the ways to go on: a series, a subject, a year or a letter, and how many it holds."""

    value: str
    name: str
    count: int
