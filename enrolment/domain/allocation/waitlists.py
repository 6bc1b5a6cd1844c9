"""Who waits for a class, and in which order.

On the list of a class stand all who wished for it, do not hold it and would take it: they hold
fewer seats that they like better than they want in all, and none of those clashes with it.
"""

from collections.abc import Sequence

from enrolment.domain.allocation import arrays
from enrolment.domain.allocation.market import WaitlistOrder
from enrolment.domain.allocation.packing import NOBODY, Packed


def of_all(packed: Packed, round_of: Sequence[int]) -> list[list[int]]:
    """The waiting positions of every class, by the faster way that there is."""
    if arrays.pay(packed):
        from enrolment.domain.allocation import vector_answers

        return vector_answers.waitlists(packed, round_of)
    return in_order(packed, round_of)


def in_order(packed: Packed, round_of: Sequence[int]) -> list[list[int]]:
    """The waiting positions of every class, the next to be asked first.

    Fewer better seats come before more, then the lower tier, then the number that the lottery
    of the next such round gives. Under ``no_seat_first`` all of that comes after the one
    question whether somebody holds a seat at all.
    """
    lists: list[list[tuple[int, int, int, int, int]]] = [[] for _ in packed.classes]
    no_seat_first = packed.waitlist_order is WaitlistOrder.NO_SEAT_FIRST
    for position, most in enumerate(packed.max_seats):
        held = held_by(packed, round_of, position)
        for rank, slot in enumerate(packed.slots(position)):
            better = would_take(packed, held, slot, rank)
            if better is None or better >= most:
                continue
            place = packed.place_in(better + 1, position)
            seated = int(no_seat_first and held != 0)
            lists[packed.prefs[slot]].append((seated, better, packed.tier[slot], place, position))
    return [[entry[-1] for entry in sorted(entries)] for entries in lists]


def held_by(packed: Packed, round_of: Sequence[int], position: int) -> int:
    """The wishes of an applicant that came true, as bits by rank."""
    first = position * packed.width
    return sum(1 << rank for rank in range(packed.width) if round_of[first + rank])


def would_take(packed: Packed, held: int, slot: int, rank: int) -> int | None:
    """How many better seats somebody holds; None if the wish is held or clashes with one."""
    if held >> rank & 1 or packed.prefs[slot] == NOBODY:
        return None
    above = held & (1 << rank) - 1
    return None if above & packed.clash[slot] else above.bit_count()
