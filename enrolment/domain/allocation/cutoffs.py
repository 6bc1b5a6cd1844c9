"""The published table of cut-offs: in each class, round and bucket, who was the last to come in.

With it and their own list and number anybody finds their own seat: in each round it is in the
first class of the list where they clear the cut-off of a bucket that they may use, and the
seat is of the first such bucket.
"""

from collections.abc import Iterator

from enrolment.domain.allocation.packing import (
    CLOSED,
    LEFT_OUT,
    NOT_FULL,
    OPEN_LANE,
    Cutoffs,
    Packed,
)

Last = tuple[int, int] | str | None
"""Tier and number of the last; None where seats were left, "closed" where there were none."""


def entries(packed: Packed, cutoffs: Cutoffs) -> Iterator[tuple[str, Last]]:
    """The lines of the table: ``class|round|bucket`` and who was last.

    A reserve without seats in a round is left out; the open seats always stand there.
    """
    for index, rows in enumerate(cutoffs):
        for class_, row in enumerate(rows):
            for lane in lanes_of(packed, class_):
                value = row[lane if lane != OPEN_LANE else -1]
                if value != LEFT_OUT:
                    name = name_of(packed, class_, index + 1, lane)
                    yield name, last(packed, value, index + 1)


def lanes_of(packed: Packed, class_: int) -> list[int]:
    """The lanes of a class in the order in which they are filled."""
    return [*range(len(packed.classes[class_].buckets)), OPEN_LANE]


def name_of(packed: Packed, class_: int, round_number: int, lane: int) -> str:
    """The key of a line."""
    return f"{packed.classes[class_].id}|{round_number}|{packed.bucket_name(class_, lane)}"


def last(packed: Packed, value: int, round_number: int) -> Last:
    """How a cut-off is printed."""
    if value == NOT_FULL:
        return None
    if value == CLOSED:
        return "closed"
    return packed.read_key(value, round_number)


def clears(packed: Packed, cutoffs: Cutoffs, slot: int, round_number: int) -> int | None:
    """The first lane whose cut-off the applicant clears in the class of a slot; None for none."""
    row = cutoffs[round_number - 1][packed.prefs[slot]]
    key = packed.key(slot, round_number)
    may = packed.eligible[slot]
    for lane in range(len(packed.classes[packed.prefs[slot]].buckets)):
        if may >> lane & 1 and key <= row[lane]:
            return lane
    return OPEN_LANE if key <= row[-1] else None
