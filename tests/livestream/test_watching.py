"""Who gets a replay, who is told why not, and what nobody gets without the right."""

import re
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError

from enrolment.models import CloudSeat, Enrolment
from livestream import queries, services, wording
from livestream.delivery import ended
from livestream.domain.access import Refusal
from livestream.models import WatchGrant, WatchState
from tests.factories.accounts import (
    HelperGrantFactory,
    LearnerFactory,
    StaffFactory,
    UnitFactory,
    UserFactory,
)
from tests.factories.livestream import LessonFactory, RecordingFactory, seat_in
from tests.factories.times import TODAY
from tests.livestream.watching import fetch, page_of, seconds_later, watch

pytestmark = pytest.mark.usefixtures("today")
NOON = TODAY.timestamp()


def heading(browser, recording):
    response = browser.get(page_of(recording))
    assert response.status_code == 403
    return re.search(r"<h1>([^<]+)</h1>", response.content.decode())[1]


def test_a_learner_of_the_class_watches(replay, come_in):
    learner = seat_in(replay.lesson.section)
    status, master = watch(come_in(learner.user), replay)

    assert status == 200
    assert fetch(master) == (200, b"#EXTM3U\n")
    assert fetch(master.replace("master.m3u8", "v360/00000.m4s")) == (200, b"piece")


def test_a_stranger_is_told_why_and_reaches_neither_list_nor_piece(replay, come_in):
    browser = come_in(LearnerFactory().user)

    assert heading(browser, replay) == "This replay belongs to another class"
    page = browser.get(page_of(replay)).content.decode()
    assert "/v/" not in page
    base = f"/v/{replay.asset.hex}/{replay.generation}"
    assert fetch(f"{base}/master.m3u8")[0] == 403
    assert fetch(f"{base}/v360/00000.m4s")[0] == 403
    assert browser.post(f"{page_of(replay)}grant/").status_code == 403


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"ready": True}, "This replay is not published yet"),
        ({}, "This replay is not finished yet"),
        ({"processing": True}, "This replay is not finished yet"),
        ({"failed": True}, "There is no replay of this lesson"),
    ],
)
def test_a_learner_of_the_class_is_told_what_the_film_is_waiting_for(state, words, come_in):
    recording = RecordingFactory(**state)
    learner = seat_in(recording.lesson.section)
    assert heading(come_in(learner.user), recording) == words


def test_somebody_not_signed_in_is_sent_to_sign_in_and_back(replay, app_client):
    response = app_client.get(page_of(replay))
    assert response.status_code == 403
    assert f"next=%2Fen%2Freplays%2F{replay.pk}%2F" in response.content.decode()


def test_every_refusal_says_two_things_of_its_own():
    said = [wording.refusal(reason) for reason in Refusal]
    assert len({words for pair in said for words in pair}) == 2 * len(Refusal)


@pytest.mark.parametrize(
    ("status", "may"),
    [
        (Enrolment.Status.CONFIRMED, True),
        (Enrolment.Status.ACTIVE, True),
        (Enrolment.Status.COMPLETED, True),
        (Enrolment.Status.WITHDRAWN, False),
        (Enrolment.Status.LAPSED, False),
        (Enrolment.Status.RELEASED, False),
    ],
)
def test_what_a_seat_must_be(replay, status, may):
    learner = seat_in(replay.lesson.section, status=status)
    access = queries.access(replay, learner.user, at=TODAY)
    assert (access.reason is None, access.learner_id) == (may, learner.pk if may else None)


def test_who_else_may_watch(replay):
    section = replay.lesson.section
    online = LearnerFactory()
    CloudSeat.objects.create(
        learner=online,
        course=section.course,
        term=section.term,
        source="request",
        created_at=TODAY,
    )
    mother = seat_in(section)
    daughter = HelperGrantFactory(learner=mother).helper
    former_helper = HelperGrantFactory(learner=seat_in(section), ended=True).helper
    elsewhere = StaffFactory(unit=UnitFactory(county=True))
    reasons = {
        name: queries.access(replay, user, at=TODAY).reason
        for name, user in {
            "teacher": section.teacher.user,
            "staff of the unit": StaffFactory(unit=section.unit),
            "staff elsewhere": elsewhere,
            "online learner": online.user,
            "helper": daughter,
            "former helper": former_helper,
            "no learner": UserFactory(),
        }.items()
    }
    assert reasons == {
        "teacher": None,
        "staff of the unit": None,
        "staff elsewhere": Refusal.NOT_IN_CLASS,
        "online learner": None,
        "helper": None,
        "former helper": Refusal.NOT_IN_CLASS,
        "no learner": Refusal.NOT_IN_CLASS,
    }


def test_a_public_replay_plays_for_everybody_and_keeps_no_place(disk, app_client):
    recording = RecordingFactory(published=True, is_public=True)
    assert watch(app_client, recording)[0] == 200
    assert "data-keeps-place" not in app_client.get(page_of(recording)).content.decode()


def test_a_learner_holds_three_rights_at_most_and_the_oldest_goes(replay):
    learner = seat_in(replay.lesson.section)
    rights = [
        services.grant(
            recording=replay, user=learner.user, at=TODAY + timedelta(minutes=n), signed_at=NOON
        ).grant.audience
        for n in range(5)
    ]
    live = WatchGrant.objects.live(TODAY + timedelta(minutes=5)).oldest_first()
    assert list(live.values_list("audience", flat=True)) == rights[2:]


def test_taking_a_film_back_ends_the_paths_that_are_out(replay, come_in, as_app, monkeypatch):
    learner = seat_in(replay.lesson.section)
    _status, master = watch(come_in(learner.user), replay)
    piece = master.replace("master.m3u8", "v360/00000.m4s")
    assert fetch(piece) == (200, b"piece")

    teacher = replay.uploaded_by
    come_in(teacher).post(f"/en/teaching/films/{replay.pk}/take-back/")
    seconds_later(monkeypatch)
    with as_app():
        assert [fetch(path)[0] for path in (master, piece)] == [410, 410]

    come_in(teacher).post(f"/en/teaching/films/{replay.pk}/publish/")
    seconds_later(monkeypatch)
    assert fetch(piece)[0] == 410
    _status, anew = watch(come_in(learner.user), replay)
    assert fetch(anew)[0] == 200


def test_the_right_that_had_to_give_way_opens_nothing_any_more(replay, monkeypatch):
    learner = seat_in(replay.lesson.section)
    signed_at = time.time()
    given = [
        services.grant(
            recording=replay,
            user=learner.user,
            at=TODAY + timedelta(minutes=n),
            signed_at=signed_at,
        ).path()
        for n in range(4)
    ]
    seconds_later(monkeypatch)
    assert [fetch(path)[0] for path in given] == [410, 200, 200, 200]


def test_a_right_ends_with_the_place_in_the_class(replay, come_in, monkeypatch):
    leaves, stays = seat_in(replay.lesson.section), seat_in(replay.lesson.section)
    paths = [watch(come_in(learner.user), replay)[1] for learner in (leaves, stays)]
    by_teacher = watch(come_in(replay.uploaded_by), replay)[1]

    Enrolment.objects.filter(learner=leaves).update(status=Enrolment.Status.WITHDRAWN)
    call_command("end_rights", stdout=StringIO())
    seconds_later(monkeypatch)

    assert [fetch(path)[0] for path in (*paths, by_teacher)] == [410, 200, 200]


def test_what_ended_is_read_again_by_itself_and_not_for_every_piece(
    replay, come_in, monkeypatch, django_assert_num_queries
):
    tick = [1000.0]
    monkeypatch.setattr(ended, "tick", lambda: tick[0])
    seconds_later(monkeypatch)
    _status, master = watch(come_in(seat_in(replay.lesson.section).user), replay)
    assert fetch(master)[0] == 200
    WatchGrant.objects.update(revoked_at=TODAY)
    with django_assert_num_queries(0):
        assert fetch(master)[0] == 200
    tick[0] += ended.REREAD_SECONDS
    assert fetch(master)[0] == 410


def test_films_go_on_while_the_database_is_away(replay, come_in, monkeypatch):
    _status, master = watch(come_in(seat_in(replay.lesson.section).user), replay)

    def away(*_arguments, **_more):
        raise OperationalError

    monkeypatch.setattr(ended.scope, "system", away)
    seconds_later(monkeypatch)
    assert fetch(master)[0] == 200


def test_a_right_is_given_again_as_long_as_one_is_in_the_class(replay, come_in):
    learner = seat_in(replay.lesson.section)
    browser = come_in(learner.user)
    answer = browser.post(f"{page_of(replay)}grant/")
    assert answer.status_code == 200
    assert fetch(answer.json()["master"])[0] == 200

    Enrolment.objects.update(status=Enrolment.Status.CANCELLED_BY_SCHOOL)
    refused = browser.post(f"{page_of(replay)}grant/")
    assert refused.status_code == 403
    assert refused.json()["heading"] == "This replay belongs to another class"


def test_what_a_learner_watched_is_seen_by_nobody_else(replay, as_app):
    from accounts import scope

    anna, ben = seat_in(replay.lesson.section), seat_in(replay.lesson.section)
    services.grant(recording=replay, user=anna.user, at=TODAY, signed_at=NOON)
    WatchState.objects.create(recording=replay, learner=anna, updated_at=TODAY)
    with as_app():
        assert not WatchState.objects.exists()
        with scope.learners([ben.pk]):
            assert not WatchState.objects.exists()
            assert not WatchGrant.objects.exists()
        with scope.learners([anna.pk]):
            assert WatchState.objects.count() == WatchGrant.objects.count() == 1


def test_my_replays_lists_those_of_my_classes_the_newest_first(replay, come_in):
    section = replay.lesson.section
    learner = seat_in(section)
    RecordingFactory(published=True)
    RecordingFactory(lesson=replay.lesson, ready=True)
    next_week = LessonFactory(
        section=section,
        number=4,
        during=type(replay.lesson.during)(TODAY + timedelta(days=7), TODAY + timedelta(days=7.1)),
    )
    newest = RecordingFactory(lesson=next_week, published=True)

    page = come_in(learner.user).get("/en/my/replays/").content.decode()

    found = re.findall(r"/en/replays/(\d+)/", page)
    assert found == [str(newest.pk), str(replay.pk)]
