"""Double entry: each event of money as lines that come to nothing together.

Signs: a line above zero adds to what the school has or is owed (debit), one below zero to what
it owes or has earned (credit). Each journal comes to 0; so does each account of an event that is
over. The table of events and lines stands in ``docs/payments.md``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from enrolment.domain.money.amounts import MOST, MOST_IN_BOOKS, fen


class Account(StrEnum):
    """Where money is, is owed, or came from."""

    RECEIVABLE = "receivable"  # fees asked for and not yet paid
    CLEARING = "clearing"  # with the payment provider
    PROVIDER_FEES = "provider_fees"  # what the provider keeps
    DRAWER = "drawer"  # cash in the drawer of a campus
    POS = "pos"  # taken by card terminal, not yet on the account
    BANK = "bank"  # on the account of the school; cash that was taken out of a drawer
    DEFERRED_INCOME = "deferred_income"  # fees for lessons still to be given
    INCOME = "income"  # fees for lessons given
    REFUNDS_PAYABLE = "refunds_payable"  # decided, not yet with the person
    SUSPENSE = "suspense"  # arrived, and belongs to no order that is open
    DRAWER_DIFFERENCES = "drawer_differences"  # counted more or less than there should be


class Method(StrEnum):
    """How money came."""

    ONLINE = "online"
    CASH = "cash"
    POS = "pos"
    TRANSFER = "transfer"


WHERE_IT_LIES = {
    Method.ONLINE: Account.CLEARING,
    Method.CASH: Account.DRAWER,
    Method.POS: Account.POS,
    Method.TRANSFER: Account.BANK,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a journal: what an account gains (above 0) or loses (below 0), in fen."""

    account: Account
    fen: int


Journal = tuple[Line, ...]


def moved(amount: int, *, to: Account, out_of: Account) -> Journal:
    """Return the journal that moves an amount from one account to another.

    It may be a sum of many payments. What one person pays or gets back has the limit of one.

    >>> [(line.account.value, line.fen) for line in moved(5, to=Account.BANK, out_of=Account.POS)]
    [('bank', 5), ('pos', -5)]
    """
    return (Line(to, fen(amount, most=MOST_IN_BOOKS)), Line(out_of, -amount))


def charged(amount: int) -> Journal:
    """An order was opened: the fee is owed, and so are the lessons."""
    return moved(fen(amount), to=Account.RECEIVABLE, out_of=Account.DEFERRED_INCOME)


def paid(amount: int, method: Method) -> Journal:
    """What was owed has come."""
    return moved(fen(amount), to=WHERE_IT_LIES[method], out_of=Account.RECEIVABLE)


def came_to_nothing(amount: int, method: Method) -> Journal:
    """Money came for which nothing is owed: late, twice, or not as it should be."""
    return moved(fen(amount), to=WHERE_IT_LIES[method], out_of=Account.SUSPENSE)


def accepted(amount: int) -> Journal:
    """Money that had no place now pays for an order after all."""
    return moved(fen(amount), to=Account.SUSPENSE, out_of=Account.RECEIVABLE)


def refund_decided(amount: int, *, out_of: Account) -> Journal:
    """The school owes an amount back: a fee (``DEFERRED_INCOME``), or money without an order."""
    return moved(fen(amount), to=out_of, out_of=Account.REFUNDS_PAYABLE)


def refund_sent(amount: int, method: Method) -> Journal:
    """What was owed back has left us."""
    return moved(fen(amount), to=Account.REFUNDS_PAYABLE, out_of=WHERE_IT_LIES[method])


def drawer_closed(*, expected: int, counted: int) -> Journal:
    """All cash of fees leaves a drawer at the end of the day; what it is short or over is said.

    Both are without the change it was opened with, so they are below zero where more was given
    back than came. Raises ``AmountRefused`` for anything but fen; a drawer in which nothing
    moved makes no journal.
    """
    for amount in (expected, counted):
        fen(amount, least=-MOST)
    lines = (
        Line(Account.BANK, counted),
        Line(Account.DRAWER_DIFFERENCES, expected - counted),
        Line(Account.DRAWER, -expected),
    )
    return tuple(line for line in lines if line.fen)


def reversed_(journal: Iterable[Line]) -> Journal:
    """Return the journal that takes another one back."""
    return tuple(Line(line.account, -line.fen) for line in journal)
