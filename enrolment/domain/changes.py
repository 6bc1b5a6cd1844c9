"""What changing one class for another does to the fee: the difference, and whose it is."""

from dataclasses import dataclass
from enum import StrEnum


class Money(StrEnum):
    """How two fees stand to each other, for somebody who changes."""

    NOTHING = "nothing"  # neither class costs anything
    SAME = "same"  # paid, and paid for the new class, too
    BACK = "back"  # paid more than the new class costs
    MORE = "more"  # paid less: the counter changes it, and the rest is paid
    TO_PAY = "to pay"  # nothing was paid for the old place: the new one is held for its fee


@dataclass(frozen=True)
class Difference:
    """What is to be paid or comes back, in fen."""

    money: Money
    fen: int = 0


def stays_behind(
    *, is_paid: bool, old_fen: int, new_fen: int, old_office: int, new_office: int
) -> bool:
    """Whether what was paid for a class cannot pay for another: each office has its own books.

    >>> stays_behind(is_paid=True, old_fen=18000, new_fen=18000, old_office=1, new_office=2)
    True
    >>> stays_behind(is_paid=True, old_fen=18000, new_fen=0, old_office=1, new_office=2)
    False
    """
    return is_paid and old_fen > 0 and new_fen > 0 and old_office != new_office


def difference(*, old_fen: int, new_fen: int, is_paid: bool) -> Difference:
    """Return what a change costs or brings back.

    >>> difference(old_fen=18000, new_fen=12000, is_paid=True)
    Difference(money=<Money.BACK: 'back'>, fen=6000)
    >>> difference(old_fen=18000, new_fen=12000, is_paid=False)
    Difference(money=<Money.TO_PAY: 'to pay'>, fen=12000)
    >>> difference(old_fen=0, new_fen=12000, is_paid=True)
    Difference(money=<Money.TO_PAY: 'to pay'>, fen=12000)
    """
    old_fen = old_fen if is_paid else 0
    if not old_fen and new_fen:
        return Difference(Money.TO_PAY, new_fen)
    if old_fen == new_fen:
        return Difference(Money.SAME if new_fen else Money.NOTHING)
    if new_fen < old_fen:
        return Difference(Money.BACK, old_fen - new_fen)
    return Difference(Money.MORE, new_fen - old_fen)
