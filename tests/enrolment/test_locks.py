"""Who waits for whom: the locks of a learner, a term and a class, one step after the other.

Each test plays one side by hand on a connection of its own, stops it in the middle, lets the other
come, and goes on: nothing here depends on who is quicker.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from courses.models import Term
from enrolment import services
from enrolment.models import Channel, LearnerTerm, ledger
from tests.enrolment.acts import claim_several, entry_of, seats_of
from tests.enrolment.rush import on_own_connection
from tests.factories.accounts import HelperGrantFactory, LearnerFactory
from tests.factories.enrolment import SectionFactory, TermFactory, WaitlistEntryFactory
from tests.factories.renewals import programme, sits_in, terms_that_meet
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]

LOCK = "SELECT seat_lock_learner(%s, %s, %s)"


@pytest.fixture
def by_hand() -> Iterator[psycopg.Connection]:
    """A connection that is worked statement by statement, in one transaction."""
    with psycopg.connect(**connection.get_connection_params()) as side:
        yield side
        side.rollback()


@contextmanager
def meanwhile(work, side: psycopg.Connection) -> Iterator:
    """Let ``work`` begin and wait until ``side`` holds it up."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(on_own_connection(work))
        until = monotonic() + 20
        while not _held_up_by(side) and not answer.done():
            assert monotonic() < until
            sleep(0.02)
        try:
            yield answer
        finally:
            side.rollback()  # a failure lets the other go, too


def _held_up_by(side: psycopg.Connection) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))",
            [side.info.backend_pid],
        )
        return bool(cursor.fetchone()[0])


def locks_of(side: psycopg.Connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = %s",
            [side.info.backend_pid],
        )
        return cursor.fetchone()[0]


def test_who_finds_a_learner_busy_holds_nothing_that_others_wait_for(by_hand):
    """A list over two terms has the row of the first and makes that of the second."""
    first, second = TermFactory(), TermFactory()
    anna = LearnerFactory()
    LearnerTerm.objects.create(learner=anna, term=first)
    section = SectionFactory(term=first)
    by_hand.execute(LOCK, [anna.pk, first.pk, True])

    def bare_press():  # our own way to the database tries again after a deadlock
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT outcome FROM seat_claim(%s, %s, %s, %s, '', 'web', %s, NULL, '')",
                [anna.user_id, anna.pk, section.pk, uuid4(), TODAY],
            )
            return cursor.fetchone()[0]

    with meanwhile(bare_press, by_hand) as answer:
        assert not answer.done()
        by_hand.execute(LOCK, [anna.pk, second.pk, True])  # would end as a deadlock
        by_hand.commit()
        assert answer.result(20) == "confirmed"


def test_a_try_at_a_busy_row_takes_no_lock_along(by_hand):
    term, anna = TermFactory(), LearnerFactory()
    LearnerTerm.objects.create(learner=anna, term=term)
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(LOCK, [anna.pk, term.pk, True])
        assert by_hand.execute(LOCK, [anna.pk, term.pk, False]).fetchone() == (False,)
    assert locks_of(by_hand) == 0


@pytest.mark.parametrize("waits", [True, False])
def test_twins_of_a_first_press_make_one_row(by_hand, waits):
    term, anna = TermFactory(), LearnerFactory()
    by_hand.execute(LOCK, [anna.pk, term.pk, True])

    def twin():
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE seat_writer")
            cursor.execute(LOCK, [anna.pk, term.pk, waits])
            return cursor.fetchone()[0]

    with meanwhile(twin, by_hand) as answer:
        if waits:
            assert not answer.done()
            by_hand.commit()
            assert answer.result(20) is True
        else:  # whoever goes down a line stops at nobody
            assert answer.result(20) is False


def test_a_term_that_closes_and_a_couple_of_whom_one_is_new_end_well(by_hand, nothing_is_broken):
    """Closing has the term and wants a row; the couple wants the term before its first row."""
    section = SectionFactory(capacity=4)
    anna, ben = LearnerFactory(), LearnerFactory(user=None)
    HelperGrantFactory(learner=ben, helper=anna.user)
    LearnerTerm.objects.create(learner=anna, term=section.term)
    by_hand.execute("SELECT pg_advisory_xact_lock(7301, %s)", [section.term.pk])

    def couple():
        return claim_several([section], [anna, ben], mode="together", actor=anna.user)

    with meanwhile(couple, by_hand) as answer:
        assert not answer.done()
        by_hand.execute(
            "SELECT FROM enrolment_learnerterm WHERE term_id = %s FOR NO KEY UPDATE",
            [section.term.pk],
        )  # would end as a deadlock, had the couple begun with the row that is there
        by_hand.commit()
        assert [part.claim.outcome for part in answer.result(20)] == ["confirmed"] * 2


def test_who_waited_for_their_turn_gets_no_seat_in_a_class_called_off_meanwhile(by_hand):
    section, anna = SectionFactory(), LearnerFactory()
    LearnerTerm.objects.create(learner=anna, term=section.term)
    by_hand.execute(LOCK, [anna.pk, section.term.pk, True])

    with meanwhile(lambda: _claim(section, anna), by_hand) as answer:
        assert not answer.done()
        type(section).objects.filter(pk=section.pk).update(status="cancelled")
        by_hand.commit()
        assert answer.result(20).reason == "closed"
    assert set(seats_of(section)) == {"free"}


def _claim(section, learner):
    """Ask the database alone: the rule book would see the class called off by itself."""
    return ledger.claim(
        section=section, learner=learner, actor=learner.user, channel=Channel.WEB,
        key=uuid4(), at=TODAY, due_at=None,
    )  # fmt: skip


def test_a_line_that_is_being_closed_is_offered_nothing(by_hand):
    section, anna = SectionFactory(capacity=1), LearnerFactory()
    WaitlistEntryFactory(section=section, learner=anna)
    by_hand.execute("UPDATE courses_classsection SET status = 'cancelled' WHERE id = %s",
                    [section.pk])  # fmt: skip
    by_hand.execute("SELECT seat_empty_section(%s, %s, 50)", [section.pk, TODAY])

    with meanwhile(lambda: services.promote(section=section, at=TODAY), by_hand) as answer:
        assert answer.result(5) == 0  # at once: it waits for nobody
        by_hand.commit()
    assert entry_of(anna, section).state == "closed"
    assert seats_of(section) == ["free"]


def test_who_renews_waits_for_no_draw_that_has_the_number_of_the_class(by_hand):
    now, coming = terms_that_meet()
    first, second = programme(now, coming)
    enrolment = sits_in(first)
    by_hand.execute("SELECT pg_advisory_xact_lock(7303, %s)", [second.pk])  # a draw is placed

    def renew():
        return ledger.renew(
            goes_on_from=enrolment, section=second, actor=enrolment.learner.user, channel="web",
            key=uuid4(), at=TODAY, due_at=None, most=None,
        ).outcome  # fmt: skip

    with meanwhile(renew, by_hand) as answer:
        assert answer.result(5) == "confirmed"


def test_lines_move_from_the_phase_of_the_waiting_list_on():
    term = TermFactory(phase=Term.Phase.CONFIRMING)
    section, anna = SectionFactory(capacity=1, term=term), LearnerFactory()
    WaitlistEntryFactory(section=section, learner=anna)
    assert services.lapse_and_promote(at=TODAY).offered == 0
    assert services.promote(section=section, at=TODAY) == 0

    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.WAITLISTING)
    services.lapse_and_promote(at=TODAY)
    assert entry_of(anna, section).state == "offered"
