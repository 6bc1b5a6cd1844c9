"""What comes out of a draw: seats, waitlists, cut-offs; and as a file, always the same bytes."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from enrolment.domain.allocation import arrays, checking, cutoffs, explanations, waitlists
from enrolment.domain.allocation.packing import Outcome, Packed

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass
class Result:
    """The outcome of a market, asked by the names of applicants and classes."""

    packed: Packed
    outcome: Outcome

    @cached_property
    def waiting(self) -> list[list[int]]:
        """The waitlists by class, as positions."""
        return waitlists.of_all(self.packed, self.outcome.round_of)

    def seats(self, applicant: str) -> dict[str, tuple[int, str]]:
        """The classes of an applicant in their own order, with the round and the bucket."""
        return dict(self._seats(self.packed.positions[applicant]))

    def assignment(self) -> dict[str, list[str]]:
        """The classes of everybody, in their own order."""
        return {
            applicant: [class_id for class_id, _seat in self._seats(position)]
            for position, applicant in enumerate(self.packed.applicant_ids)
        }

    def waitlist(self, class_id: str) -> list[str]:
        """Who waits for a class, the next to be asked first."""
        waiting = self.waiting[self.packed.class_numbers[class_id]]
        return [self.packed.applicant_ids[position] for position in waiting]

    def cutoff_table(self) -> dict[str, cutoffs.Last]:
        """The published table."""
        return dict(cutoffs.entries(self.packed, self.outcome.cutoffs))

    def explain(self, applicant: str) -> list[explanations.Reason]:
        """Why each wish of an applicant came true or not, in their own order."""
        position = self.packed.positions[applicant]
        reasons = explanations.reasons(self.packed, self.outcome, position)
        return [self._with_place(reason, position) for reason in reasons]

    def codes(self) -> Counter[explanations.Code]:
        """How many wishes ended in which way."""
        if arrays.pay(self.packed):
            from enrolment.domain.allocation import vector_answers

            return vector_answers.count_codes(self.packed, self.outcome)
        return explanations.count_codes(self.packed, self.outcome)

    def verify(self) -> list[checking.Violation]:
        """What is wrong with the result, judged as an outsider would who has the file."""
        return checking.verify(self.packed, json.loads(self.to_json()))

    def to_json(self) -> bytes:
        """The file: an entry a line, sorted, so that two results can be laid side by side."""
        return b"".join(piece.encode() for piece in self._pieces())

    def digest(self) -> str:
        """SHA-256 of the file."""
        return sha256(self.to_json()).hexdigest()

    def _seats(self, position: int) -> Iterator[tuple[str, tuple[int, str]]]:
        packed, outcome = self.packed, self.outcome
        for slot in packed.slots(position):
            if number := int(outcome.round_of[slot]):
                class_ = packed.prefs[slot]
                bucket = packed.bucket_name(class_, outcome.lane_of[slot])
                yield packed.classes[class_].id, (number, bucket)

    def _with_place(self, reason: explanations.Reason, position: int) -> explanations.Reason:
        if reason.code not in explanations.STILL_WANTED:
            return reason
        waiting = self.waiting[self.packed.class_numbers[reason.class_id]]
        place = waiting.index(position) + 1 if position in waiting else None
        return reason.on_waitlist_at(place)

    def _pieces(self) -> Iterator[str]:
        ids = self.packed.applicant_ids
        assignment, seats = {}, {}
        for position, applicant in enumerate(ids):
            held = list(self._seats(position))
            assignment[applicant] = [class_id for class_id, _seat in held]
            seats.update({f"{applicant}|{class_id}": seat for class_id, seat in held})
        lists = {
            spec.id: [ids[position] for position in self.waiting[class_]]
            for class_, spec in enumerate(self.packed.classes)
        }
        yield "{\n"
        yield from _section("assignment", assignment.items(), end=",\n")
        yield from _section("cutoffs", self.cutoff_table().items(), end=",\n")
        yield from _section("seats", seats.items(), end=",\n")
        yield from _section("waitlists", lists.items(), end="\n")
        yield "}\n"


def _section(name: str, lines: Iterable[tuple[str, object]], *, end: str) -> Iterator[str]:
    written = [f"{_json(key)}:{_json(value)}" for key, value in sorted(lines, key=_first)]
    yield f"{_json(name)}:{{\n" + ",\n".join(written) + ("\n}" if written else "}") + end


def _first(line: tuple[str, object]) -> str:
    return line[0]
