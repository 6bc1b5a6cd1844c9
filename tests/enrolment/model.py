"""What seats and lines do, said a second time: plain Python, no database, nothing in parallel.

``test_histories.py`` lives the same histories in both. Every act returns its outcome, or the
reason why not, in the words of ``enrolment.models.Outcome`` and ``enrolment.domain.refusals``.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count

ROOM_CLASSES, HOLDS = 2, 1
UNDO = timedelta(minutes=10)
LEAST = timedelta(hours=20)


@dataclass
class Seat:
    """One place in a class; ``before`` is what an undone withdrawal brings back."""

    state: str = "free"
    learner: int | None = None
    due: datetime | None = None
    before: tuple[str, datetime | None] | None = None


@dataclass
class Entry:
    """One learner's place in a line; with whom as one, and the class that ends for this one."""

    ticket: int
    state: str = "waiting"
    due: datetime | None = None
    expiries: int = 0
    together: int | None = None
    gives_up: tuple[int, int] | None = None  # class, and number of the enrolment


@dataclass(eq=False)
class Section:
    """A class: when it meets, whether it costs something, its seats and its line."""

    hour: str
    has_fee: bool
    seats: dict[int, Seat]
    line: dict[int, Entry] = field(default_factory=dict)  # the latest entry of each learner
    # Of the latest enrolment of each learner:
    status: dict[int, str] = field(default_factory=dict)
    number: dict[int, int] = field(default_factory=dict)

    def seat_of(self, who: int) -> Seat:
        return next((seat for seat in self.seats.values() if seat.learner == who), Seat())

    def waits(self) -> list[int]:
        return [who for who, entry in self.line.items() if entry.state == "waiting"]

    def is_in(self, who: int) -> bool:
        return self.status.get(who) in ("offered", "confirmed")


class School:
    """Classes of one term; learners are numbers. Acts come with their moment."""

    def __init__(self, sections: list[Section]) -> None:
        self.sections = sections
        self.tickets = count(1)
        self.enrolments = count(1)

    def claim(self, who: int, where: int, at: datetime) -> str:
        section = self.sections[where]
        return self._why_not_claim(who, section, at) or self._decide(who, section, at)

    def claim_several(
        self, people: list[int], places: list[int], mode: str, at: datetime
    ) -> list[str]:
        """Return one answer a person and class; where all hang together, what stops all."""
        refused = {
            (who, where): reason
            for who in people
            for where in places
            if (reason := self._by_the_book(who, self.sections[where], at))
        }
        if refused and mode != "each":
            return [next(iter(refused.values()))]
        before = deepcopy(self.sections)
        said = self._several(people, places, refused, at)
        answers = [said[who, where] for who in people for where in places]
        if mode == "each" or set(answers) <= {"held", "confirmed"}:
            return answers
        self.sections = before
        stops = next(answer for answer in said.values() if answer not in ("held", "confirmed"))
        if stops != "waitlisted":
            return [stops]
        if mode == "all":
            return ["full"]
        # A seat that was left and is not swept up is still theirs: nobody waits beside it.
        for where in places:
            for who in sorted(people):
                if reason := self._why_not_now(who, self.sections[where]):
                    return [reason]
        as_one = next(self.tickets)
        for who in sorted(people):
            for where in places:
                self.sections[where].line[who] = Entry(next(self.tickets), together=as_one)
        return ["waitlisted"] * len(answers)

    def _several(self, people, places, refused, at) -> dict[tuple[int, int], str]:
        return dict(refused) | {
            (who, where): self._decide(who, self.sections[where], at)
            for where in places
            for who in sorted(people)
            if (who, where) not in refused
        }

    def swap(self, who: int, old: int, new: int, at: datetime, *, may_wait: bool) -> str:
        section, was = self.sections[new], self.sections[old]
        reason = (
            self._by_the_book(who, section, at, was)
            or self._not_for(who, was, section, at)
            or self._why_not_now(who, section, but=was)
        )
        if reason:
            return reason
        seat = self._free_for_all(section)
        if seat is not None:
            due = was.seat_of(who).due or end_of_working_day(at, days=1)
            return self._exchange(seat, who, was, section, due)
        if not may_wait:
            return "full"
        section.line[who] = Entry(next(self.tickets), gives_up=(old, was.number[who]))
        return "waitlisted"

    def _not_for(self, who: int, was: Section, section: Section, at: datetime) -> str:
        """Why one class cannot be given for another."""
        seat = was.seat_of(who)
        if not was.is_in(who) or (seat.state == "held" and seat.due <= at):
            return "not_in"
        if was is section:
            return "already_in"
        return ""

    def _exchange(
        self, seat: Seat, who: int, was: Section, section: Section, due: datetime
    ) -> str:
        paid = was.status[who] == "confirmed" and (was.has_fee or not section.has_fee)
        was.status[who] = "transferred"
        empty(was.seat_of(who))
        return self._give(seat, who, section, due, paid=paid)

    def _decide(self, who: int, section: Section, at: datetime) -> str:
        """What the database says to who comes by: its reasons, a seat, the line."""
        if reason := self._why_not_now(who, section):
            return reason
        seat = self._free_for_all(section)
        if seat is not None:
            return self._give(seat, who, section, end_of_working_day(at, days=1))
        section.line[who] = Entry(next(self.tickets))
        return "waitlisted"

    def _free_for_all(self, section: Section) -> Seat | None:
        """The first free seat, unless somebody who may have it waits."""
        free = [no for no, seat in sorted(section.seats.items()) if seat.state == "free"]
        if any(self._may_all(they, section, free) for they in self._as_one(section)):
            return None
        return section.seats[free[0]] if free else None

    def _why_not_now(self, who: int, section: Section, but: Section | None = None) -> str:
        entry = section.line.get(who)
        if entry is not None and entry.state in ("waiting", "offered"):
            return "already_waiting"
        if section.seat_of(who).state == "leaving":
            return "just_withdrawn"
        if reason := self._in_the_way(who, section, but):
            return reason
        holds = sum(it.status[who] == "offered" for it in self._has(who) if it is not but)
        return "too_many_holds" if section.has_fee and holds >= HOLDS else ""

    def withdraw(self, who: int, where: int, at: datetime) -> str:
        section = self.sections[where]
        if not section.is_in(who):
            return "not_in"
        seat = section.seat_of(who)
        seat.state, seat.due, seat.before = "leaving", at + UNDO, (seat.state, seat.due)
        section.status[who] = "withdrawn"
        return "withdrawn"

    def undo(self, who: int, where: int, at: datetime) -> str:
        section = self.sections[where]
        seat = section.seat_of(who)
        if seat.state != "leaving" or seat.due <= at:
            return "too_late"
        if reason := self._in_the_way(who, section):
            return reason
        seat.state, seat.due = seat.before
        section.status[who] = "offered" if seat.state == "held" else "confirmed"
        return "restored"

    def give_up(self, who: int, where: int, at: datetime) -> str:
        seat = self.sections[where].seat_of(who)
        if seat.state != "leaving":
            return "too_late"
        empty(seat)
        return "yielded"

    def pay(self, who: int, where: int, at: datetime) -> str:
        section = self.sections[where]
        seat = section.seat_of(who)
        if section.status[who] == "confirmed":
            return "already_in"
        if section.status[who] != "offered" or seat.due <= at:
            return "too_late"
        seat.state, seat.due, section.status[who] = "taken", None, "confirmed"
        return "confirmed"

    def accept(self, who: int, where: int, at: datetime) -> str:
        section = self.sections[where]
        entry = section.line[who]
        if entry.state != "offered" or entry.due <= at:
            return "too_late"
        was = self._gives_up(who, entry)
        if was is not None and was.seat_of(who).state == "held" and was.seat_of(who).due <= at:
            self._free(was.seat_of(who), was)  # swept or not, its time is over
            was = None
        if reason := self._in_the_way(who, section, was):
            return reason
        if was is not None and (reason := self._not_for(who, was, section)):
            return reason
        entry.state, entry.due = "accepted", None
        seat, due = section.seat_of(who), end_of_working_day(at, days=2)
        if was is not None:
            return self._exchange(seat, who, was, section, due)
        return self._give(seat, who, section, due)

    def _gives_up(self, who: int, entry: Entry) -> Section | None:
        """The class that ends for this one, while the person is still in it."""
        old, number = entry.gives_up or (0, 0)
        was = self.sections[old]
        return was if was.is_in(who) and was.number[who] == number else None

    def decline(self, who: int, where: int, at: datetime) -> str:
        section = self.sections[where]
        entry = section.line[who]
        if entry.state not in ("waiting", "offered"):
            return "not_waiting"
        if entry.state == "waiting":
            entry.state = "left"
            return "left_line"
        entry.state, entry.due = "declined", None
        empty(section.seat_of(who))
        return "declined"

    def resize(self, where: int, size: int) -> int:
        seats = self.sections[where].seats
        unused = (no for no in count(1) if no not in seats)
        while len(seats) < size:
            seats[next(unused)] = Seat()
        free = sorted(no for no, seat in seats.items() if seat.state == "free")
        while len(seats) > size and free:
            del seats[free.pop()]
        return len(seats)

    def promote(self, where: int, at: datetime) -> None:
        section = self.sections[where]
        if not in_offer_hours(at):
            return
        for no, seat in sorted(section.seats.items()):
            if seat.state != "free":
                continue
            others = [
                n for n, it in sorted(section.seats.items()) if it.state == "free" and n != no
            ]
            free = [no, *others]
            they = next(
                (they for they in self._as_one(section) if self._may_all(they, section, free)),
                None,
            )
            if they is None:
                return
            due = end_of_working_day(at, days=2)
            for who, number in zip(sorted(they), free, strict=False):
                given = section.seats[number]
                given.state, given.learner, given.due = "offered", who, due
                section.line[who].state, section.line[who].due = "offered", due

    def _as_one(self, section: Section) -> list[list[int]]:
        """Who waits, in order, each with those who wait as one with them."""
        line = section.line
        return [
            [who]
            if line[who].together is None
            else [one for one in section.waits() if line[one].together == line[who].together]
            for who in self.in_order(section)
        ]

    def _may_all(self, they: list[int], section: Section, free: list[int]) -> bool:
        return len(they) <= len(free) and all(self._may(who, section) for who in they)

    def sweep(self, at: datetime) -> None:
        for section in self.sections:
            due = [seat for seat in section.seats.values() if seat.due and seat.due <= at]
            # Who was before the other in the line is so after both have missed their offers.
            for seat in sorted(due, key=lambda it, of=section: self._when_freed(it, of)):
                self._free(seat, section)
        for where in range(len(self.sections)):
            self.promote(where, at)

    def in_order(self, section: Section) -> list[int]:
        """Who waits, as they are asked: who has no class yet before who wants a second one."""
        return sorted(
            section.waits(), key=lambda who: (bool(self._has(who)), section.line[who].ticket)
        )

    def _when_freed(self, seat: Seat, section: Section) -> tuple[datetime, int]:
        return seat.due, section.line[seat.learner].ticket if seat.state == "offered" else 0

    def _free(self, seat: Seat, section: Section) -> None:
        who = seat.learner
        if seat.state == "held":
            section.status[who] = "lapsed"
        elif seat.state == "offered":
            entry = section.line[who]
            again = entry.expiries == 0
            ticket = next(self.tickets) if again else entry.ticket
            entry.ticket, entry.state, entry.due = ticket, "waiting" if again else "expired", None
            entry.expiries += 1
        empty(seat)

    def _give(
        self, seat: Seat, who: int, section: Section, due: datetime, *, paid: bool = False
    ) -> str:
        is_held = section.has_fee and not paid
        seat.learner = who
        seat.state, seat.due = ("held", due) if is_held else ("taken", None)
        section.status[who] = "offered" if is_held else "confirmed"
        section.number[who] = next(self.enrolments)
        return "held" if is_held else "confirmed"

    def _has(self, who: int) -> list[Section]:
        return [section for section in self.sections if section.is_in(who)]

    def _may(self, who: int, section: Section) -> bool:
        asked = any(
            other.line[who].state == "offered" and other.hour == section.hour
            for other in self.sections
            if who in other.line
        )
        but = self._gives_up(who, section.line[who])
        return not asked and not self._in_the_way(who, section, but)

    def _in_the_way(self, who: int, section: Section, but: Section | None = None) -> str:
        """Why not, of a seat that is there; ``but`` is a class that ends for this one."""
        has = [one for one in self._has(who) if one is not but]
        if section in has:
            return "already_in"
        if any(other.hour == section.hour for other in has):
            return "clash"
        return "limit" if len(has) >= ROOM_CLASSES else ""

    def _why_not_claim(self, who: int, section: Section, at: datetime) -> str:
        """The reasons of the rule book; a seat kept too long is found after all of them."""
        leaving = "just_withdrawn" if section.seat_of(who).state == "leaving" else ""
        return self._by_the_book(who, section, at) or leaving

    def _by_the_book(
        self, who: int, section: Section, at: datetime, but: Section | None = None
    ) -> str:
        """The reasons of the rule book in its order."""
        seat = section.seat_of(who)
        has = [one for one in self._has(who) if one is not but]
        holds = sum(other.status[who] == "offered" for other in has)
        entry = section.line.get(who)
        reasons = {
            "already_in": section in self._has(who),
            "already_waiting": entry is not None and entry.state in ("waiting", "offered"),
            "just_withdrawn": seat.state == "leaving" and seat.due > at,
            "limit": len(has) >= ROOM_CLASSES,
            "too_many_holds": section.has_fee and holds >= HOLDS,
            "clash": any(other.hour == section.hour for other in has),
        }
        return next((reason for reason, holds_true in reasons.items() if holds_true), "")


class LastComesFirst(School):
    """The control: a school that asks the last of the line. It must be found out."""

    def in_order(self, section: Section) -> list[int]:
        return super().in_order(section)[::-1]


def empty(seat: Seat) -> None:
    """Let a seat be anybody's."""
    vars(seat).update(vars(Seat()))


def in_offer_hours(at: datetime) -> bool:
    """Whether people may be asked: from half past eight to six."""
    return time(8, 30) <= at.time() < time(18)


def end_of_working_day(at: datetime, *, days: int) -> datetime:
    """Five o'clock so many working days on, no sooner than twenty hours and on a working day."""
    due = at.replace(hour=17, minute=0, second=0, microsecond=0)
    while days:
        due += timedelta(days=1)
        days -= due.weekday() < 5
    while due - at < LEAST or due.weekday() >= 5:
        due += timedelta(days=1)
    return due
