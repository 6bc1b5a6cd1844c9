"""Every lesson at one loudness: who turned up a quiet teacher must not be startled by the next.

The whole film is measured once and made louder or softer by one figure, so that nothing within
a lesson changes; only what would be too loud for any loudspeaker is held back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TARGET = -18.0
HIGHEST_PEAK = -1.5
LEAST_HEARD = -60.0
"""Below this there is nothing to hear, and nothing to make louder."""

MOST_GAIN = 24.0

_MEASURED = re.compile(r"^\s*(I|Peak):\s+(-?[0-9.]+|-inf) (?:LUFS|dBFS)", re.MULTILINE)


@dataclass(frozen=True)
class Loudness:
    """What a film sounds like: loudness in LUFS, and its highest sample in dBFS."""

    integrated: float
    peak: float


def read_report(said: str) -> Loudness | None:
    """Read what the meter wrote at its end; None when it measured nothing."""
    found = dict(_MEASURED.findall(said))
    if "I" not in found:
        return None
    return Loudness(float(found["I"]), float(found.get("Peak", "-inf")))


def gain(measured: Loudness | None) -> float:
    """By how many decibels to make a film louder or softer.

    >>> gain(Loudness(-30.0, -12.0)), gain(Loudness(-10.0, 0.0)), gain(Loudness(-70.0, -60.0))
    (12.0, -8.0, 0.0)
    """
    if measured is None or measured.integrated < LEAST_HEARD:
        return 0.0
    return round(max(-MOST_GAIN, min(MOST_GAIN, TARGET - measured.integrated)), 2)


def needs_holding_back(measured: Loudness | None) -> bool:
    """Whether something would be too loud once the whole is as loud as it should be."""
    return measured is not None and measured.peak + gain(measured) > HIGHEST_PEAK
