"""What is taken off fees, in fen: a share for who is waived, an amount for who has a voucher."""

from collections.abc import Sequence

WHOLE = 100  # per cent


def waived(fee_fen: int, percent: int) -> int:
    """Return what a waiver takes off a fee. What is no whole fen is rounded for the learner.

    >>> waived(18000, 50), waived(9999, 50), waived(18000, 100)
    (9000, 5000, 18000)
    """
    return -(-fee_fen * percent // WHOLE)


def spread(amount: int, over: Sequence[int]) -> list[int]:
    """Take an amount off several fees, from each its share; no fee falls below 0.

    The parts come to the amount exactly, or to all fees where it is more: no change is given.

    >>> spread(10000, [18000, 12000]), spread(100, [1, 1, 1]), spread(7, [3, 3, 3])
    ([6000, 4000], [1, 1, 1], [3, 2, 2])
    """
    total = sum(over)
    amount = min(amount, total)
    if not amount:
        return [0] * len(over)
    parts = [amount * fee // total for fee in over]
    # The fen that are left go to those who lost most by rounding; each has room for one.
    by_loss = sorted(range(len(over)), key=lambda n: (-(amount * over[n] % total), n))
    for n in by_loss[: amount - sum(parts)]:
        parts[n] += 1
    return parts
