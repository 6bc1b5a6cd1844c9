import pytest

from tests.livestream import films


@pytest.fixture(scope="session")
def film_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="session")
def short_film(film_folder):
    return films.film(film_folder / "short.mp4", seconds=8)


@pytest.fixture(scope="session")
def sound_only(film_folder):
    return films.make(film_folder / "talk.m4a", *films.tone(), "-c:a", "aac")


@pytest.fixture(scope="session")
def silent_film(film_folder):
    return films.make(
        film_folder / "silent.mp4", *films.picture(), "-c:v", "libx264", "-preset", "ultrafast"
    )


@pytest.fixture(scope="session")
def cut_film(film_folder, short_film):
    return films.cut(film_folder / "cut.mp4", short_film)
