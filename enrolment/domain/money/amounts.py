"""Money is a whole number of fen. Nothing else is taken for an amount."""

MOST = 1_000_000_000  # fen: ten million yuan, more than any drawer or term of a class holds
# Payouts of a city and the income of an office are sums of many: a limit against slips alone.
MOST_IN_BOOKS = 1_000_000_000_000_000


class AmountRefused(ValueError):
    """What was given is no amount of money."""


def fen(value: object, *, least: int = 1, most: int = MOST) -> int:
    """Return ``value`` if it is an amount in fen; raise ``AmountRefused`` if not.

    Fractions are refused by their type, even whole ones: 180.0 came from a place that
    calculates with fractions, and next time it will be 179.99999.

    >>> fen(18000)
    18000
    >>> fen(180.0)
    Traceback (most recent call last):
    ...
    enrolment.domain.money.amounts.AmountRefused: 180.0 is no amount in fen
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise AmountRefused(f"{value!r} is no amount in fen")
    if not least <= value <= most:
        raise AmountRefused(f"{value} fen is not between {least} and {most}")
    return value
