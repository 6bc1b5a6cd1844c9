"""Slips that are printed at the counter: only for a fee that is still to be paid."""

import pytest
from django.urls import reverse

from accounts import clock
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, order_for, pay_in_cash, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


def test_no_slip_is_printed_for_what_was_paid(app_client):
    clock.set_to(TODAY)
    section = SectionFactory(fee_fen=FEE)
    order = order_for(place_to_pay(section, LearnerFactory(unit=section.unit)))
    sign_in(app_client, section.unit)
    slip = reverse("enrolment:print-pay-slip", args=[order.pk])
    assert "¥180.00" in app_client.get(slip).content.decode()

    pay_in_cash(order.lines.get().enrolment)

    there = app_client.get(slip)
    assert there.headers["Location"] == reverse("enrolment:till-of", args=[order.learner_id])
