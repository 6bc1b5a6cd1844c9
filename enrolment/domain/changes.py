"""What changing one class for another does to the fee: the difference, and whose it is."""

from dataclasses import dataclass
from enum import StrEnum


class Money(StrEnum):
    """How two fees stand to each other, for somebody who changes."""

    NOTHING = "nothing"  # neither class costs anything
    SAME = "same"  # paid, and paid for the new class, too
    BACK = "back"  # paid more than the new class costs
    MORE = "more"  # paid less: the counter takes the rest before it changes anything
    TO_PAY = "to pay"  # the old place was only held: the new one is held, too


@dataclass(frozen=True)
class Difference:
    """What is to be paid or comes back, in fen."""

    money: Money
    fen: int = 0


def difference(*, old_fen: int, new_fen: int, is_paid: bool) -> Difference:
    """Return what a change costs or brings back.

    >>> difference(old_fen=18000, new_fen=12000, is_paid=True)
    Difference(money=<Money.BACK: 'back'>, fen=6000)
    >>> difference(old_fen=18000, new_fen=12000, is_paid=False)
    Difference(money=<Money.TO_PAY: 'to pay'>, fen=12000)
    """
    if not is_paid and new_fen:
        return Difference(Money.TO_PAY, new_fen)
    old_fen = old_fen if is_paid else 0
    if old_fen == new_fen:
        return Difference(Money.SAME if new_fen else Money.NOTHING)
    if new_fen < old_fen:
        return Difference(Money.BACK, old_fen - new_fen)
    return Difference(Money.MORE, new_fen - old_fen)
