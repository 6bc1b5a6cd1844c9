"""Whether a market goes to numpy: where it is installed, fits, and is worth loading.

Everything that numpy works out has its twin in plain Python, which says the same.
"""

from importlib.util import find_spec

from enrolment.domain.allocation.packing import Packed

WORTH_IT = 1_000
"""With fewer people plain Python is done before numpy is loaded."""

MOST_WISHES = MOST_LANES = 8  # a byte of bits for each
KEY_BITS = 63


def pay(packed: Packed) -> bool:
    """Whether arrays are the better way for this market."""
    return len(packed) >= WORTH_IT and obstacle(packed) is None


def obstacle(packed: Packed) -> str | None:
    """Say why arrays cannot be had, in a sentence; None if they can."""
    if find_spec("numpy") is None:
        return "numpy is not installed here; --engine python needs nothing."
    if packed.pairs:
        return "This market is none for numpy: pairs depend on the order of asking."
    if packed.width > MOST_WISHES:
        return f"This market is none for numpy: a list is longer than {MOST_WISHES}."
    if packed.lanes > MOST_LANES:
        return f"This market is none for numpy: a class has more than {MOST_LANES} buckets."
    counts = (len(packed.classes), len(packed.tiers), len(packed))
    if sum(count.bit_length() for count in counts) + packed.lanes > KEY_BITS:
        return "This market is none for numpy: it is too large."
    return None
