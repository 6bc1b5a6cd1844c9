"""The number on a pay slip: short enough to say on the telephone, wrong ones are noticed."""

import unicodedata

DIGITS = 11  # and one that checks them


def check_digit(digits: str) -> str:
    """Return the digit that makes ``digits`` a pay code (Luhn, as on bank cards).

    Luhn notices every single wrong digit and nearly all pairs that changed places.

    >>> check_digit("79927398713"[:-1])
    '3'
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def pay_code(number: int) -> str:
    """Return the pay code made of a random number below ``10 ** DIGITS``.

    >>> pay_code(12345678901)
    '123456789015'
    """
    digits = f"{number:0{DIGITS}d}"
    return digits + check_digit(digits)


def as_typed(text: str) -> str:
    """Return the code that somebody typed, blanks and strokes left out; "" if it is none.

    >>> as_typed("1234 5678 9015"), as_typed("123456789016"), as_typed("abc")
    ('123456789015', '', '')
    """
    digits = digits_of(text)
    return digits if looks_like_one(text) and check_digit(digits[:-1]) == digits[-1] else ""


def looks_like_one(text: str) -> bool:
    """Return whether somebody meant a code: as many digits as one has, right or wrong."""
    digits = digits_of(text)
    return len(digits) == DIGITS + 1 and digits.isascii() and digits.isdigit()


def digits_of(text: str) -> str:
    """Return what was typed without blanks and strokes, in digits of one width.

    >>> digits_of("１２３４　5678-9015")
    '123456789015'
    """
    plain = unicodedata.normalize("NFKC", text)
    return "".join(one for one in plain if one not in " -")


def in_groups(code: str) -> str:
    """Return a code as it is printed and read out: in groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
