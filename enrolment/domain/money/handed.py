"""What somebody at the counter has in hand: notes, a slip of the terminal, a bank's line."""

from dataclasses import dataclass

from enrolment.domain.money.books import Method


@dataclass(frozen=True, kw_only=True)
class Handed:
    """Money as it is handed over, and how it is known again.

    ``given_fen``: the notes that were handed over, when change is to be given back.
    ``amount_fen``: of a transfer, which may be another amount than was asked for; the others
    are the order's.
    """

    method: Method
    given_fen: int | None = None
    amount_fen: int | None = None
    terminal: str = ""
    reference: str = ""
    note: str = ""
