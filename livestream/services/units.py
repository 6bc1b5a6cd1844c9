"""Work units: planned, taken by lease, kept, done, given back.

A worker holds a unit by its fence number. Every write names it, so one whose lease ran out, and
who wakes up again, can change nothing any more. The rows are the queue: a message from the
broker only wakes a worker, which then takes the unit whose turn it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Max, Sum

from accounts import outbox
from livestream.domain.units import SHORT_FILM_SECONDS, Stretch
from livestream.models import Broadcast, Generation, Recording, WorkUnit

LEASE = timedelta(seconds=90)
"""Longer than ffmpeg may stand still before it is ended, so that only the dead lose theirs."""

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
SERVED_WITHIN = timedelta(days=1)
"""An office whose films nobody worked on for so long is as good as never served."""

Kind = WorkUnit.Kind

_TURN = 0x6C697665
"""The lock under which it is decided whose turn it is; decisions take milliseconds."""


class UnitLost(Exception):
    """Another worker has this unit now; whatever we have made is worth nothing."""


def plan(generation: Generation, parts: Iterable[Stretch], *, has_sound: bool) -> list[WorkUnit]:
    """Write down the work that a generation takes, and wake somebody for each part of it.

    The first, short stretch of the picture comes before the sound, which can be watched with it
    from its first pieces on.
    """
    seconds = float(generation.plan["seconds"])
    pictures = [(Kind.PICTURE, part.starts_at, part.seconds) for part in parts]
    sound = [(Kind.SOUND, 0.0, seconds)] if has_sound else []
    sheet = [(Kind.SHEET, 0.0, seconds)] if pictures else []
    kinds = [*pictures[:1], *sound, *pictures[1:], *sheet]
    units = WorkUnit.objects.bulk_create(
        WorkUnit(
            recording=generation.recording,
            generation=generation.number,
            number=number,
            kind=kind,
            is_short=seconds < SHORT_FILM_SECONDS,
            starts_at_seconds=starts_at,
            seconds=length,
        )
        for number, (kind, starts_at, length) in enumerate(kinds)
    )
    wake(units)
    return units


def wake(units: Iterable[WorkUnit]) -> None:
    """Leave an errand for each of these units."""
    for unit in units:
        outbox.put("make_short_unit" if unit.is_short else "make_unit", unit.pk)


@transaction.atomic
def claim(*, owner: str, at: datetime) -> WorkUnit | None:
    """Take the unit whose turn it is, or None when there is nothing to take at the moment.

    While a lesson is live, one unit at a time is worked on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
    if Broadcast.objects.live().exists() and WorkUnit.objects.in_hands(at).exists():
        return None
    unit = _next(at)
    if unit is None:
        return None
    WorkUnit.objects.filter(pk=unit.pk).update(
        state=WorkUnit.State.LEASED,
        fence=F("fence") + 1,
        lease_owner=owner[:80],
        lease_ends_at=at + LEASE,
        claimed_at=at,
        not_before=None,
    )
    return WorkUnit.objects.select_related("recording__upload").get(pk=unit.pk)


def _next(at: datetime) -> WorkUnit | None:
    """Short films first; then the office served longest ago; then its oldest film."""
    due = WorkUnit.objects.claimable(at)
    offices = set(due.values_list("is_short", "recording__unit").order_by().distinct())
    if not offices:
        return None
    lately = WorkUnit.objects.filter(claimed_at__gt=at - SERVED_WITHIN).order_by()
    served = dict(lately.values_list("recording__unit").annotate(Max("claimed_at")))
    never = at - SERVED_WITHIN
    is_short, office = min(
        offices, key=lambda one: (not one[0], served.get(one[1], never), one[1])
    )
    mine = due.filter(is_short=is_short, recording__unit=office)
    return mine.order_by("recording", "generation", "number").first()


def keep(unit: WorkUnit, *, at: datetime) -> None:
    """Say that the work goes on. Raises ``UnitLost``."""
    kept = WorkUnit.objects.held_by(unit.fence).filter(pk=unit.pk)
    if not kept.update(lease_ends_at=at + LEASE):
        raise UnitLost


def finish(unit: WorkUnit, *, frames: int = 0, broken_frames: int = 0) -> None:
    """Note that the unit's files lie in their places. Raises ``UnitLost``."""
    mine = WorkUnit.objects.held_by(unit.fence).filter(pk=unit.pk)
    done = mine.update(
        state=WorkUnit.State.DONE,
        lease_ends_at=None,
        frames=frames,
        broken_frames=min(broken_frames, frames),
    )
    if not done:
        raise UnitLost


def give_back(unit: WorkUnit, *, at: datetime) -> None:
    """Put the unit back for later: after a pause that grows with each try."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(unit.fence - 1, 12))
    WorkUnit.objects.held_by(unit.fence).filter(pk=unit.pk).update(
        state=WorkUnit.State.PLANNED, lease_ends_at=None, not_before=at + pause
    )


def leave_out(unit: WorkUnit) -> None:
    """Take a unit that cannot be made for done, with what there is of it."""
    held = WorkUnit.objects.filter(pk=unit.pk)
    held.update(state=WorkUnit.State.DONE, lease_ends_at=None)


def strike_out(unit: WorkUnit) -> None:
    """Forget a unit of a generation that is gone."""
    WorkUnit.objects.filter(pk=unit.pk).delete()


def cancel(generation: Generation) -> None:
    """Strike out what is left to do for a generation that nobody wants any more."""
    WorkUnit.objects.of(generation).unfinished().delete()


def seconds_done(generation: Generation) -> float:
    """How much of the film's picture is made (of its sound, where there is no picture)."""
    done = WorkUnit.objects.of(generation).done().order_by()
    kinds = [Kind.PICTURE] if generation.plan["rungs"] else [Kind.SOUND]
    return float(done.filter(kind__in=kinds).aggregate(sum=Sum("seconds"))["sum"] or 0.0)


def tell(unit: WorkUnit, percent: int) -> None:
    """Tell the teacher how far we are; the figure only grows."""
    Recording.objects.filter(pk=unit.recording_id, progress__lt=percent).update(progress=percent)
