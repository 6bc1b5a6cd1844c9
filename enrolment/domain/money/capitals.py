"""An amount in the capitals of a cashier, so that nobody changes it with a stroke of a pen."""

from enrolment.domain.money.amounts import fen as checked

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万")


def in_capitals(fen: int) -> str:
    """Return an amount as it stands on a receipt, by the rules for cheques.

    >>> in_capitals(18000), in_capitals(100_405), in_capitals(50)
    ('壹佰捌拾元整', '壹仟零肆元零伍分', '伍角整')
    """
    yuan, rest = divmod(checked(fen), 100)
    jiao, single = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return words + "整"
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    return words + (f"{DIGITS[single]}分" if single else "整")


def _whole(number: int) -> str:
    """Read a whole number in groups of four; one 零 stands for all that are left out."""
    words, gap = "", False
    for group in reversed(range(len(GROUPS))):
        part = number // 10_000**group % 10_000
        if not part:
            gap = bool(words)
            continue
        if words and (gap or part < 1000):
            words += "零"
        words, gap = words + _group(part) + GROUPS[group], False
    return words


def _group(part: int) -> str:
    words, gap = "", False
    for place in reversed(range(4)):
        digit = part // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return words
