"""What comes back of paid places: worked out once, decided, and given at the counter."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.models import StaffPost
from campus.models import Campus
from enrolment import queries, services
from enrolment.domain.money.books import Account
from enrolment.domain.money.handed import Handed
from enrolment.domain.refunds import Refund as Comes
from enrolment.domain.refunds import Share
from enrolment.models import DrawerSession, Order, OrderLine, Receipt, Refund, Waiver
from enrolment.queries.money import fees
from enrolment.queries.money import till as tills
from enrolment.services.money import choosing, ended, paying_out, special, till
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from enrolment.services.money.refunding import sweep
from enrolment.services.money.refunds import left_of, owe_back
from enrolment.services.money.settling import settle
from enrolment.services.money.undoing import undo_payment
from tests.enrolment.acts import enrolment_of, swap, undo, withdraw
from tests.enrolment.money.paid import balances, drawer_with, have_lessons, paid_place
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, attempt_for, seen
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(minutes=11)


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, lessons=True, capacity=5)


# What ended


def test_who_leaves_gets_the_fee_back_once_the_change_of_mind_is_over(section, nothing_is_broken):
    place = paid_place(section)
    withdraw(place)
    sweep(at=TODAY)
    assert not Refund.objects.exists(), "it can still be taken back"

    sweep(at=LATER)
    sweep(at=LATER)

    refund = Refund.objects.get()
    order = Order.objects.get()
    assert (refund.cause, refund.amount_fen, refund.state, refund.way) == (
        "withdrew", FEE, "approved", "origin",
    )  # fmt: skip
    assert order.state == "refunded"
    assert balances() == {Account.CLEARING: FEE, Account.REFUNDS_PAYABLE: -FEE}
    nothing_is_broken(LATER)


def test_who_takes_the_place_back_keeps_what_was_paid(section):
    place = paid_place(section)
    withdraw(place)
    undo(place)
    sweep(at=LATER)
    assert not Refund.objects.exists()


@pytest.mark.parametrize(("held", "fen"), [(1, FEE), (2, 15750), (4, 13500), (5, 0)])
def test_the_lessons_held_at_leaving_decide_not_those_at_the_sweep(section, held, fen):
    place = paid_place(section)
    have_lessons(section, held=held, after=16 - held)
    withdraw(place)
    week_later = TODAY + timedelta(days=7)
    assert queries.refund_of(enrolment_of(place.learner, section), at=TODAY).fen == fen

    sweep(at=week_later)

    assert sum(Refund.objects.values_list("amount_fen", flat=True)) == fen
    assert OrderLine.objects.get().seen_to_at == week_later


def test_the_rule_is_the_one_of_the_sale(section):
    paid_place(section)
    line = OrderLine.objects.get()
    assert line.rule["part_until"] == 4
    line.rule["part_until"] = 9
    with pytest.raises(IntegrityError, match="stays as it was written"):
        line.save()


def test_what_was_waived_does_not_come_back_as_money(section):
    learner = LearnerFactory()
    asks, says_yes = StaffFactory.create_batch(2)
    Waiver.objects.create(
        learner=learner, unit=section.unit, term=section.term, kind="hardship", percent=50,
        proof="-", asked_by=asks, asked_at=TODAY, approved_by=says_yes, approved_at=TODAY,
    )  # fmt: skip
    place = paid_place(section, learner=learner)
    assert queries.refund_of(place, at=TODAY) == Comes(
        Share.WHOLE, FEE // 2, section.lessons.count()
    )


def test_a_class_that_moved_far_may_be_left_for_the_whole_fee(section):
    place = paid_place(section)
    have_lessons(section, held=9, after=7)
    assert queries.refund_of(enrolment_of(place.learner, section), at=TODAY).fen == 0
    Campus.objects.filter(pk=section.campus_id).update(x_km=section.campus.x_km + 2.5)
    assert queries.refund_of(enrolment_of(place.learner, section), at=TODAY).fen == FEE


def test_lessons_the_school_lost_come_back_when_the_term_is_over(section):
    paid_place(section)
    have_lessons(section, held=14, lost=2)
    OrderLine.objects.get()
    sweep(at=TODAY)
    assert not Refund.objects.exists(), "they may still be made up"
    over = TODAY + timedelta(days=400)

    sweep(at=over)
    sweep(at=over)

    refund = Refund.objects.get()
    lessons = OrderLine.objects.get().rule["lessons"]
    assert (refund.cause, refund.amount_fen) == ("lessons_lost", -(-FEE * 2 // lessons))


# A class that is called off


@pytest.fixture
def called_off(section):
    """Three who paid, and a class that is called off."""
    places = [paid_place(section) for _learner in range(3)]
    staff = StaffFactory(unit=section.unit, role=StaffPost.Role.BRANCH_HEAD)
    services.cancel_section(section=section, actor=staff, at=TODAY, reason="too few")
    services.empty_section(section_id=section.pk, at=TODAY)
    assert ended.refund_class(section_id=section.pk, at=TODAY) == 3
    assert ended.refund_class(section_id=section.pk, at=TODAY) == 0, "once"
    return places


def test_all_learners_of_a_class_called_off_may_choose_and_get_the_money_if_they_do_not(
    called_off,
):
    waiting = Refund.objects.to_choose()
    assert waiting.count() == 3
    until = waiting.first().choose_until
    assert until > TODAY + timedelta(days=5)
    sweep(at=until - timedelta(minutes=1))
    assert waiting.count() == 3

    sweep(at=until)

    assert set(Refund.objects.values_list("state", "amount_fen")) == {("approved", FEE)}


def test_who_wants_the_money_has_it_at_once(called_off):
    refund = Refund.objects.get(enrolment=called_off[0])
    assert choosing.take_the_money(refund=refund, at=TODAY, actor=called_off[0].learner.user)
    refund.refresh_from_db()
    assert (refund.state, refund.choose_until) == ("approved", None)
    assert not choosing.take_the_money(refund=refund, at=TODAY)


@pytest.mark.parametrize(
    ("fee", "back", "on_top"), [(12000, 6000, 0), (FEE, 0, 0), (24000, 0, 6000)]
)
def test_another_class_takes_the_money_along(called_off, fee, back, on_top, nothing_is_broken):
    refund = Refund.objects.get(enrolment=called_off[0])
    other = SectionFactory(fee_fen=fee, term=refund.line.section.term, weekday=4)

    place = choosing.take_another(
        refund=refund, section=other, actor=called_off[0].learner.user, key=uuid4(), at=TODAY
    )

    assert place.status == "confirmed"
    refund.refresh_from_db()
    assert refund.state == "refused"
    difference = Refund.objects.filter(cause="changed").values_list("amount_fen", flat=True)
    assert sum(difference) == back
    assert sum(Order.objects.open().values_list("amount_fen", flat=True)) == on_top
    assert queries.refund_of(place, at=TODAY).fen == FEE - back
    nothing_is_broken()


# A class that is changed


def test_what_was_paid_goes_along_with_a_changed_class_and_the_rest_comes_back(section):
    place = paid_place(section)
    cheaper = SectionFactory(fee_fen=12000, term=section.term, weekday=4)
    swap(place, cheaper)

    sweep(at=TODAY)
    sweep(at=TODAY)

    now = enrolment_of(place.learner, cheaper)
    assert OrderLine.objects.get().enrolment == now
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount_fen) == ("changed", 6000)
    withdraw(now)
    sweep(at=LATER)
    assert sum(Refund.objects.values_list("amount_fen", flat=True)) == FEE


def test_a_dearer_class_owes_its_difference_and_gives_back_both(section):
    place = paid_place(section)
    dearer = SectionFactory(fee_fen=24000, term=section.term, weekday=4)
    clerk = StaffFactory(unit=section.unit, role=StaffPost.Role.COUNTER)
    swap(place, dearer, actor=clerk, channel="counter", reason="at the counter")

    (order,) = ended.follow_changes(learner=place.learner, at=TODAY)
    assert (order.amount_fen, order.state) == (6000, "held")
    assert not Order.objects.whose_places_went().exists()
    assert fees.fees_of(place.learner, at=TODAY).on_top == [order]
    (bill,) = tills.bills_of(place.learner, [section.unit_id], at=TODAY)
    assert bill.amount_fen == 6000
    attempt = attempt_for(order, session="cs_top")
    settle(attempt=attempt, seen=seen(attempt), at=TODAY)
    order.refresh_from_db()
    assert order.state == "paid"

    now = enrolment_of(place.learner, dearer)
    assert fees.fees_of(place.learner, at=TODAY).on_top == []
    assert queries.refund_of(now, at=TODAY).fen == 24000
    withdraw(now)
    sweep(at=LATER)
    assert sorted(Refund.objects.values_list("amount_fen", flat=True)) == [6000, FEE]
    assert set(Order.objects.values_list("state", flat=True)) == {"refunded"}


def test_a_difference_is_taken_at_the_till_and_taken_back_there(section):
    place = paid_place(section)
    dearer = SectionFactory(fee_fen=24000, term=section.term, weekday=4, campus=section.campus)
    clerk, other = StaffFactory.create_batch(2, unit=section.unit, role=StaffPost.Role.COUNTER)
    swap(place, dearer, actor=clerk, channel="counter", reason="at the counter")
    ended.follow_changes(learner=place.learner, at=TODAY)
    now = enrolment_of(place.learner, dearer)
    drawer_with(section, clerk, 0)

    payment = till.take_fees(
        learner=place.learner, places=[now], amount_fen=6000,
        handed=Handed(method="cash"), by=clerk, key=uuid4(), at=TODAY,
    )  # fmt: skip

    assert (payment.amount_fen, payment.state) == (6000, "kept")
    till.void_payment(payment=payment, reason="wrong learner", by=other, at=TODAY)
    now.refresh_from_db()
    payment.order.refresh_from_db()
    assert (now.status, payment.order.state) == ("confirmed", "held")


# Two people, and no more than was paid


def test_a_large_sum_waits_for_a_second_person():
    dear = SectionFactory(fee_fen=60000)
    place = paid_place(dear)
    withdraw(place)
    sweep(at=LATER)
    refund = Refund.objects.get()
    assert refund.state == "requested"
    special.approve(refund=refund, by=StaffFactory(), at=LATER)
    special.approve(refund=refund, by=StaffFactory(), at=LATER)
    refund.refresh_from_db()
    assert refund.state == "approved"
    assert balances() == {Account.CLEARING: 60000, Account.REFUNDS_PAYABLE: -60000}


def test_who_asks_does_not_decide(section):
    place = paid_place(section)
    head = StaffFactory(unit=section.unit)
    (refund,) = special.offer_back(
        enrolment=place, amount_fen=500, words="the room was cold", asked_by=head, at=TODAY
    )
    with pytest.raises(PaymentRefused) as refused:
        special.approve(refund=refund, by=head, at=TODAY)
    assert refused.value.problem == PaymentProblem.SAME_PERSON
    with pytest.raises(IntegrityError, match="who_asks_for_a_large_refund_does_not_decide_it"):
        Refund.objects.filter(pk=refund.pk).update(
            state="approved", approved_by=head, decided_at=TODAY
        )


def test_more_than_was_paid_is_not_owed_back(section):
    place = paid_place(section)
    payment = Order.objects.get().payments.get()
    with pytest.raises(PaymentRefused):
        special.offer_back(
            enrolment=place, amount_fen=FEE + 1, words="-", asked_by=StaffFactory(), at=TODAY
        )
    owe_back(payment=payment, amount_fen=FEE, cause=Refund.Cause.WITHDREW, at=TODAY)
    assert left_of(payment) == 0
    with pytest.raises(PaymentRefused):
        owe_back(payment=payment, amount_fen=1, cause=Refund.Cause.WITHDREW, at=TODAY)


# At the counter


def owed_at_the_counter(section):
    """Money of WeChat that is too old to go back the way it came."""
    place = paid_place(section, method="wechat_pay")
    section.lessons.all().delete()
    old = TODAY + timedelta(days=181)
    withdraw(place, at=old)
    sweep(at=old + timedelta(minutes=11))
    refund = Refund.objects.get()
    assert (refund.way, refund.state) == ("cash", "approved")
    return refund


def test_wechat_takes_nothing_back_after_half_a_year_so_it_is_given_in_cash(section):
    refund = owed_at_the_counter(section)
    clerk = StaffFactory(unit=section.unit)
    with pytest.raises(PaymentRefused) as refused:
        paying_out.give_cash(refund=refund, to="王秀英", by=clerk, at=TODAY)
    assert refused.value.problem == PaymentProblem.NO_DRAWER
    drawer_with(section, clerk, FEE - 1)
    with pytest.raises(PaymentRefused) as refused:
        paying_out.give_cash(refund=refund, to="王秀英", by=clerk, at=TODAY)
    assert refused.value.problem == PaymentProblem.DRAWER_SHORT
    DrawerSession.objects.update(float_fen=FEE)

    for _press in range(2):
        paying_out.give_cash(refund=refund, to="王秀英", by=clerk, at=TODAY)

    refund.refresh_from_db()
    assert (refund.state, refund.paid_to, Receipt.objects.get(refund=refund).no) == (
        "succeeded", "王秀英", 2,
    )  # fmt: skip
    assert balances() == {Account.CLEARING: FEE, Account.DRAWER: -FEE}


def test_finance_transfers_with_the_reference_of_the_bank(section):
    refund = owed_at_the_counter(section)
    paying_out.note_transferred(
        refund=refund, to="王秀英", reference="B-1", by=StaffFactory(), at=TODAY
    )
    refund.refresh_from_db()
    assert (refund.state, refund.way, refund.bank_reference) == ("succeeded", "transfer", "B-1")
    assert balances() == {Account.CLEARING: FEE, Account.BANK: -FEE}


# Within ten minutes


def test_a_payment_is_taken_back_within_ten_minutes_and_the_place_with_it(
    section, nothing_is_broken
):
    place = paid_place(section)
    order, soon = Order.objects.get(), TODAY + timedelta(minutes=9)
    for _press in range(2):
        undo_payment(order=order, actor=place.learner.user, key=uuid4(), at=soon)

    place.refresh_from_db()
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount_fen, refund.state) == ("undone", FEE, "approved")
    assert (place.status, place.undo_until) == ("withdrawn", None)
    sweep(at=TODAY + timedelta(hours=1))
    assert Refund.objects.count() == 1
    nothing_is_broken(soon)


def test_after_ten_minutes_it_is_leaving_like_any_other(section):
    place = paid_place(section)
    with pytest.raises(PaymentRefused):
        undo_payment(order=Order.objects.get(), actor=place.learner.user, key=uuid4(), at=LATER)
    place.refresh_from_db()
    assert place.status == "confirmed"
