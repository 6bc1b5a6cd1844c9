"""What nobody adds to the books: a journal has the lines it was written with."""

import pytest
from django.db import IntegrityError, connection, transaction

from enrolment.models import Journal, LedgerEntry
from enrolment.services.money.orders import open_order
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db(transaction=True)
# Two that come to nothing, so that the sums go on being right.
TWO_MORE = """
    INSERT INTO enrolment_ledgerentry (journal_id, account, unit_id, fen)
    SELECT id, account, unit_id, fen FROM enrolment_journal,
        (VALUES ('bank', 5), ('income', -5)) more (account, fen)
"""
AN_OLD_ONE = """
    INSERT INTO enrolment_journal (id, source_kind, source, unit_id, note, day, at, written_in)
    SELECT gen_random_uuid(), 'charge', 'of tomorrow', unit_id, '', day, at, written_in + 1000
    FROM enrolment_journal;
    INSERT INTO enrolment_ledgerentry (journal_id, account, unit_id, fen)
    SELECT id, account, unit_id, fen FROM enrolment_journal,
        (VALUES ('bank', 5), ('income', -5)) more (account, fen) WHERE source = 'of tomorrow'
"""


@pytest.fixture
def order():
    place = place_to_pay(SectionFactory(fee_fen=FEE), LearnerFactory())
    learner = place.learner
    return open_order(learner=learner, enrolments=[place], opened_by=learner.user, at=TODAY)


def written_by_the_web(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE app")
        cursor.execute("SELECT set_config('app.system', 'books', true)")
        cursor.execute(sql)


@pytest.mark.parametrize("sql", [TWO_MORE, AN_OLD_ONE])
def test_a_journal_gets_no_line_in_a_later_transaction(order, sql):
    with pytest.raises(IntegrityError, match="was written before"):
        written_by_the_web(sql)
    assert sorted(LedgerEntry.objects.values_list("fen", flat=True)) == [-FEE, FEE]


def test_in_steps_of_one_transaction_a_journal_is_written(order):
    with transaction.atomic():
        journal = Journal.objects.create(
            source_kind="charge", source="in steps", unit=order.unit, day=TODAY.date(), at=TODAY
        )
        for account, fen in (("receivable", 5), ("deferred_income", -5)):
            with transaction.atomic():
                LedgerEntry.objects.create(
                    journal=journal, account=account, unit=order.unit, fen=fen
                )
    assert journal.entries.count() == 2
