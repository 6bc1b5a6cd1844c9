"""How each kind of process connects to the database."""

from types import SimpleNamespace

import pytest

from config import env

LIMITS = ("lock_timeout=2s", "statement_timeout=5s", "idle_in_transaction_session_timeout=10s")


@pytest.fixture
def options(monkeypatch):
    monkeypatch.setenv("DATABASE_ROLE", "app")

    def ask(query="", *, web):
        monkeypatch.setenv("DATABASE_URL", f"postgresql://app@db.example/city{query}")
        monkeypatch.setattr(env, "_process", SimpleNamespace(serves_pages=web))
        return env.database()["OPTIONS"]

    return ask


def test_pages_wait_for_nothing_long_and_other_work_may(options):
    assert options(web=True)["options"].split(" -c ") == [f"-c {LIMITS[0]}", *LIMITS[1:]]
    assert "options" not in options(web=False)


def test_a_dead_server_is_noticed_by_all(options):
    assert {"connect_timeout", "tcp_user_timeout"} <= set(options(web=False))


def test_what_the_address_asks_for_goes_before_ours(options):
    asked = options("?connect_timeout=9&options=-c%20statement_timeout%3D8s", web=True)
    assert asked["connect_timeout"] == "9"
    assert asked["options"].endswith("-c statement_timeout=8s")


def test_a_pooler_that_refuses_limits_gets_none(options, monkeypatch):
    monkeypatch.setenv("WEB_DATABASE_LIMITS", "none")
    assert "options" not in options(web=True)
