"""What players report becomes places, watched stretches and counts of viewers: in bulk.

However many reports there are, a round is two statements under a lock. They may be run twice, or
by two writers in turn: stretches are united, the highest sequence has the place, peaks only grow.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts import scope
from livestream.delivery import pending
from livestream.domain.beacons import Kept, together
from livestream.models import Broadcast, Recording, ViewerCount

_RIGHTS_ARE_COUNTED = 0x5EA7_0007

COUNTED_WITHIN = timedelta(minutes=2)
"""A count that nobody has made anew for so long says nothing about now."""

# Rights that were never heard of are marked; places and stretches are kept for learners.
KEEP_PLACES = """
WITH said AS (
    SELECT * FROM unnest(
        %(watchers)s::text[], %(assets)s::uuid[], %(sequences)s::integer[],
        %(positions)s::float8[], %(stretches)s::nummultirange[]
    ) AS told (watcher, asset, sequence, position, stretches)
), heard AS (
    UPDATE livestream_watchgrant AS theirs SET heard_at = %(at)s
    FROM said WHERE theirs.watcher = said.watcher AND theirs.heard_at IS NULL
), mine AS (
    SELECT DISTINCT ON (film.id, theirs.learner_id)
        film.id AS recording_id, theirs.learner_id, said.sequence,
        least(said.position, film.seconds) AS position,
        said.stretches * nummultirange(numrange(0, film.seconds::numeric)) AS watched
    FROM said
    JOIN livestream_recording AS film ON film.asset = said.asset
    JOIN livestream_watchgrant AS theirs
        ON theirs.watcher = said.watcher AND theirs.recording_id = film.id
    WHERE theirs.learner_id IS NOT NULL
    ORDER BY film.id, theirs.learner_id
)
INSERT INTO livestream_watchstate AS kept
    (recording_id, learner_id, position_seconds, sequence, watched, watched_seconds, updated_at)
SELECT recording_id, learner_id, position, sequence, watched,
    (SELECT coalesce(sum(upper(one) - lower(one)), 0) FROM unnest(watched) AS one), %(at)s
FROM mine ORDER BY recording_id, learner_id
ON CONFLICT (recording_id, learner_id) DO UPDATE SET
    position_seconds = CASE WHEN excluded.sequence > kept.sequence
        THEN excluded.position_seconds ELSE kept.position_seconds END,
    sequence = greatest(kept.sequence, excluded.sequence),
    watched = kept.watched + excluded.watched,
    watched_seconds = (
        SELECT coalesce(sum(upper(one) - lower(one)), 0)
        FROM unnest(kept.watched + excluded.watched) AS one
    ),
    updated_at = excluded.updated_at
"""

# A room is as many people as its fuller count.
PEOPLE = """\
greatest(1, (
            SELECT max(last.people) FROM (
                SELECT DISTINCT ON (moment) people FROM livestream_headcount
                WHERE viewing_id = rights.viewing_id ORDER BY moment, counted_at DESC, id DESC
            ) AS last
        ))"""

# A watcher is one viewer however many rights it had. Rights of long ago are gone from the table.
COUNT_VIEWERS = f"""
WITH here AS (
    SELECT * FROM unnest(%(assets)s::uuid[], %(watchers)s::text[]) AS seen (asset, watcher)
), theirs AS (
    SELECT DISTINCT ON (rights.recording_id, rights.watcher)
        rights.recording_id, rights.watcher, here.watcher IS NOT NULL AS is_here,
        {PEOPLE} AS people
    FROM livestream_recording AS film
    JOIN livestream_watchgrant AS rights ON rights.recording_id = film.id
    LEFT JOIN here ON here.asset = film.asset AND here.watcher = rights.watcher
    WHERE film.asset = ANY(%(films)s::uuid[]) AND rights.heard_at IS NOT NULL
    ORDER BY rights.recording_id, rights.watcher, rights.viewing_id
), counted AS (
    SELECT recording_id,
        sum(people) + coalesce((
            SELECT gone FROM livestream_viewercount AS kept
            WHERE kept.recording_id = theirs.recording_id
        ), 0) AS ever,
        coalesce(sum(people) FILTER (WHERE is_here), 0) AS now,
        EXISTS (
            SELECT FROM livestream_broadcast AS lesson
            WHERE lesson.recording_id = theirs.recording_id AND lesson.status = %(live)s
        ) AS is_live
    FROM theirs GROUP BY recording_id
)
INSERT INTO livestream_viewercount AS kept
    (recording_id, now, peak, peak_at, ever, live_peak, live_ever, counted_at)
SELECT recording_id, now, now, %(at)s, ever,
    CASE WHEN is_live THEN now ELSE 0 END, CASE WHEN is_live THEN ever ELSE 0 END, %(at)s
FROM counted ORDER BY recording_id
ON CONFLICT (recording_id) DO UPDATE SET
    now = excluded.now,
    peak = greatest(kept.peak, excluded.peak),
    peak_at = CASE WHEN excluded.peak > kept.peak
        THEN excluded.peak_at ELSE kept.peak_at END,
    ever = greatest(kept.ever, excluded.ever),
    live_peak = greatest(kept.live_peak, excluded.live_peak),
    live_ever = greatest(kept.live_ever, excluded.live_ever),
    counted_at = excluded.counted_at
"""  # noqa: S608 - put together of our own words


@dataclass(frozen=True)
class Written:
    """What a round has written."""

    reports: int
    watchers: int
    films: int


def write_watching(*, at: datetime) -> Written:
    """Write everything that players have reported. Raises ``RedisError``.

    A batch leaves Valkey only after the database has it, so nothing is lost in between.
    """
    batches = pending.take()
    lines = [line for batch in batches for line in pending.lines_of(batch)]
    kept = together(lines)
    here = pending.watching(at=time.time())
    if kept or here:
        with scope.system("write_watching"):
            _write(kept, here, at=at)
    for batch in batches:
        pending.done(batch)
    return Written(len(lines), len(kept), len(here))


@contextmanager
def alone() -> Iterator[None]:
    """One at a time counts rights, or lets them go: else some were counted as both."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_RIGHTS_ARE_COUNTED])
        yield


def viewers_now(recording: Recording, *, at: datetime) -> int:
    """How many people watch at this moment, as counted less than two minutes ago."""
    count = ViewerCount.objects.filter(recording=recording).first()
    return count.now if count is not None and at - count.counted_at < COUNTED_WITHIN else 0


def _write(kept: Sequence[Kept], here: Mapping[str, Sequence[str]], *, at: datetime) -> None:
    films = sorted({*here, *(one.account.asset for one in kept)})
    pairs = [(asset, watcher) for asset in here for watcher in here[asset]]
    with alone(), connection.cursor() as cursor:
        if kept:
            cursor.execute(KEEP_PLACES, _columns(kept) | {"at": at})
        cursor.execute(
            COUNT_VIEWERS,
            {
                "films": films,
                "assets": [asset for asset, _watcher in pairs],
                "watchers": [watcher for _asset, watcher in pairs],
                "live": Broadcast.Status.LIVE.value,
                "at": at,
            },
        )


def _columns(kept: Sequence[Kept]) -> dict[str, Any]:
    return {
        "watchers": [one.account.watcher for one in kept],
        "assets": [one.account.asset for one in kept],
        "sequences": [one.sequence for one in kept],
        "positions": [one.position for one in kept],
        "stretches": [
            "{" + ",".join(f"[{begins},{ends})" for begins, ends in one.stretches) + "}"
            for one in kept
        ],
    }
