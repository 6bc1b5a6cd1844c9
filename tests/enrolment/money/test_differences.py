"""What a change of class asks for or gives back, when more happens than one change."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import StaffPost
from enrolment import services
from enrolment.domain.money.handed import Handed
from enrolment.models import Order, OrderLine, Payment, Refund
from enrolment.services import money
from enrolment.services.money import choosing, ended, till
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from enrolment.services.money.refunding import sweep
from enrolment.services.money.settling import settle
from tests.enrolment.acts import enrolment_of, swap
from tests.enrolment.money.paid import ask, have_lessons, paid_place
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, attempt_for, pay_in_cash, place_to_pay, seen
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
SOON = TODAY + timedelta(minutes=20)
BACK = "http://testserver/pay/back/"


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, lessons=True, capacity=5)


@pytest.fixture
def head(section):
    return StaffFactory(unit=section.unit, role=StaffPost.Role.BRANCH_HEAD)


def beside(section, *, weekday, fee):
    """Another class of the same term and house."""
    return SectionFactory(
        fee_fen=fee, weekday=weekday, term=section.term, campus=section.campus, capacity=5
    )


def change(learner, was, to, *, at=TODAY):
    """A change of class at the counter, and the money that goes along."""
    clerk = StaffFactory(unit=was.unit)
    swap(enrolment_of(learner, was), to, at=at, actor=clerk, channel="counter", reason="来电")
    return money.follow_changes(learner=learner, at=at)


def call_off(section, by):
    services.cancel_section(section=section, actor=by, at=TODAY, reason="too few")
    services.empty_section(section_id=section.pk, at=TODAY)
    ended.refund_class(section_id=section.pk, at=TODAY)


def owed(learner):
    return sum(Order.objects.of(learner).open().values_list("amount_fen", flat=True))


def back():
    return sum(Refund.objects.standing().values_list("amount_fen", flat=True))


# Changed twice


@pytest.mark.parametrize("third", [FEE, FEE + 9000, FEE - 3000])
def test_changed_twice_only_the_last_class_is_paid_for(section, third, nothing_is_broken):
    second = beside(section, weekday=4, fee=FEE + 5000)
    last = beside(section, weekday=5, fee=third)
    learner = paid_place(section).learner
    change(learner, section, second)
    assert owed(learner) == 5000

    change(learner, second, last, at=SOON)
    for minute in range(3):
        money.sweep_payments(at=SOON + timedelta(minutes=minute))

    assert owed(learner) == max(0, third - FEE)
    assert back() == max(0, FEE - third)
    assert Order.objects.filter(state="cancelled").count() == 1
    nothing_is_broken(SOON)


def test_the_page_of_a_difference_is_closed_before_the_next_one_is_worked_out(standin, section):
    second = beside(section, weekday=4, fee=FEE + 5000)
    last = beside(section, weekday=5, fee=FEE + 9000)
    learner = paid_place(section).learner
    (difference,) = change(learner, section, second)
    page = money.begin_attempt(order=difference, return_url=BACK, language="zh-hans", at=TODAY)

    change(learner, second, last, at=SOON)

    page.refresh_from_db()
    assert (page.state, owed(learner)) == ("expired", 9000)


def test_a_difference_paid_in_that_moment_counts_for_the_next_class(standin, section):
    second = beside(section, weekday=4, fee=FEE + 5000)
    last = beside(section, weekday=5, fee=FEE + 9000)
    learner = paid_place(section).learner
    (difference,) = change(learner, section, second)
    page = money.begin_attempt(order=difference, return_url=BACK, language="zh-hans", at=TODAY)
    standin.pay(page.session)  # and nobody has told us

    change(learner, second, last, at=SOON)

    assert owed(learner) == 4000


def test_while_the_provider_is_away_the_next_difference_waits(standin, section):
    second = beside(section, weekday=4, fee=FEE + 5000)
    learner = paid_place(section).learner
    (difference,) = change(learner, section, second)
    money.begin_attempt(order=difference, return_url=BACK, language="zh-hans", at=TODAY)
    standin.switch(away=True)

    assert change(learner, second, beside(section, weekday=5, fee=FEE), at=SOON) == [difference]
    assert owed(learner) == 5000

    standin.switch(away=False)
    sweep(at=SOON)
    assert owed(learner) == 0


def test_money_for_a_difference_that_is_looked_at_is_decided_before_another_is_asked_for(section):
    second = beside(section, weekday=4, fee=FEE + 5000)
    last = beside(section, weekday=5, fee=FEE + 9000)
    learner = paid_place(section).learner
    (difference,) = change(learner, section, second)
    attempt = attempt_for(difference, session="cs_top")
    settle(attempt=attempt, seen=seen(attempt, amount_fen=4000), at=TODAY)

    change(learner, second, last, at=SOON)
    assert owed(learner) == 0

    money.give_back(payment=Payment.objects.get(state="suspense"), words="", actor=None, at=SOON)
    sweep(at=SOON)
    assert owed(learner) == 9000


def test_money_for_a_difference_that_is_no_longer_asked_for_goes_back(section):
    second = beside(section, weekday=4, fee=FEE + 5000)
    learner = paid_place(section).learner
    (difference,) = change(learner, section, second)
    change(learner, second, beside(section, weekday=5, fee=FEE), at=SOON)
    attempt = attempt_for(difference, session="cs_top", state="expired", closed_at=SOON)

    settle(attempt=attempt, seen=seen(attempt), at=SOON)

    refund = Refund.objects.get()
    assert (refund.cause, refund.amount_fen) == ("late_money", 5000)


def test_what_pays_for_another_class_by_now_is_not_taken_back(section):
    place = place_to_pay(section, LearnerFactory())
    payment = pay_in_cash(place)
    change(place.learner, section, beside(section, weekday=4, fee=FEE + 5000))
    other = StaffFactory(unit=section.unit)
    with pytest.raises(PaymentRefused) as no:
        till.void_payment(payment=payment, reason="wrong", by=other, at=TODAY)
    assert no.value.problem is PaymentProblem.NOT_POSSIBLE


# Beside something that was asked for


def test_whoever_takes_another_class_has_paid_for_it_whatever_was_asked_for(section, head):
    place = paid_place(section)
    have_lessons(section, held=8, after=8)
    (special,) = ask(place)
    call_off(section, head)
    refund = Refund.objects.to_choose().first()
    other = beside(section, weekday=4, fee=FEE)

    choosing.take_another(
        refund=refund, section=other, actor=place.learner.user, key=uuid4(), at=TODAY
    )

    assert owed(place.learner) == 0
    special.refresh_from_db()
    assert special.state == "refused"
    money.approve(refund=special, by=head, at=TODAY)
    sweep(at=SOON)
    assert (back(), enrolment_of(place.learner, other).status) == (0, "confirmed")


def test_whoever_changes_the_class_asks_to_leave_no_longer(section):
    place = paid_place(section)
    have_lessons(section, held=8, after=8)
    (special,) = ask(place)

    change(place.learner, section, beside(section, weekday=4, fee=FEE + 5000))

    special.refresh_from_db()
    assert (special.state, owed(place.learner)) == ("refused", 5000)


@pytest.mark.parametrize("answer", ["approve", "say_no"])
def test_what_the_office_gives_of_its_own_is_not_asked_for_again(section, head, answer):
    place = paid_place(section)
    (gift,) = money.offer_back(
        enrolment=place, amount_fen=3000, words="no heating", asked_by=StaffFactory(), at=TODAY
    )
    change(place.learner, section, beside(section, weekday=4, fee=FEE + 5000))
    assert owed(place.learner) == 5000

    words = {"words": "it was warm"} if answer == "say_no" else {}
    getattr(money, answer)(refund=gift, by=head, at=TODAY, **words)
    sweep(at=SOON)

    assert owed(place.learner) == 5000
    assert back() == (3000 if answer == "approve" else 0)


@pytest.mark.parametrize("cause", ["special", "goodwill"])
def test_what_was_refused_beside_a_class_that_is_called_off_comes_back_with_it(
    section, head, cause, nothing_is_broken
):
    place = paid_place(section)
    have_lessons(section, held=8, after=8)
    if cause == "special":
        (asked,) = ask(place)
    else:
        (asked,) = money.offer_back(
            enrolment=place, amount_fen=3000, words="-", asked_by=StaffFactory(), at=TODAY
        )
    call_off(section, head)
    assert sum(Refund.objects.to_choose().values_list("amount_fen", flat=True)) < FEE

    money.say_no(refund=asked, by=head, words="called off anyway", at=TODAY)
    for day in range(1, 12):
        sweep(at=TODAY + timedelta(days=day))

    assert back() == FEE
    assert set(Refund.objects.standing().values_list("cause", flat=True)) == {"called_off"}
    nothing_is_broken()


def test_no_place_gives_back_more_than_was_paid_for_it(section):
    """Two places on one order: its payment would have enough for it."""
    other = beside(section, weekday=4, fee=FEE)
    learner = LearnerFactory()
    one, two = place_to_pay(section, learner), place_to_pay(other, learner)
    clerk = StaffFactory(unit=section.unit)
    payment = till.take_fees(
        learner=learner, places=[one, two], amount_fen=2 * FEE, by=clerk, key=uuid4(), at=TODAY,
        handed=Handed(method=Payment.Method.POS, terminal="1", reference="1"),
    )  # fmt: skip
    line = OrderLine.objects.get(enrolment=one)
    with pytest.raises(Exception, match="cost less"):
        Refund.objects.create(
            unit=payment.unit, order=payment.order, payment=payment, line=line,
            amount_fen=FEE + 1, cause="goodwill", way="cash", requested_at=TODAY,
        )  # fmt: skip
