"""When a letter about a lecture is due, and when none is."""

from datetime import timedelta

import pytest

from livestream.domain.telling import Facts, Letter, letter_due
from tests.factories.times import TODAY

BEGINS = TODAY.replace(day=20, hour=14)
DAY_BEFORE = TODAY.replace(day=19, hour=9)


@pytest.mark.parametrize(
    ("at", "letter"),
    [
        (DAY_BEFORE - timedelta(hours=2), None),  # seven in the morning
        (DAY_BEFORE, Letter.SOON),
        (DAY_BEFORE.replace(hour=20), None),  # at night nobody is woken
        (DAY_BEFORE - timedelta(days=1), None),
        (BEGINS.replace(hour=12), Letter.SOON),
        (BEGINS - timedelta(minutes=60), None),
    ],
)
def test_one_letter_the_day_before(at, letter):
    assert letter_due(Facts(BEGINS, False, None, False), at=at) is letter


def test_who_was_told_hears_nothing_more():
    assert letter_due(Facts(BEGINS, False, BEGINS, False), at=DAY_BEFORE) is None


def test_another_hour_is_told_at_once_to_those_who_know_the_old_one():
    later = BEGINS + timedelta(days=30)
    assert letter_due(Facts(later, False, BEGINS, False), at=DAY_BEFORE) is Letter.MOVED
    assert letter_due(Facts(later, False, None, False), at=DAY_BEFORE) is None


def test_who_was_told_hears_once_that_it_is_off():
    assert letter_due(Facts(BEGINS, True, BEGINS, False), at=DAY_BEFORE) is Letter.OFF
    assert letter_due(Facts(BEGINS, True, BEGINS, True), at=DAY_BEFORE) is None
    assert letter_due(Facts(BEGINS, True, None, False), at=DAY_BEFORE) is None
    assert letter_due(Facts(BEGINS, True, BEGINS, False), at=BEGINS.replace(hour=15)) is None
