"""What an answer by telephone may not do: take another's place, split a couple, say no reason."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import clock
from accounts.models import Learner, OutboxMessage, StaffPost
from enrolment import services
from enrolment.models import CallAttempt, Enrolment, EnrolmentEvent, WaitlistEntry
from enrolment.services import PressReused, SeatRefused
from tests.enrolment.acts import accept, entry_of
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import SectionFactory, WaitlistEntryFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role
Call = CallAttempt.Outcome


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def city():
    return UnitFactory()


@pytest.fixture
def staff(city):
    return StaffFactory(unit=city, role=Role.HOTLINE)


def asked(number=1, *, together=None, **kwargs):
    """People to whom the seats of one class are offered."""
    section = SectionFactory(capacity=number, **kwargs)
    for learner in LearnerFactory.create_batch(number, device=Learner.Device.FEATURE):
        WaitlistEntryFactory(section=section, learner=learner, together=together)
    services.promote(section=section, at=TODAY)
    return list(
        section.waitlist.select_related("section__term", "section__campus", "learner__user")
        .order_by("learner")
    )  # fmt: skip


def call(about, outcome, *, staff, key=None, note="本人接的"):
    return services.record_call(
        about=about, outcome=outcome, note=note, actor=staff, key=key or uuid4(), at=TODAY
    )


def extend(about, *, staff, at=TODAY):
    return services.extend_place(about=about, actor=staff, key=uuid4(), at=at, reason="住院")


# One key is one call


def test_the_key_of_one_persons_yes_does_not_take_the_place_of_another(staff, nothing_is_broken):
    (anna,), (ben,), key = asked(), asked(weekday=3), uuid4()
    call(anna, Call.REACHED_YES, staff=staff, key=key)

    for outcome in (Call.REACHED_NO, Call.REACHED_YES):
        with pytest.raises(PressReused):
            call(ben, outcome, staff=staff, key=key)

    ben.refresh_from_db()
    assert ben.state == "offered"
    assert list(CallAttempt.objects.values_list("learner", "outcome")) == [
        (anna.learner_id, Call.REACHED_YES)
    ]
    nothing_is_broken()


def test_the_key_of_a_yes_is_not_the_key_of_a_no(staff):
    (entry,), key = asked(), uuid4()
    call(entry, Call.NO_ANSWER, staff=staff, key=key)

    with pytest.raises(PressReused):
        call(entry, Call.REACHED_NO, staff=staff, key=key)

    entry.refresh_from_db()
    assert (entry.state, CallAttempt.objects.get().outcome) == ("offered", Call.NO_ANSWER)


def test_an_offer_and_a_held_place_of_one_number_are_two_things(staff):
    (entry,), key = asked(with_fee=True), uuid4()
    accept(entry)
    held = Enrolment.objects.select_related("section__term", "learner").get()
    call(held, Call.NO_ANSWER, staff=staff, key=key)

    with pytest.raises(PressReused):
        call(entry, Call.NO_ANSWER, staff=staff, key=key)


def test_the_page_answers_a_key_that_comes_for_somebody_else_with_a_mistake(app_client, city):
    (anna,), (ben,) = asked(), asked(weekday=3)
    sign_in(app_client, city, role=Role.HOTLINE)
    press = {"press": str(uuid4()), "outcome": "reached_yes"}
    for entry, status in ((anna, 302), (ben, 422), (anna, 302)):
        address = reverse("enrolment:call-about-offer", args=[entry.pk])
        assert app_client.post(address, press).status_code == status
    assert set(WaitlistEntry.objects.values_list("learner", "state")) == {
        (anna.learner_id, "accepted"),
        (ben.learner_id, "offered"),
    }


# A reason in any case


@pytest.mark.parametrize(("answer", "status"), [("reached_yes", "confirmed"), ("reached_no", "")])
def test_an_answer_without_a_note_has_the_usual_words_for_its_reason(
    app_client, city, answer, status
):
    (entry,) = asked()
    sign_in(app_client, city, role=Role.HOTLINE)

    app_client.post(
        reverse("enrolment:call-about-offer", args=[entry.pk]),
        {"press": str(uuid4()), "outcome": answer, "note": " "},
    )

    last = EnrolmentEvent.objects.in_order().last()
    assert (last.channel, last.status_to, last.reason) == ("phone", status, "电话里本人答复")
    assert CallAttempt.objects.get().note == "电话里本人答复"


def test_a_try_that_reached_nobody_needs_no_words(app_client, city):
    (entry,) = asked()
    sign_in(app_client, city, role=Role.HOTLINE)
    address = reverse("enrolment:call-about-offer", args=[entry.pk])
    app_client.post(address, {"press": str(uuid4()), "outcome": "no_answer"})
    assert CallAttempt.objects.get().note == ""


@pytest.mark.parametrize("channel", ["counter", "phone"])
def test_the_history_takes_nothing_of_the_office_without_a_reason(channel):
    asked()
    event = EnrolmentEvent.objects.in_order().last()
    event.pk, event.seat_from, event.channel = None, "taken", channel
    with (
        pytest.raises(IntegrityError, match="what_the_office_does_has_a_reason"),
        transaction.atomic(),
    ):
        event.save(force_insert=True)
    event.reason = "来窗口"
    event.save(force_insert=True)


# People who were asked as one


def test_more_time_for_one_of_two_who_were_asked_as_one_is_more_time_for_both(
    staff, nothing_is_broken
):
    anna, ben = asked(2, together=uuid4())
    before = anna.due_at

    given = extend(ben, staff=staff)

    for entry in (anna, ben):
        entry.refresh_from_db()
        assert (entry.state, entry.due_at, entry.extended_at) == ("offered", given.due_at, TODAY)
    assert services.lapse_and_promote(at=before).freed == 0
    events = EnrolmentEvent.objects.filter(seat_from="offered", seat_to="offered")
    assert set(events.values_list("learner", "reason")) == {
        (entry.learner_id, "住院") for entry in (anna, ben)
    }
    letters = OutboxMessage.objects.filter(kind="tell_offer")
    assert [letters.filter(object_id=entry.pk).count() for entry in (anna, ben)] == [2, 1]
    with pytest.raises(SeatRefused):
        extend(anna, staff=staff)
    nothing_is_broken(before)


def test_more_time_is_not_for_who_has_answered_and_not_for_strangers(staff, nothing_is_broken):
    section = SectionFactory(capacity=3)
    stranger = WaitlistEntryFactory(section=section, learner=LearnerFactory())
    pair = uuid4()
    for learner in LearnerFactory.create_batch(2):
        WaitlistEntryFactory(section=section, learner=learner, together=pair)
    services.promote(section=section, at=TODAY)
    anna, ben = (
        entry_of(entry.learner, section) for entry in section.waitlist.filter(together=pair)
    )
    accept(anna)

    given = extend(ben, staff=staff)

    states = dict(section.waitlist.values_list("pk", "due_at"))
    assert (states[anna.pk], states[ben.pk]) == (None, given.due_at)
    assert states[stranger.pk] == ben.due_at
    nothing_is_broken()
