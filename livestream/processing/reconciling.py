"""The queue rebuilt from rows: what was to be done and nobody is woken for, is due again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Model

from accounts import outbox
from accounts.models import OutboxMessage
from livestream.domain.inspection import FilmRefused, Problem
from livestream.models import Generation, Recording, WorkUnit
from livestream.processing import packing, places
from livestream.services import replays, units

log = logging.getLogger(__name__)


def reconcile(*, at: datetime) -> tuple[int, int]:
    """Wake somebody for every film and unit that waits; return how many of each.

    The broker may have lost everything, a worker may have died between its last unit and the
    lists: the rows say what is missing. What took every worker down that had it is given up.
    """
    _give_up_what_is_fatal(at)
    known = _errands("process_recording")
    films = [pk for pk in _films(at) if str(pk) not in known]
    outbox.put_all("process_recording", films)
    known = _errands("make_unit", "make_short_unit")
    waiting = [unit for unit in WorkUnit.objects.claimable(at) if str(unit.pk) not in known]
    units.wake(waiting)
    for generation in Generation.objects.ladders().unfinished().select_related("recording"):
        with _others_go_on(generation):
            packing.advance(generation, lambda: at)
    places.sweep()
    return len(films), len(waiting)


def _give_up_what_is_fatal(at: datetime) -> None:
    ours = FilmRefused(Problem.OUR_FAULT)
    for unit in WorkUnit.objects.fatal(at):
        log.error("%s took %s workers down", unit, unit.fence)
        with _others_go_on(unit):
            replays.do_without(unit, ours, at=at)
    for recording in Recording.objects.fatal(at):
        log.error("%s took %s workers down", recording, recording.attempt)
        with _others_go_on(recording):
            replays.give_up(recording, ours, at=at)


@contextmanager
def _others_go_on(what: Model) -> Iterator[None]:
    """One whose files are broken keeps nobody else waiting."""
    try:
        yield
    except Exception:
        log.exception("%s", what)


def _films(at: datetime) -> list[int]:
    return list(Recording.objects.claimable(at).values_list("pk", flat=True))


def _errands(*kinds: str) -> set[str]:
    waiting = OutboxMessage.objects.filter(kind__in=kinds, done_at=None)
    return set(waiting.values_list("object_id", flat=True))
