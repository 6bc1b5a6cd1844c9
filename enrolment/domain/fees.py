"""What a class costs somebody who comes when its lessons have begun."""


def late_fee(*, fee_fen: int, lessons_left: int, lessons: int) -> int:
    """Return the part of ``fee_fen`` for the lessons that are left.

    What is not a whole fen is rounded for the learner: here down, as what comes back of a fee
    is rounded up. A class without dated lessons costs its whole fee.

    >>> late_fee(fee_fen=18000, lessons_left=14, lessons=16)
    15750
    >>> late_fee(fee_fen=10000, lessons_left=2, lessons=3)
    6666
    >>> late_fee(fee_fen=18000, lessons_left=16, lessons=16)
    18000
    """
    if lessons <= 0:
        return fee_fen
    return fee_fen * min(lessons_left, lessons) // lessons
