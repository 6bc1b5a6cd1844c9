"""Pages of refunds: who asks, who decides, who pays out, and what strangers see."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import clock
from accounts.models import StaffPost
from enrolment.models import Refund, RefundPaper
from enrolment.services import cancel_section, empty_section, end_affairs, note_death
from enrolment.services.money import refund_class
from enrolment.services.money.drawers import open_drawer
from enrolment.services.money.refunding import sweep
from tests.enrolment.acts import enrolment_of, withdraw
from tests.enrolment.money.paid import PDF, SHOWN, have_lessons, paid_place
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import FEE, pay_in_cash, place_to_pay
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role


@pytest.fixture(autouse=True)
def _here():
    clock.set_to(TODAY)


@pytest.fixture
def county():
    return UnitFactory(county=True, parent=UnitFactory())


@pytest.fixture
def section(county):
    return SectionFactory(fee_fen=FEE, lessons=True, capacity=5, campus__unit=county)


@pytest.fixture
def place(section, county):
    return paid_place(section, learner=LearnerFactory(unit=county, name="王秀英"))


def page(client, name, *args, **more):
    return client.get(reverse(f"enrolment:{name}", args=args), **more)


def send(client, name, *args, **data):
    return client.post(reverse(f"enrolment:{name}", args=args), data)


def learner_signs_in(client, place):
    client.force_login(place.learner.user)
    return client


def test_a_photo_that_a_page_sent_back_has_lost_is_asked_for_again(client, place):
    learner_signs_in(client, place)
    photo = SimpleUploadedFile("a.pdf", PDF)
    said = send(client, "ask-special", place.pk, kind="medical", words="", paper=photo)
    assert "请把照片再选一次" in said.content.decode()
    assert not Refund.objects.exists()


def test_the_amount_stands_before_the_button_and_afterwards_with_its_day(client, place):
    learner_signs_in(client, place)
    assert "¥180" in page(client, "withdraw", place.pk).content.decode()
    withdraw(place)
    left = page(client, "show-enrolment", place.pk).content.decode()
    assert "学费全退：¥180" in left
    assert "十分钟过后开始办理" in left
    sweep(at=TODAY + timedelta(minutes=11))

    mine = page(client, "list-refunds").content.decode()

    assert "¥180" in mine
    assert "前到账" in mine


def test_a_learner_sends_a_photo_of_the_paper_and_hears_that_it_is_looked_at(
    app_client, place, section
):
    have_lessons(section, held=8, after=8)
    learner_signs_in(app_client, place)
    paper = SimpleUploadedFile("photo.pdf", PDF)
    sent = send(app_client, "ask-special", place.pk, kind="medical", words="住院", paper=paper)

    assert sent.headers["Location"] == reverse("enrolment:list-refunds")
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount_fen, refund.state) == ("special", FEE // 2, "requested")


def test_what_is_no_paper_is_said_at_the_field(client, place):
    learner_signs_in(client, place)
    paper = SimpleUploadedFile("photo.jpg", b"MZ")
    sent = send(client, "ask-special", place.pk, kind="medical", words="住院", paper=paper)
    assert sent.status_code == 422
    assert "请选一张证明的照片" in sent.content.decode()


def asked_at_the_counter(client, place, section, **more):
    """The counter has asked for a learner; returns who is signed in and the refund."""
    have_lessons(section, held=8, after=8)
    clerk = sign_in(client, section.unit)
    said = {"kind": "medical", "words": "住院", "seen": "on"} | more
    send(client, "ask-refund-for", place.pk, **said)
    return clerk, Refund.objects.get()


def test_the_counter_asks_finance_decides_and_the_paper_is_read_by_finance_alone(
    app_client, place, section
):
    paper = SimpleUploadedFile("photo.pdf", PDF)
    _clerk, refund = asked_at_the_counter(app_client, place, section, paper=paper)
    kept = RefundPaper.objects.get()
    assert page(app_client, "refund-paper", kept.pk).status_code == 403
    assert send(app_client, "desk-refund", refund.pk, act="approve").status_code == 404

    sign_in(app_client, section.unit, Role.FINANCE)
    shown = page(app_client, "refund-paper", kept.pk)
    assert (shown.content, shown.headers["Content-Type"]) == (PDF, "application/pdf")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert (
        reverse("enrolment:refund-paper", args=[kept.pk])
        in page(app_client, "desk-refund", refund.pk).content.decode()
    )
    send(app_client, "desk-refund", refund.pk, act="approve")

    refund.refresh_from_db()
    assert refund.state == "approved"
    assert page(app_client, "refund-paper", kept.pk).status_code == 404, "it is decided"


def test_another_university_sees_nothing_of_it(app_client, place, section):
    _clerk, refund = asked_at_the_counter(app_client, place, section)
    sign_in(app_client, UnitFactory(county=True, parent=section.unit.parent), Role.FINANCE)
    assert page(app_client, "desk-refund", refund.pk).status_code == 404
    assert place.learner.name not in page(app_client, "desk-refunds").content.decode()


def test_a_refusal_needs_words_and_the_learner_reads_them(app_client, place, section):
    _clerk, refund = asked_at_the_counter(app_client, place, section)
    sign_in(app_client, section.unit, Role.FINANCE)
    assert send(app_client, "desk-refund", refund.pk, act="refuse").status_code == 422
    send(app_client, "desk-refund", refund.pk, act="refuse", **{"refuse-words": "证明过期"})
    learner_signs_in(app_client, place)
    assert "证明过期" in page(app_client, "list-refunds").content.decode()


def test_a_family_gets_the_money_at_the_counter_as_it_was_told(app_client, section, county):
    learner = LearnerFactory(unit=county, name="周建国")
    cashier = sign_in(app_client, county)
    pay_in_cash(place_to_pay(section, learner), by=cashier)
    note_death(learner=learner, shown=SHOWN, actor=StaffFactory(unit=county), at=TODAY)
    learner.refresh_from_db()
    end_affairs(learner=learner, at=TODAY)
    sweep(at=TODAY)
    refund = Refund.objects.get()
    here = reverse("enrolment:refunds-for", args=[learner.pk])
    assert here in page(app_client, "show-learner", learner.pk).content.decode()
    head = sign_in(app_client, county, Role.BRANCH_HEAD)
    assert head != refund.asked_by
    send(app_client, "desk-refund", refund.pk, act="approve")

    cashier = sign_in(app_client, county)
    open_drawer(campus=section.campus, float_fen=FEE, by=cashier, at=TODAY)
    paid_out = page(app_client, "desk-refund", refund.pk).content.decode()
    assert "周国强" in paid_out
    said = {"act": "cash", "cash-who": "relative", "cash-name": "周国强", "cash-seen": "on"}
    send(app_client, "desk-refund", refund.pk, **said)

    refund.refresh_from_db()
    assert (refund.state, refund.paid_to) == ("succeeded", "周国强（亲属）")
    receipt = page(app_client, "refund-receipt", refund.pk).content.decode()
    assert "周国强" in receipt
    assert f"收据号 <strong>{refund.receipt}" in receipt
    assert f"经办人 {cashier.shown_name}" in receipt


def test_nobody_is_given_cash_without_an_identity_card(app_client, section, county):
    cashier = sign_in(app_client, county)
    place = place_to_pay(section, LearnerFactory(unit=county))
    pay_in_cash(place, by=cashier)
    place = enrolment_of(place.learner, section)
    withdraw(place)
    sweep(at=TODAY + timedelta(minutes=11))
    refund = Refund.objects.get()
    said = {"act": "cash", "cash-who": "learner", "cash-name": "王秀英"}
    assert send(app_client, "desk-refund", refund.pk, **said).status_code == 422
    refund.refresh_from_db()
    assert refund.state == "approved"


def test_only_finance_says_that_a_refund_was_transferred(app_client, section, county):
    place = place_to_pay(section, LearnerFactory(unit=county))
    pay_in_cash(place)
    place.refresh_from_db()
    withdraw(place)
    sweep(at=TODAY + timedelta(minutes=11))
    refund = Refund.objects.get()
    said = {"act": "transfer", "transfer-name": "王秀英", "transfer-reference": "B-7"}

    for role, status in ((Role.COUNTER, 404), (Role.BRANCH_HEAD, 404), (Role.FINANCE, 302)):
        sign_in(app_client, county, role)
        shown = page(app_client, "desk-refund", refund.pk).content.decode()
        assert ('value="transfer"' in shown) == (role == Role.FINANCE)
        assert send(app_client, "desk-refund", refund.pk, **said).status_code == status
        refund.refresh_from_db()
        assert (refund.state == "succeeded") == (role == Role.FINANCE)


# What the desk reads


def test_the_board_says_in_words_what_should_have_arrived(app_client, place, section):
    withdraw(place)
    sweep(at=TODAY + timedelta(minutes=11))
    sign_in(app_client, section.unit)
    here = page(app_client, "desk-refunds").content.decode()
    assert place.learner.name in here
    assert "期限已过" not in here

    clock.set_to(TODAY + timedelta(days=40))

    for late in ("desk-refunds", ("desk-refund", Refund.objects.get().pk)):
        name, *args = (late,) if isinstance(late, str) else late
        assert "期限已过" in page(app_client, name, *args).content.decode()


def test_the_desk_reads_sums_as_the_books_have_them(app_client, place, section):
    withdraw(place)
    sweep(at=TODAY + timedelta(minutes=11))
    sign_in(app_client, section.unit)
    refund = Refund.objects.get()
    for name, args in (
        ("desk-refunds", ()),
        ("desk-refund", (refund.pk,)),
        ("refunds-for", (place.learner_id,)),
    ):
        assert "¥180.00" in page(app_client, name, *args).content.decode()


def test_whose_class_was_called_off_and_finds_no_other_is_told_so(client, place, section):
    cancel_section(section=section, actor=StaffFactory(unit=section.unit), at=TODAY, reason="-")
    empty_section(section_id=section.pk, at=TODAY)
    refund_class(section_id=section.pk, at=TODAY)
    refund = Refund.objects.get()
    learner_signs_in(client, place)
    assert "同类的班现在没有空位" in page(client, "choose-refund", refund.pk).content.decode()
