"""What comes back of a fee when one leaves a class: the table of the prospectus.

The numbers of the table are copied to what is sold (``rule_at_sale``), and every refund goes by
that copy: no later version changes what somebody was promised. Classes in a room and on the web
have the same table. What is not a whole fen is rounded for the learner.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import hypot
from typing import Any

WHOLE_UNTIL = 1  # lessons one may try: who leaves before the second gets everything
PART_UNTIL = 4  # who leaves before the fifth gets the lessons that remain
FARTHEST_MOVE_KM = 2.0  # a class that was moved farther may be left for the whole fee


class Share(StrEnum):
    """How much of a fee comes back."""

    WHOLE = "whole"
    REMAINING = "remaining"
    LOST = "lessons lost"
    NOTHING = "nothing"
    NOTHING_JOINED_LATE = "nothing, joined late"


class Why(StrEnum):
    """What makes a fee, or a part of it, come back."""

    LEAVES = "leaves"
    SPECIAL = "special"  # illness, death, moving away, care of a relative: with a paper
    CALLED_OFF = "called off"
    LESSONS_LOST = "lessons lost"


@dataclass(frozen=True)
class Refund:
    """What comes back: the share, the money, and for how many lessons."""

    share: Share
    fen: int = 0
    lessons: int = 0


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where and when a class meets. ``hour``: which lesson of the day it is, from 0."""

    x_km: float
    y_km: float
    weekday: int
    hour: int

    def is_far_from(self, other: "Where") -> bool:
        """Whether a class that meets there is no longer the one that met here."""
        km = hypot(self.x_km - other.x_km, self.y_km - other.y_km)
        another_day = self.weekday != other.weekday
        return km > FARTHEST_MOVE_KM or another_day or abs(self.hour - other.hour) > 1


@dataclass(frozen=True, kw_only=True)
class Sold:
    """What was promised on the day of the sale, as it was copied."""

    whole_until: int = WHOLE_UNTIL
    part_until: int = PART_UNTIL
    joined_late: bool = False
    lessons: int = 0
    where: Where | None = None

    @classmethod
    def read(cls, rule: Mapping[str, Any]) -> "Sold":
        """Read a stored rule; what it leaves out is as the table says today."""
        where = rule.get("where")
        return cls(
            whole_until=rule.get("whole_until", WHOLE_UNTIL),
            part_until=rule.get("part_until", PART_UNTIL),
            joined_late=rule.get("joined_late", False),
            lessons=rule.get("lessons", 0),
            where=Where(**where) if where else None,
        )


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """How far a class has come for one learner.

    ``held`` took place; ``lost`` should have by now, and were not made up; ``given_back`` are
    those of the lost whose money went back already.
    """

    held: int = 0
    lost: int = 0
    given_back: int = 0


def comes_back(
    sold: Sold,
    *,
    paid_fen: int,
    back_fen: int = 0,
    lessons: Lessons,
    why: Why = Why.LEAVES,
    moved: bool = False,
) -> Refund:
    """Return what comes back of ``paid_fen``, of which ``back_fen`` went back before.

    Lessons the school lost count as still to come: they were paid for and not had. ``moved``:
    the class is no longer where and when it was sold. What was waived was never paid, and
    nothing of it comes back.

    >>> sold = Sold(lessons=16)
    >>> comes_back(sold, paid_fen=18000, lessons=Lessons(held=4)).fen
    13500
    >>> comes_back(sold, paid_fen=18000, lessons=Lessons(held=5)).fen
    0
    >>> comes_back(sold, paid_fen=18000, lessons=Lessons(held=5), why=Why.SPECIAL).fen
    12375
    """
    whole = Refund(Share.WHOLE, max(0, paid_fen - back_fen), sold.lessons)
    if why is Why.CALLED_OFF or moved:
        return whole
    if why is Why.LESSONS_LOST:
        return _lost(sold, paid_fen, back_fen, lessons) or Refund(Share.NOTHING)
    if not sold.joined_late and lessons.held <= sold.whole_until:
        return whole
    in_part = why is Why.SPECIAL or (not sold.joined_late and lessons.held <= sold.part_until)
    if in_part:
        to_come = max(0, sold.lessons - lessons.held)
        fen = max(0, _fee_of(to_come, sold, paid_fen) - back_fen)
        return Refund(Share.REMAINING, fen, max(0, to_come - lessons.given_back))
    nothing = Share.NOTHING_JOINED_LATE if sold.joined_late else Share.NOTHING
    return _lost(sold, paid_fen, back_fen, lessons) or Refund(nothing)


def _lost(sold: Sold, paid_fen: int, back_fen: int, lessons: Lessons) -> Refund | None:
    """Return what lessons come to that the school lost; None where there are none."""
    fen = max(0, _fee_of(lessons.lost, sold, paid_fen) - back_fen)
    return Refund(Share.LOST, fen, lessons.lost - lessons.given_back) if fen else None


def _fee_of(lessons: int, sold: Sold, paid_fen: int) -> int:
    """Return the fee of some of the lessons that were sold."""
    if not sold.lessons:
        return 0
    return -(-paid_fen * min(lessons, sold.lessons) // sold.lessons)


def refund_on_leaving(*, fee_fen: int, held: int, to_come: int, joined_late: bool) -> Refund:
    """Return what leaving brings back of a fee, by today's table.

    >>> refund_on_leaving(fee_fen=18000, held=1, to_come=15, joined_late=False).fen
    18000
    """
    sold = Sold(joined_late=joined_late, lessons=held + to_come)
    return comes_back(sold, paid_fen=fee_fen, lessons=Lessons(held=held))


def rule_at_sale(*, joined_late: bool, lessons: int, where: Where | None = None) -> dict[str, Any]:
    """Return the refund rule as it is copied to what is sold, whatever the table says later.

    ``lessons``: how many the fee pays for; ``where`` and when the class meets on that day.
    """
    return {
        "whole_until": WHOLE_UNTIL,
        "part_until": PART_UNTIL,
        "joined_late": joined_late,
        "lessons": lessons,
    } | ({"where": asdict(where)} if where else {})
