"""Rounds in which pairs take part: two people with one number, who go together or not at all.

A class walks those it keeps and the one who asks in the order of their keys. A pair takes two
seats of one bucket; where one is left it is passed over there and tries its next bucket, then
the open seats, and the one seat goes to the next single. Nobody comes back to a class that
turned them down, so the order of asking is part of the rule: always the first in the order of
the round's lottery who has no seat and has a wish left.
"""

from bisect import insort
from heapq import heapify, heappop, heappush

from enrolment.domain.allocation.packing import Packed
from enrolment.domain.allocation.stocks import Holders, Stock


def match(packed: Packed, stocks: list[Stock], asking: list[int], number: int) -> Holders:
    """One round of deferred acceptance; ``asking`` loses the bit of each wish turned down."""
    kept: list[list[tuple[int, int]]] = [[] for _ in stocks]  # (key, slot), the best first
    seated: Holders = [[[] for _ in range(len(stock.reserves) + 1)] for stock in stocks]
    line = [packed.place_in(number, position) for position, wishes in enumerate(asking) if wishes]
    heapify(line)
    while line:
        position = packed.place_in(number, heappop(line))
        wishes = asking[position]
        slot = position * packed.width + (wishes & -wishes).bit_length() - 1
        class_ = packed.prefs[slot]
        insort(kept[class_], (packed.key(slot, number), slot))
        seated[class_], turned_down = choose(packed, stocks[class_], kept[class_])
        for key, slot in turned_down:
            kept[class_].remove((key, slot))
            position = slot // packed.width
            asking[position] &= asking[position] - 1
            if asking[position]:
                heappush(line, packed.place_in(number, position))
    return seated


def choose(
    packed: Packed, stock: Stock, people: list[tuple[int, int]]
) -> tuple[list[list[int]], list[tuple[int, int]]]:
    """Seat the people, who come in the order of their keys: who sits where, and who nowhere."""
    seated: list[list[int]] = []
    used = []
    for lane, seats in enumerate(stock.reserves):
        inside, people, taken = _fill(packed, seats, people, 1 << lane)
        seated.append(inside)
        used.append(taken)
    inside, people, _taken = _fill(packed, stock.room(used), people, 0)
    return [*seated, inside], people


def _fill(
    packed: Packed, seats: int, people: list[tuple[int, int]], lane: int
) -> tuple[list[int], list[tuple[int, int]], int]:
    """Fill one bucket: the keys inside (negated), the people left over, the seats used."""
    inside, left_over, taken = [], [], 0
    for key, slot in people:
        size = 2 if slot // packed.width in packed.pairs else 1
        may = not lane or packed.eligible[slot] & lane
        if may and taken + size <= seats:
            inside.append(-key)
            taken += size
        else:
            left_over.append((key, slot))
    return inside, left_over, taken
