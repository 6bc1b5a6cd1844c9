"""One voucher, several people at the same moment: taken off once."""

from datetime import date

import pytest

from enrolment.models import Order, OrderLine, Voucher
from enrolment.queries.money.checks import broken_invariants
from enrolment.services.money.remissions import (
    RemissionRefused,
    decide_voucher,
    give_voucher,
    use_voucher,
)
from tests.enrolment.rush import all_at_once, on_own_connection
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
PEOPLE = 6


def test_a_voucher_that_six_use_at_once_is_taken_off_once():
    section = SectionFactory(fee_fen=FEE, capacity=PEOPLE)
    finance = StaffFactory(unit=section.unit)
    voucher = give_voucher(
        unit=section.unit, amount_fen=5000, reason="停班补偿", proof="校务会纪要3号",
        runs_out_on=date(2027, 6, 30), actor=finance, at=TODAY,
    )  # fmt: skip
    second = StaffFactory(unit=section.unit)
    decide_voucher(voucher=voucher, agreed=True, actor=second, at=TODAY)
    orders = [order_for(place_to_pay(section, LearnerFactory())) for _one in range(PEOPLE)]

    def use(order):
        try:
            use_voucher(order=order, code=voucher.code, actor=finance, at=TODAY)
        except RemissionRefused as refused:
            return str(refused.problem)
        return "taken off"

    said = all_at_once([on_own_connection(lambda one=one: use(one)) for one in orders])

    assert sorted(said) == ["code_used"] * (PEOPLE - 1) + ["taken off"]
    assert Order.objects.open().count() == PEOPLE
    assert list(OrderLine.objects.filter(voucher_fen__gt=0).values_list("voucher_fen")) == [
        (5000,)
    ]
    assert Voucher.objects.get().order.amount_fen == FEE - 5000
    assert broken_invariants() == []
