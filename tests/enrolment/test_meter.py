"""How claims go: counted as they are answered, and never at the cost of whoever claims."""

import time
from uuid import uuid4

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from config.embedded.ports import free_port
from config.embedded.services import throwaway_valkey
from enrolment.domain.queueing import Measured
from enrolment.services import meter
from enrolment.views.presses import measured
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory

pytestmark = pytest.mark.django_db  # so that counts of another test are not found


@pytest.fixture(autouse=True)
def hands_on_at_once(monkeypatch):
    monkeypatch.setattr(meter, "_tally", meter._Tally())
    monkeypatch.setattr(meter, "HAND_ON_EVERY", 0.0)


def valkey_at(settings, url):
    settings.CACHES = {
        **settings.CACHES,
        "default": {**settings.CACHES["default"], "LOCATION": url},
    }


def test_answers_of_the_last_seconds_are_counted_with_their_time_and_faults():
    for _press in range(99):
        meter.note_claim(0.080, failed=False)
    meter.note_claim(0.820, failed=False)
    assert meter.last_claims() == Measured(100, 100.0, 0)
    meter.note_claim(0.820, failed=False)
    meter.note_claim(0.020, failed=True)
    meter.note_claim(99.0, failed=False)
    assert meter.last_claims(door_ms=12.0) == Measured(102, 1000.0, 1, door_ms=12.0)


def test_what_comes_close_together_is_handed_on_together(monkeypatch):
    monkeypatch.setattr(meter, "HAND_ON_EVERY", 60.0)
    for _press in range(10):
        meter.note_claim(0.1, failed=False)
    assert meter.last_claims().claims == 1
    monkeypatch.setattr(meter._tally, "_next", 0.0)
    meter.note_claim(0.1, failed=False)
    assert meter.last_claims().claims == 11


def test_what_is_long_ago_is_not_counted(monkeypatch):
    meter.note_claim(0.1, failed=False)
    later = time.time() + meter.LOOKS_BACK + 2
    monkeypatch.setattr(meter.time, "time", lambda: later)
    assert meter.last_claims() == Measured(0, 0.0, 0)


def test_without_valkey_nobody_waits_and_nobody_knows(settings):
    valkey_at(settings, f"redis://127.0.0.1:{free_port()}/0")
    began = time.monotonic()
    for _press in range(1000):
        meter.note_claim(0.1, failed=False)
    assert time.monotonic() - began < 1
    assert meter.last_claims() is None
    assert meter.last_claims(door_ms=40.0) == Measured(0, 0.0, 0, door_ms=40.0)


def test_a_valkey_that_hangs_costs_one_claim_a_tenth_of_a_second(settings):
    with throwaway_valkey() as server:
        valkey_at(settings, server.url())
        meter.note_claim(0.1, failed=False)
        assert meter.last_claims() == Measured(1, 100.0, 0)
        server.kill9()
        began = time.monotonic()
        for _press in range(100):
            meter.note_claim(0.1, failed=False)
        assert time.monotonic() - began < 0.5
        assert meter.last_claims() is None


# Doors that count


def count(view, method="post"):
    request = getattr(RequestFactory(), method)("/")
    try:
        measured(view)(request)
    except Exception as error:
        return type(error)
    return None


def refuse(_request):
    raise Http404


def fail(_request):
    raise OSError


def test_a_door_counts_presses_and_faults_and_neither_looks_nor_slips():
    assert count(lambda _request: HttpResponse()) is None
    assert count(lambda _request: HttpResponse(status=503)) is None
    assert count(lambda _request: HttpResponse(), method="get") is None
    assert count(refuse) is Http404
    assert count(fail) is OSError
    found = meter.last_claims()
    assert (found.claims, found.errors) == (1, 2)


def test_a_claim_of_the_product_is_counted(app_client):
    section, learner = SectionFactory(), LearnerFactory()
    app_client.force_login(learner.user)
    address = reverse("enrolment:hold-seat", args=[section.pk])
    app_client.post(address, {"press": str(uuid4()), "expects": "seat"})
    assert meter.last_claims().claims == 1


# The door itself


def test_the_door_says_what_one_in_ten_waits_longer_than():
    took = iter([0.0] * 8 + [0.06, 0.03])
    door = meter.Door("http://127.0.0.1/", knock=lambda: time.sleep(next(took)))
    for _knock in range(9):
        door.knock()
    assert door.waited_ms() == 0.0  # too few to tell
    door.knock()
    assert 25 < door.waited_ms() < 55


def test_a_site_that_falls_silent_is_slow_and_one_never_heard_is_a_slip_of_the_address():
    port = free_port()
    never = meter.Door(f"http://127.0.0.1:{port}")
    answers = iter([True] * 5)

    def knock():
        if not next(answers, False):
            raise ConnectionRefusedError

    silent = meter.Door("http://127.0.0.1/", knock=knock)
    for _knock in range(10):
        never.knock()
        silent.knock()
    assert (never.waited_ms(), silent.waited_ms()) == (0.0, meter.Door.DEAF_MS)
