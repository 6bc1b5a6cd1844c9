"""Positions before the door of an opening, given to all of them in one statement.

Only the work of the system may write positions; a trigger lets nobody change one, and a
constraint lets no two people of a lane stand in the same place.
"""

from collections import Counter

from django.db import connection
from django.db.models import Max

from enrolment.models.openings import Opening, QueuePlace
from enrolment.models.vocabulary import Lane

# The order of enrolment/domain/queueing.in_drawn_order, each lane by itself.
DRAWN = """
    UPDATE enrolment_queueplace place SET position = drawn.position
    FROM (
        SELECT id, row_number() OVER (
            PARTITION BY lane
            ORDER BY sha256(decode(%(seed)s, 'hex') || convert_to(number, 'UTF8')),
                     number COLLATE "C"
        ) AS position
        FROM enrolment_queueplace
        WHERE opening_id = %(opening)s AND joined_at < %(opens_at)s
    ) drawn
    WHERE place.id = drawn.id
    RETURNING place.lane
"""

# Keys are given in the order of coming; one that commits late comes after those it overtook.
BEHIND = """
    UPDATE enrolment_queueplace place SET position = late.position
    FROM (
        SELECT id, row_number() OVER (PARTITION BY lane ORDER BY id) + CASE lane
            WHEN 'people' THEN %(people)s ELSE %(office)s END AS position
        FROM enrolment_queueplace
        WHERE opening_id = %(opening)s AND position IS NULL
    ) late
    WHERE place.id = late.id
    RETURNING place.number
"""


def draw(opening: Opening, seed: str) -> Counter[str]:
    """Give everybody who came before the hour their position; return how many of each lane."""
    with connection.cursor() as cursor:
        cursor.execute(DRAWN, {"seed": seed, "opening": opening.pk, "opens_at": opening.opens_at})
        return Counter(lane for (lane,) in cursor.fetchall())


def number_behind(opening: Opening) -> list[str]:
    """Put whoever came since behind those who have a position; return their numbers.

    The caller holds the opening's row, so that two pacers do not count at once.
    """
    if not QueuePlace.objects.before(opening).without_position().exists():
        return []
    last = lengths(opening)
    with connection.cursor() as cursor:
        cursor.execute(
            BEHIND,
            {"opening": opening.pk, "people": last[Lane.PEOPLE], "office": last[Lane.OFFICE]},
        )
        return [number for (number,) in cursor.fetchall()]


def lengths(opening: Opening) -> dict[Lane, int]:
    """Return the last position of each lane; two looks into one index."""
    places = QueuePlace.objects.before(opening)
    return {
        lane: places.in_lane(lane).aggregate(last=Max("position"))["last"] or 0 for lane in Lane
    }
