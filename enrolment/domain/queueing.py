"""The waiting room: who comes when, who may come in, and how fast.

Nobody has to be fast. Whoever joins in the quarter of an hour before enrolment opens is put
in an order by a seed whose digest was published beforehand; whoever joins later comes after
them, first come first served. The order follows from the seed and the numbers alone, and
neither is known to anybody who could use it: the seed is secret until the order is made, and
the numbers are drawn by us, at random.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

ACTIVE_FOR = timedelta(minutes=15)
"""How long a pass lasts without a sign of its holder; every page they open renews it."""

PRESSES_ARRIVE = timedelta(seconds=2)
"""A press of the last moment is still on its way when the hour strikes."""

QUIET_BEFORE_END = timedelta(minutes=30)

NEAR, ASK_SOON, ASK_LATER = 500, 5, 60
EVERY_FIFTH = 5
LONGEST_TICK = timedelta(seconds=2)


# The order


def digest_of(seed: str) -> str:
    """Return what is published before the order is made, so that the seed cannot be chosen.

    ``seed`` is 32 bytes, written as 64 hex digits.

    >>> digest_of("00" * 32)[:16]
    '66687aadf862bd77'
    """
    return sha256(bytes.fromhex(seed)).hexdigest()


def in_drawn_order(numbers: Iterable[str], seed: str) -> list[str]:
    """Return the numbers as the seed orders them, whatever order they came in.

    Anybody who has the published seed and list works it out again in a line: sort by the
    SHA-256 of the seed's bytes followed by the number. ``models/queue_order.py`` says the same
    in SQL.

    >>> in_drawn_order(["K7QM2XPA", "B3T9WZ5C", "M4HD6RYV"], "00" * 32)
    ['K7QM2XPA', 'M4HD6RYV', 'B3T9WZ5C']
    >>> in_drawn_order(["B3T9WZ5C", "M4HD6RYV", "K7QM2XPA"], "02" * 32)
    ['M4HD6RYV', 'B3T9WZ5C', 'K7QM2XPA']
    """
    begin = bytes.fromhex(seed)
    return sorted(numbers, key=lambda number: (sha256(begin + number.encode()).digest(), number))


def is_time_to_draw(*, opens_at: datetime, at: datetime) -> bool:
    """Whether all who pressed before the hour have arrived."""
    return at >= opens_at + PRESSES_ARRIVE


# The pass


class PassProblem(StrEnum):
    """Why a pass opens no door."""

    FORGED = "forged"
    EXPIRED = "expired"
    FOREIGN = "foreign"


class PassRefused(Exception):
    """The pass opens no door. The place in the line is kept: one comes in again by it."""

    def __init__(self, problem: PassProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Pass:
    """Leave to enrol at one opening, for one learner, until nothing was heard for a while.

    ``nonce`` tells two passes of one learner apart in a log; it says nothing about them.
    """

    learner: int
    opening: int
    lane: str  # people, or office
    position: int
    nonce: str
    active_until: datetime

    def renewed(self, at: datetime) -> Pass:
        """Return the pass of somebody who has just done something."""
        return replace(self, active_until=at + ACTIVE_FOR)


_TOKEN = re.compile(
    r"(?P<said>1\.(?P<learner>\d{1,18})\.(?P<opening>\d{1,18})\.(?P<lane>people|office)"
    r"\.(?P<position>\d{1,9})\.(?P<nonce>[\w-]{8,32})\.(?P<until>\d{1,11}))\.(?P<sig>[\w-]{43})",
    re.ASCII,
)
_LONGEST_TOKEN = 200


def write(given: Pass, key: bytes) -> str:
    """Return the pass as a signed word that a cookie can hold."""
    said = (
        f"1.{given.learner}.{given.opening}.{given.lane}.{given.position}.{given.nonce}"
        f".{int(given.active_until.timestamp())}"
    )
    return f"{said}.{_signature(said, key)}"


def read(token: str, key: bytes, at: datetime, *, learner: int, opening: int) -> Pass:
    """Return the pass of this learner for this opening. Raises ``PassRefused``.

    Learner and opening have to be said, so that nobody forgets to compare them.
    """
    match = _TOKEN.fullmatch(token) if len(token) <= _LONGEST_TOKEN else None
    if match is None or not hmac.compare_digest(match["sig"], _signature(match["said"], key)):
        raise PassRefused(PassProblem.FORGED)
    found = Pass(
        learner=int(match["learner"]),
        opening=int(match["opening"]),
        lane=match["lane"],
        position=int(match["position"]),
        nonce=match["nonce"],
        active_until=datetime.fromtimestamp(int(match["until"]), UTC),
    )
    if (found.learner, found.opening) != (learner, opening):
        raise PassRefused(PassProblem.FOREIGN)
    if at > found.active_until:
        raise PassRefused(PassProblem.EXPIRED)
    return found


def _signature(said: str, key: bytes) -> str:
    signed = hmac.digest(key, said.encode(), sha256)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


# The pace


def first_looks(people: int) -> timedelta:
    """Return over how long the pages that wait spread their first look after the hour.

    All of them want to know their position in the same second. Each page looks at a moment of
    its own within this time, and nobody is let in before all have had the chance to look.

    >>> first_looks(2), first_looks(1_500), first_looks(20_000)
    (datetime.timedelta(seconds=1), datetime.timedelta(seconds=15), datetime.timedelta(seconds=20))
    """
    return timedelta(seconds=min(20, max(1, people // 100)))


def poll_after(position: int | None, serving: int, *, per_second: float) -> int:
    """Return in how many seconds a page asks again how far it has got.

    The next few hundred ask often, so that nobody misses their turn. Others ask when they will
    be among these, at the latest after a minute, for the pace may change meanwhile.

    >>> poll_after(700, 200, per_second=10), poll_after(701, 200, per_second=10)
    (5, 5)
    >>> poll_after(900, 200, per_second=10), poll_after(9_000, 200, per_second=10)
    (20, 60)
    >>> poll_after(900, 200, per_second=0), poll_after(None, 0, per_second=10)
    (60, 5)
    """
    if position is None or position - serving <= NEAR:
        return ASK_SOON
    if per_second <= 0:
        return ASK_LATER
    return max(ASK_SOON, min(ASK_LATER, int((position - serving - NEAR) / per_second)))


@dataclass(frozen=True)
class Measured:
    """How claims of the last seconds went, and how long the web let a caller wait at its door.

    ``door_ms`` is asked from outside: a page that waits for a free thread does not know it.
    """

    claims: int
    p99_ms: float
    errors: int
    door_ms: float = 0.0

    @property
    def slowest_ms(self) -> float:
        """What the unluckiest of a hundred waited, door and all."""
        return self.p99_ms + self.door_ms


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Between which rates the pacer chooses, in people a second, and what it calls slow."""

    least: float = 1.0
    most: float = 20.0
    slow_ms: float = 500.0
    quick_ms: float = 250.0
    start_share: float = 0.7
    down: float = 0.7
    up: float = 1.05
    back: float = 1.15

    @property
    def start(self) -> float:
        """What one begins with: part of what was measured, for a rush is no measurement."""
        return max(self.least, self.most * self.start_share)


@dataclass(frozen=True)
class Pace:
    """How many people a second may come in, and until when that is not judged again."""

    rate: float
    stands_until: datetime


SETTLES_DOWN = timedelta(seconds=5)
"""What is measured looks back so far: going down twice for one bad moment helps nobody."""

SETTLES_UP = timedelta(seconds=2)


def next_pace(pace: Pace, measured: Measured | None, limits: Limits, at: datetime) -> Pace:
    """Return the pace for the next seconds: down quickly when claims suffer, up gently.

    Back to where it began it goes up less gently: that much is known to be possible.

    Nothing measured (Valkey is away, or nobody has pressed yet) changes nothing: that is no
    sign of a machine that could do more. Errors and a door that lets people wait are signs of
    one that cannot, even when no claim came through at all.

    >>> nine = datetime(2027, 3, 1, 9, tzinfo=UTC)
    >>> next_pace(Pace(10.0, nine), Measured(90, 620.0, 0), Limits(), nine).rate
    7.0
    >>> next_pace(Pace(15.0, nine), Measured(90, 120.0, 0), Limits(), nine).rate
    15.75
    """
    within = min(max(pace.rate, limits.least), limits.most)
    if within != pace.rate:
        return Pace(within, at + SETTLES_DOWN)
    # A moment further ahead than that was written before the clock was put back.
    if measured is None or at < pace.stands_until <= at + SETTLES_DOWN:
        return pace
    if measured.errors or measured.slowest_ms > limits.slow_ms:
        return Pace(max(limits.least, pace.rate * limits.down), at + SETTLES_DOWN)
    if measured.claims and measured.slowest_ms < limits.quick_ms:
        up = limits.back if pace.rate < limits.start else limits.up
        return Pace(min(limits.most, pace.rate * up), at + SETTLES_UP)
    return pace


def due(rate: float, *, since: datetime | None, at: datetime) -> tuple[int, datetime]:
    """Return how many may come in now, and the moment up to which that settles the account.

    What is left of a person stays for the next tick. A tick that comes late makes good
    ``LONGEST_TICK`` of it and no more: after a long break nobody may rush in together, which
    is what the room is there to prevent. Two who ask in the same moment get no more than one.

    >>> nine = datetime(2027, 3, 1, 9, tzinfo=UTC)
    >>> number, settled = due(2.5, since=nine, at=nine + timedelta(seconds=1))
    >>> number, (settled - nine).total_seconds()
    (2, 0.8)
    >>> due(2.5, since=settled, at=nine + timedelta(seconds=1))[0]
    0
    >>> due(2.5, since=nine, at=nine + timedelta(hours=1))[0]  # two seconds, and what was left
    6
    """
    if since is None or since > at or rate <= 0:
        return 0, at
    since = max(since, at - LONGEST_TICK - timedelta(seconds=1 / rate))
    # In whole microseconds, which is what both moments are counted in.
    number = int((at - since) / timedelta(microseconds=1) * rate / 1_000_000 + 1e-9)
    return number, since + timedelta(seconds=number / rate)


def share_out(number: int, *, served: int, people: int, office: int) -> tuple[int, int]:
    """Return how many of the next ``number`` come from each lane: people, office.

    Every fifth of all who come in is somebody who phoned or came to a counter, and stands in
    the office's lane. A turn that nobody waits for goes to the other lane. ``served`` counts
    all who came in so far; ``people`` and ``office`` are those who wait.

    >>> share_out(10, served=0, people=100, office=100)
    (8, 2)
    >>> share_out(10, served=0, people=100, office=1), share_out(10, served=3, people=4, office=9)
    ((9, 1), (4, 6))
    """
    number = min(number, people + office)
    turns = (served + number) // EVERY_FIFTH - served // EVERY_FIFTH
    from_office = min(max(turns, number - people), office)
    return number - from_office, from_office


def minutes_until(position: int, *, serving: int, per_minute: float) -> int | None:
    """Return how long it will be at the present pace; None: nobody can say.

    >>> minutes_until(1300, serving=100, per_minute=600), minutes_until(9, serving=9, per_minute=0)
    (2, 0)
    >>> minutes_until(10, serving=9, per_minute=0) is None
    True
    """
    ahead = position - serving
    if ahead <= 0:
        return 0
    return -int(-ahead // per_minute) if per_minute > 0 else None
