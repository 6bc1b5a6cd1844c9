"""Whoever works on a payment is killed in the middle: after the next rounds nothing is missing.

A worker is a process of its own, forked from the test, and ends by ``SIGKILL`` at a moment that
is named, or at its nth statement. The database is killed on a PostgreSQL of its own that commits
to the disk. The provider is the stand-in, over HTTP: what it has taken, nobody forgets.
"""

import os
import signal
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections

from enrolment import payments, services
from enrolment.models import InboundEvent, LedgerEntry, Order, Payment, PaymentAttempt, ledger
from enrolment.queries.money.checks import broken_invariants
from enrolment.services import money
from enrolment.services.money import settling
from tests.enrolment.money.test_attempts import begin
from tests.enrolment.test_crash import a_city_of_its_own, working_in
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
ROUNDS = (timedelta(minutes=2), timedelta(hours=30), timedelta(days=5))


def die(*_args, **_more):
    """End this process as the kernel does when memory is short: at once."""
    os.kill(os.getpid(), signal.SIGKILL)


class DiesAround:
    """The provider, for a worker that dies before or after it asks for something."""

    def __init__(self, what, *, before):
        self.provider, self.what, self.before = payments.provider(), what, before

    def __getattr__(self, name):
        real = getattr(self.provider, name)
        if name != self.what:
            return real
        return die if self.before else lambda *args, **more: (real(*args, **more), die())


def in_a_worker(work) -> bool:
    """Let a process of its own do something; return whether it was killed over it."""
    connections.close_all()
    worker = os.fork()
    if worker == 0:
        try:
            work()
            os._exit(0)
        except BaseException:  # nothing of the test may run twice
            os._exit(1)
    _pid, ended = os.waitpid(worker, 0)
    assert os.waitstatus_to_exitcode(ended) in (0, -signal.SIGKILL)
    return os.WIFSIGNALED(ended)


def dies_around(what, work, *, before):
    """The work, for a worker that dies around one question to the provider."""

    def doomed():
        provider = DiesAround(what, before=before)
        payments.provider = lambda _name="": provider
        work()

    return doomed


def dies_before_commit(work):
    """The work, for a worker that dies when the receipt is to be written: nothing is committed."""

    def doomed():
        settling.write_receipt = die
        work()

    return doomed


def dies_at(statement, work):
    """The work, for a worker that dies before its nth statement."""

    def doomed():
        left = [statement]

        def count(execute, sql, params, many, context):
            left[0] -= 1
            return die() if left[0] <= 0 else execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            work()

    return doomed


def an_order():
    return order_for(place_to_pay(SectionFactory(fee_fen=FEE, capacity=1), LearnerFactory()))


def told_of(standin, order):
    """Take in what the provider says of the latest page, as its door does."""
    told = standin.events("checkout.session.completed")[-1]
    event = payments.provider().event(*standin.signed(told))
    money.take_event(event, provider="stripe", at=TODAY)
    return InboundEvent.objects.latest("pk").pk


def rounds(standin):
    """Let the rounds of some days go by."""
    at = TODAY
    for after in ROUNDS:
        at += after
        standin.clock(at)
        money.sweep_payments(at=at)
        services.lapse_and_promote(at=at)
        money.sweep_payments(at=at)
    return at


def nothing_is_missing(at):
    """The promises about money, once everything is quiet."""
    assert broken_invariants() == []
    assert ledger.broken_rules(at=at, offer_hours=False) == []
    assert not PaymentAttempt.objects.underway().exists()
    lines = list(payments.provider().books_between(TODAY - timedelta(days=1), at))
    there = sum(line.amount_fen for line in lines if line.kind in {"charge", "refund"})
    assert LedgerEntry.objects.balances().get("clearing", 0) == there
    for order in Order.objects.all():
        came = sum(payment.amount_fen for payment in order.payments.all())
        back = sum(one.amount_fen for one in order.refunds.all())
        (line,) = order.lines.select_related("enrolment")
        has_place = line.counts and line.enrolment.status == "confirmed"
        assert came - back == order.amount_fen * has_place


def test_killed_between_place_and_page(standin):
    """The attempt is committed, nobody was asked: the next press goes on with it, and pays."""
    order = an_order()
    assert in_a_worker(dies_around("open_session", lambda: begin(order), before=True))
    assert order.attempts.get().state == "created"
    standin.pay(begin(order).session)
    nothing_is_missing(rounds(standin))
    order.refresh_from_db()
    assert (order.state, order.attempts.count()) == ("paid", 1)


def test_killed_when_the_page_was_there_and_nobody_had_heard_of_it(standin, caplog):
    order = an_order()
    assert in_a_worker(dies_around("open_session", lambda: begin(order), before=False))
    assert order.attempts.get().session == ""
    page = begin(order)
    assert page.n == 1
    assert "Idempotency" not in caplog.text, "the same page, by the same key and the same bytes"
    standin.pay(page.session)
    nothing_is_missing(rounds(standin))
    assert Payment.objects.get().state == "kept"


def test_killed_between_page_and_commit(standin):
    """The money is there, our half of it was never committed: the round finds it."""
    order = an_order()
    attempt = begin(order)
    standin.pay(attempt.session)
    settle = lambda: money.look_again(attempt=attempt, at=TODAY)  # noqa: E731 - a word for it
    assert in_a_worker(dies_before_commit(settle))
    assert not Payment.objects.exists()
    nothing_is_missing(rounds(standin))
    order.refresh_from_db()
    assert order.state == "paid"


def test_killed_while_a_notification_was_read(standin):
    order = an_order()
    standin.pay(begin(order).session)
    event = told_of(standin, order)
    read = lambda: money.read_event(event_id=event, at=TODAY)  # noqa: E731 - a word for it
    assert in_a_worker(dies_around("session", read, before=True))
    assert InboundEvent.objects.get().processed_at is None
    nothing_is_missing(rounds(standin))
    assert InboundEvent.objects.get().processed_at is not None
    order.refresh_from_db()
    assert order.state == "paid"


@pytest.mark.deep("money")
def test_killed_at_forty_moments(standin):
    """Before each statement of opening a page, settling it, and reading its notification."""
    killed = 0
    for statement in range(1, 41):
        order = an_order()
        killed += in_a_worker(dies_at(statement, lambda order=order: begin(order)))
        page = begin(order)
        standin.pay(page.session)
        if statement % 2:
            event = told_of(standin, order)
            work = lambda event=event: money.read_event(event_id=event, at=TODAY)  # noqa: E731
        else:
            work = lambda page=page: money.look_again(attempt=page, at=TODAY)  # noqa: E731
        killed += in_a_worker(dies_at(statement, work))
    nothing_is_missing(rounds(standin))
    assert set(Order.objects.values_list("state", flat=True)) == {"paid"}
    print(f"\nworkers killed {killed}, orders without their money 0")  # noqa: T201 - kept
    assert killed >= 40


@contextmanager
def killed_soon(server, delay):
    """Kill the database a moment after the work inside has begun; start it again after."""
    timer = threading.Timer(delay, server.kill9)
    timer.start()
    try:
        yield
    except DatabaseError:
        pass
    finally:
        timer.join()
        connections.close_all()
        server.restart()


def trial(server, standin, order, delay):
    """One payment during which the database dies, and is there again."""
    with killed_soon(server, delay):
        standin.pay(begin(order).session)
        told = standin.events("checkout.session.completed")[-1]
        event = payments.provider().event(*standin.signed(told))
        money.take_event(event, provider="stripe", at=TODAY)
        money.read_event(event_id=InboundEvent.objects.latest("pk").pk, at=TODAY)


def database_dies(standin, delays):
    with a_city_of_its_own(1) as (server, sections, _learners), working_in(server):
        for delay in delays:
            section = SectionFactory(fee_fen=FEE, capacity=1, term=sections[0].term)
            trial(server, standin, order_for(place_to_pay(section, LearnerFactory())), delay)
        nothing_is_missing(rounds(standin))
        return Payment.objects.count()


def test_the_database_is_killed_in_the_middle_of_payments(standin):
    database_dies(standin, [0.02, 0.06, 0.1, 0.2])


@pytest.mark.deep("money")
def test_the_database_is_killed_at_forty_moments(standin):
    kept = database_dies(standin, [0.01 * number for number in range(40)])
    print(f"\nkill moments 40, payments {kept}, fen without a place or a refund 0")  # noqa: T201
