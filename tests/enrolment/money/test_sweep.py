"""The round of every minute: what no message told is found in the rows."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts import clock
from enrolment import payments, services
from enrolment.models import Difference, Enrolment, InboundEvent, Order, PaymentAttempt, Refund
from enrolment.services import money
from tests.enrolment.acts import claim
from tests.enrolment.money.test_attempts import begin, states
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=1)


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, capacity=1)


@pytest.fixture
def place(section):
    return place_to_pay(section, LearnerFactory())


@pytest.fixture
def order(place):
    return order_for(place)


def sweep(standin, at):
    """The rounds of one minute, as they follow each other."""
    standin.clock(at)
    swept = money.sweep_payments(at=at)
    services.lapse_and_promote(at=at)
    money.sweep_payments(at=at)
    return swept


def test_a_notification_that_no_worker_read_is_read(standin, order):
    standin.pay(begin(order).session)
    (told,) = standin.events("checkout.session.completed")
    event = payments.provider().event(*standin.signed(told))
    money.take_event(event, provider="stripe", at=TODAY)

    assert sweep(standin, TODAY + 0.5 * MINUTES).read == 0, "the errand still has its time"
    assert sweep(standin, TODAY + 1 * MINUTES).read == 1
    order.refresh_from_db()
    assert order.state == "paid"
    assert InboundEvent.objects.get().processed_at == TODAY + MINUTES


def test_an_attempt_whose_answer_was_lost_is_found(standin, order):
    begin(order)
    PaymentAttempt.objects.update(state="created", session="", url="")
    assert sweep(standin, TODAY + 2 * MINUTES).answered == 1
    assert states(order) == [(1, "open")]


@pytest.fixture
def due(place):
    return place.due_at


@pytest.fixture
def last_page(standin, order, due):
    """A page that is open until the very end of the time for which the place is kept."""
    standin.clock(due - 40 * MINUTES)
    return begin(order, at=due - 40 * MINUTES)


def test_a_place_goes_on_when_its_page_is_closed_and_not_before(
    standin, last_page, place, due, settings
):
    order = last_page.order
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    sweep(standin, due)
    place.refresh_from_db()
    assert place.status == "offered", "somebody may still have paid there"

    settings.STRIPE_API_BASE = standin.url
    sweep(standin, due + MINUTES)
    place.refresh_from_db()
    order.refresh_from_db()
    assert (place.status, order.state) == ("lapsed", "expired")


def test_a_provider_that_stays_away_keeps_a_place_for_five_minutes_more(
    standin, last_page, place, due, settings
):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    sweep(standin, due + 4 * MINUTES)
    place.refresh_from_db()
    assert place.status == "offered", "by the provider's clock it may be open yet"
    sweep(standin, due + 6 * MINUTES)
    place.refresh_from_db()
    assert place.status == "lapsed", "the page has closed by itself"


def test_money_of_the_last_second_is_there_when_the_page_is_closed(standin, last_page, place, due):
    standin.pay(last_page.session)
    sweep(standin, due)
    place.refresh_from_db()
    assert place.status == "confirmed"


@pytest.fixture
def late(standin, last_page, place, due):
    """Paid at the provider just in time, and heard of two minutes after the place went."""
    standin.pay(last_page.session)
    PaymentAttempt.objects.update(state="expired", closed_at=due)  # as nobody could ask
    services.lapse_and_promote(at=due + MINUTES)
    place.refresh_from_db()
    assert place.status == "lapsed"
    return last_page


def test_two_minutes_late_the_place_is_theirs_if_it_is_free(late, order, place, due):
    money.look_again(attempt=late, at=due + 2 * MINUTES)
    place.refresh_from_db()
    order.refresh_from_db()
    assert (place.status, order.state) == ("confirmed", "paid")


def test_two_minutes_late_and_gone_the_whole_sum_is_on_its_way_back_after_one_round(
    standin, late, place, section, due
):
    claim(section, LearnerFactory(), at=due + MINUTES)
    money.look_again(attempt=late, at=due + 2 * MINUTES)
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount_fen) == ("late_money", FEE)

    sweep(standin, due + 3.5 * MINUTES)
    refund.refresh_from_db()
    assert refund.state in {"pending", "succeeded"}
    assert refund.provider_ref


def test_two_pages_paid_give_one_place_and_one_refund(standin, order):
    first = begin(order)
    PaymentAttempt.objects.update(state="expired", closed_at=TODAY)  # as a second desk might think
    second = begin(order)
    standin.pay(first.session)
    standin.pay(second.session)
    money.look_again(attempt=first, at=TODAY)
    money.look_again(attempt=second, at=TODAY)
    order.refresh_from_db()
    assert order.state == "paid"
    assert list(Refund.objects.values_list("cause", "amount_fen")) == [("paid_twice", FEE)]


def test_money_on_its_way_for_a_day_is_told_to_finance_until_it_arrives(standin, order):
    attempt = begin(order)
    standin.pay(attempt.session, "alipay", later=True)
    standin.switch(hold=True)
    money.look_again(attempt=attempt, at=TODAY)
    attempt.refresh_from_db()
    assert attempt.state == "processing"
    for hours in (25, 26):
        money.sweep_payments(at=TODAY + timedelta(hours=hours))
    assert Difference.objects.get().closed_at is None

    standin.decide(attempt.session, arrives=True)
    money.sweep_payments(at=TODAY + timedelta(hours=27))
    assert Difference.objects.get().closed_at is not None
    order.refresh_from_db()
    assert order.state == "paid"


def test_what_is_asked_for_ends_with_the_place(standin, order, place):
    begin(order)
    services.withdraw(enrolment=place, actor=place.learner.user, key=order.pk, at=TODAY + MINUTES)
    sweep(standin, TODAY + 2 * MINUTES)
    order.refresh_from_db()
    assert (order.state, states(order)) == ("cancelled", [(1, "expired")])
    assert Enrolment.objects.get().status == "withdrawn"


def test_a_round_with_nothing_to_do_says_nothing(standin, order, settings):
    clock.set_to(TODAY)
    said = StringIO()
    call_command("sweep_payments", stdout=said)
    assert said.getvalue() == ""
    call_command("sweep_payments", verbosity=2, stdout=said)
    assert "0 notifications read and 0 left" in said.getvalue()
    assert Order.objects.get().state == "held"
