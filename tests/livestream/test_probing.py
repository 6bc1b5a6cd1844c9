import pytest

from livestream import probing
from livestream.domain.inspection import FilmRefused, Problem, ensure_usable
from livestream.domain.ladder import Picture
from tests.livestream import films


def problem_of(path, **more):
    with pytest.raises(FilmRefused) as refused:
        ensure_usable(probing.look(path, **more))
    return refused.value.problem


def test_a_short_film_is_described_whole(short_film):
    film = probing.look(short_film)
    assert (film.duration, film.reaches, film.streams) == (8.0, 8.0, 2)
    assert (film.picture, film.has_sound) == (Picture(320, 180, 25.0), True)
    assert (film.video_codec, film.audio_codec) == ("h264", "aac")


def test_sound_alone_and_picture_alone_are_films(sound_only, silent_film):
    assert probing.look(sound_only).picture is None
    assert probing.look(silent_film).has_sound is False


def test_a_cut_film_is_found_by_its_index_and_the_place_is_said(cut_film):
    film = probing.look(cut_film)
    assert film.duration == 8.0
    assert film.is_cut
    assert 2.0 < film.reaches < 6.0


def test_a_film_cut_before_its_index_is_no_film(tmp_path):
    whole = films.film(tmp_path / "whole.mp4", index_first=False)
    assert problem_of(films.cut(tmp_path / "cut.mp4", whole)) == Problem.NOT_A_FILM


def test_a_cut_film_without_index_is_found_by_reading_it(tmp_path):
    words = [*films.picture(8), *films.tone(8), "-c:v", "libx264", "-preset", "ultrafast"]
    whole = films.make(tmp_path / "whole.mkv", *words, "-g", "25")
    cut = films.cut(tmp_path / "cut.mkv", whole)
    assert not probing.look(cut).is_cut
    film = probing.look(cut, thoroughly=True)
    assert film.is_cut
    assert 2.0 < film.reaches < 6.0


def test_whoever_waits_hears_of_every_packet_that_is_read(tmp_path, short_film):
    film = films.make(tmp_path / "whole.mkv", "-i", str(short_film), "-c", "copy")
    heard = []
    found = probing.look(film, thoroughly=True, meanwhile=lambda: heard.append("look"))
    probing.streams(film, found, lambda: heard.append("streams"))
    probing.is_still(film, 70.0, lambda: heard.append("still"))
    assert heard.count("look") > 500 > heard.count("streams") >= 200
    assert heard.count("still") == probing.SAMPLES
    assert heard.count("look") + heard.count("streams") + heard.count("still") == len(heard)


def test_a_whole_film_read_to_its_end_is_not_cut(tmp_path, short_film):
    whole = films.make(tmp_path / "whole.mkv", "-i", str(short_film), "-c", "copy")
    assert not probing.look(whole, thoroughly=True).is_cut


def test_an_upright_phone_film_is_measured_upright(tmp_path, short_film):
    turned = films.make(
        tmp_path / "turned.mp4", "-display_rotation", "90", "-i", str(short_film), "-c", "copy"
    )
    assert probing.look(turned).picture == Picture(180, 320, 25.0)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("empty.mp4", b"", Problem.EMPTY),
        ("letter.mp4", "亲爱的老师".encode() * 50, Problem.NOT_A_FILM),
        ("zeros.mp4", bytes(50_000), Problem.NOT_A_FILM),
        ("picture.mp4", b"\x89PNG\r\n\x1a\n" + bytes(2000), Problem.NOT_A_FILM),
        (
            "playlist.mp4",
            b"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
            Problem.NOT_A_FILM,
        ),
        ("script.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n", Problem.NOT_A_FILM),
    ],
)
def test_what_is_no_film_is_refused_whatever_its_name(tmp_path, name, content, problem):
    path = tmp_path / name
    path.write_bytes(content)
    assert problem_of(path) == problem


def test_a_film_is_a_film_whatever_its_name(tmp_path, short_film):
    wrong = tmp_path / "lesson.txt"
    wrong.write_bytes(short_film.read_bytes())
    assert probing.look(wrong).duration == 8.0


def test_slides_are_told_from_a_moving_picture(tmp_path):
    still = films.make(
        tmp_path / "still.mp4",
        *("-f", "lavfi", "-i", "color=c=navy:s=160x90:r=10:d=70"),
        *("-c:v", "libx264", "-preset", "ultrafast"),
    )
    moving = films.make(
        tmp_path / "moving.mp4",
        *films.picture(70, "160x90", 10),
        *("-c:v", "libx264", "-preset", "ultrafast"),
    )
    assert probing.is_still(still, 70.0)
    assert not probing.is_still(moving, 70.0)
