"""What of the fees was earned: by lessons given, until a moment."""

from datetime import datetime

from django.db import connection

# Of each paid place: its fee, less what went back of it, by lessons begun among those planned.
# A place that ended, and a term that is over, have earned all that did not go back. An order has
# never earned more than is left of it.
EARNED = """
WITH paid AS (
    SELECT id, unit_id, amount_fen FROM enrolment_order
    WHERE state IN ('paid', 'part_refunded', 'refunded') AND paid_at < %(until)s
),
places AS (
    SELECT l.id, l.order_id, l.amount_fen, e.section_id,
           coalesce(e.ended_at < %(until)s, false) OR t.ends_on < %(day)s AS is_over
    FROM enrolment_orderline l
    JOIN paid ON paid.id = l.order_id
    JOIN enrolment_enrolment e ON e.id = l.enrolment_id
    JOIN courses_classsection s ON s.id = e.section_id
    JOIN courses_term t ON t.id = s.term_id
),
lessons AS (
    SELECT section_id, count(*) AS planned,
           count(*) FILTER (WHERE lower(during) < %(until)s) AS begun
    FROM courses_lesson
    WHERE status = 'planned' AND section_id IN (SELECT section_id FROM places)
    GROUP BY section_id
),
back AS (
    SELECT r.order_id, r.line_id, sum(r.amount_fen) AS fen
    FROM enrolment_refund r JOIN enrolment_payment p ON p.id = r.payment_id
    WHERE r.state IN ('approved', 'pending', 'succeeded', 'failed') AND p.state = 'kept'
      AND r.decided_at < %(until)s
    GROUP BY r.order_id, r.line_id
),
by_place AS (
    SELECT places.order_id, greatest(0, least(
        places.amount_fen - coalesce(back.fen, 0),
        CASE WHEN places.is_over THEN places.amount_fen
             WHEN lessons.planned > 0
             THEN places.amount_fen::bigint * lessons.begun / lessons.planned
             ELSE 0 END)) AS fen
    FROM places
    LEFT JOIN lessons ON lessons.section_id = places.section_id
    LEFT JOIN back ON back.line_id = places.id
),
by_order AS (
    SELECT paid.unit_id, least(
        sum(by_place.fen),
        paid.amount_fen - coalesce((SELECT sum(b.fen) FROM back b WHERE b.order_id = paid.id), 0)
    ) AS fen
    FROM paid JOIN by_place ON by_place.order_id = paid.id
    GROUP BY paid.id, paid.unit_id, paid.amount_fen
)
SELECT unit_id, sum(fen)::bigint FROM by_order GROUP BY unit_id ORDER BY unit_id
"""


def earned(until: datetime) -> dict[int, int]:
    """Return what each office had earned of its fees until a moment, in fen."""
    with connection.cursor() as cursor:
        cursor.execute(EARNED, {"until": until, "day": until.date()})
        return dict(cursor.fetchall())
