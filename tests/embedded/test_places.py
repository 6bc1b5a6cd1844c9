"""Where service data goes, and what is kept of choices once made."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from config.embedded import StartRefused, keys, places, postgres
from config.embedded.ports import free_port, is_free
from config.embedded.postgres import choose_binaries, find_binaries

NOBODY = places.Account(65534, 65534)


@pytest.fixture
def open_folder():
    folder = Path("/tmp") / f"open-{os.getpid()}"  # noqa: S108 - a place anybody may walk through
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


def test_folder_under_a_closed_home_cannot_be_reached(open_folder):
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    (home / "var").mkdir()

    assert places.reachable(home / "var", NOBODY) is False
    assert places.reachable(home / "var", None) is True
    assert places.reachable(open_folder, NOBODY) is True


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has an account to give the data to")
def test_closed_home_stays_closed_and_the_other_place_is_remembered(open_folder):
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    var = home / "var"
    var.mkdir()

    place = places.service_home(var, NOBODY)
    try:
        assert place == places.service_home(var, NOBODY) != var
        assert places.reachable(place, NOBODY)
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        binaries = find_binaries(var, NOBODY)
        assert places.reachable(binaries.folder / "postgres", NOBODY)
    finally:
        shutil.rmtree(place)


def test_copy_of_the_programs_works_apart_from_the_virtual_environment(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "reachable", lambda _path, _account: False)

    copy = find_binaries(tmp_path, None)

    assert copy.folder.is_relative_to(tmp_path / "programs")
    assert copy.major >= 18


def test_choice_of_postgresql_is_kept(tmp_path, monkeypatch):
    monkeypatch.delenv("PG_BIN", raising=False)
    assert choose_binaries(tmp_path, None).source == "embedded"

    (tmp_path / "postgres-programs").write_text("/opt/elsewhere/bin\n")
    assert choose_binaries(tmp_path, None).source == "/opt/elsewhere/bin"

    monkeypatch.setenv("PG_BIN", "/usr/lib/postgresql/18/bin")
    assert choose_binaries(tmp_path, None).source == "/usr/lib/postgresql/18/bin"


def test_folder_without_postgresql_is_named(tmp_path):
    with pytest.raises(StartRefused, match=f"no working PostgreSQL in {tmp_path}"):
        _ = find_binaries(tmp_path, None, str(tmp_path)).version


def test_secrets_are_made_once_and_completed_later(tmp_path):
    first = keys.secrets_of(tmp_path)
    keys.write(tmp_path / "secrets", {k: v for k, v in first.items() if k != "APP_PASSWORD"})

    second = keys.secrets_of(tmp_path)

    assert {k for k in first if first[k] != second[k]} == {"APP_PASSWORD"}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o600


def test_port_of_last_time_is_taken_again_unless_somebody_has_it(tcp_listener):
    free = free_port()

    assert free_port(free) == free
    assert is_free(tcp_listener) is False
    assert free_port(tcp_listener) in range(20000, 32000)
