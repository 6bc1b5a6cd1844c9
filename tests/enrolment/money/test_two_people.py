"""Money that somebody typed in leaves the house again only by two people."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import StaffPost
from courses.models import TermPolicy
from enrolment.domain.money.handed import Handed
from enrolment.models import Payment, Refund
from enrolment.queries.money.checks import broken_invariants
from enrolment.services import money
from enrolment.services.money import special, till
from enrolment.services.money.orders import PaymentProblem as Problem
from enrolment.services.money.orders import PaymentRefused
from enrolment.services.money.refunding import sweep
from enrolment.services.money.settling import settle
from tests.enrolment.acts import withdraw
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import (
    FEE,
    attempt_for,
    drawer_for,
    noted_transfer,
    order_for,
    pay_in_cash,
    place_to_pay,
    seen,
)
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
LITTLE = 49_900  # below the limit above which two decide anyway


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, capacity=2)


@pytest.fixture
def alone(section):
    """Somebody in finance who has an open drawer, too."""
    user = StaffFactory(unit=section.unit, role=StaffPost.Role.FINANCE)
    drawer_for(user, section, float_fen=50_000)
    return user


@pytest.fixture
def other(section):
    user = StaffFactory(unit=section.unit, role=StaffPost.Role.FINANCE)
    drawer_for(user, section, float_fen=50_000)
    return user


def noted(section, by, amount_fen=LITTLE):
    return noted_transfer(section.unit, by, amount_fen=amount_fen, reference="B-1", payer="无")


def taken(order, by, method="pos"):
    handed = Handed(method=method, terminal="T1" if method == "pos" else "", reference="0001")
    return till.take_at_counter(order=order, handed=handed, by=by, key=uuid4(), at=TODAY)


def refused(act, **asked):
    with pytest.raises(PaymentRefused) as caught:
        act(at=TODAY, **asked)
    return caught.value.problem


def test_nobody_alone_makes_up_a_transfer_and_takes_it_home(section, alone, other):
    refund = money.give_back(payment=noted(section, alone), words="-", actor=alone, at=TODAY)

    assert refused(money.give_cash, refund=refund, to="无", by=alone) is Problem.NOT_POSSIBLE
    assert refused(special.approve, refund=refund, by=alone) is Problem.SAME_PERSON
    refund.refresh_from_db()
    assert refund.state == "requested"

    special.approve(refund=refund, by=other, at=TODAY)
    assert refused(money.give_cash, refund=refund, to="无", by=alone) is Problem.SAME_PERSON
    money.give_cash(refund=refund, to="本人", by=other, at=TODAY)
    assert broken_invariants() == []


def test_who_typed_it_in_does_not_decide_when_a_colleague_asks(section, alone, other):
    refund = money.give_back(payment=noted(section, alone), words="-", actor=other, at=TODAY)
    assert refused(special.approve, refund=refund, by=alone) is Problem.SAME_PERSON
    assert refused(special.approve, refund=refund, by=other) is Problem.SAME_PERSON


@pytest.mark.parametrize("cause", ["paid_twice", "late_money"])
def test_a_slip_for_a_fee_that_needs_none_waits_for_another_person(section, alone, other, cause):
    place = place_to_pay(section, LearnerFactory())
    order = order_for(place)
    if cause == "paid_twice":
        pay_in_cash(place)
    else:
        withdraw(place)
        money.sweep_payments(at=TODAY)
    order.refresh_from_db()

    assert taken(order, alone).state == Payment.State.SUSPENSE

    refund = Refund.objects.get()
    assert (refund.cause, refund.state, refund.needs_second) == (cause, "requested", True)
    assert refused(special.approve, refund=refund, by=alone) is Problem.SAME_PERSON
    special.approve(refund=refund, by=other, at=TODAY)
    assert broken_invariants() == []


def test_the_fee_of_a_friend_paid_by_a_slip_is_not_paid_out_by_who_typed_it(section, alone, other):
    place = place_to_pay(section, LearnerFactory())
    taken(order_for(place), alone)
    place.refresh_from_db()
    withdraw(place)
    place.refresh_from_db()
    sweep(at=place.undo_until)

    refund = Refund.objects.get()
    assert (refund.state, refund.way) == ("approved", "cash")
    assert refused(money.give_cash, refund=refund, to="朋友", by=alone) is Problem.SAME_PERSON
    assert money.give_cash(refund=refund, to="本人", by=other, at=TODAY).state == "succeeded"


def test_what_the_provider_says_came_goes_back_without_a_second_person(section, alone):
    order = order_for(place_to_pay(section, LearnerFactory()))
    attempt = attempt_for(order)
    settle(attempt=attempt, seen=seen(attempt, amount_fen=FEE - 100), at=TODAY)
    refund = money.give_back(payment=Payment.objects.get(), words="少", actor=alone, at=TODAY)
    assert refund.state == "approved"


def test_the_limit_is_that_of_the_term(section, alone):
    order = order_for(place_to_pay(section, LearnerFactory()))
    rules = {"refund_second_above_yuan": 100}
    TermPolicy.objects.create(term=section.term, version=2, rules=rules, published_at=TODAY)
    attempt = attempt_for(order)
    settle(attempt=attempt, seen=seen(attempt, amount_fen=FEE - 100), at=TODAY)
    refund = money.give_back(payment=Payment.objects.get(), words="少", actor=alone, at=TODAY)
    assert refund.state == "requested"


def test_the_database_keeps_to_two_people_by_itself(section, alone, other):
    payment = noted(section, alone)
    refund = money.give_back(payment=payment, words="-", actor=other, at=TODAY)
    for alone_said in ({"approved_by": alone}, {"needs_second": False}):
        with pytest.raises(IntegrityError, match="no second person"), transaction.atomic():
            Refund.objects.filter(pk=refund.pk).update(
                state="approved", decided_at=TODAY, **alone_said
            )
