"""Why a wish came true or not: a code for each, and the figures that a sentence needs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from enrolment.domain.allocation import cutoffs
from enrolment.domain.allocation.packing import (
    LEFT_OUT,
    NOT_FULL,
    OPEN_LANE,
    Outcome,
    Packed,
    ranks,
)
from enrolment.domain.allocation.waitlists import held_by


class Code(StrEnum):
    """What became of a wish. The last three are said of wishes by whoever prepares the market."""

    ADMITTED = "ADMITTED"
    BETTER_SEAT = "BETTER_SEAT"
    CLASH = "CLASH"
    FULL = "FULL"
    HARD_RESERVED = "HARD_RESERVED"
    NO_SEATS = "NO_SEATS"
    HOT_LIMIT = "HOT_LIMIT"
    HELD = "HELD"
    INELIGIBLE = "INELIGIBLE"


STILL_WANTED = (Code.FULL, Code.HARD_RESERVED, Code.NO_SEATS)
"""With these the applicant waits for the class, if they may still have it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bucket at which somebody was turned down: their tier and number, and those of the last.

    ``last`` None: seats were left, but one too few for a pair, or they fell free too late.
    "closed": the round had no such seat.
    """

    round: int
    bucket: str
    yours: tuple[int, int]
    last: cutoffs.Last


@dataclass(frozen=True, slots=True)
class Reason:
    """What became of one wish; ``blocked_by`` are held seats that clash with it.

    ``round`` is that of the seat, or the last in which the class turned them down; ``place`` the
    one on the waitlist.
    """

    class_id: str
    code: Code
    round: int | None = None
    bucket: str | None = None
    blocked_by: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    place: int | None = None

    def on_waitlist_at(self, place: int | None) -> "Reason":
        """The same with the place on the waitlist."""
        return replace(self, place=place)


def reasons(packed: Packed, outcome: Outcome, position: int) -> Iterator[Reason]:
    """What became of the wishes of an applicant, in their own order."""
    held = held_by(packed, outcome.round_of, position)
    for rank, slot in enumerate(packed.slots(position)):
        class_ = packed.prefs[slot]
        class_id = packed.classes[class_].id
        code = code_of(packed, outcome, held, slot, rank)
        if code is Code.ADMITTED:
            bucket = packed.bucket_name(class_, outcome.lane_of[slot])
            yield Reason(class_id, code, round=int(outcome.round_of[slot]), bucket=bucket)
            continue
        blocked_by: tuple[str, ...] = ()
        if code is Code.CLASH:
            in_the_way = packed.clash[slot] & held & (1 << rank) - 1
            blocked_by = tuple(packed.own_order(position)[rank] for rank in ranks(in_the_way))
        tried = rounds_tried(packed, outcome.round_of, held, slot, rank)
        bars = tuple(bar for number in tried for bar in _bars(packed, outcome, slot, number))
        last_tried = tried[-1] if tried else None
        yield Reason(class_id, code, round=last_tried, blocked_by=blocked_by, bars=bars)


def code_of(packed: Packed, outcome: Outcome, held: int, slot: int, rank: int) -> Code:
    """The one code of a wish: what stood in its way first, seen from the end of the draw."""
    above = held & (1 << rank) - 1
    if held >> rank & 1:
        return Code.ADMITTED
    if not packed.classes[packed.prefs[slot]].capacity:
        return Code.NO_SEATS
    if above.bit_count() >= packed.max_seats[slot // packed.width]:
        return Code.BETTER_SEAT
    if above & packed.clash[slot]:
        return Code.CLASH
    tried = rounds_tried(packed, outcome.round_of, held, slot, rank)
    kept_for_others = _hard_seats_left(packed, outcome, slot, tried[-1])
    return Code.HARD_RESERVED if kept_for_others else Code.FULL


def count_codes(packed: Packed, outcome: Outcome) -> Counter[Code]:
    """How many wishes ended in which way."""
    found: Counter[Code] = Counter()
    for position in range(len(packed)):
        held = held_by(packed, outcome.round_of, position)
        for rank, slot in enumerate(packed.slots(position)):
            found[code_of(packed, outcome, held, slot, rank)] += 1
    return found


def rounds_tried(
    packed: Packed, round_of: Sequence[int], held: int, slot: int, rank: int
) -> list[int]:
    """The rounds in which the class of a wish that is not held turned the applicant down.

    They asked for it when nothing that they held by then clashed with it and the round brought
    nothing that they like better.
    """
    first = slot - rank
    gained = {int(round_of[first + at]): at for at in ranks(held)}
    tried = []
    for number in range(1, min(packed.max_seats[slot // packed.width], len(gained) + 1) + 1):
        if gained.get(number, packed.width) > rank:
            tried.append(number)
        if number in gained and packed.clash[slot] >> gained[number] & 1:
            break
    return tried


def _hard_seats_left(packed: Packed, outcome: Outcome, slot: int, number: int) -> bool:
    """Whether seats were left in that round that only others may have."""
    class_ = packed.prefs[slot]
    row = outcome.cutoffs[number - 1][class_]
    return any(
        bucket.hard and row[lane] == NOT_FULL and not packed.eligible[slot] >> lane & 1
        for lane, bucket in enumerate(packed.classes[class_].buckets)
    )


def _bars(packed: Packed, outcome: Outcome, slot: int, number: int) -> Iterator[Bar]:
    class_ = packed.prefs[slot]
    row = outcome.cutoffs[number - 1][class_]
    yours = packed.read_key(packed.key(slot, number), number)
    for lane in cutoffs.lanes_of(packed, class_):
        value = row[lane if lane != OPEN_LANE else -1]
        may = lane == OPEN_LANE or packed.eligible[slot] >> lane & 1
        if may and value != LEFT_OUT:
            last = cutoffs.last(packed, value, number)
            yield Bar(number, packed.bucket_name(class_, lane), yours, last)
