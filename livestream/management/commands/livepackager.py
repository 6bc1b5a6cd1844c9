"""Packs what is live, for as long as the process lives. Several copies may run."""

import logging
import os
import signal
import socket
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from accounts import clock
from livestream.models import Broadcast
from livestream.packaging import NoRoom, Packing, hand_over
from livestream.services import live, packing, telling_live

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
AGAIN_AFTER = 60.0
"""So long a film that could not be handed over waits for another try, and keeps none waiting."""


class Command(BaseCommand):
    help = "Cut what is live into pieces that people watch, and see to its end. Several may run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="pack what there is, then leave")

    def handle(self, *, once: bool = False, **options: Any) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.leaving = threading.Event()
        self.at_work: dict[int, threading.Thread] = {}
        self.masters: threading.Thread | None = None
        self.tried_at: dict[int, float] = {}
        self.told: dict[int, str] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self.leaving.set())
        while not self.leaving.is_set():
            try:
                self._look()
            except DatabaseError as away:
                self.stderr.write(f"the database is away: {away}")
                connection.close()
            if once:
                break
            self.leaving.wait(LOOK_EVERY)
        for thread in [*self.at_work.values(), *([self.masters] if self.masters else [])]:
            thread.join()

    def _look(self) -> None:
        live.end_overdue(at=clock.now())
        self.at_work = {pk: one for pk, one in self.at_work.items() if one.is_alive()}
        while broadcast := packing.claim(packager=self.name, at=clock.now()):
            self._begin(broadcast)
        telling_live.tell_those_who_wait(self.told, at=clock.now())
        self._tidy()

    def _begin(self, broadcast: Broadcast) -> None:
        before = self.at_work.get(broadcast.pk)
        work = Packing(broadcast, self.leaving, clock.now)

        def pack() -> None:
            if before is not None:  # ours, and thought dead: it ends when it hears of that
                before.join()
            _alone(work.to_the_end)

        self.at_work[broadcast.pk] = threading.Thread(target=pack)
        self.at_work[broadcast.pk].start()

    def _tidy(self) -> None:
        """Hand masters over, one at a time beside the lines, and delete trials that are over."""
        if self.masters is not None and self.masters.is_alive():
            return
        for trial in packing.trials_to_drop():
            packing.drop_trial(trial)
        now = time.monotonic()
        self.tried_at = {pk: at for pk, at in self.tried_at.items() if now - at < AGAIN_AFTER}
        due = Broadcast.objects.with_master_to_hand_over(clock.now()).with_all_to_show()
        work = due.exclude(pk__in=self.tried_at).first()
        if work is not None:
            self.tried_at[work.pk] = now
            self.masters = threading.Thread(target=_alone, args=(lambda: _hand_over(work),))
            self.masters.start()


def _hand_over(broadcast: Broadcast) -> None:
    try:
        hand_over(broadcast, clock.now)
    except NoRoom as lack:
        log.warning("broadcast %s: no room for its replay in all sizes: %s", broadcast.pk, lack)


def _alone(work: Any) -> None:
    """Do a piece of work in a thread of its own; what breaks there breaks nothing else."""
    try:
        work()
    except Exception:
        log.exception("live work broke")
    finally:
        connection.close()
