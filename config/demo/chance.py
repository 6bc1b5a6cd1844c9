"""Chance that can be repeated: one stream of random numbers per subject matter."""

import random
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(seed: int, name: str) -> random.Random:
    """Random numbers of their own for one part of the city.

    Streams are told apart by name, so that a change in one part of the city leaves the others
    as they were. A text seed does not depend on Python's hash seed.
    """
    return random.Random(f"qinglan/{seed}/{name}")


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """Divide ``total`` by weight into whole numbers that add up to it (largest remainder).

    >>> shares(10, [1, 1, 1])
    [4, 3, 3]
    """
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    result = [int(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda i: (result[i] - exact[i], i))
    for i in order[: total - sum(result)]:
        result[i] += 1
    return result


class Wheel(Generic[T]):
    """A weighted choice made often: the running sums are worked out once."""

    def __init__(self, pairs: Sequence[tuple[T, float]]) -> None:
        self.items = [item for item, _ in pairs]
        self.sums = list(accumulate(weight for _, weight in pairs))

    def turn(self, rng: random.Random) -> T:
        """One of the items, each as often as its weight says."""
        return rng.choices(self.items, cum_weights=self.sums)[0]
