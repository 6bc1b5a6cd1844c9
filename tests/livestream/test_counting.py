"""What players report, from the web to the database, and what is counted of it."""

import io
import json
import random
import time
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import formats, timezone, translation
from psycopg.types.range import Range
from redis.exceptions import ConnectionError as ValkeyAway

from config.wsgi import application
from livestream import queries, services
from livestream.delivery import paths, pending
from livestream.models import (
    Broadcast,
    HeadCount,
    RoomViewing,
    ViewerCount,
    WatchGrant,
    WatchState,
)
from tests.factories.accounts import LearnerFactory, UserFactory
from tests.factories.campus import CampusFactory
from tests.factories.livestream import RecordingFactory, TeacherFactory, seat_in
from tests.factories.times import TODAY
from tests.livestream.watching import right_to

pytestmark = pytest.mark.usefixtures("today", "nothing_is_reported")


@pytest.fixture
def film():
    return RecordingFactory(published=True)


@contextmanager
def valkey_away(monkeypatch):
    def away(*_arguments):
        raise ValkeyAway("nobody there")

    with monkeypatch.context() as patch:
        patch.setattr(pending, "_valkey", away)
        yield


def post(address, said, method="POST"):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    answers = []
    environ = {
        "PATH_INFO": address,
        "REQUEST_METHOD": method,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    application(environ, lambda status, headers: answers.append((int(status[:3]), dict(headers))))
    return answers[0]


def report(right, sequence, position, *ranges, **more):
    said = {"sequence": sequence, "position": position, "ranges": ranges, **more}
    return post(right.beacon, said)[0]


def now_right(recording, user, **more):
    return services.grant(recording=recording, user=user, at=TODAY, signed_at=time.time(), **more)


def write(at=TODAY):
    return services.write_watching(at=at)


def kept(learner):
    state = WatchState.objects.get(learner=learner)
    stretches = [(float(one.lower), float(one.upper)) for one in state.watched]
    return state.position_seconds, state.sequence, stretches, state.watched_seconds


def test_a_report_becomes_a_place_and_watched_stretches(film):
    learner = seat_in(film.lesson.section)
    right = now_right(film, learner.user)
    assert report(right, 1, 30.0, [0, 30]) == 204
    assert report(right, 2, 312.4, [30, 60], [300, 312.4]) == 204
    assert not WatchState.objects.exists()

    assert write() == services.Written(reports=2, watchers=1, films=1)
    assert kept(learner) == (312.4, 2, [(0, 60), (300, 312.4)], 72.4)
    assert write().reports == 0


def test_the_web_asks_neither_session_nor_database(film, django_assert_num_queries):
    right = now_right(film, seat_in(film.lesson.section).user)
    with django_assert_num_queries(0):
        assert report(right, 1, 30.0, [0, 30]) == 204


def test_reports_late_twice_and_in_disorder_change_nothing(film):
    learner = seat_in(film.lesson.section)
    right = now_right(film, learner.user)
    reports = [(n, n * 30.0, [(n - 1) * 30, n * 30]) for n in range(1, 11)]
    for sequence, position, stretch in reports:
        report(right, sequence, position, stretch)
    write()
    in_order = kept(learner)
    WatchState.objects.all().delete()

    again = reports * 2
    random.Random(13).shuffle(again)
    for number, (sequence, position, stretch) in enumerate(again):
        assert report(right, sequence, position, stretch, late=True) == 204
        if number % 7 == 3:
            write(TODAY - timedelta(minutes=number))  # a clock that runs backwards
    write()
    assert kept(learner) == in_order == (300.0, 10, [(0, 300)], 300.0)


def test_an_older_page_does_not_move_the_place_back(film):
    learner = seat_in(film.lesson.section)
    right = now_right(film, learner.user)
    for sequence, position in ((5, 100.0), (3, 40.0), (6, 200.0), (2, 90.0)):
        report(right, sequence, position)
        write()
    assert kept(learner)[:2] == (200.0, 6)


def test_the_place_is_there_before_it_is_written(film):
    learner = seat_in(film.lesson.section)
    right = now_right(film, learner.user)
    assert queries.place_of(film, learner.pk) is None
    report(right, 4, 312.9, [300, 312.9])
    report(right, 3, 20.0)
    fresh = queries.place_of(film, learner.pk)
    assert (fresh.position_seconds, fresh.sequence) == (312.0, 4)
    write()
    assert queries.place_of(film, learner.pk).position_seconds == 312.9
    report(right, 5, 400.0)
    assert queries.place_of(film, learner.pk).sequence == 5


def test_a_page_opened_again_goes_on_where_one_has_just_stopped(film, disk, app_client, sign_in):
    learner = seat_in(film.lesson.section)
    report(now_right(film, learner.user), 7, 312.9, [300, 312.9])
    page = sign_in(app_client, learner.user).get(f"/en/replays/{film.pk}/").content.decode()
    assert 'data-position="312"' in page
    assert 'data-sequence="7"' in page


def test_a_place_and_stretches_outside_the_film_are_put_inside(film):
    learner = seat_in(film.lesson.section)
    report(now_right(film, learner.user), 1, 9999.0, [500, 700])
    write()
    assert kept(learner) == (600.0, 1, [(500, 600)], 100.0)


@pytest.mark.parametrize(
    ("watched", "attended", "completed"),
    [(419, False, False), (420, True, False), (539, True, False), (540, True, True)],
)
def test_who_has_watched_enough(film, watched, attended, completed):
    learner = seat_in(film.lesson.section)
    right = now_right(film, learner.user)
    report(right, 1, 600.0, [0, watched])  # jumped to the end, which counts nothing
    write()
    states = WatchState.objects.all()
    assert (states.attended().exists(), states.completed().exists()) == (attended, completed)
    assert states.with_share().get().share == pytest.approx(watched / 600)


def test_rights_of_long_ago_go_and_their_viewers_stay_counted(film, come_in):
    """Also who watched long ago and lately, and one who opened it and never played it."""
    early, always, never = (seat_in(film.lesson.section) for _one in range(3))
    for learner in (early, always):
        report(now_right(film, learner.user), 1, 10.0, [0, 10])
    write()
    now_right(film, never.user)
    WatchGrant.objects.update(
        issued_at=TODAY - timedelta(weeks=9), expires_at=TODAY - timedelta(weeks=9, days=-1)
    )
    report(now_right(film, always.user), 2, 20.0, [10, 20])
    write()
    assert ViewerCount.objects.get().ever == 2

    call_command("prune_films", "--dry-run", stdout=StringIO())
    assert WatchGrant.objects.count() == 4
    for _time in range(2):
        call_command("prune_films", stdout=StringIO())
        assert set(WatchGrant.objects.values_list("learner", flat=True)) == {always.pk}
    report(now_right(film, seat_in(film.lesson.section).user), 1, 10.0, [0, 10])
    write()
    assert (ViewerCount.objects.get().ever, ViewerCount.objects.get().gone) == (3, 1)


def state_of(film, learner, watched):
    WatchState.objects.create(
        recording=film, learner=learner, watched_seconds=watched, updated_at=TODAY
    )


def test_a_film_watched_to_the_end_says_so_in_the_list_of_its_learner(film, come_in):
    other = RecordingFactory(lesson=film.lesson, published=True)
    learner, friend = seat_in(film.lesson.section), seat_in(film.lesson.section)
    state_of(film, learner, 600.0)
    state_of(other, learner, 500.0)
    state_of(other, friend, 600.0)  # says nothing about our learner
    page = come_in(learner.user).get("/en/my/replays/").content.decode()
    lines = [line for line in page.split("<li>") if "/en/replays/" in line]
    words = {
        pk: "Watched to the end" in line
        for line in lines
        for pk in (film.pk, other.pk)
        if f"/replays/{pk}/" in line
    }
    assert words == {film.pk: True, other.pk: False}


def test_the_teacher_sees_who_attended_online_and_nobody_elses_teacher_does(film, come_in):
    names = ["安娜", "本"]
    for name, watched in zip(names, (420.0, 419.0), strict=True):
        learner = seat_in(film.lesson.section, LearnerFactory(name=name))
        state_of(film, learner, watched)
    page = f"/en/teaching/films/{film.pk}/watched/"
    said = come_in(film.uploaded_by).get(page).content.decode()
    assert [name for name in names if f"<li>{name}</li>" in said] == names[:1]
    assert "1 learner has watched seven tenths" in said
    assert not film.lesson.attendance.exists()
    assert come_in(TeacherFactory().user).get(page).status_code == 404


def test_the_teacher_sees_how_many_have_watched_each_film(film, come_in):
    def told():
        page = come_in(film.uploaded_by).get("/en/teaching/films/").content.decode()
        return [line.strip() for line in page.splitlines() if "watched it" in line]

    assert told() == []
    count = ViewerCount.objects.create(
        recording=film, ever=1, peak=1, peak_at=TODAY, counted_at=TODAY
    )
    assert told() == ["<p>1 person has watched it</p>"]
    count.ever, count.peak, count.live_ever = 12, 5, 3
    count.save()
    with translation.override("en"):
        day = formats.date_format(timezone.localtime(TODAY), "DATE_FORMAT")
    (line,) = told()
    assert line.endswith(
        "12 people have watched it · at most 5 at one time, on " + day + " · 3 of them live</p>"
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"{", 400),
        ({"sequence": 0, "position": 1}, 400),
        ({"sequence": 1, "position": 1, "ranges": [[5, 4]]}, 400),
        (b" " * 9000, 413),
    ],
)
def test_nonsense_is_refused(film, said, status):
    right = now_right(film, seat_in(film.lesson.section).user)
    assert post(right.beacon, said)[0] == status
    assert write().reports == 0


def test_nobody_reports_under_a_name_that_was_not_given(film):
    right = now_right(film, seat_in(film.lesson.section).user)
    forged = right.beacon.split("/")
    forged[3] = "f" * 16
    assert post("/".join(forged), {"sequence": 1, "position": 1})[0] == 403
    assert post("/beacons/", {"sequence": 1, "position": 1})[0] == 403
    status, headers = post(right.beacon, b"", method="GET")
    assert (status, headers["Allow"]) == (405, "POST")


def test_a_report_of_a_week_ago_asks_for_a_new_right(film):
    learner = seat_in(film.lesson.section)
    right = services.grant(
        recording=film, user=learner.user, at=TODAY, signed_at=time.time() - 8 * 86_400
    )
    assert report(right, 1, 5.0) == 410


def test_with_valkey_away_the_player_keeps_its_report_and_nothing_else_breaks(
    film, monkeypatch, app_client, sign_in, disk
):
    learner = seat_in(film.lesson.section)
    right = now_right(film, learner.user)
    with valkey_away(monkeypatch):
        status, headers = post(right.beacon, {"sequence": 2, "position": 30.0})
        assert (status, headers["Retry-After"]) == (503, "30")
        page = sign_in(app_client, learner.user).get(f"/en/replays/{film.pk}/")
        assert page.status_code == 200
        with pytest.raises(CommandError, match="the next round"):
            call_command("write_watching")
    assert report(right, 2, 30.0, [0, 30]) == 204
    write()
    assert kept(learner) == (30.0, 2, [(0, 30)], 30.0)


def test_when_nobody_writes_players_are_asked_to_wait_before_valkey_is_full(film, monkeypatch):
    right = now_right(film, seat_in(film.lesson.section).user)
    monkeypatch.setattr(pending, "MOST_LINES", 3)
    answers = [report(right, n, 1.0) for n in range(1, 7)]
    assert answers == [204, 204, 204, 204, 503, 503]
    write()
    monkeypatch.setattr(pending, "tick", lambda: time.monotonic() + pending.LOOK_AGAIN_SECONDS)
    assert report(right, 9, 1.0) == 204
    assert not pending._full_since


def test_a_writer_that_dies_leaves_its_batch_to_the_next(film, monkeypatch):
    learner = seat_in(film.lesson.section)
    right = now_right(film, learner.user)
    report(right, 1, 30.0, [0, 30])
    with monkeypatch.context() as patch:
        patch.setattr(services.counting, "_write", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write()
    report(right, 2, 60.0, [30, 60])
    assert write().reports == 2
    assert kept(learner) == (60.0, 2, [(0, 60)], 60.0)
    assert pending.take() == []


def test_a_batch_written_twice_counts_once(film, monkeypatch):
    learner = seat_in(film.lesson.section)
    report(now_right(film, learner.user), 1, 30.0, [0, 30])
    with monkeypatch.context() as patch:
        patch.setattr(pending, "done", lambda _batch: None)
        assert [write().reports, write().reports] == [1, 1]
    write()
    assert kept(learner) == (30.0, 1, [(0, 30)], 30.0)
    assert ViewerCount.objects.get().ever == 1


def test_a_thousand_reports_cost_five_statements_at_most(film):
    """T13. What each costs is printed by ``./test --deep media``."""
    section = film.lesson.section
    rights = [now_right(film, seat_in(section).user) for _ in range(10)]
    for sequence in range(1, 101):
        for right in rights:
            report(right, sequence, sequence * 5.0, [(sequence - 1) * 5, sequence * 5])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert write().reports == 1000
    assert len(asked) <= 5 + 2, [one["sql"][:80] for one in asked]  # a test is inside a savepoint
    told = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
    assert len(told) <= 5
    assert WatchState.objects.filter(watched_seconds=500.0).count() == 10


def counts(recording):
    count = ViewerCount.objects.get(recording=recording)
    return count.now, count.peak, count.ever


def test_two_screens_of_a_learner_are_one_viewer_and_a_renewed_right_too(film):
    anna, ben = (seat_in(film.lesson.section) for _ in range(2))
    first = now_right(film, anna.user)
    for right in (
        first,
        now_right(film, anna.user),
        now_right(film, anna.user, renews=first.grant.audience),
        now_right(film, ben.user),
    ):
        report(right, 1, 1.0)
    write()
    assert counts(film) == (2, 2, 2)
    assert services.viewers_now(film, at=TODAY + timedelta(minutes=1)) == 2
    assert services.viewers_now(film, at=TODAY + timedelta(minutes=3)) == 0


def test_visitors_are_counted_by_visit_and_who_only_opened_the_page_is_not():
    film = RecordingFactory(published=True, is_public=True)
    first = now_right(film, None)
    report(first, 1, 1.0)
    report(now_right(film, None, renews=first.grant.audience), 2, 30.0)
    report(now_right(film, None), 1, 1.0)
    now_right(film, None)
    write()
    assert counts(film) == (2, 2, 2)
    assert not WatchState.objects.exists()


def test_who_is_not_heard_of_any_more_watches_no_more(film, monkeypatch):
    learners = [seat_in(film.lesson.section) for _ in range(3)]
    rights = [now_right(film, learner.user) for learner in learners]
    for right in rights:
        report(right, 1, 1.0)
    write()
    began = time.time()
    monkeypatch.setattr(time, "time", lambda: began + 60)
    report(rights[0], 2, 30.0)
    monkeypatch.setattr(time, "time", lambda: began + 100)
    write()
    assert counts(film) == (1, 3, 3)
    monkeypatch.setattr(time, "time", lambda: began + 300)
    write()
    assert counts(film) == (0, 3, 3)


def test_what_comes_late_counts_in_all_and_not_as_watching_now(film):
    report(now_right(film, seat_in(film.lesson.section).user), 1, 30.0, [0, 30], late=True)
    write()
    assert counts(film) == (0, 0, 1)


def test_a_room_is_as_many_viewers_as_people_were_counted_in_it(film):
    facilitator = UserFactory()
    viewing = RoomViewing.objects.create(
        campus=CampusFactory(),
        during=Range(TODAY - timedelta(hours=1), TODAY + timedelta(hours=1)),
        lesson=film.lesson,
        facilitator=facilitator,
        status="running",
        began_at=TODAY,
    )
    report(now_right(film, facilitator, viewing=viewing), 1, 5.0)
    report(now_right(film, seat_in(film.lesson.section).user), 1, 5.0)
    write()
    assert counts(film) == (2, 2, 2)
    for moment, people in (("start", 31), ("half_time", 44), ("half_time", 40)):
        HeadCount.objects.create(
            viewing=viewing,
            moment=moment,
            people=people,
            key=f"{people:032d}",
            by=facilitator,
            counted_at=TODAY + timedelta(minutes=people == 40),
            received_at=TODAY,
        )
    write()
    assert counts(film) == (41, 41, 41)


def test_the_live_lesson_is_counted_apart_from_its_replay(film):
    broadcast = Broadcast.objects.create(
        lesson=film.lesson,
        recording=film,
        unit=film.unit,
        opened_by=film.uploaded_by,
        opened_at=TODAY,
        status=Broadcast.Status.LIVE,
        key_hash="0" * 64,
        began_at=TODAY,
    )
    rights = [now_right(film, seat_in(film.lesson.section).user) for _ in range(2)]
    for right in rights:
        report(right, 1, 1.0)
    write()
    broadcast.status, broadcast.ended_at = Broadcast.Status.ENDED, TODAY
    broadcast.save()
    for _ in range(3):
        report(now_right(film, seat_in(film.lesson.section).user), 1, 1.0)
    write()
    count = ViewerCount.objects.get()
    assert (count.live_peak, count.live_ever, count.peak, count.ever) == (2, 2, 5, 5)


def test_places_are_written_by_the_role_of_the_web(film, as_app):
    learner = seat_in(film.lesson.section)
    report(now_right(film, learner.user), 1, 30.0, [0, 30])
    with as_app():
        out = StringIO()
        call_command("write_watching", stdout=out)
    assert out.getvalue() == "1 reports of 1 watchers written, 1 films are watched\n"
    assert kept(learner)[0] == 30.0
    assert abs(WatchGrant.objects.get().heard_at - TODAY) < timedelta(minutes=1)


def test_an_address_is_signed_by_another_secret_than_paths(film):
    right = right_to(film, seat_in(film.lesson.section).user)
    assert paths.secret() != paths.secret_of_beacons()
    assert right.grant.audience not in right.beacon
