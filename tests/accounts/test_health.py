"""What machines ask, and what checks refuse."""

import time

import pytest
from django.core.cache import cache
from django.test import override_settings

from accounts import checks, health
from config import health as pages

pytestmark = pytest.mark.django_db
DEAD_CACHE = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


def parts(response):
    return {name: part["ok"] for name, part in response.json()["parts"].items()}


def test_the_process_answers_without_asking_anybody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok"


def test_all_parts_are_well(app_client):
    health.note_heartbeat()
    response = app_client.get("/readyz")
    assert response.status_code == 200
    assert {name: ok for name, ok in parts(response).items() if name != "disk"} == {
        "database": True, "clock": True, "broker": True, "worker": True, "seats": True,
        "money": True,
        "payments": True,
    }  # fmt: skip


@pytest.mark.parametrize("seen", [None, 91])
def test_a_silent_worker_is_told_but_closes_nothing(app_client, seen):
    if seen:
        cache.set(health.HEARTBEAT, time.time() - seen)
    response = app_client.get("/readyz")
    assert (response.status_code, parts(response)["worker"]) == (200, False)


def test_a_broker_that_is_away_is_told_but_closes_nothing(app_client):
    with override_settings(CACHES=DEAD_CACHE):
        response = app_client.get("/readyz")
    assert response.status_code == 200
    assert (parts(response)["broker"], parts(response)["database"]) == (False, True)


def test_a_wrong_clock_closes_the_doors(app_client, monkeypatch):
    monkeypatch.setattr(pages, "MOST_SKEW", -1)
    response = app_client.get("/readyz")
    assert (response.status_code, parts(response)["clock"]) == (503, False)


def test_a_database_that_is_away_closes_the_doors(app_client, monkeypatch):
    def away():
        raise OSError("connection refused")

    monkeypatch.setattr(pages, "_database", away)
    response = app_client.get("/readyz")
    assert (response.status_code, parts(response)["database"]) == (503, False)


def test_visitors_learn_nothing_of_our_machines(app_client, monkeypatch):
    def away():
        raise OSError('connection to server at "10.0.0.7", port 5432 failed')

    monkeypatch.setattr(pages, "_database", away)
    said = app_client.get("/readyz", REMOTE_ADDR="192.0.2.7")
    assert (said.status_code, said.json()) == (503, {"ok": False})
    assert "10.0.0.7" in app_client.get("/readyz").json()["parts"]["database"]["says"]


def test_a_full_disk_is_told_and_closes_nothing(app_client, monkeypatch):
    monkeypatch.setattr(pages, "DISK_ALARM", 0)
    response = app_client.get("/readyz")
    assert (response.status_code, parts(response)["disk"]) == (200, False)


WATCHES = [
    (health.SEAT_WATCH, "seats", "seat_rules_broken"),
    (health.MONEY_WATCH, "money", "money_rules_broken"),
]


@pytest.mark.parametrize(("watch", "part", "figure"), WATCHES)
@pytest.mark.parametrize(("broken", "hours", "ok"), [(0, 1, True), (2, 1, False), (0, 40, False)])
def test_the_watches_are_heard(app_client, *, watch, part, figure, broken, hours, ok):
    cache.set(watch, (broken, time.time() - hours * 3600))
    response = app_client.get("/readyz")
    assert (response.status_code, parts(response)[part]) == (200, ok)
    assert f"{figure} {broken}.0".encode() in app_client.get("/metrics").content


def test_open_differences_are_a_figure(app_client):
    health.note_differences(3)
    assert b"money_differences_open 3.0" in app_client.get("/metrics").content


def test_figures_are_for_known_addresses(app_client):
    response = app_client.get("/metrics")
    assert response.status_code == 200
    assert b"errands_waiting 0.0" in response.content
    assert app_client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert app_client.get(
        "/metrics", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="127.0.0.1"
    ).status_code == 403  # fmt: skip


@pytest.mark.parametrize(
    "backend", ["dummy.DummyCache", "locmem.LocMemCache", "filebased.FileBasedCache"]
)
def test_a_cache_that_cannot_count_for_all_is_refused(backend):
    caches = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}
    with override_settings(CACHES=caches):
        assert [error.id for error in checks.limits_need_a_shared_cache(None)] == ["accounts.E001"]
    assert checks.limits_need_a_shared_cache(None) == []


def test_sessions_in_cookies_are_refused():
    with override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies"):
        errors = checks.codes_need_sessions_on_the_server(None)
    assert [error.id for error in errors] == ["accounts.E002"]


def test_notifications_of_payments_that_nobody_reads_are_said(app_client):
    health.note_payment_sweep(2)
    assert parts(app_client.get("/readyz"))["payments"] is False
    assert b"payment_notifications_unread 2.0" in app_client.get("/metrics").content
    health.note_payment_sweep(0)
    assert parts(app_client.get("/readyz"))["payments"] is True


def test_a_round_over_payments_that_stands_still_is_said(app_client):
    cache.set(health.PAYMENT_SWEEP, (0, time.time() - 301), None)
    assert parts(app_client.get("/readyz"))["payments"] is False
