"""Money for several places of which some have gone, or are asked for in another way by now."""

import pytest

from enrolment import queries
from enrolment.models import Enrolment, Order, OrderLine, Payment, Refund
from enrolment.queries.money import checks, prices
from enrolment.services import money
from enrolment.services.money.settling import settle
from tests.enrolment.acts import give_up, withdraw
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory, TermFactory
from tests.factories.fees import FEE, attempt_for, noted_transfer, order_for, place_to_pay, seen
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def places():
    """Three places of one learner that are kept until they are paid."""
    term = TermFactory(rules__rules={"room_classes": 3, "holds_per_learner": 3})
    first = SectionFactory(fee_fen=FEE, term=term)
    same = {"term": first.term, "campus": first.campus, "fee_fen": FEE}
    sections = [first, *(SectionFactory(weekday=day, **same) for day in (4, 5))]
    learner = LearnerFactory()
    return [place_to_pay(section, learner) for section in sections]


def late_money(order, *, session="cs_late"):
    """It was paid on a page that we held for closed."""
    attempt = attempt_for(order, session=session, state="expired", closed_at=TODAY)
    settle(attempt=attempt, seen=seen(attempt), at=TODAY)


def states(*places):
    kept = Enrolment.objects.in_bulk([one.pk for one in places])
    return [kept[one.pk].status for one in places]


def back():
    return {one.enrolment_id: (one.cause, one.amount_fen) for one in Refund.objects.standing()}


def test_late_money_pays_for_what_nobody_else_asks_for_and_the_rest_goes_back(places):
    one, two, _three = places
    both = order_for(one, two)
    alone = order_for(two)  # the first order is closed by it

    late_money(both)

    both.refresh_from_db()
    alone.refresh_from_db()
    assert (both.state, alone.state) == ("part_refunded", "held")
    assert states(one, two) == ["confirmed", "offered"]
    assert back() == {two.pk: ("late_money", FEE)}
    counted = OrderLine.objects.that_count().values_list("enrolment", "order")
    assert set(counted) == {(one.pk, both.pk), (two.pk, alone.pk)}
    assert checks.broken_invariants() == []


def test_a_place_that_is_lost_twice_gives_back_twice(places):
    one, two, three = places
    all_of_them, both = order_for(one, two, three), order_for(two, three)
    order_for(three)

    late_money(both, session="cs_1")
    late_money(all_of_them, session="cs_2")

    assert states(one, two, three) == ["confirmed", "confirmed", "offered"]
    of_three = Refund.objects.filter(enrolment=three, cause="late_money")
    assert [one.amount_fen for one in of_three] == [FEE, FEE]
    assert checks.broken_invariants() == []


def test_finance_places_money_for_several_of_which_one_is_asked_for_elsewhere(places):
    one, two, _three = places
    both = order_for(one, two)
    order_for(two)
    staff = StaffFactory(unit=one.section.unit)
    payment = noted_transfer(one.section.unit, staff, amount_fen=2 * FEE, reference="B9")

    money.place_payment(payment=payment, order=both, actor=staff, at=TODAY)

    assert states(one, two) == ["confirmed", "offered"]
    assert back() == {two.pk: ("late_money", FEE)}
    assert checks.broken_invariants() == []


def free_of_charge(monkeypatch, place):
    """As for whoever joins when no lesson is left to pay for."""
    was = queries.fee_owed
    monkeypatch.setattr(prices, "fee_owed", lambda one: 0 if one.pk == place.pk else was(one))


def test_a_place_that_cost_nothing_and_went_gives_nothing_back(places, monkeypatch):
    one, two, _three = places
    free_of_charge(monkeypatch, two)
    both = order_for(one, two)
    attempt = attempt_for(both)
    withdraw(two)
    give_up(two)

    settle(attempt=attempt, seen=seen(attempt), at=TODAY)

    both.refresh_from_db()
    assert (both.state, states(one), back()) == ("paid", ["confirmed"], {})
    assert checks.broken_invariants() == []


def test_nor_when_finance_places_the_money(places, monkeypatch):
    one, two, _three = places
    free_of_charge(monkeypatch, two)
    both = order_for(one, two)
    withdraw(two)
    give_up(two)
    staff = StaffFactory(unit=one.section.unit)
    payment = noted_transfer(one.section.unit, staff, reference="B9", payer="-")

    money.place_payment(payment=payment, order=both, actor=staff, at=TODAY)

    assert (Order.objects.get().state, Payment.objects.get().state) == ("paid", "kept")
    assert (states(one), back()) == (["confirmed"], {})
