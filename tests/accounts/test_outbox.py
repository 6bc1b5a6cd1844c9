"""Errands: written in the commit, handed over at least once, done once."""

import threading
from datetime import timedelta

import pytest
from celery import Celery
from django.db import connection, transaction
from kombu.exceptions import OperationalError as BrokerAway

from accounts import clock, dispatching, errands, outbox, scope
from accounts.models import OutboxMessage
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


class Workers:
    """Stands where the broker is, and remembers who was woken."""

    def __init__(self, fails_after=None):
        self.given = []
        self.fails_after = fails_after

    def __call__(self, row):
        if self.fails_after is not None and len(self.given) >= self.fails_after:
            raise BrokerAway("nobody listens")
        self.given.append((row.kind, row.object_id))


def test_an_errand_of_a_transaction_that_failed_is_never_handed_over():
    workers = Workers()
    with transaction.atomic():
        outbox.put("tell_learner", 1)
        transaction.set_rollback(True)
    outbox.put("tell_learner", 2)
    assert outbox.hand_over(publish=workers, at=TODAY) == 1
    assert workers.given == [("tell_learner", "2")]


def test_an_errand_is_handed_over_once_until_its_taker_is_silent_too_long():
    outbox.put("tell_learner", 7)
    workers = Workers()
    moments = [0, 1, 200, 239, 240, 241, 600, 720, 721]
    handed = [
        outbox.hand_over(publish=workers, at=TODAY + timedelta(seconds=second))
        for second in moments
    ]
    assert handed == [1, 0, 0, 0, 1, 0, 0, 1, 0]


def test_an_errand_waits_for_its_time():
    outbox.put("call", 1, not_before=TODAY + timedelta(hours=1))
    workers = Workers()
    assert outbox.hand_over(publish=workers, at=TODAY) == 0
    assert outbox.hand_over(publish=workers, at=TODAY + timedelta(hours=1)) == 1


def test_what_is_done_is_not_handed_over_again():
    outbox.put("call", 1)
    row = OutboxMessage.objects.get()
    outbox.mark_done(row.pk, at=TODAY)
    assert outbox.hand_over(publish=Workers(), at=TODAY + timedelta(days=9)) == 0


def test_a_broker_that_goes_away_loses_nothing(caplog):
    for number in range(5):
        outbox.put("call", number)
    workers = Workers(fails_after=2)
    with pytest.raises(BrokerAway):
        outbox.hand_over(publish=workers, at=TODAY)
    back = Workers()
    assert outbox.hand_over(publish=back, at=TODAY) == 3
    assert workers.given + back.given == [("call", str(number)) for number in range(5)]


def test_the_postman_survives_a_broker_that_is_not_there(monkeypatch, caplog):
    monkeypatch.setattr(
        dispatching, "current_app", Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    )
    outbox.put("call", 1)
    assert dispatching.hand_over_all(at=TODAY) == 0
    assert "errands wait" in caplog.text
    assert OutboxMessage.objects.get().handed_at is None


def test_an_errand_that_fails_comes_again_with_growing_pauses(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    outbox.put("t_fails", 1)

    @errands.errand("t_fails")
    def always_fails(object_id):
        raise errands.TryAgainLater("not today")

    pauses = []
    at = TODAY
    for _attempt in range(12):
        row = OutboxMessage.objects.get()
        outbox.hand_over(publish=Workers(), at=row.not_before or at)
        always_fails.run("1", outbox_id=row.pk)
        row.refresh_from_db()
        pauses.append((row.not_before - TODAY).total_seconds())
    assert pauses[:4] == [10, 20, 40, 80]
    assert pauses[-1] == 3600
    assert row.done_at is None


def test_an_errand_of_little_patience_comes_again_soon_after_its_worker_died(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: TODAY + timedelta(seconds=30))
    outbox.put("t_leased", 1)
    workers, dies = Workers(), iter([KeyboardInterrupt, errands.TryAgainLater])

    @errands.errand("t_leased", patience=timedelta(seconds=100))
    def leased(object_id):
        raise next(dies)

    outbox.hand_over(publish=workers, at=TODAY)
    with pytest.raises(KeyboardInterrupt):  # as kill -9: nothing of ours runs after it
        leased.run("1", outbox_id=OutboxMessage.objects.get().pk)
    moments = [TODAY + timedelta(seconds=second) for second in (129, 130)]
    assert [outbox.hand_over(publish=workers, at=at) for at in moments] == [0, 1]

    OutboxMessage.objects.update(tries=9)  # the lease held on for long
    leased.run("1", outbox_id=OutboxMessage.objects.get().pk)
    assert OutboxMessage.objects.get().not_before == TODAY + timedelta(seconds=130)


def test_an_errand_that_breaks_is_logged_by_celery_and_comes_again(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    outbox.put("t_breaks", 1)
    row = OutboxMessage.objects.get()

    @errands.errand("t_breaks")
    def breaks(object_id):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks.run("1", outbox_id=row.pk)
    row.refresh_from_db()
    assert (row.done_at, row.not_before > TODAY) == (None, True)


def test_an_errand_delivered_twice_is_done_once_and_sees_all_rows(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    outbox.put("t_once", 5)
    row = OutboxMessage.objects.get()
    seen = []

    @errands.errand("t_once")
    def once(object_id):
        seen.append((object_id, scope.in_force().system))

    once.run("5", outbox_id=row.pk)
    once.run("5", outbox_id=row.pk, a_word_of_the_future=1)
    assert seen == [("5", "errand t_once")]
    assert once.name == "errands.t_once"
    assert scope.in_force() == scope.NOBODY


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_several_postmen_share_the_errands_without_doubling_any():
    for number in range(300):
        outbox.put("call", number)
    given, start = [], threading.Barrier(4)

    def postman():
        start.wait()
        try:
            while outbox.hand_over(publish=lambda row: given.append(row.object_id), at=TODAY):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=postman) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(given, key=int) == [str(number) for number in range(300)]
