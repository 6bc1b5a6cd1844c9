"""RDA/1 over numpy arrays: the same rounds with everybody asking at once.

All who are without a seat ask for their next wish together; every class that was asked sorts
them in with those it kept and chooses anew. In which order people ask changes nothing about how
a round of single applicants ends, so this ends as the reference does, to the last byte.

A key is one number: class, tier, place in the round's lottery, then the lanes that the applicant
may use there, as bits. Sorting the keys sorts every class at once.
"""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from enrolment.domain.allocation.packing import (
    CLOSED,
    LEFT_OUT,
    NOT_FULL,
    OPEN_LANE,
    Outcome,
    Packed,
)

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

NOWHERE = 254

LOWEST = np.array([0, *((n & -n).bit_length() - 1 for n in range(1, 256))], dtype=np.uint8)
"""The lowest bit that is set in a byte: the next wish of a list."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How many bits of a key belong to what."""

    class_bits: int
    tier_bits: int
    place_bits: int
    lane_bits: int

    @classmethod
    def of(cls, packed: Packed) -> "Layout":
        return cls(
            len(packed.classes).bit_length(),
            len(packed.tiers).bit_length(),
            len(packed).bit_length(),
            packed.lanes,
        )

    @property
    def bits(self) -> int:
        return self.class_bits + self.tier_bits + self.place_bits + self.lane_bits

    @property
    def above_place(self) -> int:
        return self.place_bits + self.lane_bits

    @property
    def above_tier(self) -> int:
        return self.tier_bits + self.above_place

    def places(self, keys: Ints) -> Ints:
        return (keys >> self.lane_bits) & ((1 << self.place_bits) - 1)

    def classes(self, keys: Ints) -> Ints:
        return keys >> self.above_tier

    def tiers(self, keys: Ints) -> Ints:
        return (keys >> self.above_place) & ((1 << self.tier_bits) - 1)


@dataclass(slots=True)
class Stocks:
    """The seats that are left, by class; ``reserves`` by lane and class."""

    seats: Ints
    reserves: Ints
    hard: NDArray[np.bool_]

    @classmethod
    def of(cls, packed: Packed) -> "Stocks":
        reserves = np.zeros((packed.lanes, len(packed.classes)), dtype=np.int64)
        hard = np.zeros(reserves.shape, dtype=bool)
        for class_, spec in enumerate(packed.classes):
            for lane, bucket in enumerate(spec.buckets):
                reserves[lane, class_] = bucket.seats
                hard[lane, class_] = bucket.hard
        seats = np.array([spec.capacity for spec in packed.classes], dtype=np.int64)
        return cls(seats, reserves, hard)

    def clamp(self) -> None:
        """Cut the reserves to the seats that there are, the first bucket first."""
        left = self.seats.copy()
        for lane, reserve in enumerate(self.reserves):
            self.reserves[lane] = np.clip(reserve, 0, left)
            left -= self.reserves[lane]

    def room(self, used: Ints) -> Ints:
        """Open seats, when the reserves have used so many: hard ones keep theirs to themselves."""
        open_seats: Ints = self.seats - np.where(self.hard, self.reserves, used).sum(axis=0)
        return open_seats

    def take(self, used: Ints) -> None:
        """Strike out what a round has given away, the open seats last."""
        self.seats -= used.sum(axis=0)
        self.reserves -= used[:-1]


@dataclass(slots=True)
class Chosen:
    """The lane of each key that a class was shown, and how many seats of each lane are used."""

    lanes: Bytes
    used: Ints
    room: Ints


def choose(keys: Ints, layout: Layout, stocks: Stocks) -> Chosen:
    """Let every class choose from its keys, which are sorted."""
    classes = layout.classes(keys)
    lanes = np.full(len(keys), NOWHERE, dtype=np.uint8)
    count = len(stocks.seats)
    used = np.zeros((len(stocks.reserves) + 1, count), dtype=np.int64)
    for lane, reserve in enumerate(stocks.reserves):
        free = (lanes == NOWHERE) & ((keys >> lane) & 1).astype(bool)
        used[lane] = _fill(lanes, np.flatnonzero(free), classes, reserve, lane)
    room = stocks.room(used[:-1])
    used[-1] = _fill(lanes, np.flatnonzero(lanes == NOWHERE), classes, room, OPEN_LANE)
    return Chosen(lanes, used, room)


def _fill(lanes: Bytes, asking: Ints, classes: Ints, seats: Ints, lane: int) -> Ints:
    """Give the first who ask in each class a seat of a lane; how many each class has given."""
    where = classes[asking]
    asked = np.bincount(where, minlength=len(seats))
    before = np.cumsum(asked) - asked
    gets = np.arange(len(asking)) - before[where] < seats[where]
    lanes[asking[gets]] = lane
    return np.minimum(asked, seats)


@dataclass(slots=True)
class Tables:
    """What stays the same through the rounds. ``wishes`` has class, tier and lanes of a slot."""

    packed: Packed
    layout: Layout
    wishes: NDArray[Any]  # uint32, or int64 where that is too short
    clash: Bytes
    listed: Bytes

    @classmethod
    def of(cls, packed: Packed) -> "Tables":
        layout = Layout.of(packed)
        prefs = np.asarray(packed.prefs, dtype=np.int32)
        wide = layout.bits - layout.place_bits > 32
        wishes: NDArray[Any] = prefs.astype(np.int64 if wide else np.uint32)
        wishes <<= layout.tier_bits
        wishes |= np.asarray(packed.tier).astype(wishes.dtype)
        wishes <<= layout.lane_bits
        wishes |= np.asarray(packed.eligible, dtype=np.uint8)
        table = prefs.reshape(len(packed), packed.width)
        lengths = np.count_nonzero(table >= 0, axis=1)
        listed = ((1 << lengths) - 1).astype(np.uint8)
        return cls(packed, layout, wishes, np.asarray(packed.clash, dtype=np.uint8), listed)

    def slots(self, positions: Ints, asking: Bytes) -> Ints:
        """The next wish of each."""
        return positions * self.packed.width + LOWEST[asking[positions]]

    def keys(self, slots: Ints, places: Ints) -> Ints:
        """How the classes see those wishes."""
        wishes = self.wishes[slots].astype(np.int64)
        lane_bits = self.layout.lane_bits
        upper = (wishes >> lane_bits) << self.layout.above_place
        return upper | places << lane_bits | wishes & ((1 << lane_bits) - 1)

    def turned(self, positions: Ints, number: int) -> Ints:
        """Positions as places in the lottery of a round, and places as positions."""
        if self.packed.is_reversed(number):
            return len(self.packed) - 1 - positions
        return positions


def run(packed: Packed) -> Outcome:
    """Work a market out; it must have no ``obstacle``."""
    tables, stocks = Tables.of(packed), Stocks.of(packed)
    slots = len(packed) * packed.width
    round_of, lane_of = np.zeros(slots, dtype=np.uint8), np.zeros(slots, dtype=np.uint8)
    max_seats = np.asarray(packed.max_seats, dtype=np.uint8)
    held = np.zeros(len(packed), dtype=np.uint8)
    barred = np.zeros(len(packed), dtype=np.uint8)
    cutoffs = []
    for number in range(1, packed.rounds + 1):
        stocks.clamp()
        takes_part = (max_seats >= number) & (held == number - 1)
        asking = np.where(takes_part, tables.listed & ~barred, np.uint8(0))
        keys = match(tables, stocks, asking, number)
        chosen = choose(keys, tables.layout, stocks)
        positions = tables.turned(tables.layout.places(keys), number)
        won = tables.slots(positions, asking)
        round_of[won], lane_of[won] = number, chosen.lanes
        held[positions] += 1
        barred[positions] |= tables.clash[won] | (asking[positions] & -asking[positions])
        cutoffs.append(cutoffs_of(len(packed), tables.layout, stocks, keys, chosen))
        stocks.take(chosen.used)
    return Outcome(round_of.tobytes(), lane_of.tobytes(), cutoffs)


def match(tables: Tables, stocks: Stocks, asking: Bytes, number: int) -> Ints:
    """One round: the keys of all who hold a seat at its end, sorted."""
    kept = np.empty(0, dtype=np.int64)
    line = np.flatnonzero(asking)
    asked = np.zeros(len(stocks.seats), dtype=bool)
    while len(line):
        new = tables.keys(tables.slots(line, asking), tables.turned(line, number))
        asked[:] = False
        asked[tables.layout.classes(new)] = True
        concerned = asked[tables.layout.classes(kept)]
        keys = np.concatenate((kept[concerned], new))
        keys.sort()
        seated = choose(keys, tables.layout, stocks).lanes != NOWHERE
        kept = np.concatenate((kept[~concerned], keys[seated]))
        line = tables.turned(tables.layout.places(keys[~seated]), number)
        asking[line] &= asking[line] - 1
        line = line[asking[line] != 0]
    kept.sort()
    return kept


def cutoffs_of(
    people: int, layout: Layout, stocks: Stocks, keys: Ints, chosen: Chosen
) -> list[list[int]]:
    """By class: the last key in each lane that is full, what stands for it in the others."""
    seats = np.concatenate((stocks.reserves, chosen.room[np.newaxis]))
    table = np.full(seats.shape, NOT_FULL, dtype=np.int64)
    lanes = np.where(chosen.lanes == OPEN_LANE, len(seats) - 1, chosen.lanes).astype(np.int64)
    worst = np.zeros(seats.shape, dtype=np.int64)
    own = layout.tiers(keys) * people + layout.places(keys)
    worst[lanes, layout.classes(keys)] = own  # sorted: of several, the last stays
    full = chosen.used == seats
    table[full] = worst[full]
    table[:-1][seats[:-1] == 0] = LEFT_OUT
    table[-1][seats[-1] == 0] = CLOSED
    return cast(list[list[int]], table.T.tolist())
