"""Money at the counter: taken once, with a numbered receipt, and taken back by somebody else."""

from datetime import timedelta
from uuid import uuid4

import pytest

from enrolment import payments, services
from enrolment.domain.money.books import Account
from enrolment.domain.money.handed import Handed
from enrolment.domain.money.settling import SessionStatus
from enrolment.models import Journal, LedgerEntry, Payment, Receipt, Refund
from enrolment.queries.money.checks import broken_invariants
from enrolment.services import PressReused
from enrolment.services.money import attempts, drawers, till
from enrolment.services.money.orders import PaymentProblem as Problem
from enrolment.services.money.orders import PaymentRefused
from enrolment.services.money.placing import give_back, place_payment
from enrolment.services.money.settling import settle
from enrolment.services.money.special import approve
from tests.enrolment.acts import claim
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import CampusFactory, SectionFactory
from tests.factories.fees import (
    FEE,
    attempt_for,
    drawer_for,
    noted_transfer,
    order_for,
    place_to_pay,
    seen,
)
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Method = Payment.Method
CASH = Handed(method=Method.CASH)
SLIP = Handed(method=Method.POS, terminal="T1", reference="000123")
LINE = Handed(method=Method.TRANSFER, reference="20261122-77")
BACK = "http://testserver/pay/back/"
MUCH_LATER = TODAY + timedelta(days=3)


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, capacity=2)


@pytest.fixture
def place(section):
    return place_to_pay(section, LearnerFactory())


@pytest.fixture
def order(place):
    return order_for(place)


@pytest.fixture
def cashier(section):
    user = StaffFactory(unit=section.unit)
    drawer_for(user, section)
    return user


def take(order, by, handed=CASH, *, key=None, at=TODAY):
    return till.take_at_counter(order=order, handed=handed, by=by, key=key or uuid4(), at=at)


def void(payment, by, *, at=TODAY):
    return till.void_payment(payment=payment, reason="收错了人", by=by, at=at)


def refused(act, *args, **more):
    with pytest.raises(PaymentRefused) as caught:
        act(*args, **more)
    return caught.value.problem


def balances():
    return {name: fen for name, fen in LedgerEntry.objects.balances().items() if fen}


# Taking


@pytest.mark.parametrize(
    ("handed", "account"),
    [(CASH, Account.DRAWER), (SLIP, Account.POS), (LINE, Account.BANK)],
)
def test_each_way_pays_and_writes_a_receipt(order, cashier, handed, account, nothing_is_broken):
    payment = take(order, cashier, handed)

    order.refresh_from_db()
    place = order.lines.get().enrolment
    assert (order.state, place.status, payment.receipt.no) == ("paid", "confirmed", 1)
    assert (payment.taken_by, payment.state) == (cashier, "kept")
    assert balances() == {account: FEE, Account.DEFERRED_INCOME: -FEE}
    nothing_is_broken()


def test_one_press_opens_the_order_and_takes_the_money_once(place, cashier):
    key = uuid4()
    presses = [
        till.take_fees(
            learner=place.learner, places=[place], amount_fen=FEE,
            handed=Handed(method=Method.CASH, given_fen=20_000), by=cashier, key=key, at=TODAY,
        )
        for _tap in range(2)
    ]  # fmt: skip
    assert presses[0] == presses[1]
    assert (Payment.objects.count(), Receipt.objects.count()) == (1, 1)
    assert presses[0].given_fen == 20_000


def test_a_page_that_says_another_amount_takes_nothing(place, cashier):
    problem = refused(
        till.take_fees, learner=place.learner, places=[place], amount_fen=FEE - 100, handed=CASH,
        by=cashier, key=uuid4(), at=TODAY,
    )  # fmt: skip
    assert problem is Problem.OTHER_AMOUNT
    assert not Payment.objects.exists()


def test_the_key_of_another_payment_is_no_answer(order, section, cashier):
    key = uuid4()
    take(order, cashier, key=key)
    other = order_for(place_to_pay(section, LearnerFactory()))
    with pytest.raises(PressReused):
        take(other, cashier, key=key)


def test_too_little_cash_is_refused_and_change_is_what_is_over(order, cashier):
    too_little = Handed(method=Method.CASH, given_fen=10_000)
    assert refused(take, order, cashier, too_little) is Problem.TOO_LITTLE


def test_cash_needs_a_drawer_of_the_same_office(order, section):
    nobody = StaffFactory(unit=section.unit)
    assert refused(take, order, nobody) is Problem.NO_DRAWER
    elsewhere = CampusFactory(unit=UnitFactory(county=True))
    drawers.open_drawer(campus=elsewhere, float_fen=0, by=nobody, at=TODAY)
    assert refused(take, order, nobody) is Problem.OTHER_OFFICE
    assert balances() == {Account.RECEIVABLE: FEE, Account.DEFERRED_INCOME: -FEE}


def test_a_slip_is_taken_once_a_day_and_terminal(order, section, cashier):
    take(order, cashier, SLIP)
    other = order_for(place_to_pay(section, LearnerFactory()))
    assert refused(take, other, cashier, SLIP) is Problem.SLIP_USED
    take(other, cashier, Handed(method=Method.POS, terminal="T2", reference=SLIP.reference))


def test_a_transfer_is_taken_once(order, section, cashier):
    take(order, cashier, LINE)
    other = order_for(place_to_pay(section, LearnerFactory()))
    assert refused(take, other, cashier, LINE) is Problem.SLIP_USED


def test_a_transfer_of_another_amount_is_looked_at(order, place, cashier):
    take(order, cashier, Handed(method=Method.TRANSFER, reference="9", amount_fen=FEE - 1))
    order.refresh_from_db()
    assert (order.state, order.doubt) == ("review", "amount")
    assert LedgerEntry.objects.balances()[Account.SUSPENSE] == -(FEE - 1)


def test_a_transfer_of_somebody_unknown_is_kept_apart_once(section, cashier):
    key = uuid4()
    for _tap in range(2):
        payment = noted_transfer(section.unit, cashier, reference="77", payer="王先生", key=key)
    assert (payment.state, payment.order) == ("suspense", None)
    assert balances() == {Account.BANK: FEE, Account.SUSPENSE: -FEE}


# Cash is not taken for what is paid, gone or being paid


def test_cash_for_a_place_that_went_stays_in_the_hand(order, cashier):
    services.lapse_and_promote(at=MUCH_LATER)
    claim(order.lines.get().section, LearnerFactory(), at=MUCH_LATER)
    claim(order.lines.get().section, LearnerFactory(), at=MUCH_LATER)

    assert refused(take, order, cashier, at=MUCH_LATER) is Problem.TOO_LATE

    assert not Payment.objects.exists()
    assert not Refund.objects.exists()
    assert not Receipt.objects.exists()


def test_a_slip_for_a_place_that_went_is_kept_and_owed_back(order, cashier):
    services.lapse_and_promote(at=MUCH_LATER)
    for _person in range(2):
        claim(order.lines.get().section, LearnerFactory(), at=MUCH_LATER)

    payment = take(order, cashier, SLIP, at=MUCH_LATER)

    refund = Refund.objects.get()
    assert (payment.state, refund.cause, refund.way) == ("suspense", "late_money", "cash")


def test_what_was_paid_on_the_web_is_not_paid_again_in_cash(order, cashier):
    attempt = attempt_for(order)
    settle(attempt=attempt, seen=seen(attempt), at=TODAY)
    assert refused(take, order, cashier) is Problem.PAID_ALREADY
    assert Payment.objects.count() == 1


def test_no_cash_while_a_page_of_payment_cannot_be_closed(order, cashier):
    attempt_for(order)  # and no provider to ask
    assert refused(take, order, cashier) is Problem.BEING_PAID


def test_the_counter_closes_the_page_of_payment_before_it_takes_cash(standin, order, cashier):
    page = attempts.begin_attempt(order=order, return_url=BACK, language="zh-hans", at=TODAY)

    take(order, cashier)

    page.refresh_from_db()
    order.refresh_from_db()
    assert (page.state, order.state) == ("expired", "paid")
    assert payments.provider().session(page.session).status is SessionStatus.EXPIRED


def test_no_cash_for_what_was_paid_on_a_page_that_nobody_told_us_of(standin, order, cashier):
    page = attempts.begin_attempt(order=order, return_url=BACK, language="zh-hans", at=TODAY)
    standin.pay(page.session)
    assert refused(take, order, cashier) is Problem.PAID_ALREADY
    order.refresh_from_db()
    assert (order.state, order.payments.get().method) == ("paid", "online")


def test_no_cash_beside_a_page_that_was_opened_while_the_others_were_closed(
    order, cashier, monkeypatch
):
    monkeypatch.setattr(till, "end_attempts", lambda *, order, at: attempt_for(order))
    assert refused(take, order, cashier) is Problem.BEING_PAID
    assert not Payment.objects.exists()


# Taking back


def test_another_person_takes_a_payment_back_the_same_day(
    order, place, section, cashier, nothing_is_broken
):
    payment = take(order, cashier)
    until = order.hold_until

    for _tap in range(2):
        void(payment, StaffFactory(unit=section.unit))

    order.refresh_from_db()
    place.refresh_from_db()
    payment.refresh_from_db()
    assert (payment.state, order.state, place.status) == ("voided", "held", "offered")
    assert (place.due_at, order.hold_until) == (until, until)
    assert Receipt.objects.get().payment == payment, "the receipt stays with its number"
    assert balances() == {Account.RECEIVABLE: FEE, Account.DEFERRED_INCOME: -FEE}
    assert Journal.objects.filter(source_kind="void").count() == 1
    nothing_is_broken()


def test_what_was_taken_back_is_paid_again_with_the_next_receipt(order, section, cashier):
    void(take(order, cashier, SLIP), StaffFactory(unit=section.unit))
    again = take(order, cashier, SLIP)
    assert again.receipt.no == 2
    assert balances() == {Account.POS: FEE, Account.DEFERRED_INCOME: -FEE}


def test_the_same_person_does_not_take_back_what_they_took(order, cashier):
    payment = take(order, cashier)
    assert refused(void, payment, cashier) is Problem.SAME_PERSON
    payment.refresh_from_db()
    assert payment.state == "kept"


def test_nothing_is_taken_back_the_next_day_or_after_the_drawer_was_counted(
    order, section, cashier
):
    payment, other = take(order, cashier), StaffFactory(unit=section.unit)
    assert refused(void, payment, other, at=TODAY + timedelta(days=1)) is Problem.NOT_TODAY
    drawers.count_drawer(
        drawer=payment.drawer, pieces={10_000: 1, 5_000: 1, 1_000: 3}, explanation="", by=cashier,
        at=TODAY,
    )  # fmt: skip
    assert refused(void, payment, other) is Problem.DRAWER_COUNTED


def test_a_transfer_with_a_wrong_amount_is_taken_back_and_written_down_rightly(
    order, section, cashier
):
    wrong = Handed(method=Method.TRANSFER, reference=LINE.reference, amount_fen=FEE * 10)
    payment = take(order, cashier, wrong)
    assert payment.state == Payment.State.SUSPENSE
    assert refused(void, payment, cashier) == Problem.SAME_PERSON

    void(payment, StaffFactory(unit=section.unit), at=MUCH_LATER)

    order.refresh_from_db()
    assert broken_invariants() == []
    assert "suspense" not in balances()
    assert order.state in {"held", "expired"}


def test_once_taken_back_the_same_line_of_the_bank_can_be_taken(order, section, cashier):
    wrong = Handed(method=Method.TRANSFER, reference=LINE.reference, amount_fen=FEE * 10)
    void(take(order, cashier, wrong), StaffFactory(unit=section.unit))
    order.refresh_from_db()
    assert take(order, cashier, LINE).state == Payment.State.KEPT
    assert broken_invariants() == []


def test_an_unknown_transfer_that_never_came_is_taken_back(section, cashier):
    payment = noted_transfer(section.unit, cashier, reference="X1", payer="林女士")
    void(payment, StaffFactory(unit=section.unit), at=MUCH_LATER)
    assert balances() == {}
    assert broken_invariants() == []


def test_a_slip_whose_place_has_gone_is_money_without_a_place(section, cashier):
    payment = till.note_money(
        unit=section.unit, amount_fen=FEE, handed=SLIP, by=cashier, key=uuid4(), at=TODAY
    )
    assert (payment.state, payment.method, payment.terminal) == ("suspense", "pos", "T1")
    assert balances() == {Account.POS: FEE, Account.SUSPENSE: -FEE}
    assert broken_invariants() == []


def test_cash_is_never_written_down_without_a_fee(section, cashier):
    asked = {"unit": section.unit, "amount_fen": FEE, "by": cashier, "key": uuid4(), "at": TODAY}
    assert refused(till.note_money, handed=CASH, **asked) is Problem.NOT_POSSIBLE


def test_what_finance_has_placed_is_taken_back_as_a_whole(order, section, cashier):
    payment = noted_transfer(section.unit, cashier, reference="X1", payer="林女士")
    place_payment(payment=payment, order=order, actor=cashier, at=TODAY)
    void(payment, StaffFactory(unit=section.unit))
    order.refresh_from_db()
    assert order.state == "held"
    assert broken_invariants() == []


def test_money_that_goes_back_already_is_not_taken_back(order, section, cashier):
    wrong = Handed(method=Method.TRANSFER, reference=LINE.reference, amount_fen=FEE * 10)
    payment = take(order, cashier, wrong)
    refund = give_back(payment=payment, words="多汇了", actor=cashier, at=TODAY)
    second = StaffFactory(unit=section.unit)
    approve(refund=refund, by=second, at=TODAY)
    assert refused(void, payment, second) == Problem.NOT_POSSIBLE


def test_what_only_waits_to_go_back_is_taken_back_with_its_refund(order, section, cashier):
    take(order, cashier)
    payment = take(order, cashier, SLIP)  # typed for a fee that was paid
    assert Refund.objects.get().state == "requested"
    void(payment, StaffFactory(unit=section.unit))
    assert Refund.objects.get().state == "refused"
    assert balances() == {Account.DRAWER: FEE, Account.DEFERRED_INCOME: -FEE}
    assert broken_invariants() == []


def test_a_payment_of_the_web_is_refunded_and_not_taken_back(order, section):
    attempt = attempt_for(order)
    settle(attempt=attempt, seen=seen(attempt), at=TODAY)
    payment = Payment.objects.get()
    assert refused(void, payment, StaffFactory(unit=section.unit)) is Problem.NOT_POSSIBLE


def test_a_place_that_was_left_since_is_not_kept_again(order, place, section, cashier):
    payment = take(order, cashier)
    place.refresh_from_db()
    services.withdraw(
        enrolment=place, actor=place.learner.user, key=uuid4(), at=TODAY + timedelta(minutes=1)
    )
    assert refused(void, payment, StaffFactory(unit=section.unit)) is Problem.NOT_POSSIBLE
    payment.refresh_from_db()
    assert payment.state == "kept"


# The number of the state's receipt


def test_the_number_of_the_states_receipt_is_written_once(order, cashier):
    receipt = take(order, cashier).receipt
    for _tap in range(2):
        till.write_fiscal_no(receipt=receipt, number="33010025 0004711", by=cashier, at=TODAY)
    problem = refused(till.write_fiscal_no, receipt=receipt, number="2", by=cashier, at=TODAY)
    assert problem is Problem.NOT_POSSIBLE
