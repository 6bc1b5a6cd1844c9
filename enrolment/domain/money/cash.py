"""Cash: the notes and coins a drawer is counted by, and what is given back."""

from collections.abc import Mapping

from enrolment.domain.money.amounts import fen

PIECES = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10)  # from the note of 100 yuan to one jiao


def counted(pieces: Mapping[int, int]) -> int:
    """Return what a count of notes and coins comes to, in fen.

    Raises ``AmountRefused`` for a number of pieces that is none; ``KeyError`` for a piece that
    is no money.

    >>> counted({10_000: 3, 50: 1})
    30050
    """
    if strange := set(pieces) - set(PIECES):
        raise KeyError(strange.pop())
    return sum(piece * fen(number, least=0) for piece, number in pieces.items())


def change(*, owed: int, given: int) -> int:
    """Return what is to be given back of a sum that was handed over; below 0 it is too little.

    >>> change(owed=18_000, given=20_000)
    2000
    """
    return fen(given) - fen(owed)
