"""The demo's money: everybody who has a place has paid for it, and the books say so."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F, Sum
from django.test import override_settings

from enrolment.models import (
    DrawerSession,
    Enrolment,
    Journal,
    LedgerEntry,
    Order,
    OrderLine,
    Payment,
    Receipt,
    ReceiptBook,
    Refund,
)
from enrolment.queries.money.checks import broken_invariants
from tests.config.demo.conftest import TODAY

MORNING = datetime(2026, 11, 24, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    """A small city for all tests of this module; rolled back at the end."""
    var_dir = tmp_path_factory.mktemp("var")
    with (
        django_db_blocker.unblock(),
        override_settings(VAR_DIR=var_dir, MEDIA_ROOT=var_dir / "media"),
        transaction.atomic(),
    ):
        call_command("demo_city", size="small", today=TODAY, verbosity=0)
        yield
        transaction.set_rollback(True)


def test_every_place_that_is_somebodys_was_paid_for_or_waived(built):
    has_one = Enrolment.objects.filter(status__in=["confirmed", "active"])
    paid = OrderLine.objects.paid().values("enrolment")
    assert has_one.exists()
    assert not has_one.exclude(pk__in=paid).exists()


def test_paid_means_exactly_the_sum(built):
    sums = Order.objects.paid().annotate(
        came=Sum("payments__amount_fen"), lines_fen=Sum("amount_fen")
    )
    wrong = [order for order in sums if (order.came or 0) != order.amount_fen]
    lines = OrderLine.objects.values("order").annotate(sum=Sum("amount_fen"))
    assert wrong == []
    assert not lines.exclude(sum=F("order__amount_fen")).exists()


def test_each_way_of_paying_is_there_and_each_state_of_a_refund(built):
    assert set(Payment.objects.values_list("method", flat=True)) == set(Payment.Method.values)
    assert set(Refund.objects.values_list("state", flat=True)) == set(Refund.State.values) - {
        "refused"
    }
    assert Payment.objects.without_a_place().count() == 1
    assert DrawerSession.objects.open().count() == 1
    assert Order.objects.open().count() == 1, "a pay slip in somebody's hand"


def test_the_books_say_what_the_rows_say(built):
    balances = LedgerEntry.objects.balances()
    assert sum(balances.values()) == 0
    open_sum = Order.objects.open().aggregate(sum=Sum("amount_fen"))["sum"]
    assert balances["receivable"] == open_sum
    assert balances.get("drawer", 0) == 0, "all drawers of past days are counted"
    assert balances["suspense"] == -18_000
    owed = Refund.objects.filter(state__in=["approved", "failed"]).aggregate(sum=Sum("amount_fen"))
    assert balances["refunds_payable"] == -owed["sum"]
    assert Journal.objects.filter(entries=None).count() == 0


def test_lessons_that_were_given_are_income(built):
    assert LedgerEntry.objects.balances()["income"] < 0
    assert not Journal.objects.filter(source_kind="income", day__gte=TODAY.replace(day=1)).exists()


def test_no_promise_about_money_is_broken(built):
    assert broken_invariants() == []


def test_receipts_have_no_gap(built):
    for book in ReceiptBook.objects.all():
        numbers = Receipt.objects.filter(unit=book.unit, year=book.year).order_by("no")
        assert list(numbers.values_list("no", flat=True)) == list(range(1, book.last + 1))
    assert not Payment.objects.filter(state="kept", receipt=None).exists()


def test_nothing_was_paid_in_the_future_or_before_it_was_asked_for(built):
    assert not Payment.objects.filter(at__gt=MORNING).exists()
    assert not Order.objects.paid().filter(paid_at__lt=F("created_at")).exists()
    drawers = DrawerSession.objects.exclude(closed_at=None)
    assert not drawers.filter(payments__at__gt=F("closed_at")).exists()
    assert not drawers.filter(payments__at__lt=F("opened_at")).exists()
