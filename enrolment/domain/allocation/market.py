"""What goes into a draw: classes with their buckets of seats, applicants with their wishes.

A market that contradicts itself is refused as a whole, with one sentence that names the place:
a draw that quietly leaves out a line that it does not understand can be checked by nobody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

ANYBODY = "*open*"
"""The bucket of seats for everybody, where it stands among the reserves."""

OPEN, OPEN_FIRST = "open", "open-first"
"""How results call the seats left over for all at the end, and those of ``ANYBODY``."""

MOST_SEATS = 255
MOST_BUCKETS = 254


class Rounds(StrEnum):
    """Whether the lottery order is turned round in every second round."""

    REVERSE = "reverse"
    SAME = "same"


class WaitlistOrder(StrEnum):
    """Who comes first on a waitlist: as in the rounds, or first of all who holds no seat."""

    RANK = "rank"
    NO_SEAT_FIRST = "no_seat_first"


class MarketRefused(Exception):
    """The market contradicts itself; the sentence names the place."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Seats kept for those who carry the name; a hard bucket rather stays empty."""

    name: str
    seats: int
    hard: bool = False

    @property
    def printed(self) -> str:
        """The name that results use."""
        return OPEN_FIRST if self.name == ANYBODY else self.name


@dataclass(frozen=True, slots=True)
class ClassSpec:
    """A class: its seats, and the buckets in the order in which they are filled."""

    id: str
    capacity: int
    buckets: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One wish; ``buckets`` names the reserves that the applicant may use there."""

    class_id: str
    tier: int = 0
    buckets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody with one lottery number and wishes in their own order.

    ``size`` 2 is a pair that goes together or not at all: a couple, a carer and their charge.
    """

    id: str
    lottery: int
    choices: tuple[Choice, ...] = ()
    max_seats: int = 1
    size: int = 1


@dataclass(frozen=True, slots=True)
class Market:
    """All that a draw depends on. In which order the lines stand does not matter."""

    classes: tuple[ClassSpec, ...]
    applicants: tuple[Applicant, ...]
    clashes: tuple[tuple[str, str], ...] = ()
    lottery_rounds: Rounds = Rounds.REVERSE
    waitlist_order: WaitlistOrder = WaitlistOrder.RANK


def ensure_sound(market: Market) -> None:
    """Raise ``MarketRefused`` with the first contradiction of the market, if it has one."""
    ensure_sound_classes(market.classes, market.clashes)
    known = {spec.id for spec in market.classes}
    _ensure_sound_applicants(market.applicants, known)


def ensure_sound_classes(classes: Iterable[ClassSpec], clashes: Iterable[tuple[str, str]]) -> None:
    """Raise ``MarketRefused`` if the classes, their buckets or the clashes contradict themselves.

    That a class clashes with itself is true of every class and changes nothing.
    """
    known: set[str] = set()
    for spec in classes:
        place = f'Class "{spec.id}"'
        _ensure_writable(spec.id, place)
        if spec.id in known:
            raise MarketRefused(f"{place} stands twice in the list of classes.")
        known.add(spec.id)
        if spec.capacity < 0:
            raise MarketRefused(f"{place} has a capacity of {spec.capacity}, which is below 0.")
        _ensure_sound_buckets(spec.buckets, place)
    for number, pair in enumerate(clashes, 1):
        for class_id in pair:
            if class_id not in known:
                raise MarketRefused(f'Clash {number} names class "{class_id}", which is unknown.')


def _ensure_sound_buckets(buckets: tuple[Bucket, ...], place: str) -> None:
    names: set[str] = set()
    if len(buckets) > MOST_BUCKETS:
        raise MarketRefused(f"{place} has more than {MOST_BUCKETS} buckets.")
    for bucket in buckets:
        _ensure_writable(bucket.name, f'{place}, bucket "{bucket.name}"')
        if bucket.name in (OPEN, OPEN_FIRST):
            raise MarketRefused(
                f'{place} calls a bucket "{bucket.name}", a name that results use for other seats.'
            )
        if bucket.name in names:
            raise MarketRefused(f'{place} has the bucket "{bucket.name}" twice.')
        names.add(bucket.name)
        if bucket.seats < 0:
            raise MarketRefused(
                f'{place}, bucket "{bucket.name}" has {bucket.seats} seats, which is below 0.'
            )


def _ensure_sound_applicants(applicants: Iterable[Applicant], known: set[str]) -> None:
    ids: set[str] = set()
    numbers: dict[int, str] = {}
    for person in applicants:
        place = f'Applicant "{person.id}"'
        _ensure_writable(person.id, place)
        if person.id in ids:
            raise MarketRefused(f"{place} stands twice in the list of applicants.")
        ids.add(person.id)
        if person.lottery in numbers:
            raise MarketRefused(
                f"{place} has the lottery number {person.lottery}, "
                f'which applicant "{numbers[person.lottery]}" has too.'
            )
        numbers[person.lottery] = person.id
        if not 0 <= person.max_seats <= MOST_SEATS:
            raise MarketRefused(
                f"{place} wants {person.max_seats} seats; it must be 0 to {MOST_SEATS}."
            )
        if person.size not in (1, 2):
            raise MarketRefused(f"{place} has the size {person.size}; it must be 1 or 2.")
        _ensure_sound_choices(person, known, place)


def _ensure_sound_choices(person: Applicant, known: set[str], place: str) -> None:
    chosen: set[str] = set()
    for number, choice in enumerate(person.choices, 1):
        if choice.class_id not in known:
            raise MarketRefused(
                f'{place}, choice {number} names class "{choice.class_id}", which is unknown.'
            )
        if choice.class_id in chosen:
            raise MarketRefused(
                f'{place}, choice {number} names class "{choice.class_id}" a second time.'
            )
        chosen.add(choice.class_id)
        if choice.tier < 0:
            raise MarketRefused(
                f"{place}, choice {number} has the tier {choice.tier}, which is below 0."
            )


def _ensure_writable(name: str, place: str) -> None:
    """Refuse a name that results could not print without doubt: "a|b" joins two of them."""
    if not name:
        raise MarketRefused(f"{place} has an empty name.")
    if any(_is_awkward(sign) for sign in name):
        raise MarketRefused(f'{place} has a name with "|" or an invisible sign in it.')


def _is_awkward(sign: str) -> bool:
    return sign == "|" or "\ud800" <= sign <= "\udfff" or sign < " "


def clashing(clashes: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Say of each class which others it clashes with, whichever way round a pair was written."""
    others: dict[str, set[str]] = {}
    for one, other in _both_ways(clashes):
        others.setdefault(one, set()).add(other)
    return others


def _both_ways(clashes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for one, other in clashes:
        yield one, other
        yield other, one
