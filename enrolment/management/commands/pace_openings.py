"""The pacer of the waiting room, for as long as the process lives."""

import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from accounts import clock, scope
from enrolment import services
from enrolment.services import pacing

TICK = 1.0  # seconds
# Which copy works is settled by a lock that PostgreSQL gives back when its holder dies.
THE_ONE_PACER = 0x70616365


class Command(BaseCommand):
    help = (
        "Make the order of openings at their hour, let people in as fast as claims are"
        " answered, and publish how far it has got. Several copies may run; one works."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one tick, then leave")

    def handle(self, *, once: bool = False, **options: Any) -> None:
        self.pacer = services.Pacer(pacing.limits())
        self.session: object = None
        self.is_away = False
        if once:
            self._look(door_ms=0.0)
            return
        leaving = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: leaving.set())
        with services.Door(settings.WAGTAILADMIN_BASE_URL) as door:
            while not leaving.is_set():
                began = time.monotonic()
                self._look(door_ms=door.waited_ms())
                leaving.wait(max(0.05, TICK - (time.monotonic() - began)))

    def _look(self, *, door_ms: float) -> None:
        """One tick. Whatever broke is tried again at the next, from what the database says."""
        try:
            if self._works_alone():
                at = clock.now()
                measured = services.last_claims(door_ms=door_ms)
                with scope.as_system("pace_openings"):
                    self.pacer.tick(measured=measured, at=at)
        except DatabaseError as away:  # the clock's own row is in the database, too
            self._note_fault(f"the database is away: {str(away).strip()}")
            connection.close()
        except OSError as full:
            self._note_fault(f"the waiting room cannot be published: {full}")
        else:
            self.is_away = False

    def _works_alone(self) -> bool:
        """Hold the lock of the one pacer, for as long as this database session lives."""
        connection.ensure_connection()
        if self.session is connection.connection:
            return True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [THE_ONE_PACER])
            (held,) = cursor.fetchone()
        if held:
            self.session = connection.connection
            self.pacer.forget()
        return bool(held)

    def _note_fault(self, sentence: str) -> None:
        self.pacer.forget()
        if not self.is_away:  # once, not once a second
            self.stderr.write(sentence)
        self.is_away = True
