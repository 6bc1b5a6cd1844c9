"""How sums of money are written, which depends on who reads them.

Learners read prices as on any sign: ``yuan`` of the catalogue, ¥680. Staff, books, receipts and
slips have both places of every sum, so that one amount looks the same wherever it is compared.
"""


def full_yuan(fen: int) -> str:
    """Return an amount with both places, as in a book; less than nothing with a minus.

    >>> full_yuan(18_000), full_yuan(-123_456)
    ('¥180.00', '-¥1,234.56')
    """
    return f"{'-' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02}"
