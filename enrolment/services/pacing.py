"""Who comes in next: the order is made once, then a pacer lets people in as fast as it holds.

Everything that counts is in the opening's row and changes under its lock: a pacer that is
killed, one that comes late and a second one beside it let in no more than the rate allows.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from enrolment.domain import queueing
from enrolment.domain.queueing import Limits, Measured, Pace
from enrolment.models import Lane, Opening, OpeningSecret, QueuePlace, queue_order
from enrolment.models.openings import AFTERWARDS
from enrolment.services import published

log = logging.getLogger(__name__)

REMEMBERS = timedelta(minutes=10)
"""A pace found in the last minutes goes on after a restart; an older one is forgotten."""


def limits() -> Limits:
    """Return between which rates this installation's pacer chooses."""
    return Limits(most=float(settings.WAITING_ROOM_CAPACITY))


@transaction.atomic
def draw_order(*, opening: Opening, at: datetime) -> bool:
    """Shuffle all who came before the hour, once, and show the seed; False: not done now.

    Position and seed appear in one commit, so nobody ever sees an order without its reason. It
    is made when the term is in open enrolment: a phase that is begun late delays it, and
    whoever comes between hour and order stands behind.
    """
    opening = Opening.objects.locked().get(pk=opening.pk)
    if opening.shuffled_at is not None or not opening.lets_people_in:
        return False
    opening.seed = OpeningSecret.objects.get(opening=opening).seed
    opening.shuffled_at = at
    drawn = queue_order.draw(opening, opening.seed)
    opening.people_in, opening.office_in = drawn.total(), drawn[Lane.OFFICE]
    opening.save(update_fields=["seed", "shuffled_at", "people_in", "office_in"])
    log.info("opening %s: the order of %s people is made", opening.pk, opening.people_in)
    return True


@transaction.atomic
def number_latecomers(*, opening: Opening) -> list[str]:
    """Put who came after the draw behind all others, first come first; return their numbers."""
    opening = Opening.objects.locked().get(pk=opening.pk)
    if opening.shuffled_at is None:
        return []
    return queue_order.number_behind(opening)


@transaction.atomic
def advance(*, opening: Opening, rate: float, measured: Measured | None, at: datetime) -> Opening:
    """Let in as many as ``rate`` allows since the last time; return the opening as it is now."""
    opening = Opening.objects.locked().get(pk=opening.pk)
    if opening.most_per_second is not None:
        rate = min(rate, opening.most_per_second)
    number, opening.paced_at = queueing.due(
        rate if may_let_in(opening, at=at) else 0.0, since=opening.paced_at, at=at
    )
    waiting = waiting_before(opening)
    people, office = queueing.share_out(
        number,
        served=opening.serving + opening.serving_office,
        people=waiting[Lane.PEOPLE],
        office=waiting[Lane.OFFICE],
    )
    opening.serving += people
    opening.serving_office += office
    opening.rate = rate
    opening.p99_ms = round(measured.slowest_ms) if measured and measured.claims else None
    opening.save(update_fields=["serving", "serving_office", "paced_at", "rate", "p99_ms"])
    return opening


def may_let_in(opening: Opening, *, at: datetime) -> bool:
    """Whether anybody may come in now: all could look where they stand, nobody held them back."""
    if opening.held_back or opening.shuffled_at is None or not opening.lets_people_in:
        return False
    return at >= opening.shuffled_at + queueing.first_looks(opening.people_in)


def waiting_before(opening: Opening) -> dict[Lane, int]:
    """Return how many of each lane have a position and may not come in yet."""
    last = queue_order.lengths(opening)
    return {lane: max(0, last[lane] - opening.serving_of(lane)) for lane in Lane}


def end_room(*, opening: Opening, at: datetime) -> bool:
    """Let everybody in from now on, without a place; False: that was so already."""
    return bool(Opening.objects.not_over().filter(pk=opening.pk).update(ended_at=at))


@dataclass
class Pacer:
    """What one pacer remembers from tick to tick; all of it may be lost."""

    limits: Limits
    pace: Pace | None = None
    waited_at: datetime | None = None
    published: set[int] = field(default_factory=set)

    def tick(self, *, measured: Measured | None, at: datetime) -> None:
        """Do what the moment asks for at every door where people stand, and tell them.

        Raises ``DatabaseError`` or ``OSError``; then ``forget``, and the next tick makes good
        what this one left undone.
        """
        rooms = list(Opening.objects.with_a_room(at).with_words())
        crowded = [room for room in rooms if self._prepare(room, at=at)]
        if crowded:
            self._choose_pace(crowded, measured, at)
        elif self.waited_at is None or at - self.waited_at > REMEMBERS:
            self.pace = None
        for room in rooms:
            rate = self.pace.rate / max(1, len(crowded)) if self.pace else self.limits.start
            self._let_in_and_tell(room, rate, measured, at=at)

    def forget(self) -> None:
        """Write every file anew at the next tick: some may be missing."""
        self.published.clear()

    def _prepare(self, room: Opening, *, at: datetime) -> bool:
        """Make the order when its hour has come; return whether anybody waits to come in."""
        if room.ended_at is not None:
            return False
        if room.shuffled_at is None:
            if not queueing.is_time_to_draw(opens_at=room.opens_at, at=at):
                return False
            if not draw_order(opening=room, at=at):
                return False
            room.refresh_from_db()
        fresh = number_latecomers(opening=room)
        if fresh and room.pk in self.published:
            published.publish_places(room, numbers=fresh)
        return not room.held_back and any(waiting_before(room).values())

    def _choose_pace(
        self, crowded: list[Opening], measured: Measured | None, at: datetime
    ) -> None:
        self.waited_at = at
        if self.pace is None:
            self.pace = Pace(self._pace_before(crowded, at), at + queueing.SETTLES_DOWN)
        before = self.pace.rate
        self.pace = queueing.next_pace(self.pace, measured, self.limits, at)
        if self.pace.rate != before:
            log.info("pace %.1f -> %.1f people a second: %s", before, self.pace.rate, measured)

    def _pace_before(self, crowded: list[Opening], at: datetime) -> float:
        """Go on as another pacer left it a moment ago; else begin as the limits say."""
        recent = [
            room.rate
            for room in crowded
            if room.paced_at is not None and timedelta() <= at - room.paced_at < REMEMBERS
        ]
        return sum(recent) or self.limits.start

    def _let_in_and_tell(
        self, room: Opening, rate: float, measured: Measured | None, *, at: datetime
    ) -> None:
        if room.shuffled_at is not None and room.ended_at is None:
            room = advance(opening=room, rate=rate, measured=measured, at=at)
        if room.ended_at is None and is_over(room, at=at) and end_room(opening=room, at=at):
            log.info("opening %s: the waiting room is closed", room.pk)
            room.ended_at = at
        if room.shuffled_at is not None and room.pk not in self.published:
            published.publish_order(room)
            published.publish_places(room)
            self.published.add(room.pk)
        published.publish_state(room, waiting=waiting_before(room), at=at)


def is_over(opening: Opening, *, at: datetime) -> bool:
    """Whether nobody needs this waiting room any more: its time is up, or it stood empty."""
    if opening.closes_at is not None and opening.closes_at <= at:
        return True
    if opening.term.phase in AFTERWARDS:
        return True
    drawn_at = opening.shuffled_at
    if drawn_at is None or at - drawn_at <= queueing.QUIET_BEFORE_END:
        return False
    if any(waiting_before(opening).values()):
        return False
    last = QueuePlace.objects.before(opening).last_joined_at()
    return last is None or at - last > queueing.QUIET_BEFORE_END
