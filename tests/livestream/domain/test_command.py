from livestream.domain.command import Plan, opening, replay
from livestream.domain.ladder import Picture, choose_variants

RUNGS = choose_variants(Picture(1280, 720, 25.0))


def after(words, name):
    return [words[place + 1] for place, word in enumerate(words) if word == name]


def test_one_process_decodes_once_and_writes_every_size_and_the_sound():
    words = replay(Plan(rungs=RUNGS, has_sound=True, seconds=60.0), "film.mp4")

    assert after(words, "-i") == ["file:film.mp4"]
    assert after(words, "-map") == ["[v0]", "[v1]", "[v2]", "0:a:0", "[poster]"]
    assert after(words, "-filter_complex")[0].count("[0:v:0]") == 1
    assert after(words, "-hls_time") == ["6"] * 4
    assert after(words, "-g") == ["50"] * 3


def test_every_film_is_opened_with_both_white_lists():
    words = opening("-i /etc/passwd.m3u8")
    assert words[:2] == ["-protocol_whitelist", "file"]
    assert words[2] == "-format_whitelist"
    assert not {"hls", "concat", "image2", "ffmetadata", "dash"} & set(words[3].split(","))
    assert words[-1] == "file:-i /etc/passwd.m3u8"


def test_a_lesson_of_sound_alone_asks_for_no_picture():
    words = replay(Plan(rungs=(), has_sound=True, seconds=60.0), "talk.mp3")
    assert "-filter_complex" not in words
    assert "adelay" not in " ".join(words)
    assert after(words, "-map") == ["0:a:0"]
