"""RDA/1, the rule of the draw: who gets which seat, from wishes, reserves and lottery numbers.

    python -m enrolment.domain.allocation < market.json > result.json

Everybody's first seat comes before anybody's second; a seat is decided by tier, then number,
never by the hour at which somebody applied. The result follows from the market alone, on any
machine, from lines in any order. Needs nothing but Python; with numpy it is many times faster
and says the same to the last byte.
"""

from dataclasses import replace
from typing import Literal

from enrolment.domain.allocation import arrays
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
    "EngineRefused",
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


class EngineRefused(Exception):
    """The engine asked for cannot work on this market or is not installed."""


def allocate(
    market: Market | Packed, *, rounds: str | None = None, engine: Engine = "auto"
) -> Result:
    """Work out a draw. ``rounds`` ("reverse" or "same") goes before what the market says.

    The engines say the same; "auto" takes the faster one that there is. Raises
    ``MarketRefused`` if the market contradicts itself, ``EngineRefused`` where "numpy" cannot.
    """
    packed = pack(market) if isinstance(market, Market) else market
    if rounds is not None:
        packed = replace(packed, lottery_rounds=Rounds(rounds))
    if engine == "python" or (engine == "auto" and not arrays.pay(packed)):
        return Result(packed, reference.run(packed))
    if reason := arrays.obstacle(packed):
        raise EngineRefused(reason)
    from enrolment.domain.allocation import vector

    return Result(packed, vector.run(packed))
