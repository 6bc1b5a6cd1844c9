"""A market as flat tables of numbers, in the order of the lottery: what both engines read.

An applicant is a position (0 has the best number), a class its place among the class ids in
order, a wish the slot ``position * width + rank``. From here on the order in which the market
was written down is forgotten, and so it cannot enter the result.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from enrolment.domain.allocation.market import (
    ANYBODY,
    OPEN,
    ClassSpec,
    Market,
    Rounds,
    WaitlistOrder,
    clashing,
    ensure_sound,
)

OPEN_LANE = 255
"""The lane of the seats left for all at the end; reserves are lanes 0, 1, 2 in their order."""

NOT_FULL, CLOSED, LEFT_OUT = 1 << 62, -1, -2
"""Cut-offs that are no key: everybody clears the first, nobody the other two."""

NOBODY = -1
"""No class: a list that is shorter than the longest ends with it."""

Cutoffs = list[list[list[int]]]
"""By round (from 0), class and lane; the last lane is that of the open seats."""


@dataclass(slots=True)
class Outcome:
    """What an engine finds: the round (0: none) and the lane of every slot, and the cut-offs."""

    round_of: Sequence[int]
    lane_of: Sequence[int]
    cutoffs: Cutoffs


@dataclass
class Packed:
    """The tables. Made by ``pack``, or by ``vector_packing.from_arrays`` for a million people.

    ``tier`` counts the tiers that occur; ``eligible`` has a bit for each lane of the class that
    the applicant may use, ``clash`` a bit for each of their own wishes that it clashes with.
    """

    classes: tuple[ClassSpec, ...]
    applicant_ids: Sequence[str]
    lottery: Sequence[int]
    max_seats: Sequence[int]
    width: int
    prefs: Sequence[int]
    tier: Sequence[int]
    eligible: Sequence[int]
    clash: Sequence[int]
    tiers: tuple[int, ...]
    lottery_rounds: Rounds = Rounds.REVERSE
    waitlist_order: WaitlistOrder = WaitlistOrder.RANK
    pairs: frozenset[int] = field(default_factory=frozenset)

    def __len__(self) -> int:
        """How many people apply."""
        return len(self.applicant_ids)

    @cached_property
    def rounds(self) -> int:
        """As many as the seats that somebody wants."""
        return int(max(self.max_seats)) if len(self) else 0

    @cached_property
    def lanes(self) -> int:
        """The most reserves that a class has."""
        return max((len(spec.buckets) for spec in self.classes), default=0)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where each applicant stands in the lottery."""
        return {applicant: position for position, applicant in enumerate(self.applicant_ids)}

    @cached_property
    def class_numbers(self) -> dict[str, int]:
        """Where each class stands among the ids in order."""
        return {spec.id: number for number, spec in enumerate(self.classes)}

    def is_reversed(self, round_number: int) -> bool:
        """Whether the worst number of the lottery is the best one of this round."""
        return self.lottery_rounds is Rounds.REVERSE and round_number % 2 == 0

    def place_in(self, round_number: int, position: int) -> int:
        """Where a position stands in the order of a round, from 0; and the way back."""
        return len(self) - 1 - position if self.is_reversed(round_number) else position

    def number_in(self, round_number: int, position: int) -> int:
        """The lottery number that an applicant has in a round."""
        own = int(self.lottery[position])
        if self.is_reversed(round_number):
            return int(self.lottery[0]) + int(self.lottery[-1]) - own
        return own

    def key(self, slot: int, round_number: int) -> int:
        """How a class sees the applicant of a slot: tier first, then number; small is good."""
        place = self.place_in(round_number, slot // self.width)
        return int(self.tier[slot]) * len(self) + place

    def read_key(self, key: int, round_number: int) -> tuple[int, int]:
        """The tier and the lottery number of the round that a key stands for."""
        tier, place = divmod(key, len(self))
        return self.tiers[tier], self.number_in(round_number, self.place_in(round_number, place))

    def slots(self, position: int) -> range:
        """The slots of an applicant's wishes, the dearest first."""
        first = position * self.width
        end = first + self.width
        while end > first and self.prefs[end - 1] == NOBODY:
            end -= 1
        return range(first, end)

    def own_order(self, position: int) -> list[str]:
        """The classes that an applicant listed, the dearest first."""
        return [self.classes[self.prefs[slot]].id for slot in self.slots(position)]

    def bucket_name(self, number: int, lane: int) -> str:
        """How results call a lane of a class."""
        return OPEN if lane == OPEN_LANE else self.classes[number].buckets[lane].printed


def pack(market: Market) -> Packed:
    """Lay a market out in tables. Raises ``MarketRefused`` if it contradicts itself."""
    ensure_sound(market)
    classes = tuple(sorted(market.classes, key=lambda spec: spec.id))
    people = sorted(market.applicants, key=lambda person: person.lottery)
    numbers = {spec.id: number for number, spec in enumerate(classes)}
    buckets = [tuple(bucket.name for bucket in spec.buckets) for spec in classes]
    tiers = tuple(sorted({choice.tier for person in people for choice in person.choices}))
    tier_numbers = {tier: number for number, tier in enumerate(tiers)}
    clashes = clashing(market.clashes)
    width = max((len(person.choices) for person in people), default=0)
    prefs, tier, eligible, clash = [], [], [], []
    for person in people:
        listed = [choice.class_id for choice in person.choices]
        for choice in person.choices:
            number = numbers[choice.class_id]
            prefs.append(number)
            tier.append(tier_numbers[choice.tier])
            eligible.append(_lanes_open_to(choice.buckets, buckets[number]))
            clash.append(_bits_of(listed, clashes.get(choice.class_id)))
        padding = width - len(listed)
        prefs.extend([NOBODY] * padding)
        for table in (tier, eligible, clash):
            table.extend([0] * padding)
    return Packed(
        classes=classes,
        applicant_ids=[person.id for person in people],
        lottery=[person.lottery for person in people],
        max_seats=array("B", (person.max_seats for person in people)),
        width=width,
        prefs=array("i", prefs),
        tier=array("i", tier),
        eligible=_small(eligible),
        clash=_small(clash),
        tiers=tiers,
        lottery_rounds=Rounds(market.lottery_rounds),
        waitlist_order=WaitlistOrder(market.waitlist_order),
        pairs=frozenset(at for at, person in enumerate(people) if person.size == 2),
    )


def _lanes_open_to(carried: frozenset[str], buckets: tuple[str, ...]) -> int:
    mask = 0
    for lane, name in enumerate(buckets):
        if name == ANYBODY or name in carried:
            mask |= 1 << lane
    return mask


def _bits_of(listed: list[str], others: set[str] | None) -> int:
    if not others:
        return 0
    return sum(1 << rank for rank, class_id in enumerate(listed) if class_id in others)


def _small(masks: list[int]) -> Sequence[int]:
    """A byte each where they fit, as they do for lists of up to eight; else as they are."""
    return array("B", masks) if max(masks, default=0) < 256 else masks


def ranks(mask: int) -> Iterable[int]:
    """The numbers of the bits that are set, from the lowest."""
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1
