"""A family tells the office that somebody has died: what ends at once, and the way back."""

from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import clock, messaging, queries, scope
from accounts.models import AuditEvent, DeathRecord, HelperGrant, Message, OutboxMessage, StaffPost
from accounts.services import DeathRefused, Shown, grant_help, put_death_right
from enrolment.models import Application, Enrolment, WaitlistEntry
from enrolment.services import end_affairs, go_together, note_death
from tests.enrolment.acts import claim, enrolment_of, entry_of, seats_of, withdraw
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory, UserFactory
from tests.factories.applications import apply, classes_of, learner_of_age, term_with_forms
from tests.factories.enrolment import SectionFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role
SHOWN = Shown(
    died_on=date(2026, 11, 1), paper="certificate", kinship="household", brought_by="周国强，儿子"
)
TYPED = asdict(SHOWN) | {"died_on": "2026-11-01"}


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def city():
    return UnitFactory()


@pytest.fixture
def clerk(city):
    return StaffFactory(unit=city)


def note(learner, clerk, at=TODAY):
    record = note_death(learner=learner, shown=SHOWN, actor=clerk, at=at)
    learner.refresh_from_db()
    return record


def address(name, learner):
    return reverse(f"enrolment:{name}", args=[learner.pk])


# The desk


def test_two_presses_note_a_death_and_the_first_says_what_it_means(client, city):
    learner = LearnerFactory(unit=city, name="周建国")
    user = sign_in(client, city)
    asked = client.post(address("note-death", learner), TYPED)
    learner.refresh_from_db()
    assert (asked.status_code, learner.deceased_on) == (200, None)
    asked_again = asked.content.decode()
    assert "周建国" in asked_again
    assert "周国强，儿子" in asked_again
    client.post(address("note-death", learner), TYPED | {"confirmed": "yes"})
    learner.refresh_from_db()
    assert learner.deceased_on == SHOWN.died_on
    record = DeathRecord.objects.get()
    assert (record.noted_by, record.paper, record.kinship, record.brought_by) == (
        user,
        "certificate",
        "household",
        "周国强，儿子",
    )
    page = client.get(address("show-learner", learner)).content.decode()
    assert address("choose-class", learner) not in page
    assert address("put-death-right", learner) not in page  # not by who noted it


@pytest.mark.parametrize("day", ["2030-01-01", "1900-01-01", ""])
def test_a_day_that_cannot_be_is_asked_again(client, city, day):
    learner = LearnerFactory(unit=city)
    sign_in(client, city)
    answer = client.post(
        address("note-death", learner), TYPED | {"died_on": day, "confirmed": "yes"}
    )
    assert (answer.status_code, DeathRecord.objects.count()) == (422, 0)


def test_the_telephone_notes_no_death_for_the_papers_lie_on_the_counter(client, city):
    learner = LearnerFactory(unit=city)
    sign_in(client, city, Role.HOTLINE)
    assert (
        address("note-death", learner)
        not in client.get(address("show-learner", learner)).content.decode()
    )
    assert client.get(address("note-death", learner)).status_code == 403


def test_who_noted_it_does_not_put_it_right_and_a_colleague_does(client, city):
    learner = LearnerFactory(unit=city, name="周建国")
    sign_in(client, city)
    client.post(address("note-death", learner), TYPED | {"confirmed": "yes"})
    client.post(address("put-death-right", learner))
    learner.refresh_from_db()
    assert learner.deceased_on is not None
    client.logout()
    sign_in(client, city)
    found = client.get(reverse("enrolment:find-learner"), {"q": "周建国"}).content.decode()
    assert address("show-learner", learner) in found
    page = client.get(address("show-learner", learner)).content.decode()
    assert address("put-death-right", learner) in page
    client.post(address("put-death-right", learner))
    learner.refresh_from_db()
    assert learner.deceased_on is None


# What follows


def test_nobody_acts_or_signs_in_for_who_has_died_until_it_is_put_right(city, clerk):
    daughter, learner = UserFactory(), LearnerFactory(unit=city)
    grant = {"learner": learner, "helper": daughter, "actor": learner.user, "at": TODAY}
    grant_help(kind=HelperGrant.Kind.FAMILY, how_consented="sms", **grant)
    note(learner, clerk)
    later = TODAY + timedelta(minutes=1)
    assert learner.pk not in queries.learners_of(learner.user, at=later)
    assert learner.pk not in queries.learners_of(daughter, at=later)
    put_death_right(learner=learner, actor=StaffFactory(unit=city), at=later)
    assert learner.pk in queries.learners_of(learner.user, at=later)
    assert learner.pk in queries.learners_of(daughter, at=later)


def test_a_shared_phone_goes_on_for_who_lives(city, clerk):
    learner = LearnerFactory(unit=city)
    widow = LearnerFactory(unit=city, user=learner.user)
    note(learner, clerk)
    assert queries.learners_of(learner.user, at=TODAY).own == (widow.pk,)


def test_a_letter_written_before_is_not_sent(city, clerk):
    learner = LearnerFactory(unit=city, phone="+8613800001111")
    letter = messaging.Letter(
        template="enrolment/line_closed",
        to=learner.phone,
        params={},
        dedupe_key="one",
        learner=learner,
    )
    (message,) = messaging.send_all([letter], at=TODAY)
    note(learner, clerk)
    messaging.deliver(message_id=message.pk, at=TODAY)
    message.refresh_from_db()
    assert (message.status, message.sent_at) == (Message.Status.EXPIRED, None)


def test_places_offers_and_waiting_end_without_a_letter_and_the_next_is_served(
    city, clerk, nothing_is_broken
):
    """Also those of other offices, and a seat that was just being given back."""
    elsewhere = UnitFactory(county=True, parent=city)
    mine, given_back, full = (
        SectionFactory(capacity=1, weekday=day, campus__unit=elsewhere) for day in (1, 2, 3)
    )
    learner, holder = LearnerFactory(unit=city), LearnerFactory(unit=city)
    claim(mine, learner)
    claim(given_back, learner)
    withdraw(enrolment_of(learner, given_back))
    claim(full, holder)
    claim(full, learner)
    note(learner, clerk)
    before = OutboxMessage.objects.latest("pk").pk
    assert end_affairs(learner=learner, at=TODAY) == 3
    assert end_affairs(learner=learner, at=TODAY) == 0
    assert enrolment_of(learner, mine).status == Enrolment.Status.WITHDRAWN
    assert enrolment_of(learner, given_back).undo_until is None
    assert entry_of(learner, full).state == WaitlistEntry.State.CLOSED
    assert (seats_of(mine), seats_of(given_back)) == (["free"], ["free"])
    kinds = set(OutboxMessage.objects.filter(pk__gt=before).values_list("kind", flat=True))
    assert "promote_section" in kinds
    assert not {kind for kind in kinds if kind.startswith("tell")}
    nothing_is_broken()


def test_an_errand_that_comes_after_it_was_put_right_ends_nothing(city, clerk):
    section, learner = SectionFactory(), LearnerFactory(unit=city)
    claim(section, learner)
    note(learner, clerk)
    put_death_right(learner=learner, actor=StaffFactory(unit=city), at=TODAY)
    learner.refresh_from_db()
    assert end_affairs(learner=learner, at=TODAY) == 0
    assert enrolment_of(learner, section).status == Enrolment.Status.CONFIRMED


def test_the_form_of_who_has_died_is_withdrawn_and_who_went_with_them_stands_alone(clerk):
    term = term_with_forms()
    husband, wife = learner_of_age(), learner_of_age()
    form = apply(classes_of(term, 2), learner=husband)
    go_together(application=form, companion=wife, actor=husband.user, channel="web", at=TODAY)
    note(husband, clerk)
    end_affairs(learner=husband, at=TODAY)
    form.refresh_from_db()
    own = Application.objects.get(learner=wife)
    assert form.state == Application.State.WITHDRAWN
    assert (own.goes_with, own.partner, own.state) == (None, None, Application.State.DRAFT)


# The book


def test_noting_twice_is_once_and_stands_in_the_audit(city, clerk):
    learner = LearnerFactory(unit=city)
    assert note(learner, clerk) == note(learner, clerk)
    (line,) = AuditEvent.objects.filter(action="death noted")
    assert (line.actor, line.learner) == (clerk, learner)


def test_one_person_alone_cannot_put_it_right(city, clerk):
    learner = LearnerFactory(unit=city)
    record = note(learner, clerk)
    with pytest.raises(DeathRefused):
        put_death_right(learner=learner, actor=clerk, at=TODAY)
    with pytest.raises(IntegrityError, match="a_second_person"), transaction.atomic():
        DeathRecord.objects.filter(pk=record.pk).update(put_right_by=clerk, put_right_at=TODAY)


# Whom they helped


def test_who_has_died_helps_nobody_and_does_again_if_it_was_somebody_else(city, clerk, as_app):
    county = UnitFactory(county=True, parent=city)
    learner, neighbour = LearnerFactory(unit=city), LearnerFactory(unit=county)
    grant = {"helper": learner.user, "actor": neighbour.user, "how_consented": "paper"}
    grant_help(learner=neighbour, kind="volunteer", at=TODAY - timedelta(days=9), **grant)
    with as_app(), scope.staff(clerk):
        note_death(learner=learner, shown=SHOWN, actor=clerk, at=TODAY)
    later = TODAY + timedelta(minutes=1)
    assert neighbour.pk not in queries.learners_of(learner.user, at=later)
    put_death_right(learner=learner, actor=StaffFactory(unit=city), at=later)
    assert neighbour.pk in queries.learners_of(learner.user, at=later)


def test_who_lives_on_the_same_account_goes_on_helping(city, clerk):
    husband, neighbour = LearnerFactory(unit=city), LearnerFactory(unit=city)
    LearnerFactory(unit=city, user=husband.user)
    grant_help(
        learner=neighbour, helper=husband.user, kind="volunteer", how_consented="paper",
        actor=neighbour.user, at=TODAY,
    )  # fmt: skip
    note(husband, clerk)
    assert neighbour.pk in queries.learners_of(husband.user, at=TODAY + timedelta(minutes=1))


def test_help_that_was_given_anew_meanwhile_is_not_given_twice(city, clerk):
    learner, daughter = LearnerFactory(unit=city), UserFactory()
    grant = {"learner": learner, "helper": daughter, "actor": learner.user, "kind": "family"}
    grant_help(how_consented="sms", at=TODAY - timedelta(days=9), **grant)
    note(learner, clerk)
    grant_help(how_consented="paper", at=TODAY + timedelta(minutes=1), **grant)
    put_death_right(
        learner=learner, actor=StaffFactory(unit=city), at=TODAY + timedelta(minutes=2)
    )
    assert HelperGrant.objects.filter(learner=learner).open().count() == 1
