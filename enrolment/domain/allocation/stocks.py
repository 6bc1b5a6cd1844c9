"""The seats that a class has left, from round to round."""

from dataclasses import dataclass

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
