"""RDA/1 in plain Python: the reference. Rounds of deferred acceptance, a seat a person a round.

In each round those who hold a seat for every round before, and want one more, ask class after
class down their list; a class keeps the best that it has seats for and may send away somebody
whom it kept before, who then asks on. Nobody is sure of a seat before the round is over.
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush, heapreplace

from enrolment.domain.allocation import pairs
from enrolment.domain.allocation.packing import OPEN_LANE, Cutoffs, Outcome, Packed
from enrolment.domain.allocation.stocks import Holders, Stock, cutoffs_of, stocks_of


@dataclass(slots=True)
class Progress:
    """What the rounds have given so far; ``barred`` are the wishes nobody need ask for again."""

    round_of: bytearray
    lane_of: bytearray
    held: list[int]
    barred: list[int]
    cutoffs: Cutoffs = field(default_factory=list)


def run(packed: Packed) -> Outcome:
    """Work a market out."""
    stocks = stocks_of(packed)
    slots = len(packed) * packed.width
    progress = Progress(bytearray(slots), bytearray(slots), [0] * len(packed), [0] * len(packed))
    match = pairs.match if packed.pairs else match_singles
    for number in range(1, packed.rounds + 1):
        for stock in stocks:
            stock.clamp()
        asking = asking_in(packed, progress, number)
        holders = match(packed, stocks, asking, number)
        _close(packed, stocks, holders, progress, asking=asking, number=number)
    return Outcome(progress.round_of, progress.lane_of, progress.cutoffs)


def asking_in(packed: Packed, progress: Progress, number: int) -> list[int]:
    """The wishes that each may ask for in this round, as bits; none for who sits it out."""
    asking = [0] * len(packed)
    for position, seats in enumerate(packed.max_seats):
        if seats >= number and progress.held[position] == number - 1:
            listed = (1 << len(packed.slots(position))) - 1
            asking[position] = listed & ~progress.barred[position]
    return asking


def match_singles(packed: Packed, stocks: list[Stock], asking: list[int], number: int) -> Holders:
    """One round of deferred acceptance; ``asking`` loses the bit of each wish turned down.

    Everybody asks in the order of the round's lottery. Any other order ends the same, this one
    sends the fewest away again.
    """
    people, width, last = len(packed), packed.width, len(packed) - 1
    prefs, tier, eligible = packed.prefs, packed.tier, packed.eligible
    backwards = packed.is_reversed(number)
    holders: Holders = [[[] for _ in range(len(stock.reserves) + 1)] for stock in stocks]
    lanes = [_lanes_of(stock, held) for stock, held in zip(stocks, holders, strict=True)]
    room = [stock.room([0] * len(stock.reserves)) for stock in stocks]
    for first in range(last, -1, -1) if backwards else range(people):
        position = first
        while wishes := asking[position]:
            slot = position * width + (wishes & -wishes).bit_length() - 1
            class_ = prefs[slot]
            key = -tier[slot] * people - (last - position if backwards else position)
            mask = eligible[slot]
            for lane, seats, soft, inside in lanes[class_]:
                if not mask >> lane & 1:
                    continue
                if len(inside) < seats:
                    heappush(inside, key)
                    room[class_] -= soft
                    key = 1  # no key: nobody is left without a seat
                    break
                if key > inside[0]:
                    key = heapreplace(inside, key)
                    at = last - -key % people if backwards else -key % people
                    wishes = asking[at]
                    mask = eligible[at * width + (wishes & -wishes).bit_length() - 1]
            key = _seat_in_open(holders[class_][-1], room[class_], key)
            if key > 0:
                break
            position = last - -key % people if backwards else -key % people
            asking[position] &= asking[position] - 1
    return holders


def _lanes_of(stock: Stock, held: list[list[int]]) -> list[tuple[int, int, int, list[int]]]:
    """The reserves that have seats: lane, seats, whether a seat not used is open to all, holders.

    Seats of a hard reserve are never counted as open, those of a soft one until they are used.
    """
    return [
        (lane, seats, not hard, held[lane])
        for lane, (seats, hard) in enumerate(zip(stock.reserves, stock.hard, strict=True))
        if seats
    ]


def _seat_in_open(seats: list[int], room: int, key: int) -> int:
    """Give an open seat to ``key``; the key of who has none now, or 1 when all have one.

    1 stands for somebody who found a reserved seat: that may have cost an open one.
    """
    if key > 0:
        return heappop(seats) if len(seats) > room else 1
    if len(seats) < room:
        heappush(seats, key)
        return 1
    if seats and key > seats[0]:
        return heapreplace(seats, key)
    return key


def _close(
    packed: Packed,
    stocks: list[Stock],
    holders: Holders,
    progress: Progress,
    *,
    asking: list[int],
    number: int,
) -> None:
    """Make the seats of a round final. Who holds one holds it for the first wish still asked."""
    cutoffs = []
    for stock, lanes in zip(stocks, holders, strict=True):
        used = []
        for lane, keys in enumerate(lanes):
            taken = 0
            for key in keys:
                position = packed.place_in(number, -key % len(packed))
                wish = asking[position] & -asking[position]
                slot = position * packed.width + wish.bit_length() - 1
                progress.round_of[slot] = number
                progress.lane_of[slot] = lane if lane < len(stock.reserves) else OPEN_LANE
                progress.held[position] += 1
                progress.barred[position] |= packed.clash[slot] | wish
                taken += 2 if position in packed.pairs else 1
            used.append(taken)
        cutoffs.append(cutoffs_of(packed.lanes, stock, lanes, used))
        stock.take(used[:-1], used[-1])
    progress.cutoffs.append(cutoffs)
