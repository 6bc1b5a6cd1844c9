"""An hour that strikes before the term has moved on, and presses that arrive after the draw."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from accounts import clock
from accounts.models import HelperGrant, StaffPost
from courses.models import Term
from enrolment import queries, services
from enrolment.domain import queueing
from enrolment.domain.queueing import Limits
from enrolment.domain.refusals import Refusal
from enrolment.models import Channel, Lane, Opening, QueuePlace
from enrolment.services import SeatRefused
from tests.enrolment.acts import claim, claim_several
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import HelperGrantFactory, LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.openings import OpeningFactory, QueuePlaceFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DRAW = TODAY + queueing.PRESSES_ARRIVE
LATE = TODAY + 10 * MINUTE


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "queue": {
            "BACKEND": "config.storage.WholeFilesStorage",
            "OPTIONS": {"location": tmp_path / "queue"},
        },
    }
    return tmp_path / "queue"


@pytest.fixture
def section():
    return SectionFactory(capacity=20, opens_at=TODAY)


@pytest.fixture
def opening(section):
    return OpeningFactory(term=section.term, department=section.course.subject.department)


@pytest.fixture
def pacer():
    return services.Pacer(Limits(most=10.0, start_share=1.0))


@pytest.fixture
def _in_chinese():
    with translation.override("zh-hans"):
        yield


def put_term_into(opening, phase):
    Term.objects.filter(pk=opening.term_id).update(phase=phase)


def tick(pacer, opening, seconds, *, since):
    for second in range(seconds):
        pacer.tick(measured=None, at=since + second * SECOND)
    opening.refresh_from_db()


def words_of(client, name, opening):
    return client.get(reverse(f"enrolment:{name}", args=[opening.pk])).content.decode()


# The term has not moved on


def test_nobody_is_drawn_or_called_until_the_term_is_in_open_enrolment(pacer, opening, shelf):
    early = QueuePlaceFactory.create_batch(5, opening=opening)
    put_term_into(opening, Term.Phase.WAITLISTING)
    tick(pacer, opening, 30, since=DRAW)
    between = QueuePlaceFactory(opening=opening, joined_at=TODAY + 5 * MINUTE)
    assert not services.draw_order(opening=opening, at=LATE)
    assert (opening.shuffled_at, opening.seed, opening.serving) == (None, "", 0)
    assert not opening.places.with_position().exists()
    state = json.loads((shelf / f"{opening.pk}/state.json").read_text())
    assert (state["drawn"], state["seed"]) == (False, "")

    put_term_into(opening, Term.Phase.OPEN_ENROLMENT)
    tick(pacer, opening, 5, since=LATE)
    assert (opening.shuffled_at, opening.people_in) == (LATE, 5)
    assert opening.serving > 0
    in_order = list(opening.places.in_order().values_list("number", flat=True))
    drawn = queueing.in_drawn_order([place.number for place in early], opening.seed)
    assert in_order == [*drawn, between.number]


@pytest.mark.parametrize("phase", [Term.Phase.WAITLISTING, Term.Phase.OPEN_ENROLMENT])
def test_between_the_hour_and_the_draw_nobody_claims_past_the_room(opening, section, phase):
    """Not even a place in the waiting list, whose head a left-over seat goes to."""
    put_term_into(opening, phase)
    learner = LearnerFactory()
    with pytest.raises(SeatRefused) as refused:
        claim(section, learner, at=TODAY + SECOND)
    assert (refused.value.reason, refused.value.opening) == (Refusal.WAIT_YOUR_TURN, opening.pk)
    (part,) = claim_several([section], [learner], at=TODAY + SECOND)
    assert part.reason == Refusal.WAIT_YOUR_TURN
    assert not section.waitlist.exists()


def test_a_bare_word_of_the_counter_opens_no_door(opening, section):
    """The desk writes down a reason; a press that only says where it comes from waits."""
    learner = LearnerFactory()
    staff = StaffFactory(unit=section.unit, role=StaffPost.Role.COUNTER)
    press = {"actor": staff, "channel": Channel.COUNTER, "at": TODAY + SECOND}
    with pytest.raises(SeatRefused) as refused:
        claim(section, learner, **press)
    assert refused.value.reason == Refusal.WAIT_YOUR_TURN
    (part,) = claim_several([section], [learner], **press)
    assert part.reason == Refusal.WAIT_YOUR_TURN
    assert claim(section, learner, reason="来窗口", **press).channel == Channel.COUNTER


def test_staff_with_a_grant_stand_in_line_on_the_website_like_anybody(
    app_client, opening, section
):
    grant = HelperGrantFactory(kind=HelperGrant.Kind.STAFF)
    clock.set_to(LATE)
    app_client.force_login(grant.helper)
    session = app_client.session
    session["acting_for"] = grant.learner_id
    session.save()
    hold = reverse("enrolment:hold-seat", args=[section.pk])
    press = {"press": uuid4(), "expects": "seat"}
    app_client.post(hold, press)
    assert not section.enrolments.exists()

    services.end_room(opening=opening, at=LATE)
    app_client.post(hold, press)
    assert section.enrolments.get().claims.get().channel == Channel.WEB


def test_a_term_that_is_being_taught_needs_no_room_any_more(pacer, opening):
    QueuePlaceFactory.create_batch(50, opening=opening)
    tick(pacer, opening, 3, since=DRAW)
    put_term_into(opening, Term.Phase.TEACHING)
    before = opening.serving
    tick(pacer, opening, 2, since=DRAW + 3 * SECOND)
    assert (opening.serving, opening.ended_at) == (before, DRAW + 3 * SECOND)


@pytest.mark.parametrize("changed", [{"closes_at": TODAY + MINUTE}, {}])
def test_a_room_in_which_nobody_was_ever_drawn_ends_with_its_time(pacer, opening, changed):
    Opening.objects.filter(pk=opening.pk).update(**changed)
    put_term_into(opening, Term.Phase.WAITLISTING if changed else Term.Phase.TEACHING)
    tick(pacer, opening, 1, since=LATE)
    assert (opening.shuffled_at, opening.ended_at) == (None, LATE)


def test_the_clock_of_an_empty_room_does_not_run_while_the_term_is_late(pacer, opening):
    put_term_into(opening, Term.Phase.WAITLISTING)
    tick(pacer, opening, 1, since=TODAY + 2 * queueing.QUIET_BEFORE_END)
    assert opening.ended_at is None


# What people and the office read


@pytest.mark.usefixtures("_in_chinese")
def test_the_pages_say_that_it_begins_soon_and_name_no_hour(app_client, opening):
    put_term_into(opening, Term.Phase.WAITLISTING)
    learner, latecomer = LearnerFactory(), LearnerFactory()
    QueuePlaceFactory(opening=opening, learner=learner)
    QueuePlaceFactory(opening=opening, learner=latecomer, joined_at=TODAY + MINUTE)
    clock.set_to(LATE)
    assert "马上开始" in app_client.get(reverse("enrolment:list-openings")).content.decode()

    said = {}
    for one in (learner, latecomer, LearnerFactory()):
        app_client.force_login(one.user)
        said[one] = words_of(app_client, "show-opening", opening)
        assert "马上开始" in said[one]
        assert "点整" not in said[one]
        assert f"{clock.now():%H}:00" not in said[one].replace("datetime", "")
    mine, behind, nobody = said.values()
    assert "摇号马上开始，您已经排上了，不用做什么" in mine
    assert "您排在早到的人后面" in behind
    assert "您来得正好" not in nobody
    assert reverse("enrolment:join-room", args=[opening.pk]) in nobody


@pytest.mark.usefixtures("_in_chinese")
def test_the_registrar_is_told_to_move_the_term_on(app_client, opening):
    sign_in(app_client, opening.term.unit, StaffPost.Role.REGISTRAR)
    put_term_into(opening, Term.Phase.WAITLISTING)
    clock.set_to(LATE)
    page = words_of(app_client, "staff-watch-room", opening)
    assert "学期还没进入余位报名阶段" in page
    assert reverse("enrolment:move-term-on", args=[opening.term_id]) in page
    assert "好一会儿没有叫号了" not in page

    put_term_into(opening, Term.Phase.OPEN_ENROLMENT)
    page = words_of(app_client, "staff-watch-room", opening)
    assert "学期还没进入余位报名阶段" not in page
    assert "好一会儿没有叫号了" in page


def test_a_term_that_is_late_is_no_pacer_that_stands_still(opening):
    put_term_into(opening, Term.Phase.WAITLISTING)
    late = Opening.objects.with_words().get(pk=opening.pk)
    room = queries.room_of(late, at=LATE)
    assert (room.waits_for_term, room.stands_still) == (True, False)


# Presses that were on their way


def test_the_published_order_and_the_seed_alone_give_everybodys_place(pacer, opening, shelf):
    """A press before the hour that was written after the draw stands behind, and is not in it."""
    QueuePlaceFactory.create_batch(30, opening=opening)
    QueuePlaceFactory.create_batch(6, opening=opening, lane=Lane.OFFICE)
    tick(pacer, opening, 1, since=DRAW)
    slow = [
        QueuePlaceFactory(opening=opening, lane=lane, joined_at=TODAY - SECOND).number
        for lane in (Lane.PEOPLE, Lane.OFFICE)
    ]
    pacer.forget()  # a pacer that was started anew writes every file again
    tick(pacer, opening, 1, since=DRAW + SECOND)

    text = (shelf / f"{opening.pk}/order.txt").read_text()
    seed = json.loads((shelf / f"{opening.pk}/state.json").read_text())["seed"]
    lane_of = dict(line.split() for line in text.splitlines())
    assert len(lane_of) == opening.people_in == 36
    assert not set(slow) & set(lane_of)
    for lane in Lane:
        drawn = [one for one in lane_of if lane_of[one] == lane]
        again = queueing.in_drawn_order(drawn, seed)
        places = QueuePlace.objects.before(opening).in_lane(lane).filter(number__in=drawn)
        assert dict(places.values_list("number", "position")) == {
            number: position for position, number in enumerate(again, start=1)
        }
        behind = QueuePlace.objects.before(opening).in_lane(lane).get(number__in=slow)
        assert behind.position == len(drawn) + 1


def test_who_was_drawn_is_known_of_each_lane(opening):
    QueuePlaceFactory.create_batch(4, opening=opening)
    QueuePlaceFactory.create_batch(3, opening=opening, lane=Lane.OFFICE)
    services.draw_order(opening=opening, at=DRAW)
    QueuePlaceFactory.create_batch(2, opening=opening, joined_at=TODAY - SECOND)
    services.number_latecomers(opening=opening)
    opening.refresh_from_db()
    assert (opening.people_in, opening.office_in) == (7, 3)
    assert QueuePlace.objects.drawn(opening).count() == 7
