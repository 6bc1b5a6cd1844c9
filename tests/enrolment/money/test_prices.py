"""What is asked for a place is one sum wherever it is said: my fees, till, finance, orders."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts import clock
from accounts.models import StaffPost
from enrolment.models import Refund, Voucher, Waiver
from enrolment.queries.money import fees, finance, till
from enrolment.queries.money.prices import prices_of_many
from enrolment.services.money.refunding import sweep
from tests.enrolment.acts import withdraw
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, order_for, pay_in_cash, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, capacity=9)


def waived(place, percent=50):
    section = place.section
    asker, other = StaffFactory(unit=section.unit), StaffFactory(unit=section.unit)
    return Waiver.objects.create(
        learner=place.learner, unit=section.unit, term=section.term, kind="hardship",
        percent=percent, proof="低保证", asked_by=asker, asked_at=TODAY, approved_by=other,
        approved_at=TODAY,
    )  # fmt: skip


def said(place):
    """What my fees, the till and finance say of a place that no order asks for."""
    unit = place.section.unit_id
    (mine,) = fees.fees_of(place.learner, at=TODAY).dues
    (bill,) = till.bills_of(place.learner, [unit], at=TODAY)
    (kept,) = prices_of_many(finance.kept_unpaid([unit], at=TODAY))
    return [mine.fen, bill.amount_fen, kept.amount_fen]


def test_a_waiver_is_taken_off_everywhere_before_an_order_is_opened(section):
    place = place_to_pay(section, LearnerFactory())
    assert said(place) == [FEE] * 3
    waived(place)
    before = said(place)
    assert before == [order_for(place).amount_fen] * 3 == [FEE // 2] * 3


def test_a_voucher_that_goes_over_is_taken_off_everywhere(section):
    learner = LearnerFactory()
    place = place_to_pay(section, learner)
    Voucher.objects.create(
        code="100000000008", unit=section.unit, amount_fen=5000, reason="停开", given_at=TODAY,
        given_by=StaffFactory(unit=section.unit), runs_out_on=TODAY.date(),
        order=order_for(place), used_at=TODAY, approved_at=TODAY,
        approved_by=StaffFactory(unit=section.unit),
    )  # fmt: skip
    other = SectionFactory(fee_fen=FEE, term=section.term, campus=section.campus, weekday=5)
    more = place_to_pay(other, learner)

    (mine,) = fees.fees_of(learner, at=TODAY).dues
    (bill,) = till.bills_of(learner, [section.unit_id], at=TODAY)
    assert mine.fen == bill.amount_fen == order_for(place, more).amount_fen == 2 * FEE - 5000


def test_who_owes_is_worked_out_in_as_many_questions_for_many_as_for_two(section):
    asked = []
    for _more in range(2):
        for _two in range(2):
            waived(place_to_pay(section, LearnerFactory()))
        with CaptureQueriesContext(connection) as queries:
            prices_of_many(finance.kept_unpaid([section.unit_id], at=TODAY))
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 4


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_refunds_are_a_table_to_take_along(app_client, section, kind):
    place = place_to_pay(section, LearnerFactory(name="=王秀英"))
    pay_in_cash(place)
    place.refresh_from_db()
    withdraw(place)
    place.refresh_from_db()
    sweep(at=place.undo_until)
    sign_in(app_client, section.unit, StaffPost.Role.FINANCE)

    there = reverse("enrolment:download-table", args=["refunds", kind])
    month = {"month": f"{place.undo_until:%Y-%m}"}
    assert there in app_client.get(reverse("enrolment:finance-ledger"), month).content.decode()
    answer = app_client.get(there, month)
    file = io.BytesIO(b"".join(answer.streaming_content))
    if kind == "csv":
        heads, row = csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
        assert {"'=王秀英", "180.00"} <= set(row)
    else:
        heads, row = load_workbook(file).active.iter_rows(values_only=True)
        assert {"=王秀英", 180} <= set(row)
    assert len(heads) == len(row)
    assert Refund.objects.get().amount_fen == FEE
