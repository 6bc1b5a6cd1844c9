"""What must be so of all money, asked in single statements over whole tables.

Each check returns what breaks it: subject (``what:id``, one for a row and check), office, amount
in fen or nothing, and the word under which ``wording/money_finance.py`` explains it. All see what
the scope shows.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import connection


class Broken(NamedTuple):
    """One row that breaks a check."""

    subject: str
    unit_id: int
    amount_fen: int | None
    detail: str


JOURNALS = """
SELECT 'journal:' || j.id, j.unit_id, coalesce(sum(e.fen), 0)::bigint, 'journal_sum'
FROM enrolment_journal j LEFT JOIN enrolment_ledgerentry e ON e.journal_id = j.id
GROUP BY j.id
HAVING count(e.id) < 2 OR sum(e.fen) <> 0 OR bool_or(e.unit_id <> j.unit_id)
"""

PAID_EXACTLY = """
SELECT 'order:' || o.id, o.unit_id, coalesce(p.fen, 0) - o.amount_fen, 'paid_sum'
FROM enrolment_order o
LEFT JOIN (
    SELECT order_id, sum(amount_fen)::bigint AS fen FROM enrolment_payment
    WHERE state = 'kept' GROUP BY order_id
) p ON p.order_id = o.id
WHERE (o.state IN ('paid', 'part_refunded', 'refunded')
       AND coalesce(p.fen, 0) <> o.amount_fen)
   OR (o.state NOT IN ('paid', 'part_refunded', 'refunded') AND p.fen IS NOT NULL)
"""

LINES = """
SELECT 'lines:' || o.id, o.unit_id, (coalesce(l.fen, 0) - o.amount_fen)::bigint, 'lines_sum'
FROM enrolment_order o
LEFT JOIN (
    SELECT order_id, sum(amount_fen) AS fen FROM enrolment_orderline GROUP BY order_id
) l ON l.order_id = o.id
WHERE coalesce(l.fen, 0) <> o.amount_fen
"""

# What is asked for is owed in the books, and nothing else of an order is.
RECEIVABLE = """
SELECT 'owed:' || o.id, o.unit_id, (coalesce(r.fen, 0) - o.owed)::bigint, 'receivable'
FROM (
    SELECT o.id, o.unit_id, CASE
        WHEN o.state IN ('held', 'paying') OR o.state = 'review' AND EXISTS (
            SELECT FROM enrolment_orderline l WHERE l.order_id = o.id AND l.counts)
        THEN o.amount_fen ELSE 0 END AS owed
    FROM enrolment_order o
) o
LEFT JOIN (
    SELECT j.order_id, sum(e.fen) AS fen
    FROM enrolment_ledgerentry e JOIN enrolment_journal j ON j.id = e.journal_id
    WHERE e.account = 'receivable' GROUP BY j.order_id
) r ON r.order_id = o.id
WHERE coalesce(r.fen, 0) <> o.owed
"""

# Each account that has rows behind it, office by office, against these rows.
ACCOUNTS = """
SELECT 'account:' || account || ':' || unit_id || coalesce(':' || campus_id, ''), unit_id,
       sum(fen)::bigint, 'account'
FROM (
    SELECT CASE WHEN account = 'income' THEN 'deferred_income' ELSE account END AS account,
           unit_id, CASE WHEN account = 'drawer' THEN campus_id END AS campus_id, fen
    FROM enrolment_ledgerentry
    WHERE account IN ('suspense', 'refunds_payable', 'deferred_income', 'income', 'drawer')
    UNION ALL
    SELECT 'suspense', unit_id, NULL, amount_fen FROM enrolment_payment WHERE state = 'suspense'
    UNION ALL
    SELECT CASE p.state WHEN 'suspense' THEN 'suspense' ELSE 'deferred_income' END,
           r.unit_id, NULL, -r.amount_fen
    FROM enrolment_refund r JOIN enrolment_payment p ON p.id = r.payment_id
    WHERE r.state IN ('approved', 'pending', 'succeeded', 'failed')
    UNION ALL
    SELECT 'refunds_payable', unit_id, NULL, amount_fen FROM enrolment_refund
    WHERE state IN ('approved', 'failed')
    UNION ALL
    SELECT 'deferred_income', o.unit_id, NULL, o.amount_fen FROM enrolment_order o
    WHERE o.state IN ('held', 'paying', 'paid', 'part_refunded', 'refunded')
       OR o.state = 'review' AND EXISTS (
            SELECT FROM enrolment_orderline l WHERE l.order_id = o.id AND l.counts)
    UNION ALL
    SELECT 'drawer', p.unit_id, d.campus_id, -p.amount_fen
    FROM enrolment_payment p JOIN enrolment_drawersession d ON d.id = p.drawer_id
    WHERE d.closed_at IS NULL AND p.state <> 'voided'
    UNION ALL
    SELECT 'drawer', r.unit_id, d.campus_id, r.amount_fen
    FROM enrolment_refund r JOIN enrolment_drawersession d ON d.id = r.drawer_id
    WHERE d.closed_at IS NULL AND r.state = 'succeeded'
) told
GROUP BY account, unit_id, campus_id
HAVING sum(fen) <> 0
"""

NOT_IN_THE_BOOKS = """
SELECT 'payment:' || p.id, p.unit_id, p.amount_fen::bigint, 'payment_not_booked'
FROM enrolment_payment p
WHERE NOT EXISTS (SELECT FROM enrolment_journal j
                  WHERE j.source_kind = 'payment' AND j.source = p.id::text)
UNION ALL
SELECT 'order:' || o.id, o.unit_id, o.amount_fen::bigint, 'order_not_booked'
FROM enrolment_order o
WHERE o.amount_fen > 0 AND NOT EXISTS (
    SELECT FROM enrolment_journal j WHERE j.source_kind = 'charge' AND j.order_id = o.id)
UNION ALL
SELECT 'refund:' || r.id, r.unit_id, r.amount_fen::bigint, 'refund_not_booked'
FROM enrolment_refund r
WHERE r.state IN ('approved', 'pending', 'succeeded', 'failed') AND NOT EXISTS (
    SELECT FROM enrolment_journal j WHERE j.source_kind = 'refund' AND j.source = r.id::text)
"""

# In terms for which an office has ever asked for a fee here; older ones were paid elsewhere.
UNPAID = """
SELECT 'enrolment:' || e.id, e.unit_id, s.fee_fen::bigint, 'place_unpaid'
FROM enrolment_enrolment e
JOIN courses_classsection s ON s.id = e.section_id
JOIN (SELECT DISTINCT unit_id, term_id FROM enrolment_order) here
  ON here.unit_id = e.unit_id AND here.term_id = s.term_id
WHERE e.status IN ('confirmed', 'active') AND s.fee_fen > 0 AND NOT EXISTS (
    SELECT FROM enrolment_orderline l JOIN enrolment_order o ON o.id = l.order_id
    WHERE l.enrolment_id = e.id AND l.counts AND l.tops_up_id IS NULL
      AND o.state IN ('paid', 'part_refunded', 'refunded'))
"""

RECEIPTS = """
SELECT 'receipts:' || b.unit_id || ':' || b.year, b.unit_id, NULL::bigint, 'receipt_gap'
FROM enrolment_receiptbook b
LEFT JOIN (
    SELECT unit_id, year, count(*) AS written, max(no) AS highest FROM enrolment_receipt
    GROUP BY unit_id, year
) r ON r.unit_id = b.unit_id AND r.year = b.year
WHERE coalesce(r.written, 0) <> b.last OR coalesce(r.highest, 0) <> b.last
UNION ALL
SELECT 'receipt:' || p.id, p.unit_id, p.amount_fen::bigint, 'no_receipt'
FROM enrolment_payment p
WHERE p.state = 'kept' AND NOT EXISTS (
    SELECT FROM enrolment_receipt r WHERE r.payment_id = p.id)
"""

TAKEN_OFF = """
SELECT 'voucher:' || o.id, o.unit_id, (l.fen - coalesce(v.amount_fen, 0))::bigint, 'voucher_sum'
FROM (
    SELECT order_id, sum(voucher_fen) AS fen FROM enrolment_orderline
    WHERE counts AND voucher_fen > 0 GROUP BY order_id
) l
JOIN enrolment_order o ON o.id = l.order_id
LEFT JOIN enrolment_voucher v ON v.order_id = o.id
WHERE v.id IS NULL OR l.fen > v.amount_fen
"""

# A payment that was a mistake was taken back: there is nothing of it to give back.
TAKEN_BACK = """
SELECT 'refund:' || r.id, r.unit_id, r.amount_fen::bigint, 'refund_of_voided'
FROM enrolment_refund r JOIN enrolment_payment p ON p.id = r.payment_id
WHERE p.state = 'voided' AND r.state <> 'refused'
"""

SUSPENSE = """
SELECT 'payment:' || p.id, p.unit_id, (p.amount_fen - coalesce(r.fen, 0))::bigint,
       'suspense_waits'
FROM enrolment_payment p
LEFT JOIN (
    SELECT payment_id, sum(amount_fen) AS fen FROM enrolment_refund
    WHERE state <> 'refused' GROUP BY payment_id
) r ON r.payment_id = p.id
WHERE p.state = 'suspense' AND p.at < %(day_ago)s AND coalesce(r.fen, 0) < p.amount_fen
"""

EVENTS = """
SELECT 'event:' || v.id, u.id, NULL::bigint,
       CASE WHEN v.processed_at IS NULL THEN 'event_unread' ELSE 'event_given_up' END
FROM enrolment_inboundevent v, accounts_unit u
WHERE u.parent_id IS NULL AND (
    v.processed_at IS NULL AND v.received_at < %(moments_ago)s OR v.outcome = 'given up')
"""

ON_ITS_WAY = """
SELECT a.key, o.unit_id, a.amount_fen::bigint, 'on_its_way'
FROM enrolment_paymentattempt a JOIN enrolment_order o ON o.id = a.order_id
WHERE a.state = 'processing' AND a.created_at < %(day_ago)s
"""

REFUNDS = """
SELECT 'refund:' || id, unit_id, amount_fen::bigint,
       CASE state WHEN 'failed' THEN 'refund_failed' ELSE 'refund_late' END
FROM enrolment_refund
WHERE state IN ('approved', 'pending') AND decided_at < %(ten_days_ago)s OR state = 'failed'
"""

DRAWERS = """
SELECT 'drawer:' || id, unit_id, NULL::bigint,
       CASE WHEN closed_at IS NULL THEN 'drawer_open' ELSE 'drawer_unsigned' END
FROM enrolment_drawersession
WHERE closed_at IS NULL AND day < %(today)s
   OR closed_at IS NOT NULL AND signed_at IS NULL AND closed_at < %(day_ago)s
"""

# What may never be so, whatever the hour.
INVARIANTS: Mapping[str, str] = {
    "a journal comes to nothing": JOURNALS,
    "paid means exactly the sum": PAID_EXACTLY,
    "lines make the order": LINES,
    "only what is asked for is owed": RECEIVABLE,
    "accounts agree with their rows": ACCOUNTS,
    "money is in the books": NOT_IN_THE_BOOKS,
    "receipts have no gaps": RECEIPTS,
    "a voucher takes off what it is worth": TAKEN_OFF,
    "what was taken back does not go back": TAKEN_BACK,
}
# What may be so for a while, and not for long.
WAITING: Mapping[str, str] = {
    "suspense": SUSPENSE,
    "event": EVENTS,
    "attempt": ON_ITS_WAY,
    "refund": REFUNDS,
    "drawer": DRAWERS,
}


def broken(sql: str, **moments: Any) -> list[Broken]:
    """Return the rows that break one check."""
    with connection.cursor() as cursor:
        cursor.execute(sql, moments or None)
        return [Broken(*row) for row in cursor.fetchall()]
