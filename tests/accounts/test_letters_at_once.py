"""One letter, asked for by two causes in the same moment."""

import threading

import pytest
from django.db import connection

from accounts import messaging
from accounts.models import Message
from tests.factories.times import TODAY

PATIENCE = 20


class Slow:
    """A gateway that takes its time, until it is told to go on."""

    def __init__(self):
        self.sent, self.was_asked, self.go_on = [], threading.Event(), threading.Event()

    def send(self, **letter):
        self.sent.append(letter["dedupe_key"])
        self.was_asked.set()
        self.go_on.wait(PATIENCE)
        return "1"


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_letter_send_it_once(monkeypatch):
    gateway = Slow()
    monkeypatch.setattr(messaging, "the_gateway", lambda: gateway)
    letter = messaging.send(
        template="accounts/sign_in_code", to="+8613800000001", params={"code": "123456"},
        dedupe_key="once", at=TODAY,
    )  # fmt: skip

    def first():
        try:
            messaging.deliver(message_id=letter.pk, at=TODAY)
        finally:
            connection.close()

    worker = threading.Thread(target=first)
    worker.start()
    assert gateway.was_asked.wait(PATIENCE)
    second = threading.Thread(target=first)
    second.start()
    second.join(3)
    gateway.go_on.set()
    worker.join(PATIENCE)
    second.join(PATIENCE)

    assert gateway.sent == [str(letter.pk)]
    assert Message.objects.get().status == Message.Status.SENT
