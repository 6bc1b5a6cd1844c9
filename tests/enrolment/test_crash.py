"""The database is killed in the middle of the rush: what people were told is still true.

On a PostgreSQL of its own, which commits to the disk as production does, with the tables and
the people of the test's database.
"""

import threading
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import Error, connection, connections

from config.embedded.services import throwaway_postgres
from enrolment import services
from enrolment.models import Claim, Enrolment, WaitlistEntry, ledger
from tests.enrolment.acts import claim
from tests.enrolment.rush import all_at_once
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import CampusFactory, SectionFactory, TermFactory
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
SIDES, A_MOMENT = 8, 48  # connections, and the people that press around one kill
COPY = "rush"
# Nothing is written to the disk until somebody waits for it, and nobody does.
FORGETFUL = {
    "synchronous_commit": "off",
    "wal_writer_delay": "10s",
    "wal_writer_flush_after": "1GB",
}


@contextmanager
def a_city_of_its_own(moments, *, options=None):
    """Two classes at different hours and their people, in a cluster that may be killed."""
    shared = {"term": TermFactory(), "campus": CampusFactory()}
    sections = [
        SectionFactory(capacity=15 * moments, weekday=weekday, **shared) for weekday in (2, 4)
    ]
    learners = LearnerFactory.create_batch(A_MOMENT * moments)
    with throwaway_postgres(durable=True, options=options) as server:
        copy_to(server)
        yield server, sections, learners


def copy_to(server):
    """Dump the database this test runs in, with its rows; restore it over there."""
    cluster, here = server.cluster, connection.get_connection_params()
    cluster.ask(f"CREATE DATABASE {COPY} OWNER owner", database="postgres")
    source = f"postgresql://{here['user']}:{here['password']}@{here['host']}:{here['port']}"
    dump = server.folder / "city.dump"
    made = cluster.client("pg_dump", "-Fc", "-Z0", "-d", f"{source}/{here['dbname']}", "-f", dump)
    assert made.returncode == 0, made.stderr
    copied = cluster.client("pg_restore", "-j", "2", "-d", COPY, dump)
    assert copied.returncode == 0, copied.stderr
    cluster.ask("CHECKPOINT", database="postgres")  # what is lost later is lost of the rush


@contextmanager
def working_in(server):
    """Let this thread's connection lead into the cluster that may be killed."""
    url = urlsplit(server.url("owner", COPY))
    here = connection.settings_dict
    connection.close()
    connection.settings_dict = here | {
        "NAME": COPY, "USER": url.username, "PASSWORD": url.password,
        "HOST": url.hostname, "PORT": str(url.port),
    }  # fmt: skip
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = here


class Rush:
    """Everybody presses for two classes; who got an answer, and whose press met nobody."""

    def __init__(self, server, sections, learners):
        self.server, self.sections, self.learners = server, sections, learners
        self.answers, self.unanswered = {}, []
        self.told = threading.Condition()

    def run_until_killed(self, after):
        """Kill the server when ``after`` presses have their answers; return when all is over."""
        calls = [lambda n=n: self._everybody(n) for n in range(SIDES)]
        assert all_at_once([*calls, lambda: self._kill(after)]) == [None] * (SIDES + 1)
        self.server.restart()

    def _everybody(self, number):
        with working_in(self.server):
            for learner in self.learners[number::SIDES]:
                for section in self.sections:
                    self.press(section, learner, uuid4())

    def _kill(self, after):
        with self.told:
            assert self.told.wait_for(lambda: len(self.answers) >= after, 60)
        self.server.kill9()

    def press(self, section, learner, key):
        """Press once; note the answer, or that there was none."""
        try:
            said = claim(section, learner, key=key)
        except Error:
            connections.close_all()
            self.unanswered.append((section, learner, key))
            return
        with self.told:
            self.answers[section, learner, key] = (
                said.outcome, said.enrolment_id, said.entry_id
            )  # fmt: skip
            self.told.notify_all()

    def lost(self):
        """The answers that people have and the database has not."""
        kept = {
            (claim.section_id, claim.learner_id, claim.key): (
                claim.outcome, claim.enrolment_id, claim.entry_id
            )
            for claim in Claim.objects.all()
        }  # fmt: skip
        seats = set(Enrolment.objects.values_list("pk", flat=True))
        line = set(WaitlistEntry.objects.values_list("pk", flat=True))
        return [
            answer
            for (section, learner, key), answer in self.answers.items()
            if kept.get((section.pk, learner.pk, key)) != answer
            or (answer[1] is not None and answer[1] not in seats)
            or (answer[2] is not None and answer[2] not in line)
        ]


def killed(moments):
    """Kill the server at each moment of a rush; nothing said before may be untrue after it."""
    interrupted = 0
    with a_city_of_its_own(len(moments)) as (server, sections, learners):
        for number, moment in enumerate(moments):
            rush = Rush(server, sections, learners[number * A_MOMENT : (number + 1) * A_MOMENT])
            rush.run_until_killed(moment)
            interrupted += len(rush.unanswered)
            with working_in(server):
                assert rush.lost() == []
                assert ledger.broken_rules(at=TODAY, offer_hours=False) == []
                # Whoever heard nothing presses again, with the key of their page.
                again, rush.unanswered = rush.unanswered, []
                for section, learner, key in again:
                    rush.press(section, learner, key)
                assert (rush.unanswered, rush.lost()) == ([], [])
                assert len(rush.answers) == A_MOMENT * len(sections)
                services.lapse_and_promote(at=TODAY)
                assert ledger.broken_rules(at=TODAY, offer_hours=True) == []
    return interrupted


def test_nothing_that_was_answered_is_lost_when_the_database_is_killed():
    moments = [5, 25, 45, 65]
    interrupted = killed(moments)
    assert interrupted >= len(moments), "the rush was over before it was interrupted"
    print(f"\nkill moments {len(moments)}, presses without an answer {interrupted}")  # noqa: T201


@pytest.mark.deep("claims")
def test_nothing_is_lost_at_forty_moments():
    moments = [1 + 2 * number for number in range(40)]
    interrupted = killed(moments)
    print(f"\nkill moments {len(moments)}, presses cut off {interrupted}, "  # noqa: T201
          "answers lost 0, rules broken 0")  # fmt: skip


def test_control_a_database_that_answers_before_the_disk_has_it_loses_answers():
    with a_city_of_its_own(1, options=FORGETFUL) as (server, sections, learners):
        rush = Rush(server, sections, learners)
        rush.run_until_killed(45)
        with working_in(server):
            assert rush.lost() != []
