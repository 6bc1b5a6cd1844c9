"""Letters about fees: one SMS each, which says where to pay, and nothing that is over by now."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from accounts import clock
from accounts.models import Message, OutboxMessage
from enrolment import notifications, tasks
from enrolment.domain.money.handed import Handed
from enrolment.services.money import ended, till
from tests.enrolment.acts import enrolment_of, swap
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, drawer_for, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
LONG_LINK = "https://www.qinglan-lndx.gov.cn/pay/123456789012/"
CASH = Handed(method="cash")


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, capacity=3, course__name="八段锦与健身气功提高", number=12)


@pytest.fixture
def order(section):
    return order_for(place_to_pay(section, LearnerFactory(name="阿依古丽·买买提")))


@pytest.fixture
def cashier(section):
    user = StaffFactory(unit=section.unit)
    drawer_for(user, section)
    return user


def letters(kind):
    """Do these errands; return what was written."""
    for row in OutboxMessage.objects.filter(done_at=None, kind=kind):
        getattr(tasks, kind)(row.object_id, row.pk)
    return list(Message.objects.order_by("created_at").values_list("text", flat=True))


def take(order, by):
    return till.take_at_counter(order=order, handed=CASH, by=by, key=uuid4(), at=TODAY)


def void(payment):
    other = StaffFactory(unit=payment.unit)
    return till.void_payment(payment=payment, reason="收错了人", by=other, at=TODAY)


def test_whose_payment_the_counter_took_back_is_told_until_when_the_place_is_kept(order, cashier):
    void(take(order, cashier))
    (letter,) = letters("tell_voided")
    assert "180元缴费窗口已作废" in letter
    assert "12月2日17点" in letter
    assert len(letter) <= 70


def test_whose_payment_was_only_taken_anew_is_not_frightened(order, cashier):
    void(take(order, cashier))
    order.refresh_from_db()
    take(order, cashier)
    assert letters("tell_voided") == []


def test_who_owes_a_difference_once_more_keeps_the_place(section, order, cashier):
    take(order, cashier)
    place = order.lines.get().enrolment
    dearer = SectionFactory(
        fee_fen=FEE + 6000, term=section.term, weekday=4, campus=section.campus
    )
    swap(place, dearer, actor=cashier, channel="counter", reason="来窗口")
    (difference,) = ended.follow_changes(learner=place.learner, at=TODAY)
    assert enrolment_of(place.learner, dearer).status == "confirmed"
    void(take(difference, cashier))
    (letter,) = letters("tell_voided")
    assert "60元缴费" in letter
    assert "名额不变" in letter
    assert len(letter) <= 70


@pytest.mark.parametrize("fen", [18000, 128000])
@pytest.mark.parametrize(
    "link",
    ["http://lndx.cn/pay/123456789012/", "http://l.qlldx.cn:80/pay/123456789012/", LONG_LINK],
)
def test_whoever_is_asked_to_pay_is_told_where(order, fen, link):
    asked = SimpleNamespace(
        pk=order.pk, amount_fen=fen, hold_until=order.hold_until, pay_code="123456789012"
    )
    notifications.ask_to_pay(asked, phone="+8613900001234", link=link, at=TODAY)
    letter = Message.objects.get().text
    assert len(letter) <= 70, letter
    assert "123456789012" in letter.replace(" ", "")
    assert "12月2日17点前" in letter
    assert "pay/123456789012" in letter or "网上缴请打88880001" in letter, letter
    assert "到窗口" in letter
