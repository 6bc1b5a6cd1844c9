"""What is installed follows the lock, and what somebody told pip holds for uv too."""

import pytest

from config.embedded import installation, processes


def test_part_of_the_lock_is_one_package_with_all_its_hashes():
    part = installation.part_of_lock("uv")

    assert part.startswith("uv==")
    assert part.count("==") == 1
    assert part.count("--hash=sha256:") > 5


@pytest.fixture
def pip_configured(monkeypatch):
    answer = (
        ":env:.find-links='/opt/wheels'\n"
        "global.index-url='https://mirror.example/simple'\n"
        "global.extra-index-url='https://a.example\\nhttps://b.example'\n"
        "global.disable-pip-version-check='1'\n"
    )
    monkeypatch.setattr(processes, "run_to_end", lambda *_args, **_more: answer)
    for name in installation.UV_NAMES.values():
        monkeypatch.delenv(name, raising=False)


def test_uv_is_told_what_pip_was_told(pip_configured, tmp_path):
    assert installation.uv_environment(tmp_path / "log") == {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_HTTP_TIMEOUT": "180",
        "UV_FIND_LINKS": "/opt/wheels",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://a.example https://b.example",
    }


def test_what_was_said_to_uv_itself_goes_first(pip_configured, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")

    assert "UV_DEFAULT_INDEX" not in installation.uv_environment(tmp_path / "log")
