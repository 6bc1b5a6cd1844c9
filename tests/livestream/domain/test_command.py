from livestream.domain.command import Plan, opening, sound, stretch
from livestream.domain.ladder import Picture, choose_variants
from livestream.domain.loudness import Loudness
from livestream.domain.units import Stretch, stretches

RUNGS = choose_variants(Picture(1280, 720, 25.0))
PLAN = Plan(rungs=RUNGS, has_sound=True, seconds=60.0)


def after(words, name):
    return [words[place + 1] for place, word in enumerate(words) if word == name]


def test_one_process_decodes_a_stretch_once_and_writes_every_size():
    words = stretch(PLAN, "film.mp4", Stretch(12.0, 48.0, 2))

    assert after(words, "-i") == ["file:film.mp4"]
    assert after(words, "-ss") == ["12.000"]
    assert after(words, "-map") == ["[v0]", "[v1]", "[v2]"]
    assert after(words, "-filter_complex")[0].count("[0:v:0]") == 1
    assert after(words, "-frames:v") == ["1200"] * 3
    assert after(words, "-start_number") == ["2"] * 3
    assert after(words, "-g") == ["50"] * 3


def test_every_stretch_and_the_sound_stand_on_one_clock():
    clocks = [
        after(stretch(PLAN, "film.mp4", part), "-output_ts_offset") for part in stretches(60.0)
    ]
    assert clocks == [["10.000"] * 3, ["22.000"] * 3]
    assert after(sound(PLAN, "film.mp4", None), "-output_ts_offset") == ["10"]


def test_a_film_whose_pictures_stand_is_decoded_from_a_little_before():
    plan = Plan(rungs=RUNGS, has_sound=True, seconds=60.0, lead=5)
    words = stretch(plan, "film.mp4", Stretch(12.0, 48.0, 2))
    assert after(words, "-ss") == ["7.000"]
    assert "trim=start_frame=125" in after(words, "-filter_complex")[0]
    assert "-ss" not in stretch(plan, "film.mp4", Stretch(0.0, 12.0, 0))


def test_only_what_would_be_too_loud_is_held_back():
    quiet = after(sound(PLAN, "film.mp4", Loudness(-28.0, -20.0)), "-af")[0]
    peaks = after(sound(PLAN, "film.mp4", Loudness(-28.0, -3.0)), "-af")[0]
    assert ("volume=10.0dB" in quiet, "alimiter" in quiet) == (True, False)
    assert ("volume=10.0dB" in peaks, "alimiter" in peaks) == (True, True)


def test_every_film_is_opened_with_both_white_lists():
    words = opening("-i /etc/passwd.m3u8")
    assert words[:2] == ["-protocol_whitelist", "file"]
    assert words[2] == "-format_whitelist"
    assert not {"hls", "concat", "image2", "ffmetadata", "dash"} & set(words[3].split(","))
    assert words[-1] == "file:-i /etc/passwd.m3u8"


def test_a_plan_is_the_same_after_it_was_stored():
    assert Plan.from_stored(PLAN.stored()) == PLAN
