from dataclasses import replace

import pytest

from livestream.domain.fastpath import Streams, may_be_copied

PHONE = Streams(
    video="h264",
    profile="High",
    level=40,
    pixels="yuv420p",
    key_gap=2.0,
    frame_gap=0.04,
    audio="aac",
    audio_profile="LC",
    bits_a_second=6_000_000,
)


@pytest.mark.parametrize("more", [{}, {"audio": "", "audio_profile": ""}, {"key_gap": 4.0}])
def test_what_every_player_plays_is_shown_as_it_is(more):
    assert may_be_copied(replace(PHONE, **more))


@pytest.mark.parametrize(
    "more",
    [
        {"video": "hevc"},
        {"profile": "High 10"},
        {"level": 60},
        {"level": 0},
        {"pixels": "yuv422p"},
        {"rotation": 90},
        {"key_gap": 10.0},
        {"key_gap": 0.0},
        {"audio": "mp3"},
        {"audio_profile": "HE-AAC"},
        {"apart": 1.0},
        {"bits_a_second": 20_000_000},
    ],
)
def test_what_some_player_does_not_play_is_not(more):
    assert not may_be_copied(replace(PHONE, **more))
