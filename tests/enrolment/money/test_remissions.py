"""Waivers and vouchers: who decides, what is taken off, and what a place without money is."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import clock, scope
from accounts.models import OutboxMessage, StaffPost
from enrolment import services
from enrolment.domain.money.books import Account
from enrolment.domain.money.remissions import spread, waived
from enrolment.models import Journal, LedgerEntry, Order, Refund, Voucher, Waiver
from enrolment.services.money import remissions
from enrolment.services.money.orders import PaymentRefused
from enrolment.services.money.remissions import (
    RemissionProblem,
    RemissionRefused,
    apply_waivers,
    decide_voucher,
    decide_waiver,
    end_voucher,
    end_waiver,
    give_voucher,
    sweep_waivers,
    use_voucher,
)
from enrolment.services.money.settling import settle
from tests.enrolment.acts import claim
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, attempt_for, order_for, place_to_pay, seen
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role
NEXT_YEAR = date(2027, 11, 30)


@pytest.fixture
def section():
    return SectionFactory(fee_fen=FEE, capacity=2)


@pytest.fixture
def place(section):
    return place_to_pay(section, LearnerFactory())


@pytest.fixture
def clerk(section):
    return StaffFactory(unit=section.unit, role=Role.COUNTER)


@pytest.fixture
def finance(section):
    return StaffFactory(unit=section.unit, role=Role.FINANCE)


def ask(place, clerk, *, percent=50, kind=Waiver.Kind.HARDSHIP):
    return remissions.ask_for_waiver(
        learner=place.learner, unit=place.section.unit, term=place.section.term, kind=kind,
        percent=percent, proof="低保证，2026年", actor=clerk, at=TODAY,
    )  # fmt: skip


def grant(place, clerk, finance, **more):
    waiver = decide_waiver(waiver=ask(place, clerk, **more), agreed=True, actor=finance, at=TODAY)
    apply_waivers(learner_id=place.learner_id, at=TODAY)
    return waiver


def voucher_of(unit, finance, amount_fen=5000, runs_out_on=NEXT_YEAR):
    voucher = written(unit, finance, amount_fen, runs_out_on)
    other = StaffFactory(unit=unit, role=Role.FINANCE)
    return decide_voucher(voucher=voucher, agreed=True, actor=other, at=TODAY)


def written(unit, finance, amount_fen=5000, runs_out_on=NEXT_YEAR):
    """A voucher to which nobody has agreed yet."""
    return give_voucher(
        unit=unit, amount_fen=amount_fen, reason="停班补偿", proof="校务会纪要3号",
        runs_out_on=runs_out_on, actor=finance, at=TODAY,
    )  # fmt: skip


def balances():
    return {name: fen for name, fen in LedgerEntry.objects.balances().items() if fen}


def open_order_of(place):
    return Order.objects.of(place.learner).open().get()


def test_who_asks_for_a_waiver_does_not_decide_it(place, clerk):
    with pytest.raises(RemissionRefused) as refused:
        decide_waiver(waiver=ask(place, clerk), agreed=True, actor=clerk, at=TODAY)
    assert refused.value.problem == RemissionProblem.SAME_PERSON


def test_a_waiver_is_asked_for_once_and_decided_once(place, clerk, finance):
    waiver = ask(place, clerk)
    with pytest.raises(RemissionRefused) as twice:
        ask(place, clerk)
    decide_waiver(waiver=waiver, agreed=False, actor=finance, at=TODAY)
    with pytest.raises(RemissionRefused) as again:
        decide_waiver(waiver=waiver, agreed=True, actor=finance, at=TODAY)
    assert twice.value.problem == RemissionProblem.ASKED_ALREADY
    assert again.value.problem == RemissionProblem.DECIDED_ALREADY
    assert ask(place, clerk).pk != waiver.pk, "a no is no bar to asking again"


def test_half_a_fee_is_waived_on_an_order_that_stood(place, clerk, finance):
    stood = order_for(place)
    grant(place, clerk, finance)

    stood.refresh_from_db()
    order = open_order_of(place)
    line = order.lines.get()
    assert (stood.state, order.amount_fen) == ("cancelled", FEE // 2)
    assert (line.fee_fen, line.waived_fen, line.voucher_fen) == (FEE, FEE // 2, 0)
    assert balances() == {Account.RECEIVABLE: FEE // 2, Account.DEFERRED_INCOME: -FEE // 2}


def test_a_waiver_that_nobody_decided_takes_nothing_off(place, clerk):
    ask(place, clerk)
    assert order_for(place).amount_fen == FEE


def test_whose_fee_is_waived_as_a_whole_has_the_place(place, clerk, finance, nothing_is_broken):
    grant(place, clerk, finance, percent=100)

    place.refresh_from_db()
    order = Order.objects.get()
    assert (place.status, order.state, order.amount_fen) == ("confirmed", "paid", 0)
    assert not Journal.objects.exists()
    nothing_is_broken()


def test_a_place_that_comes_after_the_waiver_is_theirs_by_the_next_round(
    section, place, clerk, finance
):
    grant(place, clerk, finance, percent=100)
    other = SectionFactory(
        fee_fen=FEE, campus=section.campus, term=section.term, weekday=4, capacity=1
    )
    claim(other, place.learner)

    assert sweep_waivers(at=TODAY) == 1
    assert sweep_waivers(at=TODAY) == 0
    assert place.learner.enrolments.get(section=other).status == "confirmed"


def test_an_ended_waiver_leaves_the_whole_fee_to_pay(place, clerk, finance):
    waiver = grant(place, clerk, finance)
    assert order_for(place).amount_fen == FEE // 2
    end_waiver(waiver=waiver, actor=finance, at=TODAY)
    assert sweep_waivers(at=TODAY) == 1
    assert open_order_of(place).amount_fen == FEE


def test_a_waiver_is_read_by_its_learner_and_its_office_and_by_nobody_else(
    place, clerk, finance, as_app
):
    grant(place, clerk, finance)
    other = LearnerFactory(unit=UnitFactory(county=True))
    stranger = StaffFactory(unit=other.unit, role=Role.FINANCE)

    def read():
        return Waiver.objects.count()

    with as_app():
        with scope.learners([place.learner_id]):
            own = read()
            with pytest.raises(ProgrammingError), transaction.atomic():
                Waiver.objects.update(percent=100)  # theirs to read, not to write
        with scope.learners([other.pk]):
            of_another = read()
        with scope.staff(finance):
            in_the_office = read()
        with scope.staff(stranger):
            elsewhere = read()

    assert (own, of_another, in_the_office, elsewhere) == (1, 0, 1, 0)


def test_a_learner_sees_the_fee_they_will_be_asked_for_before_they_press(
    app_client, place, clerk, finance
):
    clock.set_to(TODAY)
    grant(place, clerk, finance)
    app_client.force_login(place.learner.user)
    shown = app_client.get(reverse("enrolment:list-fees")).content.decode()
    assert "¥90" in shown
    assert "¥180" not in shown
    assert "已减免" in shown


def test_what_was_paid_keeps_its_price(place, clerk, finance):
    order = order_for(place)
    attempt = attempt_for(order)
    settle(attempt=attempt, seen=seen(attempt), at=TODAY)
    grant(place, clerk, finance)
    assert sweep_waivers(at=TODAY) == 0
    order.refresh_from_db()
    assert (order.state, order.amount_fen) == ("paid", FEE)


def test_a_decision_leaves_an_errand(place, clerk, finance):
    decide_waiver(waiver=ask(place, clerk), agreed=True, actor=finance, at=TODAY)
    errand = OutboxMessage.objects.get(kind="apply_waiver")
    assert errand.object_id == str(place.learner_id)


def test_a_voucher_is_taken_off_once(section, place, finance):
    voucher = voucher_of(section.unit, finance)
    order = use_voucher(
        order=order_for(place), code=voucher.code, actor=place.learner.user, at=TODAY
    )
    line = order.lines.get()
    assert (order.amount_fen, line.voucher_fen, line.waived_fen) == (FEE - 5000, 5000, 0)
    assert balances()[Account.RECEIVABLE] == FEE - 5000

    other = order_for(place_to_pay(section, LearnerFactory()))
    with pytest.raises(RemissionRefused) as refused:
        use_voucher(order=other, code=voucher.code, actor=finance, at=TODAY)
    assert refused.value.problem == RemissionProblem.CODE_USED


def test_a_voucher_comes_after_the_waiver_and_gives_no_change(section, place, clerk, finance):
    grant(place, clerk, finance)
    voucher = voucher_of(section.unit, finance, amount_fen=FEE)
    order = use_voucher(
        order=order_for(place), code=voucher.code, actor=place.learner.user, at=TODAY
    )
    place.refresh_from_db()
    line = order.lines.get()
    assert (order.amount_fen, order.state, place.status) == (0, "paid", "confirmed")
    assert (line.waived_fen, line.voucher_fen) == (FEE // 2, FEE // 2)
    assert not Refund.objects.exists()


def test_a_voucher_goes_over_when_the_order_is_priced_anew(section, place, clerk, finance):
    voucher = voucher_of(section.unit, finance)
    use_voucher(order=order_for(place), code=voucher.code, actor=finance, at=TODAY)
    grant(place, clerk, finance)
    order = open_order_of(place)
    voucher.refresh_from_db()
    assert (order.amount_fen, voucher.order_id) == (FEE // 2 - 5000, order.pk)


def test_an_order_that_nobody_paid_gives_its_voucher_free(section, place, finance):
    voucher = voucher_of(section.unit, finance)
    late = use_voucher(order=order_for(place), code=voucher.code, actor=finance, at=TODAY)
    attempt = attempt_for(late, expires_at=TODAY)
    much_later = TODAY + timedelta(days=3)
    services.lapse_and_promote(at=much_later)
    late.attempts.update(state="expired")
    close(late, much_later)

    second = place_to_pay_at(section, much_later)
    order = use_voucher(order=second, code=voucher.code, actor=finance, at=much_later)
    assert order.amount_fen == FEE - 5000

    settle(attempt=attempt, seen=seen(attempt), at=much_later)
    late.refresh_from_db()
    assert late.state == "late", "its price was that of a voucher that somebody else has now"
    assert Refund.objects.get().amount_fen == FEE - 5000


def place_to_pay_at(section, at):
    learner = LearnerFactory()
    claim(section, learner, at=at)
    return order_for(learner.enrolments.get(), at=at)


def close(order, at):
    from enrolment.services.money.orders import close_order

    close_order(order, state=Order.State.EXPIRED, at=at)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda unit, finance: "123456789012", RemissionProblem.CODE_UNKNOWN),
        (
            lambda unit, finance: voucher_of(unit, finance, runs_out_on=date(2026, 11, 30)).code,
            RemissionProblem.CODE_RUN_OUT,
        ),
        (
            lambda unit, finance: voucher_of(UnitFactory(county=True, parent=unit), finance).code,
            RemissionProblem.OTHER_OFFICE,
        ),
        (
            lambda unit, finance: (
                end_voucher(voucher=voucher_of(unit, finance), actor=finance, at=TODAY).code
            ),
            RemissionProblem.CODE_UNKNOWN,
        ),
    ],
)
def test_a_code_that_does_not_count_is_refused(section, place, finance, make, problem):
    order = order_for(place)
    with pytest.raises(RemissionRefused) as refused:
        use_voucher(order=order, code=make(section.unit, finance), actor=finance, at=TODAY)
    assert refused.value.problem == problem
    order.refresh_from_db()
    assert order.is_open, "nothing was closed for a code that does not count"


def test_one_voucher_an_order(section, place, finance):
    first, second = (voucher_of(section.unit, finance) for _n in range(2))
    order = use_voucher(order=order_for(place), code=first.code, actor=finance, at=TODAY)
    with pytest.raises(RemissionRefused) as refused:
        use_voucher(order=order, code=second.code, actor=finance, at=TODAY)
    assert refused.value.problem == RemissionProblem.HAS_ONE


def test_a_used_voucher_is_not_ended(section, place, finance):
    voucher = voucher_of(section.unit, finance)
    use_voucher(order=order_for(place), code=voucher.code, actor=finance, at=TODAY)
    with pytest.raises(RemissionRefused):
        end_voucher(voucher=voucher, actor=finance, at=TODAY)


def test_no_voucher_while_the_order_is_being_paid(section, place, finance):
    """Without a provider that answers, its page cannot be closed: it may still take money."""
    order = order_for(place)
    attempt_for(order)
    voucher = voucher_of(section.unit, finance)
    with pytest.raises(PaymentRefused):
        use_voucher(order=order, code=voucher.code, actor=finance, at=TODAY)
    assert Voucher.objects.get().order is None


@given(
    amount=st.integers(0, 10**6),
    fees=st.lists(st.integers(0, 10**5), min_size=1, max_size=6),
)
def test_a_voucher_spread_over_lines_is_the_whole_voucher(amount, fees):
    parts = spread(amount, fees)
    assert sum(parts) == min(amount, sum(fees))
    assert all(0 <= part <= fee for part, fee in zip(parts, fees, strict=True))


@given(fee=st.integers(0, 10**6), percent=st.integers(1, 100))
def test_a_share_is_rounded_for_the_learner(fee, percent):
    taken = waived(fee, percent)
    assert fee * percent <= taken * 100 < fee * percent + 100
    assert taken <= fee


def test_a_voucher_counts_once_another_person_has_agreed(place, finance):
    voucher, order = written(place.section.unit, finance), order_for(place)
    asked = {"order": order, "code": voucher.code, "actor": finance, "at": TODAY}
    with pytest.raises(RemissionRefused) as unknown:
        use_voucher(**asked)
    assert unknown.value.problem is RemissionProblem.CODE_UNKNOWN
    with pytest.raises(RemissionRefused) as alone:
        decide_voucher(voucher=voucher, agreed=True, actor=finance, at=TODAY)
    assert alone.value.problem is RemissionProblem.SAME_PERSON

    other = StaffFactory(unit=place.section.unit)
    decide_voucher(voucher=voucher, agreed=True, actor=other, at=TODAY)
    assert use_voucher(**asked).amount_fen == FEE - 5000
    with pytest.raises(RemissionRefused):
        decide_voucher(voucher=voucher, agreed=False, actor=other, at=TODAY)


def test_a_voucher_that_nobody_agreed_to_is_refused_by_the_database(place, finance):
    voucher, order = written(place.section.unit, finance), order_for(place)
    mine = Voucher.objects.filter(pk=voucher.pk)
    with pytest.raises(IntegrityError, match="nobody agreed"), transaction.atomic():
        mine.update(order=order, used_at=TODAY)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        mine.update(approved_by=finance, approved_at=TODAY)
    with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
        mine.update(amount_fen=1_000_000)


def test_a_voucher_that_is_not_agreed_to_is_over(place, finance):
    voucher = written(place.section.unit, finance)
    other = StaffFactory(unit=place.section.unit)
    over = decide_voucher(voucher=voucher, agreed=False, actor=other, at=TODAY)
    assert (over.approved_at, over.ended_at) == (None, TODAY)
