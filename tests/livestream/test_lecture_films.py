"""The film of a lecture: sent by whoever keeps the series, watched by everybody."""

import base64
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from psycopg.types.range import Range

from accounts.models import AuditEvent, StaffPost
from livestream import processing
from livestream.domain.tus import PIECE
from livestream.models import Recording, Upload
from livestream.services import replays
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.lectures import LectureFactory, LectureFilmFactory
from tests.factories.livestream import LessonFactory, UploadFactory
from tests.factories.times import TODAY

SEND = "/en/teaching/films/send/"
FILMS = "/en/teaching/films/"
VERSION = {"HTTP_TUS_RESUMABLE": "1.0.0"}

pytestmark = pytest.mark.usefixtures("today")


def held(days=1, **more):
    """A lecture of some days ago."""
    begins = TODAY - timedelta(days=days)
    more = {"series__unit__county": True, **more}
    return LectureFactory(during=Range(begins, begins + timedelta(hours=1)), **more)


@pytest.fixture
def lecture():
    return held()


def keeper_of(lecture, role=StaffPost.Role.EDITOR):
    return StaffFactory(role=role, unit=lecture.unit)


@pytest.fixture
def keeper(app_client, lecture, sign_in, disk):
    """A browser in which somebody who keeps the series is signed in."""
    return sign_in(app_client, keeper_of(lecture))


def send(browser, key, content, **more):
    film = SimpleUploadedFile("讲座.mp4", content, content_type="video/mp4")
    return browser.post(SEND, {"lesson": key, "film": film, "press": str(uuid4()), **more})


def announce(browser, key, size):
    said = {"filename": "讲座.mp4", "lesson": key, "press": str(uuid4()), "fingerprint": "a-1"}
    pairs = (f"{name} {base64.b64encode(word.encode()).decode()}" for name, word in said.items())
    headers = {"HTTP_UPLOAD_LENGTH": str(size), "HTTP_UPLOAD_METADATA": ",".join(pairs)}
    return browser.generic("POST", f"{FILMS}uploads/", **VERSION, **headers)


def piece(browser, address, data, offset):
    more = {"HTTP_UPLOAD_OFFSET": str(offset), "content_type": PIECE, **VERSION}
    return browser.generic("PATCH", address, data, **more)


def choices(page):
    """What the form offers, and what stands chosen in it."""
    radios = re.findall(r'<input type="radio" name="lesson" value="([^"]+)"([^>]*)>', page)
    return [key for key, _more in radios], [key for key, more in radios if "checked" in more]


def test_a_lecture_sent_by_the_form_is_made_published_and_in_the_archive(
    keeper, lecture, short_film, app_client
):
    press = str(uuid4())
    for _tap in range(2):  # the second is the same film, though its lecture has one by now
        sent = send(keeper, f"lecture-{lecture.pk}", short_film.read_bytes(), press=press)
        assert (sent.status_code, sent.url) == (302, FILMS)
    recording = Recording.objects.get()
    assert (recording.lecture, recording.lesson, recording.unit) == (lecture, None, lecture.unit)
    processing.take_up(replays.claim(recording.pk, at=TODAY), lambda: TODAY)

    page = keeper.get(FILMS).content.decode()
    assert "Living with high blood pressure" in page
    assert "Publish for everybody" in page
    assert "Publish for the class" not in page
    archive = f"/en/series/{lecture.series.slug}/"
    replay = f"/en/replays/{recording.pk}/"
    assert replay not in keeper.get(archive).content.decode()

    keeper.post(f"{FILMS}{recording.pk}/publish/")  # nobody said for whom: a lecture is for all

    recording.refresh_from_db()
    assert (recording.status, recording.is_public) == ("published", True)
    for address in (archive, "/en/library/"):
        assert replay in keeper.get(address).content.decode()
    keeper.logout()
    assert keeper.get(replay).status_code == 200
    noted = AuditEvent.objects.filter(unit=lecture.unit).values_list("action", flat=True)
    assert {"film received", "film published"} <= {*noted}


def test_a_lecture_sent_in_pieces_is_taken_up_by_another_page(keeper, lecture, short_film):
    data, key = short_film.read_bytes(), f"lecture-{lecture.pk}"
    address = announce(keeper, key, len(data))["Location"]
    assert piece(keeper, address, data[:5000], 0).status_code == 204
    for days in range(2, 16):
        held(days, series=lecture.series)  # so many that it would not be offered by itself
    later = held(0.5, series=lecture.series)

    response = keeper.get(SEND)

    assert [one["lesson"] for one in response.context["unfinished"]] == [key]
    offered, chosen = choices(response.content.decode())
    assert (offered[:2], chosen) == ([f"lecture-{later.pk}", key], [f"lecture-{later.pk}"])
    assert piece(keeper, address, data[5000:], 5000).status_code == 204
    assert Recording.objects.get().lecture == lecture
    assert "The film has arrived." in keeper.get(FILMS).content.decode()


def test_past_lectures_without_a_film_are_offered_the_newest_first(keeper, lecture):
    LectureFilmFactory(lecture=held(2, series=lecture.series))
    again = held(3, series=lecture.series)
    LectureFilmFactory(lecture=again, status="failed", problem="damaged", published_at=None)
    held(4, series=lecture.series, status="cancelled")
    held(5)  # of another office
    LectureFactory(series=lecture.series)  # tomorrow's

    offered, chosen = choices(keeper.get(SEND).content.decode())

    assert offered == [f"lecture-{lecture.pk}", f"lecture-{again.pk}"]
    assert chosen == offered[:1]


def test_the_year_plan_leads_to_a_lecture_of_long_ago(keeper, lecture):
    old = held(800, series=lecture.series)
    for days in range(2, 16):
        held(days, series=lecture.series)
    year = old.during.lower.year
    assert f"plan/{year}/" in keeper.get("/en/desk/series/").content.decode()
    plan = keeper.get(f"/en/desk/series/{lecture.series_id}/plan/{year}/").content.decode()
    link = f"{SEND}?lesson=lecture-{old.pk}"
    assert link in plan

    page = keeper.get(link).content.decode()

    assert choices(page)[1] == [f"lecture-{old.pk}"]
    assert str(year) in page  # a day of another year is said with it
    LectureFilmFactory(lecture=old)
    plan = keeper.get(f"/en/desk/series/{lecture.series_id}/plan/{year}/").content.decode()
    assert link not in plan


@pytest.mark.parametrize("who", ["teacher", "keeper of another office"])
def test_nobody_else_sends_the_film_of_a_lecture(  # noqa: PLR0917 - fixtures
    app_client, sign_in, disk, lecture, short_film, who
):
    lesson = LessonFactory()
    others = StaffFactory(role=StaffPost.Role.BRANCH_HEAD, unit=UnitFactory(county=True))
    browser = sign_in(app_client, lesson.section.teacher.user if who == "teacher" else others)
    key = f"lecture-{lecture.pk}"

    assert key not in choices(browser.get(f"{SEND}?lesson={key}").content.decode())[0]
    sent = send(browser, key, short_film.read_bytes())
    announced = announce(browser, key, 5000)

    assert (sent.status_code, announced.status_code) == (422, 403)
    for page in (sent, announced):
        assert "This one is not among yours." in page.content.decode()
    assert not Upload.objects.exists()


@pytest.mark.parametrize("act", ["publish", "take-back", "again", "remove", "captions", "notes"])
def test_films_of_another_office_are_unknown(keeper, act):
    film = LectureFilmFactory()
    assert keeper.post(f"{FILMS}{film.pk}/{act}/").status_code == 404


def test_what_a_lesson_was_called_before_still_names_it(app_client, sign_in, disk):
    lesson = LessonFactory()
    teacher = sign_in(app_client, lesson.section.teacher.user)
    upload = UploadFactory(arriving=True, lesson=lesson, size=100)
    page = teacher.get(SEND)
    assert [one["lesson"] for one in page.context["unfinished"]] == [str(lesson.pk)]
    assert page.context["unfinished"][0]["press"] == str(upload.press)


def test_a_failed_film_of_a_lecture_is_tried_again_or_removed(keeper, lecture, short_film, disk):
    send(keeper, f"lecture-{lecture.pk}", short_film.read_bytes())
    recording = Recording.objects.get()
    for act, status in (("again", "uploaded"), ("remove", None)):
        Recording.objects.update(status="failed", problem="damaged")
        assert keeper.post(f"{FILMS}{recording.pk}/{act}/").status_code == 302
        assert Recording.objects.values_list("status", flat=True).first() == status


def test_who_sent_it_writes_captions_chapters_and_notes(keeper, lecture):
    film = LectureFilmFactory(lecture=lecture, uploaded_by=keeper_of(lecture))
    Recording.objects.update(uploaded_by=int(keeper.session["_auth_user_id"]))
    for page in ("captions", "chapters", "notes"):
        assert keeper.get(f"{FILMS}{film.pk}/{page}/").status_code == 200


def test_the_way_there_stands_on_ones_own_page(keeper, lecture, app_client, sign_in):
    assert f'href="{FILMS}"' in keeper.get("/en/my/").content.decode()
    counter = sign_in(app_client, keeper_of(lecture, StaffPost.Role.COUNTER))
    assert f'href="{FILMS}"' not in counter.get("/en/my/").content.decode()
