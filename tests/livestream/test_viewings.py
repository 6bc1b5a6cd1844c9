"""Viewing points: planned, shown to a room by one account, counted twice, late words kept once."""

import csv
import io
from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from psycopg.types.range import Range

from accounts.models import AuditEvent, StaffPost
from courses.models import Attendance
from livestream import queries, services
from livestream.domain.viewings import OLDEST_WORD, ViewingRefusal, half_time, said_at
from livestream.models import HeadCount, RoomViewing, WatchGrant
from livestream.services import ViewingRefused
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.campus import CampusFactory
from tests.factories.clouds import CloudSeatFactory, PackFactory
from tests.factories.livestream import LessonFactory, RecordingFactory, seat_in
from tests.factories.times import TODAY
from tests.factories.viewings import HOUR, ViewingFactory, facilitator_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
START, HALF_TIME = HeadCount.Moment.START, HeadCount.Moment.HALF_TIME


@pytest.fixture
def viewing():
    """Shown now; its lesson has a replay that is out."""
    found = ViewingFactory(running=True)
    RecordingFactory(lesson=found.lesson, published=True)
    return found


@pytest.fixture
def helper(viewing):
    return facilitator_of(viewing.campus)


def heads(viewing, people, moment=START, at=TODAY, **more):
    said = {"key": uuid4(), "counted_at": at, "actor": facilitator_of(viewing.campus)} | more
    return services.count_heads(viewing=viewing, moment=moment, people=people, at=at, **said)


def fresh(viewing):
    return RoomViewing.objects.with_all_to_show().get(pk=viewing.pk)


# What is counted


def test_an_afternoon_counts_as_many_as_the_fuller_of_its_two_counts(viewing):
    heads(viewing, 31)
    heads(viewing, 28, HALF_TIME, TODAY + HOUR)
    assert fresh(viewing).people == 31
    heads(viewing, 36, HALF_TIME, TODAY + HOUR + MINUTE)  # three had come late: put right
    assert fresh(viewing).people == 36


def test_a_count_sent_twice_is_one_count_and_a_late_one_does_not_beat_a_later_one(viewing):
    key = uuid4()
    for _time in range(2):
        heads(viewing, 31, key=key, counted_at=TODAY)
    heads(viewing, 33, counted_at=TODAY + 2 * MINUTE)
    heads(viewing, 12, counted_at=TODAY + MINUTE, at=TODAY + HOUR)  # was offline, came last
    assert HeadCount.objects.count() == 3
    assert fresh(viewing).people == 33


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_the_same_count_from_two_pages_at_once_is_kept_once():
    viewing = ViewingFactory(running=True)
    key, actor, gate = uuid4(), facilitator_of(viewing.campus), Barrier(4)
    failures = []

    def send():
        try:
            gate.wait()
            heads(viewing, 31, key=key, actor=actor)
        except Exception as error:  # what any of them hit is the finding
            failures.append(error)
        finally:
            connection.close()

    pages = [Thread(target=send) for _page in range(4)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert (failures, HeadCount.objects.count()) == ([], 1)


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_a_room_whose_screens_are_opened_at_once_watches_on_one():
    viewing = ViewingFactory(running=True)
    film = RecordingFactory(lesson=viewing.lesson, published=True)
    helper, gate = facilitator_of(viewing.campus), Barrier(4)
    given = []

    def open_screen():
        try:
            gate.wait()
            right = services.grant(
                recording=film, user=helper, at=TODAY, signed_at=TODAY.timestamp(), viewing=viewing
            )
            given.append(right.grant.audience)
        finally:
            connection.close()

    screens = [Thread(target=open_screen) for _screen in range(4)]
    for screen in screens:
        screen.start()
    for screen in screens:
        screen.join()
    assert len(given) == 4
    assert WatchGrant.objects.in_use(TODAY).count() == 1


@pytest.mark.parametrize(
    ("trait", "reason"),
    [({}, ViewingRefusal.NOT_BEGUN), ({"status": "cancelled"}, ViewingRefusal.CALLED_OFF)],
)
def test_what_is_not_shown_is_not_counted(trait, reason):
    with pytest.raises(ViewingRefused) as refused:
        heads(ViewingFactory(**trait), 31)
    assert refused.value.reason is reason


def test_a_count_of_a_room_that_is_over_may_still_come(viewing):
    services.end_viewing(
        viewing=viewing, ended_at=TODAY, actor=facilitator_of(viewing.campus), at=TODAY
    )
    heads(viewing, 31, at=TODAY + HOUR, counted_at=TODAY)
    assert fresh(viewing).people == 31


@pytest.mark.parametrize("people", [-1, 2001])
def test_no_room_holds_so_many(viewing, people):
    with pytest.raises(ViewingRefused) as refused:
        heads(viewing, people)
    assert refused.value.reason is ViewingRefusal.TOO_MANY


def test_the_database_too_knows_how_many_a_room_holds(viewing, helper):
    with pytest.raises(IntegrityError, match="a_room_holds_so_many"), transaction.atomic():
        HeadCount.objects.create(
            viewing=viewing,
            moment=START,
            people=2001,
            key=uuid4(),
            by=helper,
            counted_at=TODAY,
            received_at=TODAY,
        )


def test_a_page_says_how_long_ago_and_an_old_word_is_not_believed():
    assert said_at(TODAY, 600) == TODAY - 10 * MINUTE
    assert said_at(TODAY, 9e9) == TODAY - OLDEST_WORD
    assert half_time(TODAY + MINUTE, TODAY, TODAY + HOUR) == TODAY + 31 * MINUTE


# Planned, begun, ended


def test_begun_twice_it_began_once_and_who_pressed_looks_after_it():
    viewing = ViewingFactory()
    helper = facilitator_of(viewing.campus)
    for minute in range(2):
        services.begin_viewing(viewing=viewing, actor=helper, at=TODAY + minute * MINUTE)
    found = fresh(viewing)
    assert (found.is_running, found.began_at, found.facilitator) == (True, TODAY, helper)
    assert AuditEvent.objects.filter(action="afternoon begun").count() == 1


def test_what_was_called_off_does_not_begin():
    viewing = ViewingFactory()
    head = StaffFactory(unit=viewing.campus.unit)
    for _time in range(2):
        services.call_viewing_off(viewing=viewing, actor=head, at=TODAY)
    with pytest.raises(ViewingRefused) as refused:
        services.begin_viewing(viewing=viewing, actor=head, at=TODAY)
    assert refused.value.reason is ViewingRefusal.CALLED_OFF


def test_what_is_shown_can_be_neither_moved_nor_called_off(viewing, helper):
    for act in (services.call_viewing_off, services.plan_viewing):
        with pytest.raises(ViewingRefused) as refused:
            act(viewing=viewing, actor=helper, at=TODAY)
        assert refused.value.reason is ViewingRefusal.OVER


def test_a_room_is_shown_one_thing_at_a_time_another_room_meanwhile():
    viewing = ViewingFactory()
    head = StaffFactory(unit=viewing.campus.unit)

    def another(campus, during):
        planned = RoomViewing(campus=campus, lesson=LessonFactory(), during=during)
        return services.plan_viewing(viewing=planned, actor=head, at=TODAY)

    with pytest.raises(ViewingRefused) as refused:
        another(viewing.campus, Range(TODAY + HOUR + MINUTE, TODAY + 3 * HOUR))
    assert refused.value.reason is ViewingRefusal.TAKEN
    another(viewing.campus, Range(TODAY + 2 * HOUR, TODAY + 3 * HOUR))
    another(CampusFactory(viewing_point=True), viewing.during)
    assert RoomViewing.objects.count() == 3


def test_the_end_is_when_it_was_pressed_and_the_rooms_right_ends(viewing, helper, today):
    film = queries.film_to_show(viewing).recording
    right = services.grant(
        recording=film, user=helper, at=TODAY, signed_at=TODAY.timestamp(), viewing=viewing
    )
    services.end_viewing(viewing=viewing, ended_at=TODAY + HOUR, actor=helper, at=TODAY + 2 * HOUR)
    services.end_viewing(viewing=viewing, ended_at=TODAY, actor=helper, at=TODAY + 3 * HOUR)
    assert fresh(viewing).ended_at == TODAY + HOUR
    assert WatchGrant.objects.get(audience=right.grant.audience).revoked_at is not None


# Who may watch


def test_a_room_watches_a_class_of_another_office_only_while_it_is_shown(viewing, today):
    film = queries.film_to_show(viewing).recording
    outside = CampusFactory(viewing_point=True, unit=UnitFactory(county=True))
    shown = ViewingFactory(campus=outside, lesson=viewing.lesson)
    helper = facilitator_of(outside)

    def asks(user, which):
        return services.may_watch(recording=film, user=user, at=TODAY, viewing=which).reason

    assert asks(helper, shown) is not None  # not begun
    services.begin_viewing(viewing=shown, actor=helper, at=TODAY)
    assert asks(helper, fresh(shown)) is None
    assert asks(helper, None) is not None  # by oneself: not one's class
    assert asks(facilitator_of(CampusFactory(unit=UnitFactory(county=True))), fresh(shown))
    services.end_viewing(viewing=shown, ended_at=TODAY, actor=helper, at=TODAY)
    assert asks(helper, fresh(shown)) is not None


def test_a_room_has_one_right_at_a_time(viewing, helper, today):
    film = queries.film_to_show(viewing).recording
    for _screen in range(2):
        services.grant(
            recording=film, user=helper, at=TODAY, signed_at=TODAY.timestamp(), viewing=viewing
        )
    assert WatchGrant.objects.filter(viewing=viewing, revoked_at=None).count() == 1


# Names


def test_only_the_places_own_of_the_class_are_listed_and_kept_apart_from_the_room(viewing, helper):
    unit, section = viewing.campus.unit, viewing.lesson.section
    anna, ben, cai = (LearnerFactory(unit=unit, name_pinyin=name) for name in "abc")
    seat_in(section, anna)
    CloudSeatFactory(course=section.course, term=section.term, learner=ben)
    seat_in(section, cai)
    seat_in(section, LearnerFactory(unit=UnitFactory(county=True)))
    stranger = LearnerFactory(unit=unit)
    Attendance.objects.create(lesson=viewing.lesson, learner=cai, kind="room", at=TODAY)
    people = queries.class_at(viewing)
    assert [(one.learner, one.is_elsewhere) for one in people] == [
        (anna, False),
        (ben, False),
        (cai, True),
    ]
    present = [anna.pk, ben.pk, cai.pk, stranger.pk]
    services.note_present(viewing=viewing, present=present, actor=helper, at=TODAY)
    kinds = dict(Attendance.objects.values_list("learner", "kind"))
    assert kinds == {anna.pk: "viewing_point", ben.pk: "viewing_point", cai.pk: "room"}
    services.note_present(viewing=viewing, present=[ben.pk], actor=helper, at=TODAY)
    assert set(Attendance.objects.values_list("learner", flat=True)) == {ben.pk, cai.pk}


def test_a_card_is_noted_once_and_that_of_a_stranger_is_not(viewing, helper, as_app):
    anna = seat_in(viewing.lesson.section, LearnerFactory(unit=viewing.campus.unit))
    stranger = LearnerFactory(unit=viewing.campus.unit)
    with as_app():
        for card in (anna.card_no, f" {anna.card_no.lower()} ", stranger.card_no):
            services.note_card(viewing=viewing, card=card, actor=helper, at=TODAY)
    assert list(Attendance.objects.values_list("learner", flat=True)) == [anna.pk]


def test_at_a_lecture_nobody_is_noted_by_name(helper):
    lecture = ViewingFactory(of_lecture=True, running=True)
    with pytest.raises(ViewingRefused) as refused:
        services.note_present(viewing=lecture, present=[1], actor=helper, at=TODAY)
    assert refused.value.reason is ViewingRefusal.NOT_A_LESSON


# Pages


def test_an_afternoon_in_pages(app_client, sign_in, today):
    viewing = ViewingFactory()
    RecordingFactory(lesson=viewing.lesson, published=True)
    anna = seat_in(viewing.lesson.section, LearnerFactory(unit=viewing.campus.unit))
    browser = sign_in(app_client, facilitator_of(viewing.campus))

    def at(name):
        return reverse(f"livestream:{name}", args=[viewing.pk])

    assert at("show-viewing") in browser.get(reverse("livestream:list-viewings")).content.decode()
    browser.post(at("begin-viewing"))
    page = browser.get(at("show-viewing")).content.decode()
    assert "data-master=" in page
    assert "开始时到了多少人？" in page
    answer = browser.post(at("grant-to-room"), {"renews": "x"})
    assert set(answer.json()) == {"master", "renew_in", "audience", "beacon"}
    count = {"key": str(uuid4()), "moment": "start", "people": "31", "ago": "600"}
    answer = browser.post(at("count-heads"), count, headers={"accept": "application/json"})
    assert answer.json() == {"words": "已记下：31 人。"}
    counted_at = HeadCount.objects.get().counted_at  # the clock goes on meanwhile
    assert TODAY - 10 * MINUTE <= counted_at < TODAY - 9 * MINUTE
    refused = browser.post(
        at("count-heads"), count | {"people": "2001"}, headers={"accept": "application/json"}
    )
    assert refused.status_code == 422
    browser.post(at("note-names"), {"card": anna.card_no})
    assert "checked" in browser.get(at("note-names")).content.decode()
    browser.post(at("end-viewing"), {"notes": "two more chairs"})
    page = browser.get(at("show-viewing")).content.decode()
    assert "取两次点数中多的一次。" in page
    assert "two more chairs" in page


def test_who_looks_after_another_place_finds_no_such_afternoon(
    app_client, sign_in, viewing, today
):
    other = facilitator_of(CampusFactory(viewing_point=True, unit=UnitFactory(county=True)))
    browser = sign_in(app_client, other)
    count = {"key": str(uuid4()), "moment": "start", "people": "31"}
    for name, said in (("begin-viewing", {}), ("count-heads", count), ("grant-to-room", {})):
        where = reverse(f"livestream:{name}", args=[viewing.pk])
        assert browser.post(where, said).status_code == 404
    assert not HeadCount.objects.exists()


def test_staff_plan_change_and_call_off_and_the_place_shows_it(app_client, sign_in, today):
    campus = CampusFactory(viewing_point=True, slug="wutong")
    lesson = LessonFactory()
    browser = sign_in(app_client, StaffFactory(unit=campus.unit, role=StaffPost.Role.COUNTER))
    page = browser.get(
        reverse("livestream:choose-what-to-show"), {"q": lesson.section.course.name}
    ).content.decode()
    where = reverse("livestream:plan-lesson", args=[lesson.pk])
    assert where in page
    said = {"campus": campus.pk, "day": f"{TODAY:%Y-%m-%d}", "begins": "14:00", "ends": "13:00"}
    assert browser.post(where, said).status_code == 422
    browser.post(where, said | {"ends": "15:30"})
    viewing = RoomViewing.objects.get()
    assert browser.post(where, said | {"ends": "16:00"}).status_code == 422  # the room is taken
    programme = reverse("livestream:show-programme", args=["wutong"])
    assert "14:00–15:30" in app_client.get(programme).content.decode()
    change = reverse("livestream:change-viewing", args=[viewing.pk])
    browser.post(change, said | {"begins": "15:00", "ends": "16:30"})
    assert "15:00–16:30" in browser.get(reverse("livestream:staff-list-viewings")).content.decode()
    browser.post(reverse("livestream:call-viewing-off", args=[viewing.pk]))
    assert "15:00" not in app_client.get(programme).content.decode()


def test_the_report_counts_held_afternoons_and_its_file_calculates_nothing(
    app_client, sign_in, viewing, today
):
    viewing.campus.name = "=梧桐村"
    viewing.campus.save()
    heads(viewing, 31)
    ViewingFactory(
        campus=viewing.campus, during=Range(TODAY + 5 * HOUR, TODAY + 6 * HOUR), over=True
    )
    ViewingFactory(campus=viewing.campus, during=Range(TODAY + 7 * HOUR, TODAY + 8 * HOUR))
    head = StaffFactory(unit=viewing.campus.unit, role=StaffPost.Role.BRANCH_HEAD)
    browser = sign_in(app_client, head)
    page = browser.get(reverse("livestream:report-viewings")).content.decode()
    assert "收视点共 31 人次" in page
    file = b"".join(browser.get(reverse("livestream:download-viewings")).streaming_content)
    _heads, row = csv.reader(io.StringIO(file.decode("utf-8-sig")))
    assert (row[0], row[2:]) == ("'=梧桐村", ["2026-12", "2", "1", "31", "31"])


def test_lists_take_as_many_queries_for_one_as_for_three(django_assert_num_queries):
    campus = CampusFactory(viewing_point=True)

    def look():
        with django_assert_num_queries(2):
            found = queries.viewings_to_look_after([campus.unit_id], at=TODAY)
            return len([(one.people, one.shows) for one in found])

    for hour in range(1, 4):
        during = Range(TODAY + hour * HOUR, TODAY + (hour + 1) * HOUR)
        ViewingFactory(campus=campus, during=during)
        assert look() == hour


def test_a_pack_is_printed_with_lessons_and_what_was_said(app_client, sign_in, today):
    lesson = LessonFactory()
    section = lesson.section
    RecordingFactory(lesson=lesson, published=True)
    seat = CloudSeatFactory(course=section.course, term=section.term)
    pack = PackFactory(cloud_seat=seat, campus=None, address="幸福路1号")
    browser = sign_in(app_client, StaffFactory(unit=seat.learner.unit))
    page = browser.get(reverse("livestream:print-pack", args=[pack.pk])).content.decode()
    for words in (section.course.name, "幸福路1号", seat.learner.name, "pack.css"):
        assert words in page


# The way there


def test_who_looks_after_a_room_finds_today_from_their_own_page(app_client, sign_in, helper):
    sign_in(app_client, helper)
    page = app_client.get(reverse("accounts:me")).content.decode()
    assert reverse("livestream:list-viewings") in page
    assert reverse("livestream:list-films") not in page  # that is a teacher's
