"""Pages of finance over a city's books: two hundred thousand entries, in under a second."""

import time

import pytest
from django.db import connection
from django.urls import reverse

from accounts import clock
from accounts.models import StaffPost
from enrolment.queries.money.checks import broken_invariants
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import UnitFactory
from tests.factories.times import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.deep("money")]
JOURNALS = 100_000

# Half a year of journals with two entries each.
FILL = """
INSERT INTO enrolment_journal (id, source_kind, source, unit_id, note, day, at)
SELECT gen_random_uuid(), 'provider', 'txn_' || n, %(unit)s, '',
       %(today)s::date - (n %% 180), %(at)s::timestamptz - (n %% 180) * interval '1 day'
FROM generate_series(1, %(number)s) n;
INSERT INTO enrolment_ledgerentry (journal_id, account, unit_id, fen)
SELECT id, 'provider_fees', unit_id, 100 FROM enrolment_journal
UNION ALL SELECT id, 'clearing', unit_id, -100 FROM enrolment_journal;
ANALYZE enrolment_journal; ANALYZE enrolment_ledgerentry;
"""


def fill(unit):
    values = {"unit": unit.pk, "today": TODAY.date(), "at": TODAY, "number": JOURNALS}
    with connection.cursor() as cursor:
        for table in ("enrolment_journal", "enrolment_ledgerentry"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in FILL.split(";"):
            if statement.strip():
                cursor.execute(statement, values)


def test_pages_of_finance_are_there_within_a_second(app_client):
    clock.set_to(TODAY)
    unit = UnitFactory()
    fill(unit)
    sign_in(app_client, unit, StaffPost.Role.FINANCE)
    took = {}
    for name in ("finance", "finance-day", "finance-ledger", "list-owed", "list-differences"):
        app_client.get(reverse(f"enrolment:{name}"))  # templates are read once
        began = time.perf_counter()
        assert app_client.get(reverse(f"enrolment:{name}")).status_code == 200
        took[name] = round(time.perf_counter() - began, 3)
    assert max(took.values()) < 1.0, took


def test_the_watch_over_a_citys_books_takes_seconds(app_client):
    fill(UnitFactory())
    began = time.perf_counter()
    assert broken_invariants() == []
    assert time.perf_counter() - began < 5
