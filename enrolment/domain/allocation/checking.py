"""Whether a published result is right, told from its own cut-offs and the market.

In each round everybody's seat must be in the first class of their list where they clear the
cut-off of a bucket that they may use: then nobody was passed over for somebody behind them. That
it is the best such result for applicants only working it out again can say; of the rest, one
changed line is enough to be found.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enrolment.domain.allocation import arrays, cutoffs, waitlists
from enrolment.domain.allocation.market import MOST_SEATS, Market
from enrolment.domain.allocation.packing import (
    OPEN_LANE,
    Cutoffs,
    Outcome,
    Packed,
    pack,
    ranks,
)
from enrolment.domain.allocation.stocks import Holders, cutoffs_of, stocks_of


@dataclass(frozen=True, slots=True)
class Violation:
    """A place of the result that cannot be right, and why."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def verify(market: Market | Packed, published: Mapping[str, Any]) -> list[Violation]:
    """All that is wrong with a result as published (``result.json``, read); [] if it is right.

    Seats that nobody can hold are named first and alone: the rest could not be judged with them.
    """
    packed = pack(market) if isinstance(market, Market) else market
    missing = [
        Violation(name, "is missing from the result.")
        for name in ("assignment", "seats", "cutoffs", "waitlists")
        if not isinstance(published.get(name), dict)
    ]
    if missing:
        return missing
    round_of, lane_of = (bytearray(len(packed) * packed.width) for _ in range(2))
    found = [
        *_people(packed, published["assignment"]),
        *_read_seats(packed, published["seats"], round_of, lane_of),
    ]
    found = found or [
        *_assignments(packed, published["assignment"], round_of),
        *_persons(packed, round_of),
    ]
    if found:
        return found
    table, found = recount(packed, Outcome(round_of, lane_of, []))
    found += _differences("cut-off", _expected_cutoffs(packed, table), published["cutoffs"])
    found += _differences("waitlist", _expected_lists(packed, round_of), published["waitlists"])
    return found + list(envied(packed, Outcome(round_of, lane_of, table)))


def _people(packed: Packed, assignment: Mapping[str, Any]) -> Iterator[Violation]:
    known = packed.positions
    for applicant in packed.applicant_ids:
        if applicant not in assignment:
            yield Violation(applicant, "has applied and is missing from the assignment.")
    for applicant in assignment:
        if applicant not in known:
            yield Violation(applicant, "is assigned and has not applied.")


def _read_seats(
    packed: Packed, seats: Mapping[str, Any], round_of: bytearray, lane_of: bytearray
) -> Iterator[Violation]:
    """Write the seats into the tables; name those that nobody can hold."""
    for name, seat in seats.items():
        applicant, _bar, class_id = name.partition("|")
        position, class_ = packed.positions.get(applicant), packed.class_numbers.get(class_id)
        if position is None or class_ is None:
            yield Violation(name, "is the seat of nobody or of no class.")
            continue
        slot = next((at for at in packed.slots(position) if packed.prefs[at] == class_), None)
        if slot is None:
            yield Violation(name, "is a seat that was not asked for.")
            continue
        names = {
            packed.bucket_name(class_, lane): lane for lane in cutoffs.lanes_of(packed, class_)
        }
        match seat:
            case [int() as number, str() as bucket] if _is_seat(number, bucket, names):
                round_of[slot], lane_of[slot] = number, names[bucket]
            case _:
                yield Violation(name, "needs a round and a bucket of the class.")
                continue
        lane = names[bucket]
        if lane != OPEN_LANE and not packed.eligible[slot] >> lane & 1:
            yield Violation(name, f"is a seat of {bucket}, which is not for this applicant.")


def _is_seat(number: int, bucket: str, names: Mapping[str, int]) -> bool:
    return number is not True and 1 <= number <= MOST_SEATS and bucket in names


def _assignments(
    packed: Packed, assignment: Mapping[str, Any], round_of: Sequence[int]
) -> Iterator[Violation]:
    """The list of classes has to say the same as the seats, in the applicant's own order."""
    for position, applicant in enumerate(packed.applicant_ids):
        seated = [
            packed.classes[packed.prefs[slot]].id
            for slot in packed.slots(position)
            if round_of[slot]
        ]
        if assignment[applicant] != seated:
            yield Violation(applicant, "is assigned otherwise than seats and wishes say.")


def _persons(packed: Packed, round_of: Sequence[int]) -> Iterator[Violation]:
    """One seat a round, from the first on, no more than wanted, none that clash."""
    for position, applicant in enumerate(packed.applicant_ids):
        slots = packed.slots(position)
        rounds = sorted(round_of[slot] for slot in slots if round_of[slot])
        if rounds != list(range(1, len(rounds) + 1)):
            yield Violation(applicant, "has a seat of a round without one of each round before.")
        if len(rounds) > packed.max_seats[position]:
            yield Violation(applicant, "has more seats than were wanted.")
        held = waitlists.held_by(packed, round_of, position)
        if any(packed.clash[slots[rank]] & held for rank in ranks(held)):
            yield Violation(applicant, "has seats that clash.")


def recount(packed: Packed, outcome: Outcome) -> tuple[Cutoffs, list[Violation]]:
    """The cut-offs that follow from the seats; and where more were given than there are."""
    if arrays.pay(packed):
        from enrolment.domain.allocation import vector_answers

        table, overfull = vector_answers.recount(packed, outcome)
    else:
        table, overfull = count_again(packed, outcome)
    return table, [
        Violation(f"{packed.classes[class_].id}|{number}", "has more people than seats.")
        for class_, number in overfull
    ]


def count_again(packed: Packed, outcome: Outcome) -> tuple[Cutoffs, list[tuple[int, int]]]:
    """The same, with the class and the round where too many were given."""
    table: Cutoffs = []
    overfull = []
    stocks = stocks_of(packed)
    by_round: dict[int, list[int]] = {}
    for slot, number in enumerate(outcome.round_of):
        if number:
            by_round.setdefault(number, []).append(slot)
    for number in range(1, packed.rounds + 1):
        lanes: Holders = [[[] for _ in range(len(stock.reserves) + 1)] for stock in stocks]
        used = [[0] * (len(stock.reserves) + 1) for stock in stocks]
        for slot in by_round.get(number, ()):
            class_, lane = packed.prefs[slot], outcome.lane_of[slot]
            at = lane if lane != OPEN_LANE else -1
            lanes[class_][at].append(-packed.key(slot, number))
            used[class_][at] += 2 if slot // packed.width in packed.pairs else 1
        rows = []
        for class_, stock in enumerate(stocks):
            stock.clamp()
            taken = used[class_]
            seats = [*stock.reserves, stock.room(taken[:-1])]
            if any(given > there for given, there in zip(taken, seats, strict=True)):
                overfull.append((class_, number))
            rows.append(cutoffs_of(packed.lanes, stock, lanes[class_], taken))
            stock.take(taken[:-1], taken[-1])
        table.append(rows)
    return table, overfull


def _expected_cutoffs(packed: Packed, table: Cutoffs) -> dict[str, Any]:
    return {
        name: list(last) if isinstance(last, tuple) else last
        for name, last in cutoffs.entries(packed, table)
    }


def _expected_lists(packed: Packed, round_of: Sequence[int]) -> dict[str, Any]:
    lists = waitlists.of_all(packed, round_of)
    return {
        spec.id: [packed.applicant_ids[position] for position in waiting]
        for spec, waiting in zip(packed.classes, lists, strict=True)
    }


def _differences(
    kind: str, expected: Mapping[str, Any], published: Mapping[str, Any]
) -> Iterator[Violation]:
    nothing = object()
    for name in sorted(expected.keys() | published.keys()):
        if expected.get(name, nothing) != published.get(name, nothing):
            yield Violation(name, f"the {kind} is not the one that follows from the seats.")


def envied(packed: Packed, outcome: Outcome) -> Iterator[Violation]:
    """Where a seat is not the first that its round's cut-offs open to the applicant.

    With pairs this is not claimed: a single seat may go past a pair to somebody behind it.
    """
    if packed.pairs:
        return
    positions: Iterable[int] = range(len(packed))
    if arrays.pay(packed):
        from enrolment.domain.allocation import vector_answers

        positions = vector_answers.envied(packed, outcome).tolist()
    for position in positions:
        number = _round_gone_wrong(packed, outcome, position)
        if number is not None:
            what = f"in round {number} the cut-offs say another seat than the result."
            yield Violation(packed.applicant_ids[position], what)


def _round_gone_wrong(packed: Packed, outcome: Outcome, position: int) -> int | None:
    slots = packed.slots(position)
    gained = {outcome.round_of[slot]: slot for slot in slots if outcome.round_of[slot]}
    barred = 0
    for number in range(1, min(packed.max_seats[position], len(gained) + 1) + 1):
        slot, lane = _first_open(packed, outcome.cutoffs, slots, barred, number)
        seat = gained.get(number)
        if slot != seat or (seat is not None and lane != outcome.lane_of[seat]):
            return number
        if seat is not None:
            barred |= packed.clash[seat] | 1 << seat - slots.start
    return None


def _first_open(
    packed: Packed, table: Cutoffs, slots: range, barred: int, number: int
) -> tuple[int | None, int | None]:
    for rank, slot in enumerate(slots):
        if not barred >> rank & 1:
            lane = cutoffs.clears(packed, table, slot, number)
            if lane is not None:
                return slot, lane
    return None, None
