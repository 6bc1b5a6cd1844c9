"""Sixty guesses at once, over real connections: exactly three are judged.

The control counts as allauth does, in the session (read, add, write), and must judge more:
a harness that cannot see the race proves nothing about its absence.
"""

import threading
from unittest import mock

import pytest
from django.db import connections
from django.test import Client

from accounts import clock, limits, sign_in
from accounts.models import Message
from tests.factories.times import TODAY

CONFIRM = "/accounts/login/code/confirm/"
GUESSES = 60


def guess_in_parallel(client):
    """Post wrong codes from one session at once; return the status codes."""
    right = {code["digits"] for code in client.session[sign_in.KEY]["codes"]}
    wrong = [code for code in (f"{n:06d}" for n in range(GUESSES + 3)) if code not in right]
    answers, start = [], threading.Barrier(GUESSES)

    def guess(code):
        browser = Client()
        browser.cookies = client.cookies.copy()
        try:
            start.wait()
            answers.append(browser.post(CONFIRM, {"code": code}).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess, args=[code]) for code in wrong[:GUESSES]]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return answers


def judged(answers):
    """A judged guess is answered "wrong, n left" (422) or "that was the third" (302 to ask)."""
    return sum(1 for status in answers if status != 429)


@pytest.fixture
def waiting(transactional_db):
    clock.set_to(TODAY)
    client = Client()
    client.post("/accounts/login/code/", {"phone": "13800000201"})
    assert Message.objects.count() == 1
    return client


def with_a_count(client):
    """Count how often a code was really compared."""
    compared = []
    real = sign_in.hmac.compare_digest

    def counting(one, other):
        compared.append(other)
        return real(one, other)

    with mock.patch.object(sign_in.hmac, "compare_digest", counting):
        guess_in_parallel(client)
    return len(compared)


@pytest.mark.threads
def test_of_sixty_guesses_at_once_three_are_judged(waiting):
    assert with_a_count(waiting) == limits.GUESSES_PER_CODE


@pytest.mark.threads
def test_control_a_counter_that_reads_adds_and_writes_judges_more(waiting):
    store: dict[str, int] = {}
    readers, enough = [], threading.Event()

    def naive(number, issue, *, at):
        used = store.get(issue, 0)
        readers.append(used)
        if len(readers) > limits.GUESSES_PER_CODE:
            enough.set()
        enough.wait(20)  # nobody writes before one more than may be judged has read
        store[issue] = used + 1
        if used >= limits.GUESSES_PER_CODE:
            raise limits.TooMany
        return limits.GUESSES_PER_CODE - used - 1

    with mock.patch.object(limits, "count_guess", naive):
        assert with_a_count(waiting) > limits.GUESSES_PER_CODE
