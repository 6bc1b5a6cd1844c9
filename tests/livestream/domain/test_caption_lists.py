"""Captions as a list: times as people write them, edits, faults, and reading them as a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestream.domain.captions import (
    MOST_CUES,
    Cue,
    Fault,
    Paragraph,
    add,
    drop,
    faults,
    joined,
    merge,
    paragraphs,
    read_moment,
    split,
    write_moment,
)

ONE = Cue(1.0, 3.0, "大家好，今天学太极。")
TWO = Cue(3.0, 6.0, "先看一遍。")
LATE = Cue(20.0, 22.0, "好。")


@pytest.mark.parametrize("typed", ["", "12", "12:60", "1:60:00", "12:3x", "-1:00", "1:2:3:4"])
def test_what_is_no_moment(typed):
    assert read_moment(typed) is None


@given(st.integers(min_value=0, max_value=6 * 3600 * 1000))
def test_a_moment_that_is_written_is_read_again(thousandths):
    assert read_moment(write_moment(thousandths / 1000)) == pytest.approx(thousandths / 1000)


def test_a_split_cuts_behind_a_stop_and_shares_the_time_by_length():
    assert split([ONE, TWO], 0) == (
        Cue(1.0, 1.8, "大家好，"),
        Cue(1.8, 3.0, "今天学太极。"),
        TWO,
    )


def test_merging_joins_chinese_without_a_space_and_english_with_one():
    assert merge([ONE, TWO], 0) == (Cue(1.0, 6.0, "大家好，今天学太极。先看一遍。"),)
    assert joined("Good", "morning") == "Good morning"
    assert merge([ONE], 0) == (ONE,)


def test_dropping_and_adding():
    assert drop([ONE, TWO], 0) == (TWO,)
    assert add([ONE, LATE], 0) == (ONE, Cue(3.0, 5.0, ""), LATE)
    assert add([], 0) == (Cue(0.0, 2.0, ""),)


@pytest.mark.parametrize(
    ("cues", "seconds", "found"),
    [
        ([ONE, TWO], 60.0, []),
        ([Cue(3.0, 3.0, "x")], None, [(0, Fault.ENDS_TOO_EARLY)]),
        ([TWO, ONE], None, [(1, Fault.OUT_OF_ORDER)]),
        ([ONE, LATE], 20.0, [(1, Fault.AFTER_THE_END)]),
        ([Cue(1.0, 2.0, " ")], None, [(0, Fault.NO_TEXT)]),
    ],
)
def test_what_cannot_stand(cues, seconds, found):
    assert list(faults(cues, seconds=seconds)) == found


def test_more_captions_than_anybody_can_check_are_refused():
    many = [Cue(n, n + 1.0, "x") for n in range(MOST_CUES + 1)]
    assert list(faults(many, seconds=None)) == [(MOST_CUES, Fault.TOO_MANY)]


def test_a_text_turns_at_a_pause_at_a_chapter_and_when_it_is_long():
    assert paragraphs([ONE, TWO, LATE]) == [
        Paragraph(1.0, "大家好，今天学太极。先看一遍。"),
        Paragraph(20.0, "好。"),
    ]
    assert len(paragraphs([ONE, TWO], turns=[3.0])) == 2
    spoken = [Cue(n, n + 1.0, "一二三四五六七八九十") for n in range(60)]
    assert len(paragraphs(spoken)) == 3
