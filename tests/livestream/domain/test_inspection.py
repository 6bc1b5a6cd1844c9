from dataclasses import replace

import pytest

from livestream.domain.inspection import (
    GIB,
    OF_A_LIVE_LESSON,
    Film,
    FilmRefused,
    Problem,
    ensure_size,
    ensure_usable,
)
from livestream.domain.ladder import Picture

GOOD = Film(
    size=50_000_000,
    duration=3600.0,
    reaches=3600.0,
    streams=2,
    picture=Picture(1920, 1080, 30.0),
    has_sound=True,
)


def test_an_ordinary_lesson_passes():
    ensure_usable(GOOD)


def test_sound_without_picture_and_picture_without_sound_pass():
    ensure_usable(replace(GOOD, picture=None))
    ensure_usable(replace(GOOD, has_sound=False))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"size": 0}, Problem.EMPTY),
        ({"size": 4 * GIB + 1}, Problem.TOO_LARGE),
        ({"streams": 9}, Problem.TOO_MANY_STREAMS),
        ({"picture": None, "has_sound": False}, Problem.NO_PICTURE_NO_SOUND),
        ({"duration": 48 * 3600.0, "reaches": 48 * 3600.0}, Problem.TOO_LONG),
        ({"picture": Picture(8192, 4320, 30.0)}, Problem.PICTURE_TOO_LARGE),
        ({"picture": Picture(60, 60, 30.0)}, Problem.PICTURE_TOO_SMALL),
        ({"picture": Picture(640, 360, 1000.0)}, Problem.TOO_FAST),
        ({"duration": 0.4, "reaches": 0.4}, Problem.TOO_SHORT),
        ({"size": 2048}, Problem.TOO_THIN),
    ],
)
def test_each_rule_refuses(change, problem):
    with pytest.raises(FilmRefused) as refused:
        ensure_usable(replace(GOOD, **change))
    assert refused.value.problem == problem


def test_a_cut_film_is_refused_with_the_place_of_the_cut_unless_that_much_is_wanted():
    cut = replace(GOOD, reaches=723.0)
    with pytest.raises(FilmRefused) as refused:
        ensure_usable(cut)
    assert (refused.value.problem, refused.value.seconds) == (Problem.CUT_OFF, 723.0)
    ensure_usable(cut, take_what_is_there=True)


def test_nothing_is_left_of_a_film_cut_at_its_start():
    with pytest.raises(FilmRefused) as refused:
        ensure_usable(replace(GOOD, reaches=0.2), take_what_is_there=True)
    assert refused.value.problem == Problem.TOO_SHORT


def test_ten_gigabytes_announced_are_refused_by_the_number_alone():
    with pytest.raises(FilmRefused) as refused:
        ensure_size(10 * GIB)
    assert refused.value.problem == Problem.TOO_LARGE


def test_master_copy_of_a_live_lesson_may_be_larger_and_a_little_longer():
    lesson = replace(GOOD, size=12 * GIB, duration=6 * 3600 + 60, reaches=6 * 3600 + 60)
    ensure_usable(lesson, most=OF_A_LIVE_LESSON)
    for change in ({"size": 16 * GIB + 1}, {"duration": 7 * 3600.0}):
        with pytest.raises(FilmRefused):
            ensure_usable(replace(lesson, **change), most=OF_A_LIVE_LESSON)
