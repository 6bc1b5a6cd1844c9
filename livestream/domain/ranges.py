"""Which stretches of a film were really watched.

A player reports the stretches it has played, again and again, late and out of order. They are
united, so nothing is counted twice and nothing that was jumped over is counted at all: two
words about the same minute are one minute. Times are kept to the tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

Stretch = tuple[Decimal, Decimal]
Stretches = tuple[Stretch, ...]

COMPLETED_FROM = 0.9
"""The share of a film from which it is watched to the end: few sit through the last minutes."""

ATTENDED_FROM = 0.7
"""The share from which watching counts as attending online."""

MOST_STRETCHES = 50
MOST_SECONDS = 1800
"""What one report may speak of: a phone that was away reports in pieces."""

LONGEST_FILM = 100 * 3600
_TENTH = Decimal("0.1")


class StretchesRefused(Exception):
    """No player of ours would report this."""


def read(pairs: Iterable[Sequence[float]]) -> Stretches:
    """Give the stretches of a report, united. Raises ``StretchesRefused``.

    >>> read([[30, 60.04], [0, 30]])
    ((Decimal('0.0'), Decimal('60.0')),)
    """
    stretches = []
    for number, (begins, ends) in enumerate(_whole_pairs(pairs), start=1):
        if number > MOST_STRETCHES or not 0 <= begins < ends <= LONGEST_FILM:
            raise StretchesRefused
        stretch = _tenths(begins), _tenths(ends)
        if stretch[0] < stretch[1]:
            stretches.append(stretch)
    united = union(stretches)
    if length(united) > MOST_SECONDS:
        raise StretchesRefused
    return united


def union(*some: Iterable[Stretch]) -> Stretches:
    """Everything that lies in any of them, in order, without overlaps.

    >>> union([(Decimal(0), Decimal(5))], [(Decimal(4), Decimal(9))])
    ((Decimal('0'), Decimal('9')),)
    """
    united: list[Stretch] = []
    for begins, ends in sorted(stretch for stretches in some for stretch in stretches):
        if united and begins <= united[-1][1]:
            united[-1] = united[-1][0], max(ends, united[-1][1])
        else:
            united.append((begins, ends))
    return tuple(united)


def length(stretches: Iterable[Stretch]) -> Decimal:
    """How many seconds lie in stretches that do not overlap."""
    return sum((ends - begins for begins, ends in stretches), Decimal(0))


def _whole_pairs(pairs: Iterable[Sequence[float]]) -> Iterable[tuple[float, float]]:
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise StretchesRefused
        for moment in pair:
            if isinstance(moment, bool) or not isinstance(moment, (int, float)):
                raise StretchesRefused
        yield pair[0], pair[1]


def _tenths(seconds: float) -> Decimal:
    return Decimal(str(seconds)).quantize(_TENTH, ROUND_HALF_UP)
