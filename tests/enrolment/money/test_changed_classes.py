"""A class is changed for another that costs more or less, or nothing was paid for; end to end."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import clock
from accounts.models import StaffPost
from enrolment import queries, services
from enrolment.domain.money.books import Account
from enrolment.domain.refusals import Refusal
from enrolment.models import LedgerEntry, Order, OrderLine, PaymentAttempt, Refund
from enrolment.services import SeatRefused, money
from enrolment.services.money import choosing
from enrolment.services.money.refunding import sweep
from tests.enrolment.acts import claim, enrolment_of, swap, withdraw
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.campus import home_page
from tests.factories.enrolment import CampusFactory, SectionFactory
from tests.factories.fees import FEE, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(minutes=11)
BACK = "http://testserver/pay/back/"


@pytest.fixture(autouse=True)
def _today():
    home_page()
    clock.set_to(TODAY)


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, lessons=True)


@pytest.fixture
def learner():
    return LearnerFactory()


@pytest.fixture
def reader(app_client, learner):
    app_client.force_login(learner.user)
    return app_client


@pytest.fixture
def place(standin, section, learner):
    """A place that was paid on the web."""
    place = place_to_pay(section, learner)
    attempt = begin(order_for(place))
    standin.pay(attempt.session)
    assert money.look_again(attempt=attempt, at=TODAY).state == "paid"
    place.refresh_from_db()
    return place


def begin(order, *, at=TODAY):
    return money.begin_attempt(order=order, return_url=BACK, language="zh-hans", at=at)


def text(response):
    return response.content.decode()


def balances():
    return {name: fen for name, fen in LedgerEntry.objects.balances().items() if fen}


def at_the_desk(place, section):
    clerk = StaffFactory(unit=section.unit, role=StaffPost.Role.COUNTER)
    swap(place, section, actor=clerk, channel="phone", reason="来电")
    return money.follow_changes(learner=place.learner, at=TODAY)


def of_another_university(section, **more):
    other = CampusFactory(unit=UnitFactory(county=True))
    return SectionFactory(
        **{"fee_fen": FEE, "term": section.term, "weekday": 4, "campus": other} | more
    )


def dearer_than(section, **more):
    return SectionFactory(
        fee_fen=FEE + 6000, term=section.term, weekday=4, campus=section.campus, **more
    )


def test_the_difference_to_a_dearer_class_is_paid_on_the_web(
    reader, standin, section, place, nothing_is_broken
):
    learner = place.learner
    dearer = dearer_than(section, lessons=True)
    (order,) = at_the_desk(place, dearer)
    assert "补缴差额" in text(reader.get("/my/fees/"))
    assert "¥60" in text(reader.get(f"/my/fees/{order.pk}/"))

    page = reader.post(f"/my/fees/{order.pk}/pay/", {"way": "web"})
    attempt = PaymentAttempt.objects.get(order=order)
    assert page.url == attempt.url
    standin.pay(attempt.session)
    said = text(reader.get(f"/pay/{order.pay_code}/back/", follow=True))

    assert "差额¥60已缴" in said
    assert "撤回缴费" not in said  # the place is not given up for a difference
    assert enrolment_of(learner, dearer).status == "confirmed"
    assert balances() == {Account.CLEARING: FEE + 6000, Account.DEFERRED_INCOME: -FEE - 6000}
    assert "¥60" in text(reader.get(f"/my/fees/{order.pk}/receipt/"))
    withdraw(enrolment_of(learner, dearer))
    sweep(at=LATER)
    assert sorted(Refund.objects.values_list("amount_fen", flat=True)) == [6000, FEE]
    assert set(Refund.objects.values_list("way", flat=True)) == {"origin"}
    nothing_is_broken(LATER)


def test_a_difference_can_be_paid_after_the_day_we_asked_for(reader, standin, section, place):
    (order,) = at_the_desk(place, dearer_than(section))
    late = order.hold_until + timedelta(days=2)
    clock.set_to(late)
    standin.clock(late)
    assert 'value="web"' in text(reader.get(f"/my/fees/{order.pk}/"))
    assert "现在缴" in text(reader.get(f"/pay/{order.pay_code}/"))
    attempt = begin(order, at=late)
    standin.pay(attempt.session)
    assert money.look_again(attempt=attempt, at=late).state == "paid"


def test_a_cheaper_class_brings_the_rest_back_the_way_it_came(
    standin, section, place, learner, nothing_is_broken
):
    cheaper = SectionFactory(
        fee_fen=12000, term=section.term, weekday=4, campus=section.campus, lessons=True
    )
    swap(place, cheaper)
    sweep(at=TODAY)
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount_fen, refund.way) == ("changed", 6000, "origin")
    money.send_refund(refund_id=refund.pk, at=TODAY)
    refund.refresh_from_db()
    assert refund.state in {"pending", "succeeded"}
    assert queries.refund_of(enrolment_of(learner, cheaper), at=TODAY).fen == 12000
    nothing_is_broken(LATER)


# Nothing was paid for the old class


def test_a_free_class_is_changed_for_a_place_that_is_kept_for_its_fee(
    reader, standin, learner, nothing_is_broken
):
    free = SectionFactory()
    claim(free, learner)
    paid = SectionFactory(term=free.term, fee_fen=FEE, weekday=4, campus=free.campus)
    clerk = StaffFactory(unit=free.unit, role=StaffPost.Role.COUNTER)

    swap(enrolment_of(learner, free), paid, actor=clerk, channel="counter", reason="来窗口")

    place = enrolment_of(learner, paid)
    assert (place.status, bool(place.due_at)) == ("offered", True)
    assert "¥180" in text(reader.get("/my/fees/"))
    attempt = begin(order_for(place))
    standin.pay(attempt.session)
    assert money.look_again(attempt=attempt, at=TODAY).state == "paid"
    place.refresh_from_db()
    assert place.status == "confirmed"
    nothing_is_broken()


def test_a_learner_changes_a_free_class_for_one_with_a_fee_alone(learner, nothing_is_broken):
    free = SectionFactory()
    claim(free, learner)
    answer = swap(enrolment_of(learner, free), SectionFactory(term=free.term, fee_fen=FEE))
    assert answer.outcome == "held"
    assert answer.due_at > TODAY
    nothing_is_broken()


# Each office has books of its own


def test_what_was_paid_to_one_university_does_not_pay_at_another(place, section):
    elsewhere = of_another_university(section)
    with pytest.raises(SeatRefused) as caught:
        swap(place, elsewhere)
    assert caught.value.reason is Refusal.OTHER_OFFICE
    place.refresh_from_db()
    assert place.status == "confirmed"
    assert OrderLine.objects.get().enrolment == place


def test_the_page_says_so_and_does_not_offer_it(reader, place, section):
    elsewhere = of_another_university(section, course=section.course)
    here = SectionFactory(
        fee_fen=FEE, term=section.term, weekday=5, course=section.course, campus=section.campus
    )
    choice = text(reader.get(f"/my/classes/{place.pk}/change/"))
    assert f"/change/{here.pk}/" in choice
    assert f"/change/{elsewhere.pk}/" not in choice
    page = text(reader.get(f"/my/classes/{place.pk}/change/{elsewhere.pk}/"))
    assert "另一所学校" in page
    assert 'name="press"' not in page


def test_a_free_class_of_another_university_brings_all_of_it_back(
    place, section, nothing_is_broken
):
    swap(place, of_another_university(section, fee_fen=0))
    sweep(at=TODAY)
    assert Refund.objects.get().amount_fen == FEE
    nothing_is_broken()


def test_a_class_that_was_called_off_is_not_paid_with_at_another_university(place, section):
    elsewhere = of_another_university(section)
    head = StaffFactory(unit=section.unit, role=StaffPost.Role.BRANCH_HEAD)
    services.cancel_section(section=section, reason="人数不够", actor=head, at=TODAY)
    services.empty_section(section_id=section.pk, at=TODAY)
    money.refund_class(section_id=section.pk, at=TODAY)
    with pytest.raises(SeatRefused) as caught:
        choosing.take_another(
            refund=Refund.objects.get(), section=elsewhere, actor=place.learner.user,
            key=uuid4(), at=TODAY,
        )  # fmt: skip
    assert caught.value.reason is Refusal.OTHER_OFFICE
    assert not Order.objects.exclude(state__in=["paid", "refunded"]).exists()
