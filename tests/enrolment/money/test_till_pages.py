"""The pages of the till, of drawers, and the pay slip that anybody may open."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import clock, limits
from accounts.models import StaffPost
from enrolment.domain.money import codes
from enrolment.models import DrawerSession, LedgerEntry, Order, Payment
from enrolment.wording import money_till as wording
from tests.enrolment.acts import withdraw
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, UnitFactory
from tests.factories.enrolment import CampusFactory, SectionFactory
from tests.factories.fees import FEE, drawer_for, order_for, pay_in_cash, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def office():
    return UnitFactory(county=True)


@pytest.fixture
def section(office):
    return SectionFactory(campus=CampusFactory(unit=office), fee_fen=FEE, capacity=3)


@pytest.fixture
def place(section, office):
    return place_to_pay(section, LearnerFactory(name="王秀英", unit=office))


@pytest.fixture
def cashier(app_client, office, section):
    user = sign_in(app_client, office)
    drawer_for(user, section, float_fen=10_000)
    return user


def till_of(place):
    return reverse("enrolment:till-of", args=[place.learner_id])


def wide(text):  # as it comes out of a Chinese keyboard
    return text.translate({ord(one): ord(one) + 0xFEE0 for one in "0123456789."})


def page(client, address, **more):
    return client.get(address, **more).content.decode()


def press(client, place, way="cash", *, key=None, amount_fen=FEE, **typed):
    return client.post(
        till_of(place),
        {
            "press": str(key or uuid4()), "way": way, "amount_fen": str(amount_fen),
            "place": [str(place.pk)], **typed,
        },
    )  # fmt: skip


# Finding


def test_a_code_with_a_wrong_digit_or_of_elsewhere_is_said_to_be_that(app_client, cashier, place):
    code = order_for(place).pay_code
    wrong = f"{code[:-1]}{(int(code[-1]) + 1) % 10}"
    elsewhere = place_to_pay(
        SectionFactory(campus=CampusFactory(unit=UnitFactory(county=True)), fee_fen=FEE),
        LearnerFactory(),
    )
    there = order_for(elsewhere).pay_code

    said = {typed: page(app_client, reverse("enrolment:till"), data={"q": typed})
            for typed in (wrong, there)}  # fmt: skip

    assert wording.no_such_code() in said[wrong]
    assert wording.no_such_code(is_elsewhere=True) in said[there]
    assert wording.no_such_code(is_elsewhere=True) not in said[wrong]
    assert not [one for one in said.values() if f"“{wrong}”" in one or f"“{there}”" in one]


def test_digits_of_the_width_of_characters_are_digits(app_client, cashier, place):
    code = order_for(place).pay_code
    for typed in (wide(codes.in_groups(code)), wide(place.learner.card_no)):
        found = app_client.get(reverse("enrolment:till"), {"q": typed})
        assert found.headers["Location"].startswith(till_of(place))

    press(app_client, place, **{"cash-given": wide("200.00") + "元"})
    assert Payment.objects.get().given_fen == 20_000


# Taking


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("179.99", "这比应缴的少。"),
        ("12.345", "请写多少元，例如 180 或 180.50。"),
        ("20000000", "请写多少元，例如 180 或 180.50。"),
        ("2000", "要找回 ¥1,820.00。请再看一遍金额。"),
    ],
)
def test_an_amount_that_cannot_be_is_not_taken_and_said_once(
    app_client, cashier, place, typed, said
):
    answer = press(app_client, place, **{"cash-given": typed})
    assert answer.status_code == 422
    assert answer.content.decode().count(said) == 2, "in the list on top, and at the field"
    assert not Payment.objects.exists()


def test_change_is_due_until_the_next_in_line(app_client, cashier, place):
    answer = press(app_client, place, **{"cash-given": "200"})
    receipt = answer.headers["Location"]
    assert "请找零" in page(app_client, receipt)

    app_client.get(reverse("enrolment:till"))

    assert "请找零：" not in page(app_client, receipt)
    assert "找零¥20.00" in page(app_client, receipt), "the receipt goes on saying so"


def test_nothing_more_is_taken_for_what_finance_has_to_look_at(app_client, office, place):
    sign_in(app_client, office)
    press(app_client, place, "transfer", **{"transfer-reference": "A1", "transfer-amount": "1800"})

    shown = page(app_client, till_of(place))
    again = press(app_client, place, "pos", **{"pos-terminal": "T1", "pos-reference": "77"})

    assert 'name="way"' not in shown
    assert "等财务核对" in page(app_client, again.headers["Location"])
    assert Payment.objects.count() == 1


def test_cash_is_three_presses_away_and_the_change_is_shown(app_client, cashier, place):
    found = app_client.get(reverse("enrolment:till"), {"q": place.learner.card_no})
    assert found.headers["Location"] == till_of(place), "one person: straight to the till"
    assert "¥180.00" in page(app_client, till_of(place))

    key = uuid4()
    answers = [press(app_client, place, key=key, **{"cash-given": "200"}) for _tap in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    receipt = page(app_client, answers[0].headers["Location"])
    assert "¥20.00" in receipt
    assert "壹佰捌拾元整" in receipt
    assert place.learner.name in receipt
    assert Payment.objects.count() == 1


def test_a_scanned_code_leads_to_the_till_of_who_owes(app_client, cashier, place):
    order = order_for(place)
    spoken = codes.in_groups(order.pay_code)
    found = app_client.get(reverse("enrolment:till"), {"q": spoken})
    assert found.headers["Location"] == f"{till_of(place)}?place={place.pk}"


@pytest.mark.parametrize(
    ("way", "typed"),
    [
        ("pos", {"pos-terminal": "T1", "pos-reference": "000123"}),
        ("transfer", {"transfer-reference": "2026-77"}),
    ],
)
def test_a_slip_and_a_transfer_are_taken_without_a_drawer(app_client, office, place, way, typed):
    sign_in(app_client, office)
    answer = press(app_client, place, way, **typed)
    assert "/receipts/" in answer.headers["Location"]
    assert Payment.objects.get().method == way


def test_a_slip_whose_place_has_gone_is_written_down_apart(app_client, office, place):
    sign_in(app_client, office)
    withdraw(place)
    gone = press(app_client, place, "pos", **{"pos-terminal": "T1", "pos-reference": "0007"})
    shown = page(app_client, gone.headers["Location"])
    assert 'value="0007"' in shown
    assert place.learner.name in shown
    assert reverse("enrolment:note-money") in page(app_client, till_of(place))

    typed = {"unit": str(office.pk), "way": "pos", "amount": "180", "reference": "0007"}
    more = {"press": str(uuid4()), "payer": place.learner.name}
    there = reverse("enrolment:note-money")
    assert app_client.post(there, typed | more).status_code == 422, "which terminal?"
    app_client.post(there, typed | more | {"terminal": "T1"})
    taken = Payment.objects.get()
    assert (taken.state, taken.method, taken.amount_fen) == ("suspense", "pos", FEE)


def test_what_is_missing_is_asked_for_with_everything_else_kept(app_client, cashier, place):
    answer = press(app_client, place, "pos", **{"pos-terminal": "T1", "pos-reference": ""})
    assert answer.status_code == 422
    assert 'value="T1"' in answer.content.decode()
    too_little = press(app_client, place, **{"cash-given": "100"})
    assert too_little.status_code == 422
    assert not Payment.objects.exists()


def test_cash_without_a_drawer_leads_to_opening_one(app_client, office, place):
    sign_in(app_client, office)
    assert reverse("enrolment:my-drawer") in page(app_client, till_of(place))
    answer = press(app_client, place)
    said = page(app_client, answer.headers["Location"])
    assert wording.refused_at_till(wording_problem("no_drawer")) in said


def wording_problem(word):
    from enrolment.services.money.orders import PaymentProblem

    return PaymentProblem(word)


def test_another_offices_till_does_not_know_them(app_client, place):
    sign_in(app_client, UnitFactory(county=True))
    assert app_client.get(till_of(place)).status_code == 404
    assert press(app_client, place).status_code == 404


def test_the_hotline_takes_no_money(app_client, office, place):
    sign_in(app_client, office, Role.HOTLINE)
    assert app_client.get(till_of(place)).status_code == 403


def test_finance_takes_money_and_is_led_nowhere_it_may_not_go(app_client, office, place):
    sign_in(app_client, office, Role.FINANCE)
    learners_page = reverse("enrolment:show-learner", args=[place.learner_id])
    assert f'href="{learners_page}"' not in page(app_client, till_of(place))
    menu = page(app_client, reverse("wagtailadmin_home"))
    assert reverse("enrolment:till") in menu


# Receipts


def test_the_states_number_is_written_on_a_receipt_once(app_client, cashier, place):
    receipt = pay_in_cash(place, by=cashier).receipt
    address = reverse("enrolment:till-receipt", args=[receipt.pk])
    app_client.post(address, {"number": "3301 4711"})
    assert "3301 4711" in page(app_client, address)
    assert 'name="number"' not in page(app_client, address)


def test_a_payment_is_taken_back_by_another_and_not_by_oneself(app_client, cashier, office, place):
    payment = pay_in_cash(place, by=cashier)
    address = reverse("enrolment:void-payment", args=[payment.pk])
    assert "<textarea" not in (own := page(app_client, address))
    assert 'name="reason"' not in own
    app_client.post(address, {"reason": "收错了人"})
    payment.refresh_from_db()
    assert payment.state == "kept"

    sign_in(app_client, office)
    assert app_client.post(address, {"reason": ""}).status_code == 422
    app_client.post(address, {"reason": "收错了人"})
    payment.refresh_from_db()
    place.refresh_from_db()
    assert (payment.state, place.status) == ("voided", "offered")
    receipt = page(app_client, reverse("enrolment:till-receipt", args=[payment.receipt.pk]))
    assert "receipt__void" in receipt


# Drawers


def test_a_day_of_a_drawer_from_opening_to_the_second_signature(
    app_client, office, section, place
):
    user = sign_in(app_client, office)
    mine = reverse("enrolment:my-drawer")
    app_client.post(mine, {"campus": str(section.campus.pk), "float": "100"})
    press(app_client, place)

    short = app_client.post(mine, {"n10000": "2"})
    assert short.status_code == 422
    assert wording.differs(-8_000) in short.content.decode()
    assert "280" not in short.content.decode(), "a count is no sum to be reached"
    done = app_client.post(mine, {"n10000": "2", "n5000": "1", "n1000": "3"})

    sheet = done.headers["Location"]
    drawer = DrawerSession.objects.get(cashier=user)
    assert drawer.counted_fen == 28_000
    assert "¥280.00" in page(app_client, sheet)
    app_client.post(sheet)
    drawer.refresh_from_db()
    assert drawer.signed_at is None, "nobody signs their own"
    sign_in(app_client, office)
    assert sheet in page(app_client, reverse("enrolment:list-drawers"))
    app_client.post(sheet)
    drawer.refresh_from_db()
    assert drawer.signed_at is not None


# The pay slip


def test_the_printed_slip_says_nothing_about_the_person(app_client, cashier, place):
    answer = app_client.post(
        reverse("enrolment:make-pay-slip", args=[place.learner_id]), {"place": [str(place.pk)]}
    )
    slip = page(app_client, answer.headers["Location"]).partition('class="receipt pay-slip"')[2]
    slip = slip.partition("</section>")[0]
    order = Order.objects.get()
    assert codes.in_groups(order.pay_code) in slip
    assert "<svg" in slip
    for private in (place.learner.name, place.learner.card_no, place.section.display_name()):
        assert private not in slip


def test_anybody_sees_a_slip_and_nothing_private(app_client, place):
    order = order_for(place)
    typed = app_client.get(
        reverse("enrolment:find-slip"), {"code": codes.in_groups(order.pay_code)}
    )
    assert typed.headers["Location"] == reverse("enrolment:pay-slip", args=[order.pay_code])

    slip = page(app_client, typed.headers["Location"])

    assert "¥180.00" in slip
    learner = place.learner
    for private in (learner.name, learner.card_no, learner.phone, place.section.course.name):
        assert private not in slip


@pytest.mark.parametrize("state", ["paid", "over"])
def test_a_slip_says_when_it_is_paid_or_over(app_client, place, state):
    order = order_for(place)
    if state == "paid":
        pay_in_cash(place)
    else:
        clock.set_to(order.hold_until + timedelta(minutes=1))
    slip = page(app_client, reverse("enrolment:pay-slip", args=[order.pay_code]))
    assert '<form method="post"' not in slip
    assert ("已经缴好了" in slip) is (state == "paid")


def test_a_slip_of_the_pen_is_no_guess_and_guesses_come_to_an_end(app_client, place):
    order = order_for(place)
    wrong = order.pay_code[:-1] + str((int(order.pay_code[-1]) + 1) % 10)
    for _try in range(limits.UNKNOWN_CODES_PER_HOUR + 5):
        assert app_client.get(reverse("enrolment:pay-slip", args=[wrong])).status_code == 404
    mine = reverse("enrolment:pay-slip", args=[order.pay_code])
    assert app_client.get(mine).status_code == 200

    guesses = [reverse("enrolment:pay-slip", args=[codes.pay_code(n)]) for n in range(40)]
    answers = [app_client.get(guess).status_code for guess in guesses]

    assert answers.count(404) == limits.UNKNOWN_CODES_PER_HOUR
    assert answers[-1] == app_client.get(mine).status_code == 429
    clock.set_to(TODAY + timedelta(hours=1))
    assert app_client.get(mine).status_code == 200


def test_a_slip_is_found_by_no_search_engine(app_client, place):
    slip = page(app_client, reverse("enrolment:pay-slip", args=[order_for(place).pay_code]))
    assert re.search(r'<meta name="robots" content="noindex">', slip)


def test_a_drawer_with_less_than_its_change_says_so_and_what_becomes_of_it(
    app_client, cashier, place
):
    pay_in_cash(place, by=cashier)
    drawer = DrawerSession.objects.of_cashier(cashier)
    mine = reverse("enrolment:my-drawer")

    asked = app_client.post(mine, {"n5000": "１"})  # 50, and 100 of change were there
    assert asked.status_code == 422
    assert wording.change_is_missing(10_000) in asked.content.decode()
    app_client.post(mine, {"n5000": "1", "explanation": "零钱被借走"})

    sheet = page(app_client, reverse("enrolment:show-drawer", args=[drawer.pk]))
    assert "缺¥50.00" in sheet
    assert "送存银行（" not in sheet
    left = LedgerEntry.objects.balances()
    assert (left["bank"], left["drawer_differences"]) == (-5_000, FEE + 5_000)


# Words


def test_every_problem_has_its_sentence_for_the_clerk():
    from enrolment.services.money.orders import PaymentProblem

    for problem in PaymentProblem:
        said = wording.refused_at_till(problem)
        assert len(said) > 5
        assert problem.value not in said
