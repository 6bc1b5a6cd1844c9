"""Reconciliation: each kind of difference is seen, closes by itself, or is explained by a person.

Rows are bent here by hand, past the services: that is what reconciliation is for.
"""

import re
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts import clock, health
from accounts.models import StaffPost
from enrolment.domain.money import books
from enrolment.domain.money.books import Account
from enrolment.domain.money.handed import Handed
from enrolment.models import (
    Difference,
    InboundEvent,
    Journal,
    LedgerEntry,
    Payment,
    Receipt,
    Refund,
)
from enrolment.queries.money.checks import broken_invariants
from enrolment.services.money import drawers, reconcile_payments, till
from enrolment.services.money.books import post, reverse
from enrolment.services.money.corrections import ask_for_correction, decide_correction
from enrolment.services.money.income import recognise_income
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from enrolment.services.money.placing import give_back, place_payment
from enrolment.services.money.reconciling import explain_difference
from enrolment.services.money.settling import settle
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, attempt_for, drawer_for, order_for, place_to_pay, seen
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role
A_WEEK_LATER = TODAY + timedelta(days=7)
CASH = Handed(method=Payment.Method.CASH)


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, capacity=3)


@pytest.fixture
def place(section):
    return place_to_pay(section, LearnerFactory())


@pytest.fixture
def order(place):
    return order_for(place)


@pytest.fixture
def finance(section):
    return StaffFactory(unit=section.unit, role=Role.FINANCE)


@pytest.fixture
def cashier(section):
    user = StaffFactory(unit=section.unit)
    drawer_for(user, section)
    return user


def paid(order, at=TODAY):
    attempt = attempt_for(order, session=f"cs_{order.pk}")
    return settle(attempt=attempt, seen=seen(attempt), at=at)


def found(at=TODAY, **more):
    reconcile_payments(at=at, **more)
    rows = Difference.objects.open().values_list("kind", "detail", "amount_fen")
    return sorted(rows, key=str)


def bend(sql, *values):
    """Change rows as no service and no trigger would let anybody."""
    tables = sorted(set(re.findall(r"(?:UPDATE|FROM|USING) (enrolment_[a-z]+)", sql)))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_day_in_order_has_no_differences(section, order, cashier):
    paid(order)
    cash = order_for(place_to_pay(section, LearnerFactory()))
    till.take_at_counter(order=cash, handed=CASH, by=cashier, key=uuid4(), at=TODAY)

    assert found() == []
    assert broken_invariants() == []


def test_a_sum_that_is_not_the_order_is_seen_and_closes_by_itself(order):
    paid(order)
    bend("UPDATE enrolment_payment SET amount_fen = amount_fen - 1")
    assert ("sum", "paid_sum", -1) in found()
    bend("UPDATE enrolment_payment SET amount_fen = amount_fen + 1")
    assert found(TODAY + timedelta(hours=1)) == []
    assert Difference.objects.exclude(closed_at=None).first().closed_by is None


def test_a_payment_outside_the_books_is_seen(order):
    paid(order)
    bend("DELETE FROM enrolment_ledgerentry USING enrolment_journal j"
         " WHERE j.id = journal_id AND j.source_kind = 'payment'")  # fmt: skip
    bend("DELETE FROM enrolment_journal WHERE source_kind = 'payment'")
    kinds = {(kind, detail) for kind, detail, _fen in found()}
    assert kinds == {("journal", "payment_not_booked"), ("sum", "receivable")}


def test_a_balance_without_rows_is_seen(section):
    post(
        books.came_to_nothing(500, books.Method.TRANSFER),
        kind=Journal.Source.PAYMENT, source="nothing", unit=section.unit, at=TODAY,
    )  # fmt: skip
    assert found() == [("sum", "account", -500)]


def test_a_journal_that_does_not_balance_is_seen(order):
    bend("UPDATE enrolment_ledgerentry SET fen = fen + 1 WHERE account = 'receivable'")
    assert {detail for _kind, detail, _fen in found()} == {"journal_sum", "receivable"}


def test_lines_that_do_not_make_the_order_are_seen(order):
    bend("UPDATE enrolment_order SET amount_fen = amount_fen + 100")
    assert ("sum", "lines_sum", -100) in found()


def test_a_receipt_that_is_missing_is_seen(order):
    paid(order)
    bend("DELETE FROM enrolment_receipt")
    details = {detail for _kind, detail, _fen in found()}
    assert details == {"receipt_gap", "no_receipt"}


def test_a_confirmed_place_without_money_is_seen_where_fees_are_taken(section, order):
    paid(order)
    other = place_to_pay(section, LearnerFactory())
    bend("UPDATE enrolment_enrolment SET status = 'confirmed', due_at = NULL WHERE id = %s",
         other.pk)  # fmt: skip
    assert found() == [("unpaid", "place_unpaid", FEE)]
    assert found() == [("unpaid", "place_unpaid", FEE)], "seen twice, it is one difference"


def test_where_no_fee_was_ever_taken_nothing_is_missed(place):
    bend("UPDATE enrolment_enrolment SET status = 'confirmed', due_at = NULL")
    assert found() == []


def test_money_in_suspense_is_seen_after_a_day(order):
    attempt = attempt_for(order)
    settle(attempt=attempt, seen=seen(attempt, amount_fen=FEE + 100), at=TODAY)
    assert found() == []
    later = TODAY + timedelta(days=1, minutes=1)
    assert found(later) == [("suspense", "suspense_waits", FEE + 100)]


def test_a_notification_that_nobody_read_is_seen():
    SectionFactory()
    InboundEvent.objects.create(
        provider="stripe", event="evt_1", type="x", object_id="y", payload={},
        received_at=TODAY - timedelta(minutes=11),
    )  # fmt: skip
    assert found() == [("event", "event_unread", None)]
    InboundEvent.objects.update(processed_at=TODAY)
    assert found() == []


def test_a_refund_that_takes_more_than_ten_working_days_is_seen(order):
    attempt = attempt_for(order, expires_at=TODAY)
    bend("UPDATE enrolment_enrolment SET status = 'declined', due_at = NULL")
    bend("DELETE FROM enrolment_seat WHERE enrolment_id IS NOT NULL")
    settle(attempt=attempt, seen=seen(attempt), at=TODAY)
    assert Refund.objects.get().amount_fen == FEE
    assert found(TODAY + timedelta(days=14)) == []
    assert found(TODAY + timedelta(days=15)) == [("refund", "refund_late", FEE)]
    Refund.objects.update(state="failed")
    assert found(TODAY + timedelta(days=15)) == [("refund", "refund_failed", FEE)]


def test_drawers_that_were_not_counted_or_signed_are_seen(order, cashier, finance):
    till.take_at_counter(order=order, handed=CASH, by=cashier, key=uuid4(), at=TODAY)
    drawer = drawers.drawer_of(cashier)
    tomorrow = TODAY + timedelta(days=1)
    assert found(tomorrow) == [("drawer", "drawer_open", None)]
    drawers.count_drawer(
        drawer=drawer, pieces={100: (FEE + drawer.float_fen) // 100}, explanation="", by=cashier,
        at=tomorrow,
    )  # fmt: skip
    assert found(tomorrow) == []
    assert found(tomorrow + timedelta(days=2)) == [("drawer", "drawer_unsigned", None)]
    drawers.sign_drawer(drawer=drawer, by=finance, at=tomorrow + timedelta(days=2))
    assert found(tomorrow + timedelta(days=2)) == []


def test_what_a_person_has_explained_is_not_asked_again(order, finance):
    attempt = attempt_for(order)
    settle(attempt=attempt, seen=seen(attempt, amount_fen=FEE + 100), at=TODAY)
    later = TODAY + timedelta(days=2)
    found(later)
    explain_difference(
        difference=Difference.objects.get(), explanation="已联系家属，下周来窗口", actor=finance,
        at=later,
    )  # fmt: skip
    assert found(later) == []
    assert Difference.objects.count() == 1


# Commands


def test_the_watch_lists_what_is_broken_and_leaves_word(order):
    out = StringIO()
    call_command("check_money", stdout=out)
    assert out.getvalue() == "all rules hold\n"
    assert health.last_money_watch()[0] == 0

    paid(order)
    bend("UPDATE enrolment_payment SET amount_fen = amount_fen - 1")
    with pytest.raises(CommandError):
        call_command("check_money", stdout=out)
    assert "paid means exactly the sum" in out.getvalue()
    assert health.last_money_watch()[0] > 0


def test_the_command_says_what_it_did(order):
    paid(order)
    out = StringIO()
    call_command("reconcile_payments", "--full", stdout=out)
    assert out.getvalue().startswith("0 found, 0 new")
    assert health.last_differences()[0] == 0


# What finance decides


def mispaid(order, **word):
    attempt = attempt_for(order, session=f"cs_{order.pk}")
    settle(attempt=attempt, seen=seen(attempt, **word), at=TODAY)
    return Payment.objects.get(order=order)


def test_money_in_the_wrong_mode_pays_its_order_after_all(order, place, finance):
    payment = mispaid(order, currency="hkd")

    place_payment(payment=payment, order=order, actor=finance, at=TODAY)

    order.refresh_from_db()
    place.refresh_from_db()
    assert (order.state, place.status) == ("paid", "confirmed")
    assert Receipt.objects.get().payment_id == payment.pk
    assert broken_invariants() == []


def test_money_of_another_amount_pays_nothing(order, finance):
    payment = mispaid(order, amount_fen=FEE - 100)
    with pytest.raises(PaymentRefused) as refused:
        place_payment(payment=payment, order=order, actor=finance, at=TODAY)
    assert refused.value.problem == PaymentProblem.OTHER_AMOUNT


def test_money_given_to_another_order_leaves_its_own_to_be_paid(section, order, finance):
    payment = mispaid(order, reference="somebody else's")
    other = order_for(place_to_pay(section, LearnerFactory()))

    place_payment(payment=payment, order=other, actor=finance, at=TODAY)

    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.state, order.doubt, other.state) == ("held", "", "paid")
    assert broken_invariants() == []


def test_money_that_is_given_back_leaves_the_fee_to_be_paid(order, finance):
    payment = mispaid(order, amount_fen=FEE - 100)

    refund = give_back(payment=payment, words="金额不对", actor=finance, at=TODAY)

    order.refresh_from_db()
    assert (refund.amount_fen, order.state) == (FEE - 100, "held")
    assert broken_invariants() == []
    with pytest.raises(PaymentRefused):
        give_back(payment=payment, words="again", actor=finance, at=TODAY)


def test_a_journal_of_the_clockwork_is_reversed_once_by_a_second_person(section, order, finance):
    paid(order)
    fee = post(
        books.moved(100, to=Account.PROVIDER_FEES, out_of=Account.CLEARING),
        kind=Journal.Source.PROVIDER, source="txn_1:fee", unit=section.unit, at=TODAY,
    )  # fmt: skip
    second = StaffFactory(unit=section.unit, role=Role.FINANCE)
    asked = ask_for_correction(journal=fee, reason="记到了别的单位", actor=finance, at=TODAY)
    assert LedgerEntry.objects.balances()[Account.PROVIDER_FEES] == 100, "nothing is booked yet"
    with pytest.raises(PaymentRefused, match="same_person"):
        decide_correction(correction=asked, agreed=True, actor=finance, at=TODAY)

    for _tap in range(2):
        decide_correction(correction=asked, agreed=True, actor=second, at=TODAY)

    assert LedgerEntry.objects.balances()[Account.PROVIDER_FEES] == 0
    reversal = Journal.objects.get(reverses=fee)
    assert (reversal.by, reversal.note) == (second, "记到了别的单位")
    for journal in (fee, order.journals.first()):
        with pytest.raises(PaymentRefused):
            ask_for_correction(journal=journal, reason="再来", actor=finance, at=TODAY)


def test_what_is_refused_books_nothing_and_may_be_asked_for_again(section, finance):
    fee = post(
        books.moved(100, to=Account.PROVIDER_FEES, out_of=Account.CLEARING),
        kind=Journal.Source.PROVIDER, source="txn_1:fee", unit=section.unit, at=TODAY,
    )  # fmt: skip
    second = StaffFactory(unit=section.unit, role=Role.FINANCE)
    asked = ask_for_correction(journal=fee, reason="看错了", actor=finance, at=TODAY)
    decide_correction(correction=asked, agreed=False, actor=second, at=TODAY)
    assert not Journal.objects.filter(reverses=fee).exists()
    assert ask_for_correction(journal=fee, reason="真的错了", actor=finance, at=TODAY) != asked


def test_the_database_posts_no_correction_that_one_person_signed(section, finance):
    fee = post(
        books.moved(100, to=Account.PROVIDER_FEES, out_of=Account.CLEARING),
        kind=Journal.Source.PROVIDER, source="txn_1:fee", unit=section.unit, at=TODAY,
    )  # fmt: skip
    ask_for_correction(journal=fee, reason="急", actor=finance, at=TODAY)
    by_one = {"kind": Journal.Source.BY_HAND, "source": fee.pk, "by": finance, "note": "急"}
    said = "corrected without a second person"
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        reverse(fee, at=TODAY, **by_one)
    said = "another_person_posts_a_correction"
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        fee.corrections.update(decided_by=finance, decided_at=TODAY, agreed=True)


# Income


def test_income_of_a_month_is_booked_once(order):
    section = SectionFactory(fee_fen=16_000, lessons=True, weekday=3)
    lessons = section.lessons.count()
    first = section.lessons.order_by("during").first().during.lower
    paid(order_for(place_to_pay(section, LearnerFactory())))
    after = first.replace(day=1) + timedelta(days=40)

    posted = recognise_income(at=after)
    assert recognise_income(at=after) == 0

    month_end = (first.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0)
    begun = section.lessons.filter(during__startswith__lt=month_end).count()
    assert posted == 1
    assert LedgerEntry.objects.balances()[Account.INCOME] == -(16_000 * begun // lessons)
    assert broken_invariants() == []
