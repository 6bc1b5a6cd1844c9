"""The pages on which fees are seen, paid and taken back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import clock
from accounts.models import Message
from enrolment import services
from enrolment.models import Enrolment, Order, PaymentAttempt, Refund
from tests.factories.accounts import HelperGrantFactory, LearnerFactory, UnitFactory
from tests.factories.campus import home_page
from tests.factories.enrolment import CampusFactory, SectionFactory
from tests.factories.fees import FEE, order_for, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _today():
    home_page()
    clock.set_to(TODAY)


@pytest.fixture
def learner():
    return LearnerFactory()


@pytest.fixture
def place(learner):
    return place_to_pay(SectionFactory(fee_fen=FEE, capacity=2), learner)


@pytest.fixture
def order(place):
    return order_for(place)


@pytest.fixture
def reader(app_client, learner):
    app_client.force_login(learner.user)
    return app_client


def text(response):
    return response.content.decode()


def pay(reader, order, way="web"):
    return reader.post(f"/my/fees/{order.pk}/pay/", {"way": way})


def test_from_my_classes_to_the_page_of_payment_and_back(reader, standin, place):
    assert "/my/fees/open/" in text(reader.get("/my/classes/"))
    shown = reader.post("/my/fees/open/", {"place": place.pk}, follow=True)
    order = Order.objects.get()
    assert shown.redirect_chain[-1][0] == f"/my/fees/{order.pk}/"
    page = text(shown)
    assert "¥180" in page
    assert place.section.unit.display_name() in page
    main = page[page.index("<main") :]
    assert main.index("¥180") < main.index("退") < main.index('type="radio"'), "before the button"
    assert page.count('type="radio"') == 3

    left = pay(reader, order)
    assert left.status_code == 302
    assert left.url.startswith(standin.url)

    standin.pay(PaymentAttempt.objects.get().session)
    back = reader.get(f"/pay/{order.pay_code}/back/", follow=True)
    assert "报名成功" in text(back)
    place.refresh_from_db()
    assert place.status == "confirmed"


def test_coming_back_unpaid_says_so_and_may_be_asked_again(reader, standin, order):
    pay(reader, order)
    back = reader.get(f"/pay/{order.pay_code}/back/", follow=True)
    assert "还没有收到您的钱" in text(back)
    assert f"/pay/{order.pay_code}/back/" in text(back)
    assert pay(reader, order).url == PaymentAttempt.objects.get().url


def test_pressed_again_after_paying_it_says_that_it_is_paid(reader, standin, order):
    pay(reader, order)
    standin.pay(PaymentAttempt.objects.get().session)
    again = reader.post(f"/my/fees/{order.pk}/pay/", {"way": "web"}, follow=True)
    assert "没有重复收您的钱" in text(again)
    assert PaymentAttempt.objects.count() == 1


def test_somebody_else_who_comes_back_sees_the_slip(app_client, standin, order):
    back = app_client.get(f"/pay/{order.pay_code}/back/")
    assert back.url == f"/pay/{order.pay_code}/"
    assert app_client.get("/pay/999/back/").url == "/pay/999/"


def test_without_a_provider_the_web_is_not_offered(reader, order):
    page = text(reader.get(f"/my/fees/{order.pk}/"))
    assert page.count('type="radio"') == 2
    assert "请到校区窗口缴" in page
    assert pay(reader, order).status_code == 422


def test_a_provider_that_is_away_is_said_and_nothing_is_lost(reader, standin, order, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    page = text(reader.post(f"/my/fees/{order.pk}/pay/", {"way": "web"}, follow=True))
    assert "没有扣您的钱" in page


def test_no_way_chosen_asks_for_one(reader, standin, order):
    answer = reader.post(f"/my/fees/{order.pk}/pay/", {})
    assert answer.status_code == 422
    assert "error-summary" in text(answer) or "field--error" in text(answer)
    assert reader.get(f"/my/fees/{order.pk}/pay/").url == f"/my/fees/{order.pk}/"


def test_the_counter_is_shown_with_address_hours_and_code(reader, order, place):
    went = pay(reader, order, "counter")
    page = text(reader.get(went.url))
    campus = place.section.campus
    assert campus.address in page
    assert campus.hours.split()[0] in page
    code = order.pay_code
    assert f"{code[:4]} {code[4:8]} {code[8:]}" in page


def test_a_relative_is_sent_amount_code_and_link_and_no_name(reader, order, learner):
    went = pay(reader, order, "relative")
    code = order.pay_code
    shown = text(reader.get(went.url))
    assert f"{code[:4]} {code[4:8]} {code[8:]}" in shown
    assert 'href="http://testserver/pay/"' in shown
    for _press in range(2):
        said = reader.post(went.url, {"phone": "138 0000 4711"}, follow=True)
    assert "138 0000 4711" in text(said)
    letter = Message.objects.get(to="+8613800004711")
    assert "180元" in letter.text
    assert learner.name not in letter.text
    assert len(letter.text) <= 70


def test_five_messages_to_relatives_a_day_are_enough(reader, order):
    for number in range(6):
        said = reader.post(
            f"/my/fees/{order.pk}/relative/", {"phone": f"1380000471{number}"}, follow=True
        )
    assert "今天已经发了五条短信" in text(said)
    assert Message.objects.filter(template="enrolment/fee_asked").count() == 5


def paid(reader, standin, order):
    pay(reader, order)
    standin.pay(PaymentAttempt.objects.get().session)
    reader.get(f"/pay/{order.pay_code}/back/")


def test_a_receipt_can_be_printed(reader, standin, order, learner):
    assert reader.get(f"/my/fees/{order.pk}/receipt/").url == f"/my/fees/{order.pk}/"
    paid(reader, standin, order)
    page = text(reader.get(f"/my/fees/{order.pk}/receipt/"))
    assert "2026-000001" in page
    assert "壹佰捌拾元整" in page
    assert "2026年" in page
    assert learner.name in page
    assert "print-header" in page


def test_within_ten_minutes_a_payment_is_taken_back_and_the_place_given_up(
    reader, standin, order, place
):
    paid(reader, standin, order)
    assert "撤回缴费" in text(reader.get(f"/my/fees/{order.pk}/"))
    before = text(reader.get(f"/my/fees/{order.pk}/undo/"))
    assert "不能再要回来" in before
    assert "¥180" in before
    assert not Refund.objects.exists()
    press = uuid4()
    for _tap in range(2):
        page = reader.post(f"/my/fees/{order.pk}/undo/", {"press": press}, follow=True)
    assert "已撤回缴费" in text(page)
    place.refresh_from_db()
    refund = Refund.objects.get()
    assert (place.status, refund.cause, refund.amount_fen) == ("withdrawn", "undone", FEE)
    for page in ("", "receipt/"):
        assert "原路退回" in text(reader.get(f"/my/fees/{order.pk}/{page}"))
    assert "已办退费" in text(reader.get("/my/fees/"))
    assert reader.get(f"/my/fees/{order.pk}/undo/").url == f"/my/fees/{order.pk}/"
    slip = text(reader.get(f"/pay/{order.pay_code}/"))
    assert "钱会原路退还" in slip
    assert "谢谢您" not in slip


def test_after_ten_minutes_it_is_not_offered_any_more(reader, standin, order):
    paid(reader, standin, order)
    clock.set_to(TODAY + 11 * MINUTES)
    assert "撤回缴费" not in text(reader.get(f"/my/fees/{order.pk}/"))
    page = reader.post(f"/my/fees/{order.pk}/undo/", {"press": uuid4()}, follow=True)
    assert "十分钟已经过了" in text(page)
    assert not Refund.objects.exists()


def test_all_that_is_owed_to_one_office_is_one_sum(reader, learner, place):
    section = place.section
    place_to_pay(
        SectionFactory(fee_fen=FEE, weekday=4, campus=section.campus, term=section.term), learner
    )
    page = text(reader.get("/my/fees/"))
    assert page.count("/my/fees/open/") == 1
    assert "¥360" in page
    reader.post("/my/fees/open/", {"place": place.pk})
    assert Order.objects.get().amount_fen == 2 * FEE


def test_two_offices_are_two_sums(reader, learner, place):
    county = UnitFactory(county=True, parent=place.section.unit)
    campus = CampusFactory(unit=county)
    place_to_pay(
        SectionFactory(fee_fen=FEE, weekday=4, campus=campus, term=place.section.term), learner
    )
    assert text(reader.get("/my/fees/")).count("/my/fees/open/") == 2


def test_a_place_that_is_not_kept_any_more_leads_to_its_class(reader, place):
    services.withdraw(enrolment=place, actor=place.learner.user, key=uuid4(), at=TODAY)
    answer = reader.post("/my/fees/open/", {"place": place.pk})
    assert answer.url == f"/my/classes/{place.pk}/"


def test_who_owes_nothing_is_told_so(reader):
    assert "您没有要缴的费用" in text(reader.get("/my/fees/"))


@pytest.mark.parametrize(("may_pay", "status"), [(True, 302), (False, 403)])
def test_a_helper_pays_only_with_the_right_to(app_client, standin, order, may_pay, status):
    grant = HelperGrantFactory(learner=order.learner, may_pay=may_pay)
    app_client.force_login(grant.helper)
    session = app_client.session
    session["acting_for"] = order.learner_id
    session.save()
    page = text(app_client.get(f"/my/fees/{order.pk}/"))
    assert ('type="radio"' in page) is may_pay
    assert pay(app_client, order).status_code == status


def test_nobody_sees_the_fees_of_somebody_else(app_client, order):
    app_client.force_login(LearnerFactory().user)
    assert app_client.get(f"/my/fees/{order.pk}/").status_code == 404
    assert pay(app_client, order).status_code == 404
    assert (
        app_client.post("/my/fees/open/", {"place": Enrolment.objects.get().pk}).status_code == 404
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("review", "收到的钱和应缴的不一致"),
        ("late", "钱会原路全部退还"),
        ("expired", "没有按时缴费"),
        ("cancelled", "这笔费用已经不用缴了"),
    ],
)
def test_each_end_is_said_in_words(reader, order, state, said):
    Order.objects.update(state=state, closed_at=TODAY, doubt="amount" if state == "review" else "")
    assert said in text(reader.get(f"/my/fees/{order.pk}/"))
    # What we look at is not asked for a second time.
    place = order.lines.get().enrolment_id
    for asking in ("/my/fees/", "/my/classes/", f"/my/classes/{place}/"):
        assert ("/my/fees/open/" in text(reader.get(asking))) is (state != "review"), asking


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("processing", "您的钱正在路上"),
        ("failed", "这次缴费没有成功"),
        ("expired", "缴费页面已经过期"),
    ],
)
def test_each_try_is_said_in_words(reader, standin, order, state, said):
    pay(reader, order)
    PaymentAttempt.objects.update(state=state)
    page = text(reader.get(f"/my/fees/{order.pk}/"))
    assert said in page
    assert ('type="radio"' in page) is (state != "processing")
    mine = text(reader.get("/my/fees/"))
    assert ("/my/fees/open/" in mine) is (state != "processing")
    assert ("请不要再缴" in mine) is (state == "processing")
