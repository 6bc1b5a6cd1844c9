"""One broadcast in the hands of a packager: take after take, until it is over.

Nothing is decoded, so a lesson costs a few hundredths of a processor.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError, connection

from livestream import ffmpeg, ingest
from livestream.domain import live
from livestream.domain import packing as rules
from livestream.domain.packing import Run
from livestream.models import Broadcast, Take
from livestream.packaging.store import Store, Unplayable
from livestream.services import packing
from livestream.services.generations import GenerationGone
from livestream.services.packing import LeaseLost

log = logging.getLogger(__name__)

LIMITS = ffmpeg.Limits(
    wall_seconds=live.LONGEST.total_seconds() + 600,
    cpu_seconds=4 * 3600,
    stall_seconds=10.0,
    nice=0,
)
KEEP_EVERY = 2.0
LOOK_EVERY = 0.25
PAUSE = 1.0


class _Over(Exception):
    """The broadcast is over, or we are to leave: the line is cut."""


class Packing:
    """Packs what comes in and closes the lists at the end."""

    def __init__(
        self, broadcast: Broadcast, leaving: threading.Event, now: Callable[[], datetime]
    ) -> None:
        self.broadcast = broadcast
        self.leaving = leaving
        self.now = now
        self.scratch = Path(packing.scratch_of(broadcast))
        self.store: Store | None = None
        self.kept_at = 0.0
        self.goes_on = True
        self.ways: Sequence[tuple[str, ...]] = rules.WAYS

    def to_the_end(self) -> None:
        """Pack until it is over; a database that is away is waited for while the lease lasts."""
        while not self.leaving.is_set():
            try:
                self._work()
                return
            except (LeaseLost, GenerationGone):
                log.warning("broadcast %s: another packager has it", self.broadcast.pk)
                return
            except DatabaseError as away:
                log.warning("broadcast %s: the database is away: %s", self.broadcast.pk, away)
                connection.close()
                self.leaving.wait(PAUSE)

    def _work(self) -> None:
        self._rescue()
        while not self.leaving.is_set():
            self._keep(None)
            if not self.goes_on:
                self._close()
                return
            take = self.broadcast.takes.to_pack().first()
            if take is not None:
                self._pack(take)
            self.leaving.wait(LOOK_EVERY)
        packing.let_go(self.broadcast)

    def _rescue(self) -> None:
        """List the whole pieces that somebody before us left, and delete what is left of them."""
        self._keep(None)
        if self.broadcast.recording is not None:
            self.store = Store(self.broadcast, self.now)
            for folder in sorted(self.scratch.glob("r*")):
                with suppress(Unplayable):  # its take is told so when it is packed
                    self.store.take_in(folder, is_over=True)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _pack(self, take: Take) -> None:
        """Pack a line until it ends, breaks, or nothing more is wanted."""
        self.store = self.store or Store(self.broadcast, self.now)
        packing.next_run(self.broadcast)
        run = Run(self.broadcast.run, take.number)
        folder = self.scratch / run.prefix
        for name in self.ways[0]:
            (folder / name).mkdir(parents=True)
        try:
            self._copy(self._source(take), run, folder, take)
            self.store.take_in(folder, is_over=True)
        except Unplayable as why:
            log.warning("broadcast %s: %s cannot be shown: %s", self.broadcast.pk, take, why)
            packing.cannot_show(take)
        shutil.rmtree(folder, ignore_errors=True)

    def _source(self, take: Take) -> str:
        assert self.store is not None  # noqa: S101 - made before
        line = ingest.Line(name=take.name, address=self.broadcast.trial_of_id or take.broadcast_id)
        begin = self.store.packed_of(take.number)
        return ingest.chosen().source(line, from_seconds=max(0.0, begin - rules.OVERLAP_SECONDS))

    def _copy(self, source: str, run: Run, folder: Path, take: Take) -> None:
        seconds = packing.segment_seconds(self.broadcast)
        try:
            ffmpeg.run(
                rules.command(source, run, self.ways[0], seconds=seconds),
                limits=LIMITS,
                folder=folder,
                on_progress=lambda _seconds: self._look(folder, take),
            )
        except _Over:
            return
        except ffmpeg.FfmpegFailed as failed:
            if any(words in failed.said for words in rules.NOT_TO_BE_CUT):
                raise Unplayable(failed.said) from failed
            log.info("broadcast %s: the line ended: %s", self.broadcast.pk, failed)
            if rules.NO_SUCH_STREAM in failed.said and len(self.ways) > 1:
                self.ways = self.ways[1:]

    def _look(self, folder: Path, take: Take) -> None:
        """List what is finished, a few times a second. Raises ``_Over``."""
        try:
            assert self.store is not None  # noqa: S101 - made before
            self.store.take_in(folder)
            self._keep(take)
        except DatabaseError as away:  # the line goes on; what is finished is listed later
            log.warning("broadcast %s: the database is away: %s", self.broadcast.pk, away)
            connection.close()
        if not self.goes_on or self.leaving.is_set():
            raise _Over

    def _keep(self, take: Take | None) -> None:
        """Keep the lease, and hear whether the broadcast goes on."""
        if take is None or time.monotonic() - self.kept_at >= KEEP_EVERY:
            self.goes_on = packing.keep(self.broadcast, take, at=self.now())
            self.kept_at = time.monotonic()

    def _close(self) -> None:
        generation = self.store.generation if self.store is not None else None
        packing.close(self.broadcast, generation, at=self.now())
        shutil.rmtree(self.scratch, ignore_errors=True)
