"""Identity numbers and telephone numbers that are well formed and belong to nobody."""

from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# The block 0000 of a mobile prefix is kept for tests: the numbers are valid and reach nobody.
_LEARNER_PREFIXES = ("139", "137", "136", "135", "150")
_FAMILY_PREFIXES = ("186", "185", "189", "188", "187")
_TEACHER_PREFIXES = ("158", "159")
_MEMORABLE = "138"


class IdentityOffice:
    """Issues identity numbers of a region that does not exist (33 99 …), each one once."""

    def __init__(self) -> None:
        self._issued: dict[tuple[str, date], int] = {}

    def _serial(self, region: str, birth: date, sex: str) -> str:
        count = self._issued.get((region, birth), 0)
        self._issued[region, birth] = count + 1
        return f"{count * 2 + (1 if sex == 'm' else 2):03d}"

    def resident(self, region: str, birth: date, sex: str) -> str:
        """A number of 18 digits with its check digit."""
        body = f"{region}{birth:%Y%m%d}{self._serial(region, birth, sex)}"
        return body + check_digit(body)

    def resident_of_15(self, region: str, birth: date, sex: str) -> str:
        """A number of 15 digits, as issued until 1999."""
        return f"{region}{birth:%y%m%d}{self._serial(region, birth, sex)}"


def check_digit(body: str) -> str:
    """The eighteenth character of a resident's identity number.

    >>> check_digit("11010519491231002")
    'X'
    """
    total = sum(int(figure) * weight for figure, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK[total % 11]


def _nth(prefixes: tuple[str, ...], n: int) -> str:
    # 7919 has no factor in common with 10,000: every ending comes once.
    return f"+86{prefixes[n // 10_000]}0000{n * 7919 % 10_000:04d}"


def learner_phone(n: int) -> str:
    """The n-th mobile number of a learner."""
    return _nth(_LEARNER_PREFIXES, n)


def family_phone(n: int) -> str:
    """The n-th mobile number of a relative."""
    return _nth(_FAMILY_PREFIXES, n)


def teacher_phone(n: int) -> str:
    """The n-th mobile number of a teacher."""
    return _nth(_TEACHER_PREFIXES, n)


def memorable_phone(n: int) -> str:
    """A persona's number: 138 0000 00nn."""
    return f"+86{_MEMORABLE}0000{n:04d}"


def card_number(n: int) -> str:
    """The learner card of the n-th person: nine figures and a check figure (Luhn)."""
    body = f"{n * 736_837_879 % 10**9:09d}"  # a prime: every card comes once
    total = 0
    for place, figure in enumerate(reversed(body)):
        value = int(figure) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{body}{-total % 10}"
