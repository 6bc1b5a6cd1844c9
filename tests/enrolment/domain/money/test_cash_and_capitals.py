"""What a cashier writes and counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.money import cash
from enrolment.domain.money.amounts import MOST, AmountRefused
from enrolment.domain.money.capitals import DIGITS, in_capitals


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (18_000, "壹佰捌拾元整"),
        (50, "伍角整"),
        (5, "伍分"),
        (1_001, "壹拾元零壹分"),
        (1_010, "壹拾元壹角整"),
        (10_000_100, "壹拾万零壹元整"),
        (100_405, "壹仟零肆元零伍分"),
        (123_456_789, "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        (100_010_000, "壹佰万零壹佰元整"),
        (MOST, "壹仟万元整"),
    ],
)
def test_amounts_read_as_on_a_cheque(fen, words):
    assert in_capitals(fen) == words


def read(words: str) -> int:
    """Read capitals back, by another way than they were written."""
    total, section, digit = 0, 0, 0
    for one in words.replace("整", "").replace("零", ""):
        if one in DIGITS:
            digit = DIGITS.index(one)
        elif one in "拾佰仟":
            section, digit = section + digit * 10 ** ("拾佰仟".index(one) + 1), 0
        elif one == "万":
            total, section, digit = (section + digit) * 10_000, 0, 0
        elif one == "元":
            total, section, digit = (total + section + digit) * 100, 0, 0
        else:
            total, digit = total + digit * {"角": 10, "分": 1}[one], 0
    return total


@given(st.integers(1, MOST))
def test_capitals_say_the_amount_and_no_zero_twice(fen):
    words = in_capitals(fen)
    assert read(words) == fen
    assert "零零" not in words


@given(st.dictionaries(st.sampled_from(cash.PIECES), st.integers(0, 500)))
def test_a_count_is_the_sum_of_its_pieces(pieces):
    assert cash.counted(pieces) == sum(piece * number for piece, number in pieces.items())


def test_a_count_knows_no_other_pieces_and_no_fractions():
    with pytest.raises(KeyError):
        cash.counted({300: 1})
    with pytest.raises(AmountRefused):
        cash.counted({100: -1})


def test_change_is_what_was_given_less_what_is_owed():
    assert cash.change(owed=18_000, given=20_000) == 2_000
    assert cash.change(owed=18_000, given=10_000) < 0
