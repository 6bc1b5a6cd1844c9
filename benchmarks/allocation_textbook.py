"""Deferred acceptance as a textbook writes it: everybody asks, every class sorts and chooses.

No heaps, no packed keys, no order of the lottery: the yardstick of ``benchmarks/allocation.py``,
and a third opinion, for it must give the same seats.
"""

from collections import defaultdict

from enrolment.domain.allocation.packing import Packed


def textbook(packed: Packed) -> bytes:
    """The round in which each slot came true, 0 for those that did not."""
    won = bytearray(len(packed) * packed.width)
    held: dict[int, list[int]] = {position: [] for position in range(len(packed))}
    seats = {number: spec.capacity for number, spec in enumerate(packed.classes)}
    reserves = {
        number: [bucket.seats for bucket in spec.buckets]
        for number, spec in enumerate(packed.classes)
    }
    for number in range(1, packed.rounds + 1):
        for class_, sizes in reserves.items():
            left = seats[class_]
            for lane, size in enumerate(sizes):
                sizes[lane] = max(0, min(size, left))
                left -= sizes[lane]
        lists = {
            position: open_wishes(packed, position, slots)
            for position, slots in held.items()
            if len(slots) == number - 1 and packed.max_seats[position] >= number
        }
        for class_, (slots, used) in one_round(packed, lists, seats, reserves, number).items():
            seats[class_] -= len(slots)
            for lane, taken in enumerate(used):
                reserves[class_][lane] -= taken
            for slot in slots:
                won[slot] = number
                held[slot // packed.width].append(slot)
    return bytes(won)


def open_wishes(packed: Packed, position: int, held: list[int]) -> list[int]:
    """What an applicant may still ask for: not held, and no clash with what is."""
    barred = set(held)
    for slot in held:
        mask = packed.clash[slot]
        barred |= {at for at in packed.slots(position) if mask >> at % packed.width & 1}
    return [slot for slot in packed.slots(position) if slot not in barred]


def one_round(
    packed: Packed,
    lists: dict[int, list[int]],
    seats: dict[int, int],
    reserves: dict[int, list[int]],
    number: int,
) -> dict[int, tuple[list[int], list[int]]]:
    """By class: the slots that came true, and how many seats of each reserve they use."""
    asked = dict.fromkeys(lists, 0)
    kept: dict[int, tuple[list[int], list[int]]] = {}
    free = list(lists)
    while free:
        asking = defaultdict(list)
        for position in free:
            if asked[position] < len(lists[position]):
                slot = lists[position][asked[position]]
                asking[packed.prefs[slot]].append(slot)
        free = []
        for class_, slots in asking.items():
            pool = kept.get(class_, ([], []))[0] + slots
            pool.sort(key=lambda slot: packed.key(slot, number))
            chosen, used = choose(packed, pool, class_, seats[class_], reserves[class_])
            kept[class_] = chosen, used
            inside = set(chosen)
            for slot in pool:
                if slot not in inside:
                    asked[slot // packed.width] += 1
                    free.append(slot // packed.width)
    return kept


def choose(
    packed: Packed, pool: list[int], class_: int, seats: int, reserves: list[int]
) -> tuple[list[int], list[int]]:
    """The choice of a class from a sorted pool: reserves in their order, then the open seats."""
    chosen, used, room = [], [], seats
    for lane, size in enumerate(reserves):
        taken = [slot for slot in pool if packed.eligible[slot] >> lane & 1][:size]
        inside = set(taken)
        pool = [slot for slot in pool if slot not in inside]
        chosen += taken
        used.append(len(taken))
        hard = packed.classes[class_].buckets[lane].hard
        room -= size if hard else len(taken)
    return chosen + pool[:room], used
