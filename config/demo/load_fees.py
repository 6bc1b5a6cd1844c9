"""Writes fees that were paid: orders, payments, receipts, drawers of past days, and the books.

Sets of rows, as a whole city has tens of thousands: the journals are made of the rows in the
database, and balance there as any other does.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection

from accounts.models import User
from config.demo.calendar import CHINA, at_hour
from config.demo.chance import stream
from config.demo.fees import VOUCHER_FEN, FeePlan
from config.demo.load_places import Keys
from config.demo.load_rows import copy_in_full, settle_sequences
from config.demo.records import CityPlan
from config.standins.stripe import earlier
from courses.models import Lesson
from enrolment.domain.money import codes
from enrolment.domain.money.cash import PIECES
from enrolment.domain.refunds import rule_at_sale
from enrolment.models import (
    DrawerSession,
    Order,
    OrderLine,
    Payment,
    Receipt,
    ReceiptBook,
    Voucher,
    Waiver,
)
from enrolment.models.money import checks

FLOAT = 20_000  # two hundred yuan of change
MISCOUNTED = 1 / 150  # of the drawers
_BY = (-1000, "找零时多给了10元"), (-500, "少收5元，已补登记"), (1000, "多出10元，无人认领")
PROOF = {
    "hardship": "最低生活保障证，2026年度",
    "disability": "残疾人证，三级",
    "volunteer": "班长任职登记",
    "oldest": "身份证，90周岁以上",
}
Found = tuple[str, date]  # user name of a cashier, and the day


class Fees:
    """Writes what was planned, by the keys of what stands in the database already."""

    def __init__(
        self,
        plan: CityPlan,
        rows: list[FeePlan],
        *,
        keys: dict[str, Keys],
        learners: dict[int, int],
        sections: dict[str, dict[int, int]],
        users: dict[str, User],
        first_enrolment: int,
    ) -> None:
        self.plan, self.rows, self.keys = plan, rows, keys
        self.learners, self.sections, self.users = learners, sections, users
        self.first = first_enrolment
        self.main = {
            campus.unit: keys["campuses"][campus.code]
            for campus in reversed(plan.campuses)
            if campus.kind == "main"
        }
        self.cashiers = {unit.code: self._staff(unit.code, "counter") for unit in plan.units}
        self.heads = {unit.code: self._staff(unit.code, "branch_head")[0] for unit in plan.units}
        self.drawers: dict[Found, UUID] = {}

    def _staff(self, unit: str, role: str) -> list[User]:
        return [
            self.users[one.username]
            for one in self.plan.staff
            if (one.unit, one.role) == (unit, role)
        ]

    def load(self) -> int:
        """Write everything; return how many orders there are."""
        waivers = self._waivers()
        self._orders(waivers)
        self._vouchers()
        self._drawers()
        self._payments()
        self._receipts()
        write_books()
        return len(self.rows)

    def _waivers(self) -> dict[tuple[str, int, str], int]:
        """One for each learner, office and term; where an office knew of it before the order."""
        found: dict[tuple[str, int, str], FeePlan] = {}
        for row in self.rows:
            if row.waiver:
                found.setdefault((row.term, row.learner, row.unit), row)
        keyed = {where: n for n, where in enumerate(found, 1)}
        copy_in_full(
            Waiver,
            ("id", "learner_id", "unit_id", "term_id", "kind", "percent", "proof", "asked_by_id",
             "asked_at", "approved_by_id", "approved_at"),
            (
                (keyed[where], self.learners[row.learner], self.keys["units"][row.unit],
                 self.keys["terms"][row.term], row.waiver.kind, row.waiver.percent,
                 PROOF[row.waiver.kind], self.cashiers[row.unit][0].pk,
                 row.opened - timedelta(hours=30), self.heads[row.unit].pk,
                 row.opened - timedelta(hours=28))
                for where, row in found.items() if row.waiver
            ),
        )  # fmt: skip
        settle_sequences(Waiver)
        return keyed

    def _orders(self, waivers: dict[tuple[str, int, str], int]) -> None:
        copy_in_full(
            Order,
            ("id", "learner_id", "unit_id", "term_id", "opened_by_id", "amount_fen", "state",
             "pay_code", "hold_until", "created_at", "paid_at", "closed_at"),
            (
                (row.order, self.learners[row.learner], self.keys["units"][row.unit],
                 self.keys["terms"][row.term], self._cashier(row).pk if by_hand(row) else None,
                 row.amount, "paid", row.pay_code, row.paid + timedelta(days=1), row.opened,
                 row.paid, row.paid)
                for row in self.rows
            ),
        )  # fmt: skip
        copy_in_full(
            OrderLine,
            (
                "order_id",
                "enrolment_id",
                "section_id",
                "fee_fen",
                "discount_fen",
                "voucher_fen",
                "amount_fen",
                "waiver_id",
                "rule",
            ),
            self._lines(waivers, _lessons()),
        )
        settle_sequences(OrderLine)

    def _lines(
        self, waivers: dict[tuple[str, int, str], int], lessons: dict[int, int]
    ) -> Iterable[Sequence[object]]:
        for row in self.rows:
            waiver = waivers.get((row.term, row.learner, row.unit)) if row.waiver else None
            for place, fee, discount in zip(row.places, row.fees, row.discounts, strict=True):
                section = self.sections[row.term][self.plan.enrolments[place].section]
                yield (
                    row.order, self.first + place, section, fee, discount,
                    discount if row.voucher else 0, fee - discount, waiver,
                    rule_at_sale(joined_late=False, lessons=lessons.get(section, 0)),
                )  # fmt: skip

    def _vouchers(self) -> None:
        """Those that were used, and for each a spare one that was not."""
        rng = stream(self.plan.seed, "vouchers")
        until = self.plan.next_term.teaching_ends
        used = [row for row in self.rows if row.voucher]
        rows: list[tuple[str, UUID | None, datetime | None, datetime]] = [
            (row.unit, row.order, row.paid, row.opened) for row in used
        ]
        lately = at_hour(self.plan.today, time(9)) - timedelta(days=9)
        rows += [(unit.code, None, None, lately) for unit in self.plan.units]
        copy_in_full(
            Voucher,
            ("code", "unit_id", "amount_fen", "reason", "proof", "runs_out_on", "given_by_id",
             "given_at", "approved_by_id", "approved_at", "order_id", "used_at"),
            (
                (codes.pay_code(rng.randrange(10**codes.DIGITS)), self.keys["units"][unit],
                 VOUCHER_FEN, "停课致歉", "停课通知和校务会纪要", until, self.cashiers[unit][0].pk,
                 given - timedelta(days=3), self.heads[unit].pk, given - timedelta(days=2),
                 order, at)
                for unit, order, at, given in rows
            ),
        )  # fmt: skip
        settle_sequences(Voucher)

    def _cashier(self, row: FeePlan) -> User:
        """Who stood at the counter: they take turns by the day."""
        here = self.cashiers[row.unit]
        return here[(row.paid.astimezone(CHINA).toordinal() + row.order.int) % len(here)]

    def _payments(self) -> None:
        paid = [row for row in self.rows if row.amount]
        copy_in_full(
            Payment,
            ("id", "order_id", "unit_id", "method", "amount_fen", "day", "at", "taken_by_id",
             "drawer_id", "provider", "reference", "terminal", "way", "key"),
            (
                (row.payment, row.order, self.keys["units"][row.unit], row.method, row.amount,
                 day_of(row.paid), row.paid, self._cashier(row).pk if by_hand(row) else None,
                 self._drawer(row), "stripe" if row.method == "online" else "",
                 reference(row, n), "T1" if row.method == "pos" else "", row.way, row.order)
                for n, row in enumerate(paid, 1)
            ),
        )  # fmt: skip

    def _drawer(self, row: FeePlan) -> UUID | None:
        if row.method != "cash":
            return None
        return self.drawers[self._cashier(row).username, day_of(row.paid)]

    def _drawers(self) -> None:
        """A drawer for each cashier and day with cash; counted in the evening and signed."""
        took: dict[Found, list[FeePlan]] = {}
        for row in self.rows:
            if row.method == "cash" and row.amount:
                took.setdefault((self._cashier(row).username, day_of(row.paid)), []).append(row)
        rng = stream(self.plan.seed, "drawers")
        self.drawers = {which: UUID(int=rng.getrandbits(128), version=4) for which in took}
        rows = []
        for (username, day), payments in took.items():
            unit = payments[0].unit
            off, why = rng.choice(_BY) if rng.random() < MISCOUNTED else (0, "")
            expected = FLOAT + sum(row.amount for row in payments)
            ends = max(at_hour(day, time(17)), payments[-1].paid) + timedelta(minutes=10)
            head = self.heads[unit]
            rows.append(
                (self.drawers[username, day], self.keys["units"][unit], self.main[unit],
                 self.users[username].pk, day, at_hour(day, time(8, 30)), FLOAT, ends,
                 expected + off, in_pieces(expected + off), expected, why, head.pk,
                 ends + timedelta(minutes=10))
            )  # fmt: skip
        copy_in_full(
            DrawerSession,
            ("id", "unit_id", "campus_id", "cashier_id", "day", "opened_at", "float_fen",
             "closed_at", "counted_fen", "pieces", "expected_fen", "explanation", "signed_by_id",
             "signed_at"),
            rows,
        )  # fmt: skip

    def _receipts(self) -> None:
        """Numbered as the money came, for each office and year."""
        last: dict[tuple[str, int], int] = {}
        rows = []
        for row in self.rows:
            if not row.amount:
                continue
            year = day_of(row.paid).year
            no = last[row.unit, year] = last.get((row.unit, year), 0) + 1
            by = self._cashier(row).pk if by_hand(row) else None
            rows.append((self.keys["units"][row.unit], year, no, row.payment, row.paid, by))
        columns = ("unit_id", "year", "no", "payment_id", "issued_at", "issued_by_id")
        copy_in_full(Receipt, columns, rows)
        ReceiptBook.objects.bulk_create(
            ReceiptBook(unit_id=self.keys["units"][unit], year=year, last=no)
            for (unit, year), no in last.items()
        )
        settle_sequences(Receipt, ReceiptBook)


def by_hand(row: FeePlan) -> bool:
    """Whether somebody of the office took it."""
    return row.method != "online"


def day_of(moment: datetime) -> date:
    """The day at the counter."""
    return moment.astimezone(CHINA).date()


def reference(row: FeePlan, n: int) -> str:
    """What the provider, the terminal or the bank calls a payment."""
    return {
        "online": named("payment_intent", row),
        "pos": f"{n:06d}",
        "transfer": f"{day_of(row.paid):%Y%m%d}{n:08d}",
        "cash": "",
    }[row.method]


def named(kind: str, row: FeePlan) -> str:
    """What the stand-in takes a payment on the web up by, or the refund of it."""
    return earlier.name_of(
        kind,
        created=int(row.paid.timestamp()),
        amount=row.amount,
        key=row.payment.hex[:12],
        way=row.way,
    )


def in_pieces(amount: int) -> dict[str, int]:
    """A sum in notes and coins, the largest first."""
    pieces = {}
    for piece in PIECES:
        number, amount = divmod(amount, piece)
        if number:
            pieces[str(piece)] = number
    return pieces


def _lessons() -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT section_id, count(*) FROM {Lesson._meta.db_table} GROUP BY 1")  # noqa: S608
        return dict(cursor.fetchall())


# Journals of what stands there: the accounts and signs of ``enrolment.domain.money.books``.
_JOURNALS = """
INSERT INTO enrolment_journal (id, source_kind, source, unit_id, order_id, by_id, note, day, at)
SELECT gen_random_uuid(), 'charge', id::text, unit_id, id, NULL, '',
       (created_at AT TIME ZONE 'Asia/Shanghai')::date, created_at
FROM enrolment_order WHERE amount_fen > 0
UNION ALL
SELECT gen_random_uuid(), 'payment', id::text, unit_id, order_id, taken_by_id, '', day, at
FROM enrolment_payment
UNION ALL
SELECT gen_random_uuid(), 'drawer', id::text, unit_id, NULL, cashier_id, '', day, closed_at
FROM enrolment_drawersession
ORDER BY 9, 2, 3;

INSERT INTO enrolment_ledgerentry (journal_id, account, unit_id, campus_id, fen)
SELECT j.id, line.account, j.unit_id, NULL, line.fen
FROM enrolment_journal j JOIN enrolment_order o ON o.id::text = j.source,
LATERAL (VALUES ('receivable', o.amount_fen::bigint), ('deferred_income', -o.amount_fen::bigint))
    line (account, fen)
WHERE j.source_kind = 'charge'
UNION ALL
SELECT j.id, line.account, j.unit_id,
       CASE line.account WHEN 'drawer' THEN d.campus_id END, line.fen
FROM enrolment_journal j JOIN enrolment_payment p ON p.id::text = j.source
LEFT JOIN enrolment_drawersession d ON d.id = p.drawer_id,
LATERAL (VALUES
    (CASE p.method WHEN 'online' THEN 'clearing' WHEN 'cash' THEN 'drawer' WHEN 'pos' THEN 'pos'
     ELSE 'bank' END, p.amount_fen::bigint),
    ('receivable', -p.amount_fen::bigint)) line (account, fen)
WHERE j.source_kind = 'payment'
UNION ALL
SELECT j.id, line.account, j.unit_id,
       CASE WHEN line.account <> 'bank' THEN d.campus_id END, line.fen
FROM enrolment_journal j JOIN enrolment_drawersession d ON d.id::text = j.source,
LATERAL (VALUES ('bank', (d.counted_fen - d.float_fen)::bigint),
                ('drawer_differences', (d.expected_fen - d.counted_fen)::bigint),
                ('drawer', -(d.expected_fen - d.float_fen)::bigint)) line (account, fen)
WHERE j.source_kind = 'drawer' AND line.fen <> 0;
"""


# The triggers that look at each journal by itself; of a city's they are looked at together.
_ONE_BY_ONE = (
    ("enrolment_journal", "a_journal_has_its_entries"),
    ("enrolment_ledgerentry", "a_journal_comes_to_nothing"),
)


def write_books() -> None:
    """Enter all that stands there, and check that every journal comes to nothing, all at once."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, trigger in _ONE_BY_ONE:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(_JOURNALS)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, trigger in _ONE_BY_ONE:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    if broken := checks.broken(checks.JOURNALS):
        raise RuntimeError(f"the demo's books do not balance: {broken[:3]}")
