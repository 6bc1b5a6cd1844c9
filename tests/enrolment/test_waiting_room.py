"""Before a door: one number each, one order for all, nobody past it, nobody's place lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from accounts import clock, scope
from accounts.models import AuditEvent, HelperGrant, StaffPost
from courses.models import Department
from enrolment import queries, services
from enrolment.domain import queueing
from enrolment.domain.refusals import Refusal
from enrolment.models import Channel, Lane, Opening, Outcome, QueuePlace
from enrolment.queries.openings import Turn
from enrolment.services import NotYourTurn, RoomClosed, SeatRefused, waiting_room
from tests.enrolment.acts import claim, claim_several, enrolment_of, swap
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import (
    HelperGrantFactory,
    LearnerFactory,
    StaffFactory,
    UnitFactory,
)
from tests.factories.enrolment import SectionFactory
from tests.factories.openings import OpeningFactory, QueuePlaceFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
EARLY = TODAY - 5 * MINUTE
SOON = TODAY + MINUTE


@pytest.fixture
def section():
    return SectionFactory(capacity=20)


@pytest.fixture
def opening(section):
    return OpeningFactory(term=section.term, department=section.course.subject.department)


@pytest.fixture
def learner():
    return LearnerFactory()


def come(opening, learner, *, at=EARLY, channel=Channel.WEB):
    return services.join_room(
        opening=opening, learner=learner, actor=learner.user, channel=channel, at=at
    )


def call(opening, people, *, office=0, at=TODAY):
    """The pacer's work: make the order if it is not made, number who came late, call up to."""
    services.draw_order(opening=opening, at=at)
    services.number_latecomers(opening=opening)
    Opening.objects.filter(pk=opening.pk).update(serving=people, serving_office=office)
    opening.refresh_from_db()


def passed(opening, learner, *, at=SOON):
    """A pass of this learner, as the browser brings it along."""
    return {opening.pk: services.enter_room(opening=opening, learner=learner, at=at)}


def refused_by(section, learner, passes, *, at=SOON, **more):
    with pytest.raises(SeatRefused) as refused:
        claim(section, learner, at=at, passes=passes, **more)
    return refused.value


# Coming


def test_one_number_a_learner_however_often_they_press(opening, learner):
    first = come(opening, learner)
    again = come(opening, learner, at=SOON)
    assert (again.pk, again.number, again.joined_at) == (first.pk, first.number, EARLY)
    assert len(first.number) == 8
    assert QueuePlace.objects.count() == 1


def test_a_number_that_is_taken_is_drawn_again(opening, learner, monkeypatch):
    taken = come(opening, LearnerFactory()).number
    signs = iter(taken + "23456789")
    monkeypatch.setattr(waiting_room, "choice", lambda _signs: next(signs))
    assert come(opening, learner).number == "23456789"


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({}, TODAY - 16 * MINUTE),
        ({"ended_at": TODAY}, SOON),
        ({"closes_at": TODAY + MINUTE}, TODAY + MINUTE),
    ],
)
def test_a_room_that_is_closed_gives_no_numbers(opening, learner, changed, at):
    Opening.objects.filter(pk=opening.pk).update(**changed)
    opening.refresh_from_db()
    with pytest.raises(RoomClosed):
        come(opening, learner, at=at)


def test_whoever_comes_after_the_hour_stands_behind_all_who_came_before(opening):
    early = LearnerFactory.create_batch(6)
    for learner in early:
        come(opening, learner)
    services.draw_order(opening=opening, at=TODAY)
    late = [come(opening, learner, at=SOON).pk for learner in LearnerFactory.create_batch(3)]
    services.number_latecomers(opening=opening)
    positions = dict(QueuePlace.objects.values_list("pk", "position"))
    assert [positions[pk] for pk in late] == [7, 8, 9]
    numbers = QueuePlace.objects.drawn(Opening.objects.get()).values_list("number", flat=True)
    drawn = queueing.in_drawn_order(numbers, Opening.objects.get().seed)
    in_order = (
        QueuePlace.objects.drawn(Opening.objects.get()).in_order().values_list("number", flat=True)
    )
    assert list(in_order) == drawn


# Coming in


def test_nobody_comes_in_before_their_turn(opening):
    learners = LearnerFactory.create_batch(4)
    for learner in learners:
        come(opening, learner)
    with pytest.raises(NotYourTurn):
        services.enter_room(opening=opening, learner=learners[0], at=EARLY)
    call(opening, 2)
    came_in = []
    for learner in learners:
        try:
            services.enter_room(opening=opening, learner=learner, at=SOON)
        except NotYourTurn:
            continue
        came_in.append(learner.pk)
    called = QueuePlace.objects.filter(position__lte=2).values_list("learner", flat=True)
    assert sorted(came_in) == sorted(called)
    assert set(QueuePlace.objects.not_entered().values_list("position", flat=True)) == {3, 4}


def test_coming_in_again_is_free_and_the_first_time_is_kept(opening, learner):
    come(opening, learner)
    call(opening, 1)
    passed(opening, learner)
    passed(opening, learner, at=SOON + 60 * MINUTE)
    assert QueuePlace.objects.get().entered_at == SOON


def test_somebody_without_a_number_does_not_come_in(opening, learner):
    call(opening, 5)
    with pytest.raises(NotYourTurn):
        services.enter_room(opening=opening, learner=learner, at=SOON)


# Asking for a place


def test_with_a_pass_one_gets_a_place(opening, section, learner):
    come(opening, learner)
    call(opening, 1)
    assert claim(section, learner, at=SOON, passes=passed(opening, learner)).outcome == (
        Outcome.CONFIRMED
    )


def test_without_a_pass_one_is_led_to_the_waiting_room(opening, section, learner):
    refusal = refused_by(section, learner, {})
    assert (refusal.reason, refusal.opening) == (Refusal.WAIT_YOUR_TURN, opening.pk)


def test_a_forged_pass_opens_nothing(opening, section, learner):
    come(opening, learner)
    call(opening, 1)
    token = passed(opening, learner)[opening.pk]
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "", "1.2.3", "x" * 5000):
        assert refused_by(section, learner, {opening.pk: forged}).reason == (
            Refusal.WAIT_YOUR_TURN
        )


def test_a_pass_is_of_no_use_to_somebody_else(opening, section, learner):
    other = LearnerFactory()
    for one in (learner, other):
        come(opening, one)
    call(opening, 1)
    first = QueuePlace.objects.get(position=1).learner
    second = other if first == learner else learner
    passes = passed(opening, first)
    assert refused_by(section, second, passes).reason == Refusal.WAIT_YOUR_TURN


def test_a_pass_of_another_door_opens_nothing_here(opening, section, learner):
    elsewhere = OpeningFactory(
        term=section.term, department=Department.objects.create(name="书画")
    )
    come(elsewhere, learner)
    call(elsewhere, 1)
    foreign = passed(elsewhere, learner)[elsewhere.pk]
    for passes in ({opening.pk: foreign}, {elsewhere.pk: foreign}):
        assert refused_by(section, learner, passes).reason == Refusal.WAIT_YOUR_TURN


def test_a_pass_lasts_a_quarter_of_an_hour_of_silence_and_the_place_lasts_on(
    opening, section, learner
):
    come(opening, learner)
    call(opening, 1)
    passes = passed(opening, learner)
    late = SOON + 15 * MINUTE + timedelta(seconds=1)
    assert refused_by(section, learner, passes, at=late).reason == Refusal.WAIT_YOUR_TURN
    again = passed(opening, learner, at=late)
    assert claim(section, learner, at=late, passes=again).outcome == Outcome.CONFIRMED


def test_a_page_that_is_opened_renews_the_pass(opening, learner):
    come(opening, learner)
    call(opening, 1)
    token = passed(opening, learner)[opening.pk]
    whose = {"learner": learner.pk, "opening": opening.pk}
    fresh = services.renewed_pass(token, at=SOON + 14 * MINUTE, **whose)
    later = SOON + 28 * MINUTE
    assert services.renewed_pass(token, at=later, **whose) is None
    assert services.renewed_pass(fresh, at=later, **whose) is not None


def test_the_same_press_has_the_same_answer_after_the_pass_ran_out(opening, section, learner):
    come(opening, learner)
    call(opening, 1)
    key = uuid4()
    first = claim(section, learner, key=key, at=SOON, passes=passed(opening, learner))
    again = claim(section, learner, key=key, at=SOON + 60 * MINUTE)
    assert (again.outcome, again.enrolment_id) == (first.outcome, first.enrolment_id)


def test_when_the_room_has_ended_nobody_needs_a_pass(opening, section, learner):
    services.end_by_hand(
        opening=opening, reason="没人了", actor=StaffFactory(unit=UnitFactory()), at=TODAY
    )
    assert claim(section, learner, at=SOON).outcome == Outcome.CONFIRMED


def test_other_departments_and_later_phases_have_no_door(opening, section, learner):
    Opening.objects.filter(pk=opening.pk).update(department=section.course.subject.department)
    section.term.phase = "teaching"
    section.term.save()
    facts = queries.dossier([section.pk], learner=learner, actor=learner.user, at=SOON)
    assert facts.opening(section.pk) is None


def test_several_at_once_stand_before_the_same_door(opening, section, learner):
    second = SectionFactory(term=section.term, weekday=4)  # the same department
    wanted = [section, second]
    parts = claim_several(wanted, [learner], at=SOON)
    assert [part.objection.reason for part in parts] == [Refusal.WAIT_YOUR_TURN] * 2

    come(opening, learner)
    call(opening, 1)
    parts = claim_several(wanted, [learner], at=SOON, passes=passed(opening, learner))
    assert [part.claim.outcome for part in parts] == [Outcome.CONFIRMED] * 2


def test_a_class_is_changed_for_another_when_it_is_ones_turn(opening, section, learner):
    old = SectionFactory(
        term=section.term, weekday=4,
        course__department=Department.objects.create(name="书画"),
    )  # fmt: skip
    claim(old, learner)
    with pytest.raises(SeatRefused) as refused:
        swap(enrolment_of(learner, old), section, at=SOON)
    assert (refused.value.reason, refused.value.opening) == (Refusal.WAIT_YOUR_TURN, opening.pk)

    come(opening, learner)
    call(opening, 1)
    made = swap(enrolment_of(learner, old), section, at=SOON, passes=passed(opening, learner))
    assert made.outcome == Outcome.CONFIRMED


def test_staff_need_no_pass_and_stand_in_the_book(opening, section, learner):
    staff = StaffFactory(unit=section.unit, role=StaffPost.Role.COUNTER)
    made = claim(section, learner, at=SOON, actor=staff, channel=Channel.COUNTER, reason="来窗口")
    assert (made.outcome, made.channel, made.actor) == (
        Outcome.CONFIRMED, Channel.COUNTER, staff,
    )  # fmt: skip


# The office's lane


def test_the_office_brings_somebody_and_says_why(opening, learner, as_app):
    staff = StaffFactory(unit=learner.unit, role=StaffPost.Role.HOTLINE)
    with as_app(), scope.staff(staff):
        place = services.join_for(
            opening=opening, learner=learner, actor=staff, channel=Channel.PHONE,
            reason="没有智能手机", at=EARLY,
        )  # fmt: skip
    assert (place.lane, place.channel, place.actor_id) == (Lane.OFFICE, Channel.PHONE, staff.pk)
    event = AuditEvent.objects.get(action="place in the waiting room given")
    assert (event.learner, event.details["reason"]) == (learner, "没有智能手机")


def test_who_came_by_themselves_is_not_brought_again(opening, learner):
    own = come(opening, learner)
    staff = StaffFactory(unit=learner.unit)
    brought = services.join_for(
        opening=opening, learner=learner, actor=staff, channel=Channel.PHONE, reason="打来电话",
        at=EARLY + MINUTE,
    )  # fmt: skip
    assert (brought.pk, brought.lane) == (own.pk, Lane.PEOPLE)
    assert not AuditEvent.objects.filter(action="place in the waiting room given").exists()


def test_each_lane_has_its_own_turns(opening):
    alone = QueuePlaceFactory(opening=opening)
    brought = QueuePlaceFactory(opening=opening, lane=Lane.OFFICE, channel=Channel.PHONE)
    call(opening, 0, office=1)
    with pytest.raises(NotYourTurn):
        services.enter_room(opening=opening, learner=alone.learner, at=SOON)
    assert services.enter_room(opening=opening, learner=brought.learner, at=SOON)


# Whose rows they are, and what the database refuses


def test_a_place_is_its_learners_and_their_offices(opening, learner, as_app):
    QueuePlaceFactory(opening=opening)
    come(opening, learner)
    far = StaffFactory(unit=UnitFactory(county=True, parent=UnitFactory()))
    near = StaffFactory(unit=learner.unit)
    with as_app():
        with scope.learners([learner.pk]):
            assert [place.learner_id for place in QueuePlace.objects.all()] == [learner.pk]
        with scope.staff(near):
            assert learner.pk in QueuePlace.objects.values_list("learner", flat=True)
        with scope.staff(far):
            assert not QueuePlace.objects.exists()
        assert not QueuePlace.objects.exists()


def test_the_web_stands_nobody_in_line_but_its_learner_and_gives_no_positions(
    opening, learner, as_app
):
    stranger = LearnerFactory()

    def place(of, **more):
        return QueuePlace(
            opening=opening, learner=of, number=f"N{of.pk}", joined_at=EARLY,
            channel=Channel.WEB, **more,
        )  # fmt: skip

    with as_app(), scope.learners([learner.pk]):
        for wrong in (place(stranger), place(learner, position=1)):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                wrong.save()
        place(learner).save()
        assert QueuePlace.objects.update(position=1) == 0
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            QueuePlace.objects.all().delete()


@pytest.mark.parametrize(
    "changed", [{"position": 2}, {"position": None}, {"lane": Lane.OFFICE}, {"number": "22222222"}]
)
def test_a_position_once_given_stays(opening, changed):
    place = QueuePlaceFactory(opening=opening, position=1)
    with pytest.raises(IntegrityError, match="stays as it is"):
        QueuePlace.objects.filter(pk=place.pk).update(**changed)


def test_two_people_never_stand_in_one_place(opening):
    QueuePlaceFactory(opening=opening, position=1)
    with pytest.raises(IntegrityError, match="nobody_stands_where_another_stands"):
        QueuePlaceFactory(opening=opening, position=1)


# The pages


@pytest.fixture
def _in_chinese():
    clock.set_to(EARLY)
    with translation.override("zh-hans"):
        yield


def room_of(opening):
    return reverse("enrolment:show-opening", args=[opening.pk])


@pytest.mark.usefixtures("_in_chinese")
def test_from_the_number_to_the_class_without_a_script(app_client, opening, section, learner):
    app_client.force_login(learner.user)
    check = reverse("enrolment:check-class", args=[section.pk])
    assert "领一个号" in app_client.get(room_of(opening)).content.decode()

    app_client.post(reverse("enrolment:join-room", args=[opening.pk]), {"next": check})
    place = QueuePlace.objects.get()
    assert place.number in app_client.get(room_of(opening)).content.decode()

    clock.set_to(SOON)
    page = app_client.get(check).content.decode()
    assert f"{room_of(opening)}?next={check}" in page
    assert reverse("enrolment:hold-seat", args=[section.pk]) not in page
    enter = reverse("enrolment:enter-room", args=[opening.pk])
    early = app_client.post(enter, {"next": check})
    assert early.headers["Location"].startswith(room_of(opening))
    assert "还没轮到您" in app_client.get(room_of(opening)).content.decode()

    call(opening, 1, at=SOON)
    answer = app_client.post(enter, {"next": check})
    assert answer.headers["Location"] == check
    cookie = answer.cookies[f"pass-{opening.pk}-{learner.pk}"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    hold = reverse("enrolment:hold-seat", args=[section.pk])
    assert hold in app_client.get(check).content.decode()
    made = app_client.post(hold, {"press": uuid4(), "expects": "seat"})
    assert made.headers["Location"].startswith("/my/classes/")


@pytest.mark.usefixtures("_in_chinese")
def test_a_press_without_a_pass_comes_back_to_the_check_page(
    app_client, opening, section, learner
):
    clock.set_to(SOON)
    app_client.force_login(learner.user)
    hold = reverse("enrolment:hold-seat", args=[section.pk])
    answer = app_client.post(hold, {"press": uuid4(), "expects": "seat"}, follow=True)
    assert room_of(opening) in answer.content.decode()
    assert not section.enrolments.exists()


@pytest.mark.usefixtures("_in_chinese")
def test_the_place_is_there_on_another_device(client, app_client, opening, learner):
    app_client.force_login(learner.user)
    app_client.post(reverse("enrolment:join-room", args=[opening.pk]))
    number = QueuePlace.objects.get().number
    other_phone = type(app_client)()
    other_phone.force_login(learner.user)
    assert number in other_phone.get(room_of(opening)).content.decode()
    assert number in other_phone.get(reverse("enrolment:my-classes")).content.decode()


@pytest.mark.usefixtures("_in_chinese")
def test_a_helper_takes_a_number_for_the_learner(app_client, opening):
    grant = HelperGrantFactory(kind=HelperGrant.Kind.FAMILY)
    app_client.force_login(grant.helper)
    session = app_client.session
    session["acting_for"] = grant.learner_id
    session.save()
    app_client.post(reverse("enrolment:join-room", args=[opening.pk]))
    place = QueuePlace.objects.get()
    assert (place.learner_id, place.actor_id) == (grant.learner_id, grant.helper_id)


@pytest.mark.usefixtures("_in_chinese")
def test_reading_renews_the_pass_and_a_foreign_cookie_is_left_alone(app_client, opening, learner):
    app_client.force_login(learner.user)
    come(opening, learner)
    call(opening, 1)
    clock.set_to(SOON)
    app_client.post(reverse("enrolment:enter-room", args=[opening.pk]))
    name = f"pass-{opening.pk}-{learner.pk}"
    before = app_client.cookies[name].value
    app_client.cookies[f"pass-{opening.pk}-999"] = before
    clock.set_to(SOON + 10 * MINUTE)
    answer = app_client.get(reverse("courses:list-courses"))
    assert answer.cookies[name].value != before
    assert f"pass-{opening.pk}-999" not in answer.cookies


@pytest.mark.usefixtures("_in_chinese")
def test_the_hotline_brings_somebody_and_sees_when_their_turn_comes(app_client, opening):
    learner = LearnerFactory(name="王秀英")
    sign_in(app_client, learner.unit, StaffPost.Role.HOTLINE)
    people = reverse("enrolment:staff-bring-learner", args=[opening.pk])
    give = reverse("enrolment:staff-give-place", args=[opening.pk, learner.pk])
    assert give in app_client.get(people, {"q": "秀英"}).content.decode()

    wrong = app_client.post(give, {"channel": "phone", "reason": ""})
    assert wrong.status_code == 422
    app_client.post(give, {"channel": "phone", "reason": "没有智能手机"})
    assert "还没摇号" in app_client.get(people).content.decode()

    call(opening, 0, office=1)
    clock.set_to(SOON)
    assert "轮到了" in app_client.get(people).content.decode()


@pytest.mark.usefixtures("_in_chinese")
def test_the_registrar_holds_back_limits_and_ends_with_a_reason(app_client, opening):
    registrar = sign_in(app_client, opening.term.unit, StaffPost.Role.REGISTRAR)
    steer = reverse("enrolment:staff-steer-room", args=[opening.pk])

    def decide(act, **more):
        answer = app_client.post(steer, {"act": act, "reason": "机房停电", **more})
        opening.refresh_from_db()
        return answer.status_code

    assert app_client.post(steer, {"act": "hold"}).status_code == 422
    assert (decide("hold"), opening.held_back) == (302, True)
    assert (decide("go_on"), opening.held_back) == (302, False)
    assert (decide("limit", most_per_second="7"), opening.most_per_second) == (302, 7)
    assert (decide("limit"), opening.most_per_second) == (302, None)
    assert (decide("end"), opening.ended_at) == (200, None)
    assert (decide("end", sure="yes"), opening.ended_at is not None) == (302, True)
    told = AuditEvent.objects.filter(object_type="enrolment.opening", actor=registrar)
    assert sorted(told.values_list("action", flat=True)) == [
        "pace limited", "pace limited", "people held back", "people let in again",
        "waiting room ended",
    ]  # fmt: skip
    assert set(told.values_list("details__reason", flat=True)) == {"机房停电"}


@pytest.mark.usefixtures("_in_chinese")
def test_the_registrar_sees_who_stands_where_and_that_nothing_moves(app_client, opening):
    sign_in(app_client, opening.term.unit, StaffPost.Role.REGISTRAR)
    for lane in (Lane.PEOPLE, Lane.PEOPLE, Lane.OFFICE):
        QueuePlaceFactory(opening=opening, lane=lane)
    with scope.system("test"):
        room = queries.room_of(opening, at=EARLY)
    assert [(one.lane, one.came, one.called, one.waiting) for one in room.lanes] == [
        (Lane.PEOPLE, 2, 0, 2), (Lane.OFFICE, 1, 0, 1),
    ]  # fmt: skip
    assert not room.stands_still
    clock.set_to(SOON)
    page = app_client.get(reverse("enrolment:staff-watch-room", args=[opening.pk]))
    assert "好一会儿没有叫号了" in page.content.decode()


def test_the_estimate_is_a_time_of_day_to_five_minutes_and_never_a_promise(opening):
    place = QueuePlaceFactory(opening=opening, position=101)
    opening.rate, opening.serving, opening.shuffled_at = 0.25, 5, TODAY  # 12 a minute
    turn = Turn(opening, place, Opening.Stage.SERVING, TODAY + timedelta(seconds=20))
    assert turn.about.strftime("%H:%M:%S") == "10:10:00"
    opening.held_back = True
    assert turn.about is None
    opening.held_back, opening.rate = False, 0
    assert turn.about is None


@pytest.mark.usefixtures("_in_chinese")
def test_before_the_hour_a_class_says_when_to_come_and_leads_to_the_room(
    app_client, opening, section, learner
):
    section.opens_at = opening.opens_at
    section.save(update_fields=["opens_at"])
    check = reverse("enrolment:check-class", args=[section.pk])
    course = reverse("courses:show-course", args=[section.course.slug])
    remind = reverse("enrolment:remind-of-opening", args=[section.pk])
    app_client.force_login(learner.user)
    clock.set_to(TODAY - 60 * MINUTE)
    for page in (check, course):
        said = app_client.get(page).content.decode()
        assert "等候室开门" in said
        assert "前来领号" in said
        assert room_of(opening) not in said
    assert remind in app_client.get(check).content.decode()

    clock.set_to(EARLY)
    for page in (check, course):
        said = app_client.get(page).content.decode()
        assert "等候室开着" in said
        assert f"{room_of(opening)}?next={check}" in said
    assert remind not in app_client.get(check).content.decode()


@pytest.mark.usefixtures("_in_chinese")
def test_whoever_is_called_comes_in_from_the_page_of_the_class(
    app_client, opening, section, learner
):
    check = reverse("enrolment:check-class", args=[section.pk])
    enter = reverse("enrolment:enter-room", args=[opening.pk])
    app_client.force_login(learner.user)
    come(opening, learner)
    clock.set_to(SOON)
    waits = app_client.get(check).content.decode()
    assert "您已经领了号" in waits
    assert enter not in waits
    call(opening, 1, at=SOON)
    said = app_client.get(check).content.decode()
    assert "轮到您了，请进。" in said
    assert enter in said
    assert app_client.post(enter, {"next": check}).headers["Location"] == check


@pytest.mark.usefixtures("_in_chinese")
def test_the_room_says_what_is_true_before_the_call_after_it_and_with_a_place(
    app_client, opening, section, learner
):
    app_client.force_login(learner.user)
    come(opening, learner)
    clock.set_to(SOON)
    call(opening, 0, at=SOON)
    later = 'data-queue-when="waiting" hidden'
    waits = app_client.get(room_of(opening)).content.decode()
    assert later not in waits
    assert "核对用的编号" in waits
    call(opening, 1, at=SOON)
    called = app_client.get(room_of(opening)).content.decode()
    assert later in called
    assert "先报先得" in called

    passes = passed(opening, learner)
    claim(section, learner, at=SOON, passes=passes)
    inside = app_client.get(room_of(opening)).content.decode()
    assert "<h2>轮到您了" not in inside
    assert section.display_name() in inside
    assert "想再报一个班" in inside
