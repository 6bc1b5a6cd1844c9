"""The postman's round, for as long as the process lives."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from accounts import clock, dispatching

LOOK_EVERY = 1.0  # seconds; docs/adr/0005 says why a look and not LISTEN


class Command(BaseCommand):
    help = "Hand errands of the outbox to the workers. Several copies may run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one look, then leave")

    def handle(self, *, once: bool = False, **options: Any) -> None:
        if once:
            dispatching.hand_over_all(at=clock.now())
            return
        leaving = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: leaving.set())
        while not leaving.is_set():
            self._look()
            leaving.wait(LOOK_EVERY)

    def _look(self) -> None:
        try:
            dispatching.hand_over_all(at=clock.now())
        except DatabaseError as away:  # the clock's own row is in the database, too
            self.stderr.write(f"the database is away: {away}")
            connection.close()
