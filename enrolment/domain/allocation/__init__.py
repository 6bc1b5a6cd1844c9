"""RDA/1, the rule of the draw: who gets which seat, from wishes, reserves and lottery numbers.

    python -m enrolment.domain.allocation < market.json > result.json

Everybody's first seat comes before anybody's second; a seat is decided by tier, then number,
never by the hour at which somebody applied. The result follows from the market alone, on any
machine, from lines in any order. Needs nothing but Python; with numpy it is many times faster
and says the same to the last byte.
"""

from dataclasses import replace
from typing import Literal

from enrolment.domain.allocation import rounds as reference
from enrolment.domain.allocation.market import (
    Applicant,
    Bucket,
    Choice,
    ClassSpec,
    Market,
    MarketRefused,
    Rounds,
    WaitlistOrder,
)
from enrolment.domain.allocation.packing import Packed, pack
from enrolment.domain.allocation.result import Result

__all__ = [
    "Applicant",
    "Bucket",
    "Choice",
    "ClassSpec",
    "Engine",
    "Market",
    "MarketRefused",
    "Packed",
    "Result",
    "Rounds",
    "WaitlistOrder",
    "allocate",
    "pack",
]

Engine = Literal["auto", "python", "numpy"]


def allocate(
    market: Market | Packed, *, rounds: str | None = None, engine: Engine = "auto"
) -> Result:
    """Work out a draw. ``rounds`` ("reverse" or "same") goes before what the market says.

    Raises ``MarketRefused`` if the market contradicts itself.
    """
    packed = pack(market) if isinstance(market, Market) else market
    if rounds is not None:
        packed = replace(packed, lottery_rounds=Rounds(rounds))
    return Result(packed, reference.run(packed))
