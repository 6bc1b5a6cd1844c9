"""Pages of payment: one at a time, found again when an answer is lost, closed before all else."""

from datetime import timedelta

import pytest

from config.embedded.standin import StandInRefused
from enrolment import payments
from enrolment.models import Enrolment, Payment, PaymentAttempt, Refund
from enrolment.payments import ProviderFailed
from enrolment.services import money
from enrolment.services.money import PaymentProblem, PaymentRefused
from enrolment.services.money.orders import close_order
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, attempt_for, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
BACK = "http://testserver/pay/back/"


@pytest.fixture
def place():
    return place_to_pay(SectionFactory(fee_fen=FEE, capacity=1), LearnerFactory())


@pytest.fixture
def order(place):
    return order_for(place)


def begin(order, *, at=TODAY, return_url=BACK):
    return money.begin_attempt(order=order, return_url=return_url, language="zh-hans", at=at)


def states(order):
    return list(order.attempts.order_by("n").values_list("n", "state"))


def pages(standin):
    """What the provider itself has, as it says by the same client."""
    found = payments.provider().sessions_between(
        TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    )
    return [(page.session, str(page.status)) for page in found]


def refused(call, *args, **more):
    with pytest.raises(PaymentRefused) as caught:
        call(*args, **more)
    return caught.value.problem


def test_a_page_is_opened_for_what_is_owed_and_never_outlives_the_place(standin, order, place):
    attempt = begin(order)
    order.refresh_from_db()
    assert (attempt.state, order.state, attempt.amount_fen) == ("open", "paying", FEE)
    assert attempt.expires_at == min(place.due_at, TODAY + timedelta(hours=23, minutes=55))
    assert attempt.url.startswith(standin.url)


def test_two_tabs_show_one_page(standin, order):
    assert begin(order).url == begin(order, return_url="http://testserver/elsewhere/").url
    assert states(order) == [(1, "open")]


def test_a_page_that_ran_out_is_replaced_without_a_word(standin, order):
    first = begin(order)
    later = TODAY + timedelta(hours=23, minutes=56)
    standin.clock(later)
    Enrolment.objects.update(due_at=later + timedelta(hours=5))

    second = begin(order, at=later)

    assert second.url != first.url
    assert states(order) == [(1, "expired"), (2, "open")]
    order.refresh_from_db()
    assert order.hold_until == later + timedelta(hours=5), "kept longer by the office"


def test_a_page_that_was_paid_meanwhile_is_noticed_before_anybody_pays_again(standin, order):
    standin.pay(begin(order).session)
    assert refused(begin, order) is PaymentProblem.PAID_ALREADY
    order.refresh_from_db()
    assert order.state == "paid"
    assert Payment.objects.get().amount_fen == FEE


def test_with_less_than_half_an_hour_left_the_counter_takes_the_money(standin, order, place):
    at = place.due_at - timedelta(minutes=29)
    standin.clock(at)
    assert not money.can_pay_online(order, at=at)
    assert refused(begin, order, at=at) is PaymentProblem.TOO_SHORT
    assert states(order) == []


def test_nobody_pays_for_a_place_that_is_not_kept_any_more(standin, order, place):
    assert refused(begin, order, at=place.due_at) is PaymentProblem.TOO_LATE
    close_order(order, state="cancelled", at=TODAY)
    assert refused(begin, order) is PaymentProblem.TOO_LATE


def test_without_a_provider_there_is_the_counter(order):
    assert not money.can_pay_online(order, at=TODAY)
    assert refused(begin, order) is PaymentProblem.PROVIDER_AWAY


def test_an_answer_that_is_lost_is_asked_for_again_and_brings_the_same_page(standin, order):
    standin.switch(lose=1, on="sessions")
    attempt = begin(order)
    assert states(order) == [(1, "open")]
    assert pages(standin) == [(attempt.session, "open")]


def test_a_failure_that_the_provider_keeps_is_got_round_with_a_key_of_its_own(standin, order):
    standin.switch(fail=1, on="sessions")
    attempt = begin(order)
    assert attempt.state == "open"
    assert states(order)[-1] == (attempt.n, "open")
    assert len(pages(standin)) == 1


def test_a_provider_that_is_away_leaves_an_attempt_from_which_the_next_goes_on(
    standin, order, settings
):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert refused(begin, order) is PaymentProblem.PROVIDER_AWAY
    assert states(order) == [(1, "created")]
    key = order.attempts.get().key

    settings.STRIPE_API_BASE = standin.url
    assert begin(order).key == key
    assert states(order) == [(1, "open")]


def test_money_on_its_way_is_not_paid_a_second_time(standin, order):
    standin.pay(begin(order).session, "alipay", later=True)
    assert refused(begin, order) is PaymentProblem.BEING_PAID
    assert states(order) == [(1, "processing")]
    assert refused(money.end_attempts, order=order, at=TODAY) is PaymentProblem.BEING_PAID


def test_a_page_is_closed_before_the_counter_takes_money(standin, order):
    attempt = begin(order)
    money.end_attempts(order=order, at=TODAY)
    order.refresh_from_db()
    assert (order.state, states(order)) == ("held", [(1, "expired")])
    assert pages(standin) == [(attempt.session, "expired")]


def test_money_that_came_first_is_there_when_the_page_is_closed(standin, order):
    standin.pay(begin(order).session)
    money.end_attempts(order=order, at=TODAY)
    order.refresh_from_db()
    assert order.state == "paid"


def test_while_a_page_cannot_be_closed_nobody_takes_money(standin, order, settings):
    begin(order)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert refused(money.end_attempts, order=order, at=TODAY) is PaymentProblem.BEING_PAID
    assert states(order) == [(1, "open")]


def test_an_attempt_without_an_answer_is_closed_when_the_provider_knows_no_page(
    standin, order, settings
):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    refused(begin, order)
    settings.STRIPE_API_BASE = standin.url
    money.end_attempts(order=order, at=TODAY)
    assert states(order) == [(1, "failed")]
    order.refresh_from_db()
    assert order.state == "held"


def test_a_page_that_nobody_heard_of_is_found_and_closed(standin, order, settings):
    attempt = begin(order)
    # As after a crash between the provider's answer and our commit.
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state="created", session="", url="")
    money.end_attempts(order=order, at=TODAY)
    assert states(order) == [(1, "expired")]
    assert pages(standin) == [(attempt.session, "expired")]


def test_who_gets_a_second_place_pays_for_both_and_the_first_page_is_closed(standin):
    learner = LearnerFactory()
    first = place_to_pay(SectionFactory(fee_fen=FEE), learner)
    order = order_for(first)
    old = begin(order)
    second = place_to_pay(
        SectionFactory(
            fee_fen=FEE, weekday=4, campus=first.section.campus, term=first.section.term
        ),
        learner,
    )

    both = money.order_to_pay(
        learner=learner, enrolments=[first, second], opened_by=learner.user, at=TODAY
    )

    assert both.amount_fen == 2 * FEE
    order.refresh_from_db()
    assert (order.state, states(order)) == ("cancelled", [(1, "expired")])
    standin.pay(begin(both).session)
    money.end_attempts(order=both, at=TODAY)
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"confirmed"}
    assert not Refund.objects.exists()
    with pytest.raises(StandInRefused):
        standin.pay(old.session)


def test_to_look_again_needs_a_provider(order):
    with pytest.raises(ProviderFailed):
        money.look_again(attempt=attempt_for(order), at=TODAY)
