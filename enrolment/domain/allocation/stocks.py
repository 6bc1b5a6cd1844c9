"""The seats that a class has left, from round to round."""

from dataclasses import dataclass

from enrolment.domain.allocation.packing import CLOSED, LEFT_OUT, NOT_FULL, Packed

Holders = list[list[list[int]]]
"""By class and lane, the open seats last: the keys of those who hold a seat, negated."""


@dataclass(slots=True)
class Stock:
    """The seats that are left in a class: in all, and of each reserve."""

    seats: int
    reserves: list[int]
    hard: list[bool]

    def clamp(self) -> None:
        """Cut the reserves to the seats that there are, the first bucket first."""
        left = self.seats
        for lane, wanted in enumerate(self.reserves):
            self.reserves[lane] = max(0, min(wanted, left))
            left -= self.reserves[lane]

    def room(self, used: list[int]) -> int:
        """Open seats, when the reserves have used so many: hard ones keep theirs to themselves."""
        kept = zip(used, self.reserves, self.hard, strict=True)
        return self.seats - sum(reserve if hard else taken for taken, reserve, hard in kept)

    def take(self, used: list[int], in_open: int) -> None:
        """Strike out what a round has given away."""
        self.seats -= sum(used) + in_open
        for lane, taken in enumerate(used):
            self.reserves[lane] -= taken


def stocks_of(packed: Packed) -> list[Stock]:
    """The seats of every class before the first round."""
    return [
        Stock(
            spec.capacity,
            [bucket.seats for bucket in spec.buckets],
            [bucket.hard for bucket in spec.buckets],
        )
        for spec in packed.classes
    ]


def cutoffs_of(
    most_lanes: int, stock: Stock, lanes: list[list[int]], used: list[int]
) -> list[int]:
    """The last key in each lane that is full, what stands for it in the others."""
    *reserves, in_open = zip(used, lanes, strict=True)
    row = [LEFT_OUT] * (most_lanes + 1)
    for lane, (seats, (taken, keys)) in enumerate(zip(stock.reserves, reserves, strict=True)):
        if seats:
            row[lane] = -min(keys) if taken == seats else NOT_FULL
    room = stock.room(used[:-1])
    taken, keys = in_open
    if room == 0:
        row[-1] = CLOSED
    else:
        row[-1] = -min(keys) if taken == room else NOT_FULL
    return row
