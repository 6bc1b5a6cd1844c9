import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestream.domain.ladder import FRAME_RATES, Picture, Rung, bit_rate, choose_variants


def test_ladder_of_a_small_camera_film_is_exactly_this():
    assert choose_variants(Picture(640, 360, 29.97)) == (
        Rung("v360", 640, 360, 30.0, 700),
        Rung("v240", 426, 240, 30.0, 260),
    )


def test_slides_get_a_third_of_the_frames():
    fast = choose_variants(Picture(1920, 1080, 30.0))
    slow = choose_variants(Picture(1920, 1080, 30.0, is_still=True))
    assert [rung.fps for rung in fast] == [30.0] * 4
    assert [rung.fps for rung in slow] == [10.0] * 4


def test_an_upright_film_is_measured_by_its_short_side():
    rungs = choose_variants(Picture(720, 1280, 30.0))
    assert [(rung.width, rung.height) for rung in rungs] == [(720, 1280), (360, 640), (240, 426)]


@pytest.mark.parametrize(
    ("side", "names"),
    [
        (120, ["v120", "v80"]),
        (240, ["v240", "v160"]),
        (300, ["v300", "v240"]),
        (400, ["v360", "v240"]),
        (576, ["v576", "v360", "v240"]),
        (2160, ["v1080", "v720", "v360", "v240"]),
    ],
)
def test_sizes_by_short_side(side, names):
    assert [rung.name for rung in choose_variants(Picture(side * 16 // 9, side, 25.0))] == names


@given(
    width=st.integers(64, 4096),
    height=st.integers(64, 2304),
    fps=st.floats(0.5, 120),
    is_still=st.booleans(),
)
def test_every_ladder_keeps_its_promises(width, height, fps, is_still):
    rungs = choose_variants(Picture(width, height, fps, is_still))

    assert len(rungs) >= 2
    assert all(rung.width <= width and rung.height <= height for rung in rungs), "enlarged"
    assert all(rung.width % 2 == rung.height % 2 == 0 for rung in rungs)
    assert {rung.fps for rung in rungs} <= set(FRAME_RATES)
    assert len({rung.fps for rung in rungs}) == 1, "rungs must change over on the same frame"
    assert len({rung.name for rung in rungs}) == len(rungs)
    kbps = [rung.kbps for rung in rungs]
    assert kbps == sorted(kbps, reverse=True)


def test_bit_rates_meet_the_known_steps():
    sizes = [(426, 240), (640, 360), (1280, 720), (1920, 1080), (3840, 2160)]
    assert [bit_rate(*size) for size in sizes] == [260, 700, 2500, 4500, 4500]
