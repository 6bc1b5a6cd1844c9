"""The counter changes a class for somebody: the same service, with the money in hand."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import StaffPost
from enrolment import services
from enrolment.models import Enrolment, EnrolmentEvent, WaitlistEntry
from tests.enrolment.acts import claim, enrolment_of
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import CampusFactory, SectionFactory, TermFactory
from tests.factories.fees import pay_in_cash
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
WORD = {"channel": "counter", "how": "in_person", "reason": "本人来窗口"}
FEE = 18000


@pytest.fixture
def office():
    clock.set_to(TODAY)
    return UnitFactory()


@pytest.fixture
def campus(office):
    return CampusFactory(unit=office)


@pytest.fixture
def term():
    return TermFactory()


@pytest.fixture
def paid(office, campus, term):
    """A learner in a class that is paid for."""
    section, learner = SectionFactory(term=term, campus=campus, fee_fen=FEE), LearnerFactory()
    claim(section, learner)
    enrolment = enrolment_of(learner, section)
    pay_in_cash(enrolment, by=StaffFactory(unit=office))
    return enrolment


def page_of(enrolment, section):
    return reverse("enrolment:change-class-for", args=[enrolment.pk, section.pk])


def press(client, enrolment, section, **typed):
    return client.post(
        page_of(enrolment, section), {"press": str(uuid4()), "expects": "seat", **WORD, **typed}
    )


def test_a_dearer_class_is_confirmed_and_its_difference_asked_for(
    app_client, office, campus, paid, nothing_is_broken
):
    dearer = SectionFactory(term=paid.section.term, campus=campus, fee_fen=2 * FEE)
    sign_in(app_client, office)

    page = app_client.get(page_of(paid, dearer)).content.decode()
    assert "先换班，再到收银台收差额¥180" in page
    answer = press(app_client, paid, dearer)

    assert answer.status_code == 302
    after = app_client.get(answer.headers["Location"]).content.decode()
    assert f"已换到《{dearer.display_name()}》" in after
    assert enrolment_of(paid.learner, dearer).status == "confirmed"
    assert Enrolment.objects.get(pk=paid.pk).status == "transferred"
    assert EnrolmentEvent.objects.filter(reason=WORD["reason"], channel="counter").count() == 2
    nothing_is_broken()


def test_a_cheaper_class_asks_for_no_money(app_client, office, campus, term, paid):
    same = SectionFactory(term=term, campus=campus, fee_fen=FEE)
    sign_in(app_client, office)

    assert press(app_client, paid, same).status_code == 302
    assert enrolment_of(paid.learner, same).status == "confirmed"


def test_for_a_full_class_the_learner_waits_and_keeps_the_old_one(
    app_client, office, campus, paid, nothing_is_broken
):
    full = SectionFactory(
        term=paid.section.term, campus=campus, fee_fen=FEE, capacity=1, weekday=4
    )
    claim(full, LearnerFactory())
    sign_in(app_client, office)

    press(app_client, paid, full, expects="line")

    entry = WaitlistEntry.objects.get(learner=paid.learner)
    assert (entry.gives_up_id, Enrolment.objects.get(pk=paid.pk).status) == (paid.pk, "confirmed")
    nothing_is_broken()


def test_a_second_tap_changes_nothing_more(app_client, office, campus, term, paid):
    new, key = SectionFactory(term=term, campus=campus, fee_fen=FEE), str(uuid4())
    sign_in(app_client, office)
    for _tap in range(2):
        press(app_client, paid, new, press=key)
    assert Enrolment.objects.of(paid.learner).holding_a_seat().count() == 1


def test_the_way_leads_from_the_learners_page(app_client, office, campus, term, paid):
    new = SectionFactory(term=term, campus=campus, fee_fen=FEE, weekday=5)
    sign_in(app_client, office)
    choose = reverse("enrolment:choose-class", args=[paid.learner_id])

    start = app_client.get(reverse("enrolment:show-learner", args=[paid.learner_id]))
    assert f"{choose}?instead_of={paid.pk}" in start.content.decode()
    found = app_client.get(choose, {"instead_of": paid.pk, "q": str(new.number)})
    assert page_of(paid, new) in found.content.decode()


def test_another_offices_places_are_not_changed_here(app_client, office, campus, term, paid):
    elsewhere = UnitFactory(county=True, parent=office)
    sign_in(app_client, elsewhere, role=StaffPost.Role.COUNTER)
    new = SectionFactory(term=term, campus=CampusFactory(unit=elsewhere))
    assert app_client.get(page_of(paid, new)).status_code == 404


def test_a_place_that_is_gone_leads_back_to_the_learner(app_client, office, campus, term, paid):
    new = SectionFactory(term=term, campus=campus, weekday=4)
    services.withdraw(
        enrolment=paid, actor=paid.learner.user, key=uuid4(), at=TODAY + timedelta(minutes=1)
    )
    sign_in(app_client, office)
    assert app_client.get(page_of(paid, new)).status_code == 302


def test_a_dearer_class_that_is_full_asks_for_the_difference_later(
    app_client, office, campus, paid
):
    full = SectionFactory(
        term=paid.section.term, campus=campus, fee_fen=2 * FEE, capacity=1, weekday=4
    )
    claim(full, LearnerFactory())
    sign_in(app_client, office)
    page = app_client.get(page_of(paid, full)).content.decode()
    assert "排到了再收" in page
