"""Answers for everybody at once: waitlists, codes, and the proof by cut-offs, over arrays.

Each says what ``waitlists``, ``explanations`` and ``checking`` say one person at a time.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from enrolment.domain.allocation.explanations import Code, code_of
from enrolment.domain.allocation.market import WaitlistOrder
from enrolment.domain.allocation.packing import OPEN_LANE, Cutoffs, Outcome, Packed
from enrolment.domain.allocation.vector import (
    Bytes,
    Chosen,
    Ints,
    Stocks,
    Tables,
    cutoffs_of,
)
from enrolment.domain.allocation.waitlists import held_by

Bools = NDArray[np.bool_]

COUNT = np.array([n.bit_count() for n in range(256)], dtype=np.uint8)
CODES = tuple(Code)


class Table:
    """The tables of a market and its seats as arrays, a row a person."""

    def __init__(self, packed: Packed, round_of: Sequence[int]) -> None:
        shape = (len(packed), packed.width)
        self.packed = packed
        self.prefs = np.asarray(packed.prefs, dtype=np.int32).reshape(shape)
        self.tier = np.asarray(packed.tier).reshape(shape)
        self.eligible = np.asarray(packed.eligible, dtype=np.uint8).reshape(shape)
        self.clash = np.asarray(packed.clash, dtype=np.uint8).reshape(shape)
        self.max_seats = np.asarray(packed.max_seats, dtype=np.uint8)
        self.round_of = np.frombuffer(bytes(round_of), dtype=np.uint8).reshape(shape)

    def held_before(self, number: int) -> Bytes:
        """The wishes that came true before a round, as bits."""
        held = np.zeros(len(self.packed), dtype=np.uint8)
        for rank in range(self.packed.width):
            rounds = self.round_of[:, rank]
            held |= ((rounds > 0) & (rounds < number)).astype(np.uint8) << rank
        return held

    def places(self, number: int) -> Ints:
        """Where everybody stands in the lottery of a round."""
        places = np.arange(len(self.packed))
        return places[::-1] if self.packed.is_reversed(number) else places


def waitlists(packed: Packed, round_of: Sequence[int]) -> list[list[int]]:
    """The waiting positions of every class, the next to be asked first."""
    table = Table(packed, round_of)
    held = table.held_before(256)
    people, tiers = len(packed), len(packed.tiers)
    seated = (held != 0) & (packed.waitlist_order is WaitlistOrder.NO_SEAT_FIRST)
    by_better = np.stack([table.places(better + 1) for better in range(packed.width + 1)])
    keys, classes, waiting = [], [], []
    for rank in range(packed.width):
        above, better = _above(held, rank)
        on_list = (table.prefs[:, rank] >= 0) & (held >> rank & 1 == 0)
        on_list &= (better < table.max_seats) & (above & table.clash[:, rank] == 0)
        who = np.flatnonzero(on_list)
        key = seated[who].astype(np.int64) * (packed.width + 1) + better[who]
        key = (key * tiers + table.tier[who, rank]) * people + by_better[better[who], who]
        keys.append(key)
        classes.append(table.prefs[who, rank])
        waiting.append(who)
    if not keys:
        return [[] for _ in packed.classes]
    of_class, who = np.concatenate(classes), np.concatenate(waiting)
    order = np.lexsort((np.concatenate(keys), of_class))
    ends = np.cumsum(np.bincount(of_class, minlength=len(packed.classes)))[:-1]
    return [part.tolist() for part in np.split(who[order], ends)]


def _above(held: Bytes, rank: int) -> tuple[Bytes, Bytes]:
    """The better wishes that came true, as bits and counted."""
    above = held & np.uint8((1 << rank) - 1)
    return above, COUNT[above]


def codes(packed: Packed, outcome: Outcome) -> Bytes:
    """The code of every slot, as its place in ``CODES``; 255 where a list has ended."""
    table = Table(packed, outcome.round_of)
    held = table.held_before(256)
    capacity = np.array([spec.capacity for spec in packed.classes] + [0])
    hard = np.array([any(b.hard for b in spec.buckets) for spec in packed.classes] + [False])
    found = np.full(table.prefs.shape, CODES.index(Code.FULL), dtype=np.uint8)
    for rank in range(packed.width):
        above, better = _above(held, rank)
        column, classes = found[:, rank], table.prefs[:, rank]
        column[above & table.clash[:, rank] != 0] = CODES.index(Code.CLASH)
        column[better >= table.max_seats] = CODES.index(Code.BETTER_SEAT)
        column[capacity[classes] == 0] = CODES.index(Code.NO_SEATS)
        column[held >> rank & 1 != 0] = CODES.index(Code.ADMITTED)
        doubtful = hard[classes] & (column == CODES.index(Code.FULL))
        for position in np.flatnonzero(doubtful).tolist():
            own = held_by(packed, outcome.round_of, position)
            code = code_of(packed, outcome, own, position * packed.width + rank, rank)
            column[position] = CODES.index(code)
        column[classes < 0] = 255
    return found.ravel()


def count_codes(packed: Packed, outcome: Outcome) -> Counter[Code]:
    """How many wishes ended in which way."""
    counts = np.bincount(codes(packed, outcome), minlength=256)
    return Counter({code: int(counts[at]) for at, code in enumerate(CODES) if counts[at]})


def recount(packed: Packed, outcome: Outcome) -> tuple[Cutoffs, list[tuple[int, int]]]:
    """The cut-offs that follow from the seats; the class and round where too many were given."""
    tables, stocks = Tables.of(packed), Stocks.of(packed)
    round_of = np.frombuffer(bytes(outcome.round_of), dtype=np.uint8)
    lane_of = np.frombuffer(bytes(outcome.lane_of), dtype=np.uint8)
    table, overfull = [], []
    for number in range(1, packed.rounds + 1):
        stocks.clamp()
        slots = np.flatnonzero(round_of == number)
        keys = tables.keys(slots, tables.turned(slots // packed.width, number))
        order = np.argsort(keys)
        keys, lanes = keys[order], lane_of[slots][order]
        classes = tables.layout.classes(keys)
        used = np.stack(
            [
                np.bincount(classes[lanes == lane], minlength=len(stocks.seats))
                for lane in (*range(packed.lanes), OPEN_LANE)
            ]
        )
        room = stocks.room(used[:-1])
        over = (used > np.concatenate((stocks.reserves, room[np.newaxis]))).any(axis=0)
        overfull += [(class_, number) for class_ in np.flatnonzero(over).tolist()]
        chosen = Chosen(lanes, used, room)
        table.append(cutoffs_of(len(packed), tables.layout, stocks, keys, chosen))
        stocks.take(used)
    return table, overfull


def envied(packed: Packed, outcome: Outcome) -> Ints:
    """The positions whose seats are not the first that the cut-offs open to them."""
    table = Table(packed, outcome.round_of)
    lane_of = np.frombuffer(bytes(outcome.lane_of), dtype=np.uint8).reshape(table.prefs.shape)
    wrong = np.zeros(len(packed), dtype=bool)
    for number in range(1, packed.rounds + 1):
        held = table.held_before(number)
        takes_part = (table.max_seats >= number) & (COUNT[held] == number - 1)
        barred = held.copy()
        for rank in range(packed.width):
            barred |= np.where(held >> rank & 1, table.clash[:, rank], 0).astype(np.uint8)
        cutoffs = np.array(outcome.cutoffs[number - 1], dtype=np.int64)
        expected = _lanes_opened(table, cutoffs, number, takes_part, barred)
        given = np.where(table.round_of == number, lane_of.astype(np.int16), np.int16(-1))
        wrong |= (expected != given).any(axis=1)
    return np.flatnonzero(wrong)


def _lanes_opened(
    table: Table, cutoffs: Ints, number: int, takes_part: Bools, barred: Bytes
) -> NDArray[np.int16]:
    """The lane of the one seat that a round's cut-offs open to each, by slot; -1 elsewhere."""
    opened = np.full(table.prefs.shape, -1, dtype=np.int16)
    line = np.flatnonzero(takes_part)
    for rank in range(table.packed.width):
        here = line[(barred[line] >> rank & 1 == 0) & (table.prefs[line, rank] >= 0)]
        opened[here, rank] = _first_cleared(table, cutoffs, here, rank, number)
        line = line[opened[line, rank] < 0]
    return opened


def _first_cleared(table: Table, cutoffs: Ints, people: Ints, rank: int, number: int) -> Ints:
    """The first lane that each may use and clears; -1 for none."""
    classes = table.prefs[people, rank]
    keys = table.tier[people, rank].astype(np.int64) * len(table.packed)
    keys += table.places(number)[people]
    lanes = np.where(keys <= cutoffs[classes, -1], OPEN_LANE, -1).astype(np.int64)
    for lane in range(table.packed.lanes - 1, -1, -1):
        may = table.eligible[people, rank] >> lane & 1 != 0
        lanes[may & (keys <= cutoffs[classes, lane])] = lane
    return lanes
