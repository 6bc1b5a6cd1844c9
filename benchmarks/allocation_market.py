"""The markets of the benchmark: popular classes, three reserves that overlap, tiers, clashes."""

from dataclasses import dataclass

import numpy as np

from enrolment.domain.allocation import Bucket, ClassSpec
from enrolment.domain.allocation.packing import Packed
from enrolment.domain.allocation.vector_packing import from_arrays

RESERVES = {"N": 0.20, "C": 0.15, "M": 0.10}
CARRIED = {"N": 0.30, "C": 0.20, "M": 0.05}
SEATS_A_PERSON = 0.9
POPULARITY = 0.8  # the exponent of Zipf's law
LONGEST, SHORTEST = 5, 2
WANTED = ((1, 2, 3), (0.3, 0.4, 0.3))
HALF_DAYS, SECOND_HALF_DAY = 10, 0.3


@dataclass
class Arrays:
    """A market as it would be read from a database: columns, and a list of classes."""

    classes: list[ClassSpec]
    columns: dict

    def pack(self) -> Packed:
        """Lay it out for the engines, clash masks and checks included."""
        return from_arrays(self.classes, flag_names=tuple(RESERVES), **self.columns)


def make(people: int, classes: int, *, seed: int = 1) -> Arrays:
    """Make a market of a size; the same seed makes the same one."""
    draw = np.random.default_rng(seed)
    weight = 1 / np.arange(1, classes + 1) ** POPULARITY
    seats = np.maximum(1, draw.normal(1, 0.25, classes) * people * SEATS_A_PERSON / classes)
    specs = [
        ClassSpec(f"c{number:05}", int(capacity), _buckets(int(capacity)))
        for number, capacity in enumerate(seats)
    ]
    hours = 1 << draw.integers(0, HALF_DAYS, classes)
    second = draw.random(classes) < SECOND_HALF_DAY
    hours |= np.where(second, 1 << draw.integers(0, HALF_DAYS, classes), 0)
    flags = sum(
        (draw.random(people) < share).astype(np.uint8) << bit
        for bit, share in enumerate(CARRIED.values())
    )
    prefs = _wishes(draw, people, draw.permutation(weight / weight.sum()))
    columns = {
        "applicant_ids": [f"{number:07}" for number in range(people)],
        "lottery": draw.permutation(people) + 1,
        "max_seats": draw.choice(WANTED[0], people, p=WANTED[1]),
        "prefs": prefs,
        "tier": draw.choice(3, prefs.shape, p=(0.1, 0.7, 0.2)),
        "flags": np.repeat(flags[:, np.newaxis], LONGEST, axis=1),
        "hours": hours.astype(np.int64),
    }
    return Arrays(specs, columns)


def _buckets(capacity: int) -> tuple[Bucket, ...]:
    """Open seats first, then the reserves; none in a small class."""
    if capacity < 12:
        return ()
    reserves = {name: int(capacity * share) for name, share in RESERVES.items()}
    first = Bucket("*open*", capacity - sum(reserves.values()))
    return (first, *(Bucket(name, seats) for name, seats in reserves.items()))


def _wishes(draw: np.random.Generator, people: int, weight: np.ndarray) -> np.ndarray:
    """Two to five different classes each; somebody who drew one twice has a shorter list."""
    bounds = np.cumsum(weight)
    drawn = np.searchsorted(bounds, draw.random((people, LONGEST)) * bounds[-1]).astype(np.int32)
    length = draw.integers(SHORTEST, LONGEST + 1, people)
    for later in range(LONGEST):
        again = (drawn[:, :later] == drawn[:, later : later + 1]).any(axis=1)
        drawn[again | (later >= length), later] = -1
    order = np.argsort(drawn == -1, axis=1, kind="stable")
    return np.take_along_axis(drawn, order, axis=1)
