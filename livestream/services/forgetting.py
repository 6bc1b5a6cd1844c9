"""Who opened which film is kept for some weeks; how many did, for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from livestream.models import WatchGrant
from livestream.services import counting

RIGHTS_KEPT = timedelta(weeks=8)
"""Rights that ran out are of use to nobody but who looks into a path that was passed on."""

# All rights of a watcher to a film go at once, so that nobody is counted among those that are
# gone and among those that are left. Who comes back after these weeks is counted anew.
LET_GO = f"""
WITH rights AS (
    DELETE FROM livestream_watchgrant AS old
    WHERE old.expires_at < %(before)s AND NOT EXISTS (
        SELECT FROM livestream_watchgrant AS later
        WHERE later.recording_id = old.recording_id AND later.watcher = old.watcher
            AND later.expires_at >= %(before)s
    )
    RETURNING recording_id, watcher, viewing_id, heard_at
), theirs AS (
    SELECT DISTINCT ON (recording_id, watcher) recording_id, {counting.PEOPLE} AS people
    FROM rights WHERE heard_at IS NOT NULL
    ORDER BY recording_id, watcher, viewing_id
), gone AS (
    SELECT recording_id, sum(people) AS people FROM theirs GROUP BY recording_id
), counted AS (
    UPDATE livestream_viewercount AS kept SET gone = kept.gone + gone.people
    FROM gone WHERE gone.recording_id = kept.recording_id
)
SELECT count(*) FROM rights
"""  # noqa: S608 - put together of our own words


def let_rights_go(*, before: datetime) -> int:
    """Delete rights that ran out before this moment; their viewers stay counted. How many."""
    with counting.alone(), connection.cursor() as cursor:
        cursor.execute(LET_GO, {"before": before})
        (gone,) = cursor.fetchone()
    return int(gone)


def rights_to_let_go(*, before: datetime) -> int:
    """How many rights ran out before this moment."""
    return WatchGrant.objects.run_out(before).count()
