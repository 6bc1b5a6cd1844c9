"""Pages of payment that are lost: unknown to the provider, of another one, or opened twice."""

from datetime import timedelta
from uuid import uuid4

import pytest

from enrolment import payments, services
from enrolment.domain.money.settling import SessionStatus
from enrolment.models import Difference, PaymentAttempt
from enrolment.services import money
from enrolment.services.money import PaymentProblem, attempts
from enrolment.services.money.settling import settle
from tests.enrolment.money.test_attempts import begin, pages, refused, states
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, attempt_for, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place():
    return place_to_pay(SectionFactory(fee_fen=FEE, capacity=1), LearnerFactory())


@pytest.fixture
def order(place):
    return order_for(place)


@pytest.fixture
def lost(standin, order):
    """A page that the provider does not know: its keys were changed, or they are of another."""
    attempt = begin(order)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(session="cs_of_another_account")
    attempt.refresh_from_db()
    return attempt


def differences():
    rows = Difference.objects.open().values_list("kind", "subject", "detail", "amount_fen")
    return list(rows)


# Unknown to the provider


def test_a_page_that_the_provider_does_not_know_is_over_when_its_time_is(lost, order, place):
    over = lost.expires_at + 5 * MINUTE
    money.sweep_payments(at=over - MINUTE)
    assert states(order) == [(1, "open")], "somebody may still pay there under other keys"
    assert refused(money.end_attempts, order=order, at=over - MINUTE) is PaymentProblem.BEING_PAID
    assert differences() == []

    for _round in range(2):
        money.sweep_payments(at=over)

    order.refresh_from_db()
    assert (order.state, states(order)) == ("held", [(1, "failed")])
    assert differences() == [("attempt", lost.key, "page_missing", FEE)]
    assert Difference.objects.get().unit == order.unit


def test_its_place_goes_on_and_its_order_ends(lost, order, place):
    over = place.due_at + timedelta(days=1)
    for minute in range(3):
        money.sweep_payments(at=over + minute * MINUTE)
        services.lapse_and_promote(at=over + minute * MINUTE)
    place.refresh_from_db()
    order.refresh_from_db()
    assert (place.status, order.state) == ("lapsed", "expired")


def test_who_comes_back_after_it_gets_another_page(standin, lost, order, place):
    over = lost.expires_at + 5 * MINUTE
    assert refused(begin, order, at=over - MINUTE) is PaymentProblem.PROVIDER_AWAY
    place.due_at = over + timedelta(days=1)
    place.save()
    standin.clock(over)
    again = begin(order, at=over)
    assert (again.n, states(order)) == (2, [(1, "failed"), (2, "open")])


def test_money_that_was_on_its_way_when_its_page_was_lost_has_a_day_to_arrive(lost, order):
    PaymentAttempt.objects.update(state="processing")
    lost.refresh_from_db()
    day_after = lost.expires_at + timedelta(days=1)
    money.sweep_payments(at=day_after - MINUTE)
    assert states(order) == [(1, "processing")]
    money.sweep_payments(at=day_after)
    assert states(order) == [(1, "failed")]
    assert [row[2] for row in differences()] == ["page_missing"]


def test_what_the_comparison_finds_of_it_is_the_same_difference(lost, order):
    over = lost.expires_at + 5 * MINUTE
    money.sweep_payments(at=over)
    money.reconcile_payments(at=over, full=True)
    assert [row for row in differences() if row[1] == lost.key] == [
        ("attempt", lost.key, "page_missing", FEE)
    ]


# Of another provider


@pytest.fixture
def theirs(standin, order):
    """A page that is open here, begun with a provider that is not set up."""
    page = payments.provider().open_session(request_for(order), key="theirs")
    return attempt_for(order, session=page.session, provider="wechat")


def request_for(order):
    return payments.provider().request_for(
        order=str(order.pk),
        attempt=1,
        what="x",
        amount_fen=order.amount_fen,
        language="zh-hans",
        return_url="http://testserver/",
        expires_at=TODAY + timedelta(hours=1),
    )


@pytest.fixture
def wechat(monkeypatch):
    """The other provider is set up as well. What stands for it is the client of the first."""
    provider = payments.provider
    return lambda: monkeypatch.setattr(
        payments, "provider", lambda name="": provider("" if name == "wechat" else name)
    )


def test_what_was_begun_with_another_provider_is_asked_of_that_one(standin, order, theirs, wechat):
    assert payments.provider("wechat") is None
    assert refused(money.end_attempts, order=order, at=TODAY) is PaymentProblem.BEING_PAID
    assert refused(begin, order) is PaymentProblem.PROVIDER_AWAY
    with pytest.raises(payments.ProviderFailed, match="wechat"):
        money.look_again(attempt=theirs, at=TODAY)
    assert pages(standin) == [(theirs.session, "open")], "not asked of the one that is here"

    wechat()
    money.end_attempts(order=order, at=TODAY)
    assert (states(order), pages(standin)) == ([(1, "expired")], [(theirs.session, "expired")])


def test_money_goes_back_by_the_provider_that_took_it(standin, order, place, theirs, wechat):
    standin.pay(theirs.session)
    settle(attempt=theirs, seen=payments.provider().session(theirs.session), at=TODAY)
    (refund,) = money.undo_payment(
        order=order, actor=place.learner.user, key=uuid4(), at=TODAY + MINUTE
    )
    with pytest.raises(payments.ProviderFailed, match="wechat"):
        money.send_refund(refund_id=refund.pk, at=TODAY + MINUTE)

    wechat()
    assert money.send_refund(refund_id=refund.pk, at=TODAY + MINUTE) == "succeeded"


# Opened twice


def page_for(attempt, key):
    return payments.provider().open_session(attempt.request, key=key)


def test_of_several_pages_nobody_heard_of_one_is_shown_and_the_others_are_closed(standin, order):
    attempt = begin(order)
    spare = page_for(attempt, "order:as-if-answered-late")
    PaymentAttempt.objects.update(state="created", session="", url="")

    money.look_again(attempt=PaymentAttempt.objects.get(), at=TODAY + 2 * MINUTE)

    shown, attempt = attempt.session, PaymentAttempt.objects.get()
    assert attempt.session in {shown, spare.session}
    assert sorted(state for _name, state in pages(standin)) == ["expired", "open"]
    assert (attempt.session, "open") in pages(standin)


@pytest.mark.parametrize("which", [0, 1])
def test_of_several_pages_the_one_with_the_money_counts(standin, order, which):
    attempt = begin(order)
    spare = page_for(attempt, "order:as-if-answered-late")
    paid = (attempt, spare)[which].session
    standin.pay(paid)
    PaymentAttempt.objects.update(state="created", session="", url="")

    money.look_again(attempt=PaymentAttempt.objects.get(), at=TODAY + 2 * MINUTE)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.session) == ("paid", paid)
    assert sorted(state for _name, state in pages(standin)) == ["complete", "expired"]


# Being opened


def opened_without_answer(order):
    """The provider has opened a page, and its answer is on its way to us."""
    online = payments.provider()
    attempt = attempts._underway_or_new(order, online, "http://testserver/", "zh", TODAY)
    return page_for(attempt, attempt.key)


def status(page):
    return payments.provider().session(page.session).status


def test_the_comparison_leaves_a_page_alone_that_is_being_opened(standin, order):
    page = opened_without_answer(order)
    money.reconcile_payments(at=TODAY + timedelta(seconds=2))
    assert status(page) is SessionStatus.OPEN


def test_a_page_that_nobody_was_shown_is_closed_by_the_comparison_after_a_while(standin, order):
    page = opened_without_answer(order)
    money.reconcile_payments(at=TODAY + 16 * MINUTE)
    assert status(page) is SessionStatus.EXPIRED


def test_a_page_of_an_attempt_that_was_given_up_is_closed_at_once(standin, order):
    page = opened_without_answer(order)
    PaymentAttempt.objects.update(state="failed", closed_at=TODAY)
    money.reconcile_payments(at=TODAY + timedelta(seconds=2))
    assert status(page) is SessionStatus.EXPIRED
