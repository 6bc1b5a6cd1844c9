"""The figures of a term that everybody may read: people and seats, and nobody in particular.

Both counts, always: heads and seats; who has two classes is one of the first and two of the
second. Groups of fewer than five people are put together with others, and
a count of one to four is not shown, nor the one it could be subtracted from.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

LEAST = 5
"""People in a group that stands by itself (`allocation.md`: statistics cells under 5 merged)."""

TOGETHER = "together"
BANDS = ((60, "under_60"), (70, "60s"), (80, "70s"), (200, "80_and_over"))
CERTAINTY = 2.0
"""Standard deviations: chance alone stays within them in about 95 of 100 draws."""


@dataclass(frozen=True, slots=True)
class Applied:
    """One person in the draw, and what came of it. ``seats``: how many classes they got."""

    age: int
    sex: str
    channel: str
    unit: str
    is_newcomer: bool
    missed_before: bool
    wishes: int
    seats: int
    got_first_wish: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One group. Shares are of its people, in per cent with one decimal."""

    group: str
    people: int
    wishes: int
    placed: int
    seats: int
    first: int

    @property
    def share(self) -> float:
        """Of 100 people, how many were given a seat."""
        return round(100 * self.placed / self.people, 1) if self.people else 0.0

    @property
    def first_share(self) -> float:
        """Of 100 people, how many were given their first choice."""
        return round(100 * self.first / self.people, 1) if self.people else 0.0

    def plus(self, other: "Row", group: str) -> "Row":
        """Two groups put together."""
        return Row(
            group,
            self.people + other.people,
            self.wishes + other.wishes,
            self.placed + other.placed,
            self.seats + other.seats,
            self.first + other.first,
        )


def band_of(age: int) -> str:
    """Return the age band of somebody.

    >>> [band_of(age) for age in (55, 60, 79, 80, 93)]
    ['under_60', '60s', '70s', '80_and_over', '80_and_over']
    """
    return next(name for limit, name in BANDS if age < limit)


GROUPED_BY: dict[str, Callable[[Applied], str]] = {
    "age": lambda one: band_of(one.age),
    "sex": lambda one: one.sex,
    "newcomer": lambda one: "newcomer" if one.is_newcomer else "continuing",
    "missed": lambda one: "missed_before" if one.missed_before else "not_missed",
    "channel": lambda one: one.channel,
    "unit": lambda one: one.unit,
}


def of_all(people: Sequence[Applied]) -> Row:
    """Return the line of everybody."""
    return _row("all", people)


def grouped(people: Sequence[Applied], by: str) -> list[Row]:
    """Return a line for each group, small ones put together (``TOGETHER``), by name of group."""
    groups: dict[str, list[Applied]] = {}
    for one in people:
        groups.setdefault(GROUPED_BY[by](one), []).append(one)
    return merged([_row(name, members) for name, members in sorted(groups.items())])


def merged(rows: Sequence[Row]) -> list[Row]:
    """Put groups of fewer than five together; with the next smallest where that is too few.

    A single small group alone would be the difference between the others and everybody.

    >>> rows = [Row("a", 90, 200, 70, 80, 50), Row("b", 6, 9, 4, 4, 3), Row("c", 2, 3, 1, 1, 1)]
    >>> [(row.group, row.people) for row in merged(rows)]
    [('a', 90), ('together', 8)]
    """
    small = [row for row in rows if row.people < LEAST]
    large = sorted((row for row in rows if row.people >= LEAST), key=lambda row: row.people)
    if not small:
        return list(rows)
    rest = Row(TOGETHER, 0, 0, 0, 0, 0)
    for row in small:
        rest = rest.plus(row, TOGETHER)
    while large and (len(small) == 1 or rest.people < LEAST):
        rest = rest.plus(large.pop(0), TOGETHER)
        small = [*small, rest]
    kept = {row.group for row in large}
    return [*(row for row in rows if row.group in kept), rest]


@dataclass(frozen=True, slots=True)
class Parity:
    """What one way of applying came to, beside all others. Shares in per cent.

    ``off`` is its share less that of everybody; ``chance`` how far chance alone may lead a group
    of that size off.
    """

    channel: str
    people: int
    share: float
    off: float
    chance: float

    @property
    def is_explained(self) -> bool:
        """Whether chance alone explains the difference."""
        return abs(self.off) <= self.chance


def parity(people: Sequence[Applied]) -> list[Parity]:
    """Compare the ways of applying: each has the same chance for the same choices.

    The draw never reads the way; people who come by different ways choose differently, though.
    A difference that chance does not explain is to be looked into, not a proof.
    """
    everybody = of_all(people)
    share = everybody.placed / everybody.people if everybody.people else 0.0
    return [
        Parity(
            channel=row.group,
            people=row.people,
            share=row.share,
            off=round(row.share - 100 * share, 1),
            chance=round(100 * CERTAINTY * sqrt(share * (1 - share) / row.people), 1),
        )
        for row in grouped(people, "channel")
        if row.people
    ]


def hidden(rows: Sequence[Row], figure: str) -> frozenset[str]:
    """Return the groups whose count in a column is not printed: one to four people, and company.

    A single count that is left out is what is missing to the sum of all; so the next smallest
    is left out with it.

    >>> rows = [Row("web", 50, 0, 40, 0, 0), Row("sms", 9, 0, 3, 0, 0), Row("desk", 9, 0, 7, 0, 0)]
    >>> sorted(hidden(rows, "placed")), hidden(rows, "people")
    (['desk', 'sms'], frozenset())
    """
    small = [row for row in rows if 0 < getattr(row, figure) < LEAST]
    if len(small) == 1:
        others = [row for row in rows if row not in small and getattr(row, figure)]
        small += sorted(others, key=lambda row: (getattr(row, figure), row.group))[:1]
    return frozenset(row.group for row in small)


def _row(name: str, members: Iterable[Applied]) -> Row:
    members = list(members)
    return Row(
        group=name,
        people=len(members),
        wishes=sum(one.wishes for one in members),
        placed=sum(one.seats > 0 for one in members),
        seats=sum(one.seats for one in members),
        first=sum(one.got_first_wish for one in members),
    )
