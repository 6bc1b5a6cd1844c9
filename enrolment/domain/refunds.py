"""What comes back of a fee when one leaves a class: the table of the prospectus."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

WHOLE_UNTIL = 1  # lessons one may try: who leaves before the second gets everything
PART_UNTIL = 4  # who leaves before the fifth gets the lessons that remain


class Share(StrEnum):
    """How much of a fee comes back."""

    WHOLE = "whole"
    REMAINING = "remaining"
    NOTHING = "nothing"
    NOTHING_JOINED_LATE = "nothing, joined late"


@dataclass(frozen=True)
class Refund:
    """What comes back: the share, the money, and for how many lessons."""

    share: Share
    fen: int = 0
    lessons: int = 0


def refund_on_leaving(*, fee_fen: int, held: int, to_come: int, joined_late: bool) -> Refund:
    """Return what comes back of ``fee_fen`` after ``held`` lessons, with ``to_come`` left.

    Lessons the school lost count as still to come: they were paid for and not had. What is
    not a whole fen is rounded for the learner. Special causes (illness, moving away) are
    looked at by people, with a paper: they are not decided here.

    >>> refund_on_leaving(fee_fen=18000, held=1, to_come=15, joined_late=False).fen
    18000
    >>> refund_on_leaving(fee_fen=18000, held=4, to_come=12, joined_late=False).fen
    13500
    >>> refund_on_leaving(fee_fen=18000, held=5, to_come=11, joined_late=False).fen
    0
    """
    if joined_late:
        return Refund(Share.NOTHING_JOINED_LATE)
    if held <= WHOLE_UNTIL:
        return Refund(Share.WHOLE, fee_fen, held + to_come)
    if held <= PART_UNTIL:
        return Refund(Share.REMAINING, -(-fee_fen * to_come // (held + to_come)), to_come)
    return Refund(Share.NOTHING)


def rule_at_sale(*, joined_late: bool, lessons: int) -> dict[str, Any]:
    """Return the refund rule as it is copied to what is sold, whatever the table says later.

    ``lessons``: how many the class has on that day.
    """
    return {
        "whole_until": WHOLE_UNTIL,
        "part_until": PART_UNTIL,
        "joined_late": joined_late,
        "lessons": lessons,
    }
