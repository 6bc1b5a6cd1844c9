"""Rights that ended before their time, known to every process within seconds.

A signed path is its own proof, and nobody looks a right up while it is good. But a film
that is taken back, a place in the class that is given up and a fourth screen end rights
whose paths would go on for hours. Those few are kept in memory: one look into a set for
each piece, one query in each process every few seconds, and only while somebody watches.

Considered and left: asking the database or Valkey for every piece is the cost that signed
paths were made to spare. Moving the files to a new folder ends all paths of a film at once,
but copies gigabytes in a bucket, is not undone with its transaction, and ends no single
right. nginx in front asks by the same list (``nginx``); an edge that knows of none accepts
the life of a path. With the rights comes the series of keys in use: a key that was given up
opens nothing.

A database that is away leaves what was known last: films that play go on, and a right that
ends meanwhile lives until the database is back, at most as long as its path.
"""

from __future__ import annotations

import logging
import threading
from time import monotonic as tick

from django.db import DatabaseError, close_old_connections, connection

from accounts import clock, scope
from livestream.models import KeyDrop, WatchGrant

log = logging.getLogger(__name__)

REREAD_SECONDS = 3.0


class EndedRights:
    """The rights that have ended, as the database said a few seconds ago at most."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()
        self._series = 0
        self._read_at: float | None = None
        self._reading = threading.Lock()

    def include(self, audience: str) -> bool:
        """Say whether this right has ended."""
        self._be_fresh()
        return audience in self._known

    def series(self) -> int:
        """The series of keys in use."""
        self._be_fresh()
        return self._series

    def _be_fresh(self) -> None:
        if self._read_at is None or tick() - self._read_at >= REREAD_SECONDS:
            self._read_again()

    def _read_again(self) -> None:
        """One thread reads; the others go on with what is known, unless nothing is yet."""
        if not self._reading.acquire(blocking=self._read_at is None):
            return
        try:
            if self._read_at is None or tick() - self._read_at >= REREAD_SECONDS:
                self._known, self._series = read_now()
        except DatabaseError as error:
            log.warning("rights that ended could not be read: %s", error)
        finally:
            self._read_at = tick()  # also after a failure: a database that is away is not beset
            self._reading.release()


def read_now() -> tuple[frozenset[str], int]:
    """The rights that ended early, and the series of keys in use, from the database."""
    _let_go_of_what_broke()
    try:
        with scope.system("rights that ended"):
            ended = WatchGrant.objects.ended_early(clock.now())
            return frozenset(ended.values_list("audience", flat=True)), KeyDrop.objects.series()
    finally:
        _let_go_of_what_broke()


def _let_go_of_what_broke() -> None:
    """Django does this around its own requests, of which ours is none."""
    if not connection.in_atomic_block:
        close_old_connections()


rights = EndedRights()
