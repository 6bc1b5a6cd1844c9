"""Numbers in every way people write them."""

import pytest

from accounts.domain import phones

WRITTEN = [
    "13800000201",
    "138 0000 0201",
    "138-0000-0201",
    "138.0000.0201",
    " 138　0000　0201 ",
    "+8613800000201",
    "+86 138 0000 0201",
    "+86-138-0000-0201",
    "(+86) 138 0000 0201",
    "（0086）138 0000 0201",
    "0086 138 0000 0201",
    "86 138 0000 0201",
    "１３８０００００２０１",
    "＋８６ １３８ ００００ ０２０１",
    "138\u2011 0000\u20130201",
    "手机：138 0000 0201",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_number_is_understood_however_it_is_written(text):
    assert phones.canonical(text) == "+8613800000201"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+852 9123 4567", "+85291234567"),
        ("001 202 555 0143", "+12025550143"),
        ("+1 202 555 0143", "+12025550143"),
    ],
)
def test_numbers_of_other_countries_come_with_their_country(text, number):
    assert phones.canonical(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "1380000020", "138000002011", "12345", "电话", "+", "1" * 5000, "10000000000", "\x00"],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(phones.NotAPhone):
        phones.canonical(text)


def test_a_landline_is_told_apart():
    with pytest.raises(phones.NotAMobile):
        phones.canonical("0577-88880001")


def test_a_number_is_shown_in_groups():
    assert phones.for_people("+8613800000201") == "138 0000 0201"
    assert phones.for_people("+85291234567") == "+852 9123 4567"
