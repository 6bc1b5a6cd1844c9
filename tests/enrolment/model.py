"""What seats and lines do, said a second time: plain Python, no database, nothing in parallel.

``test_histories.py`` lives the same histories in both. Every act returns its outcome, or the
reason why not, in the words of ``enrolment.models.Outcome`` and ``enrolment.domain.refusals``.
"""

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
    """One learner's place in a line."""

    ticket: int
    state: str = "waiting"
    due: datetime | None = None
    expiries: int = 0


@dataclass(eq=False)
class Section:
    """A class: when it meets, whether it costs something, its seats and its line."""

    hour: str
    has_fee: bool
    seats: dict[int, Seat]
    line: dict[int, Entry] = field(default_factory=dict)  # the latest entry of each learner
    status: dict[int, str] = field(default_factory=dict)  # of the latest enrolment of each

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

    def claim(self, who: int, where: int, at: datetime) -> str:
        section = self.sections[where]
        if reason := self._why_not_claim(who, section, at):
            return reason
        free = [seat for _no, seat in sorted(section.seats.items()) if seat.state == "free"]
        if free and not section.waits():
            return self._give(free[0], who, section, end_of_working_day(at, days=1))
        section.line[who] = Entry(next(self.tickets))
        return "waitlisted"

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
        if reason := self._in_the_way(who, section):
            return reason
        entry.state, entry.due = "accepted", None
        return self._give(section.seat_of(who), who, section, end_of_working_day(at, days=2))

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
        for _no, seat in sorted(section.seats.items()):
            if seat.state == "free":
                who = next(
                    (who for who in self.in_order(section) if self._may(who, section)), None
                )
                if who is None:
                    return
                due = end_of_working_day(at, days=2)
                seat.state, seat.learner, seat.due = "offered", who, due
                section.line[who].state, section.line[who].due = "offered", due

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
            section.line[who] = Entry(
                ticket, "waiting" if again else "expired", expiries=entry.expiries + 1
            )
        empty(seat)

    def _give(self, seat: Seat, who: int, section: Section, due: datetime) -> str:
        seat.learner = who
        seat.state, seat.due = ("held", due) if section.has_fee else ("taken", None)
        section.status[who] = "offered" if section.has_fee else "confirmed"
        return "held" if section.has_fee else "confirmed"

    def _has(self, who: int) -> list[Section]:
        return [section for section in self.sections if section.is_in(who)]

    def _may(self, who: int, section: Section) -> bool:
        asked = any(
            other.line[who].state == "offered" and other.hour == section.hour
            for other in self.sections
            if who in other.line
        )
        return not asked and not self._in_the_way(who, section)

    def _in_the_way(self, who: int, section: Section) -> str:
        """Why not, of a seat that is there."""
        has = self._has(who)
        if section in has:
            return "already_in"
        if any(other.hour == section.hour for other in has):
            return "clash"
        return "limit" if len(has) >= ROOM_CLASSES else ""

    def _why_not_claim(self, who: int, section: Section, at: datetime) -> str:
        """The reasons of the rule book in its order; a seat kept too long is found last."""
        has, seat = self._has(who), section.seat_of(who)
        holds = sum(other.status[who] == "offered" for other in has)
        entry = section.line.get(who)
        reasons = {
            "already_in": section in has,
            "already_waiting": entry is not None and entry.state in ("waiting", "offered"),
            "just_withdrawn": seat.state == "leaving" and seat.due > at,
            "limit": len(has) >= ROOM_CLASSES,
            "too_many_holds": section.has_fee and holds >= HOLDS,
            "clash": any(other.hour == section.hour for other in has),
        }
        found = next((reason for reason, holds_true in reasons.items() if holds_true), "")
        return found or ("just_withdrawn" if seat.state == "leaving" else "")


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
