"""Sending films: everything that can be wrong with one, through the door a teacher uses."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from psycopg.types.range import Range

from accounts.models import AuditEvent, OutboxMessage
from livestream import services, wording
from livestream.domain.inspection import GIB, Problem
from livestream.models import Recording, Upload
from tests.factories.accounts import StaffFactory
from tests.factories.livestream import LessonFactory, RecordingFactory, UploadFactory
from tests.factories.times import TODAY
from tests.livestream import films

SEND = "/en/teaching/films/send/"
FILMS = "/en/teaching/films/"

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def lesson():
    return LessonFactory()


@pytest.fixture
def teacher(app_client, lesson, sign_in):
    """A browser in which the teacher of the lesson is signed in."""
    return sign_in(app_client, lesson.section.teacher.user)


def send(browser, lesson, content, name="lesson.mp4", **more):
    film = SimpleUploadedFile(name, content, content_type="video/mp4")
    fields = {"lesson": lesson.pk, "film": film, "press": str(uuid4()), **more}
    return browser.post(SEND, fields)


def said(response):
    """The sentences of the error summary."""
    page = response.content.decode()
    return re.findall(r'<li><a href="#id_\w+">([^<]+)</a></li>', page)


def nothing_is_left(disk):
    assert not Recording.objects.exists()
    assert not Upload.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert disk() == []


def test_the_form_offers_todays_lesson_first_and_no_typing(teacher, lesson):
    page = teacher.get(SEND).content.decode()
    assert f'value="{lesson.pk}"' in page
    assert "Today, " in page
    assert page.count("checked") == 1
    assert 'type="text"' not in page


def chosen(page):
    """The lessons that stand chosen in the form."""
    return re.findall(r'value="(\d+)"[^>]*checked', page)


def test_a_lesson_that_has_a_film_says_so_and_is_not_chosen_unasked(teacher, lesson):
    older = LessonFactory(
        section=lesson.section,
        number=2,
        during=Range(TODAY - timedelta(days=7), TODAY - timedelta(days=7, hours=-1)),
    )
    RecordingFactory(lesson=lesson, published=True)

    page = teacher.get(SEND).content.decode()

    assert page.count("(has a film)") == 1
    assert chosen(page) == [str(older.pk)]
    RecordingFactory(lesson=older)
    page = teacher.get(SEND).content.decode()
    assert (page.count("(has a film)"), chosen(page)) == (2, [])


def test_a_film_that_failed_leaves_its_lesson_the_one_to_send_for(teacher, lesson):
    RecordingFactory(lesson=lesson, failed=True)

    assert chosen(teacher.get(SEND).content.decode()) == [str(lesson.pk)]


def test_a_film_is_taken_in_with_its_row_its_bytes_and_its_errand(
    teacher, lesson, short_film, disk
):
    response = send(teacher, lesson, short_film.read_bytes())

    assert (response.status_code, response.url) == (302, FILMS)
    recording = Recording.objects.get()
    assert (recording.status, recording.lesson, recording.unit) == (
        "uploaded",
        lesson,
        lesson.section.unit,
    )
    assert disk() == [f"recordings/{recording.upload.stored_as}"]
    stored = disk.root / "recordings" / recording.upload.stored_as
    assert stored.read_bytes() == short_film.read_bytes()
    assert list(OutboxMessage.objects.values_list("kind", "object_id")) == [
        ("process_recording", str(recording.pk))
    ]
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["film received"]


def test_the_same_press_twice_is_one_film(teacher, lesson, short_film, disk):
    press = str(uuid4())
    for _tap in range(2):
        send(teacher, lesson, short_film.read_bytes(), press=press)
    assert Recording.objects.count() == 1
    assert len(disk()) == 1


def test_another_film_with_a_press_that_is_spent_is_refused_and_the_form_is_new(
    teacher, lesson, short_film, sound_only, disk
):
    """The Back button after sending: the form comes back with its old key, for the next film."""
    press = str(uuid4())
    send(teacher, lesson, short_film.read_bytes(), press=press)
    refused = send(teacher, lesson, sound_only.read_bytes(), press=press)

    assert refused.status_code == 422
    with translation.override("en"):
        assert said(refused) == [wording.press_is_spent()]
    assert len(disk()) == 1
    fresh = re.search(r'name="press" value="([^"]+)"', refused.content.decode())[1]
    assert send(teacher, lesson, sound_only.read_bytes(), press=fresh).status_code == 302
    assert Recording.objects.count() == 2


def test_the_same_film_for_another_lesson_needs_a_press_of_its_own(
    teacher, lesson, short_film, disk
):
    press = str(uuid4())
    later = LessonFactory(section=lesson.section, number=4)
    send(teacher, lesson, short_film.read_bytes(), press=press)
    assert send(teacher, later, short_film.read_bytes(), press=press).status_code == 422
    assert Recording.objects.get().lesson == lesson


def test_a_film_is_known_by_its_content_not_by_its_name(teacher, lesson, short_film, disk):
    assert send(teacher, lesson, short_film.read_bytes(), name="课.txt").status_code == 302
    assert Upload.objects.get().original_name == "课.txt"


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"", "empty.mp4", Problem.EMPTY),
        ("亲爱的学员".encode() * 100, "letter.mp4", Problem.NOT_A_FILM),
        (b"\x89PNG\r\n\x1a\n" + bytes(3000), "picture.mov", Problem.NOT_A_FILM),
        (
            b"#EXTM3U\n#EXTINF:6,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
            "a.mp4",
            Problem.NOT_A_FILM,
        ),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "b.mp4", Problem.NOT_A_FILM),
        (bytes(60_000), "zeros.mp4", Problem.NOT_A_FILM),
    ],
)
def test_what_is_no_film_is_refused_in_words_and_leaves_nothing(  # noqa: PLR0917 - fixtures
    teacher, lesson, disk, content, name, problem
):
    response = send(teacher, lesson, content, name)
    assert response.status_code == 422
    with translation.override("en"):
        assert said(response) == [wording.problem(problem)]
    nothing_is_left(disk)


def test_a_cut_film_is_refused_with_the_place_and_the_offer_to_take_it(
    teacher, lesson, cut_film, disk
):
    response = send(teacher, lesson, cut_film.read_bytes())
    assert response.status_code == 422
    assert re.fullmatch(r"This film is cut off after \d seconds: .*", said(response)[0])
    assert 'name="take_what_is_there"' in response.content.decode()
    nothing_is_left(disk)

    again = send(teacher, lesson, cut_film.read_bytes(), take_what_is_there="on")
    assert again.status_code == 302
    assert Recording.objects.get().takes_what_is_there


def test_a_picture_of_another_planet_is_refused(teacher, lesson, tmp_path, disk):
    huge = films.make(
        tmp_path / "huge.mp4",
        *("-f", "lavfi", "-i", "color=c=red:s=4200x2400:r=2:d=2"),
        *("-c:v", "libx264", "-preset", "ultrafast"),
    )
    response = send(teacher, lesson, huge.read_bytes())
    assert response.status_code == 422
    nothing_is_left(disk)


class Unread(BytesIO):
    """A body that must not be touched."""

    def read(self, *_arguments):
        raise AssertionError("the body was read")


def test_ten_gigabytes_announced_are_refused_before_a_byte_is_read(teacher, lesson, disk):
    response = teacher.generic(
        "POST",
        SEND,
        content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(10 * GIB), "wsgi.input": Unread()},
    )
    assert response.status_code == 413
    with translation.override("en"):
        assert said(response) == [wording.problem(Problem.TOO_LARGE)]
    assert response["Connection"] == "close"
    nothing_is_left(disk)


def test_no_room_on_the_disk_is_said_before_a_byte_is_read(teacher, disk, monkeypatch):
    monkeypatch.setattr("livestream.services.room.FREE_SHARE", 1.0)
    response = teacher.generic(
        "POST",
        SEND,
        content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": "5000", "wsgi.input": Unread()},
    )
    assert response.status_code == 507
    with translation.override("en"):
        assert said(response) == [wording.no_room()]
    nothing_is_left(disk)


def test_a_film_that_grows_beyond_what_it_announced_is_stopped(
    teacher, lesson, short_film, disk, monkeypatch
):
    monkeypatch.setattr("livestream.views.upload.LARGEST_FILE", 10_000)
    response = send(teacher, lesson, short_film.read_bytes())
    assert response.status_code == 422
    nothing_is_left(disk)


def test_nothing_chosen_is_said_at_both_fields(teacher, disk):
    response = teacher.post(SEND, {"press": str(uuid4())})
    assert response.status_code == 422
    assert said(response) == [
        "Please choose the lesson or lecture.",
        "Please choose a film first.",
    ]
    assert "has forgotten the file" not in response.content.decode()


def test_the_lesson_of_another_teacher_cannot_be_chosen(teacher, short_film, disk):
    stranger = LessonFactory(section__weekday=3)
    response = send(teacher, stranger, short_film.read_bytes())
    assert said(response) == ["This one is not among yours. Please choose another."]
    nothing_is_left(disk)


def test_a_form_without_its_token_is_refused(lesson, disk, sign_in):
    from tests.conftest import AppClient

    browser = AppClient(enforce_csrf_checks=True)
    sign_in(browser, lesson.section.teacher.user)
    assert send(browser, lesson, b"x" * 100).status_code == 403
    nothing_is_left(disk)


def test_others_are_sent_away_and_their_film_is_not_read(app_client, lesson, disk, sign_in):
    body = {"CONTENT_LENGTH": "5000", "wsgi.input": Unread()}
    kind = "multipart/form-data; boundary=x"
    signed_out = app_client.generic("POST", SEND, content_type=kind, **body)
    assert signed_out.status_code == 302
    sign_in(app_client, StaffFactory())
    assert app_client.generic("POST", SEND, content_type=kind, **body).status_code == 403


def test_every_problem_has_its_sentence():
    with translation.override("en"):
        sentences = {problem: wording.problem(problem, seconds=750) for problem in Problem}
    assert len(set(sentences.values())) == len(Problem)
    assert "12 minutes 30 seconds" in sentences[Problem.CUT_OFF]


# -- the list, and what can be done ---------------------------------------------------------


def recording_of(lesson, **state):
    recording = RecordingFactory(lesson=lesson, **state)
    UploadFactory(recording=recording)
    return recording


def test_the_list_says_each_state_in_words(teacher, lesson):
    for state in ({}, {"processing": True, "progress": 60}, {"ready": True}, {"published": True}):
        recording_of(lesson, **state)
    recording_of(lesson, failed=True, problem="cut_off", cut_at_seconds=723.0)

    page = teacher.get(FILMS).content.decode()

    words = re.findall(r'class="film__state[^>]*>.*?<span>([^<]+)</span>', page, re.S)
    assert sorted(words) == sorted(
        [
            "waiting to be processed",
            "Being processed: 60 %",
            "ready, not yet published",
            "published",
            "did not work",
        ]
    )
    assert "cut off after 12 minutes 3 seconds" in page
    assert page.count("data-film-busy") == 2


def test_the_list_asks_as_much_for_three_films_as_for_one(
    teacher, lesson, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for more in (1, 2):
        for _film in range(more):
            recording_of(lesson, ready=True)
        teacher.get(FILMS)
        with CaptureQueriesContext(connection) as queries:
            teacher.get(FILMS)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("state", "act", "becomes"),
    [
        ({"ready": True}, "publish", ("published", False)),
        ({"published": True}, "take-back", ("ready", False)),
        ({"failed": True}, "again", ("uploaded", False)),
    ],
)
def test_what_a_teacher_can_do(teacher, lesson, state, act, becomes):
    recording = recording_of(lesson, **state)
    assert teacher.post(f"{FILMS}{recording.pk}/{act}/").status_code == 302
    recording.refresh_from_db()
    assert (recording.status, recording.is_public) == becomes


def test_a_film_taken_back_says_until_when_it_is_kept(teacher, lesson):
    recording = recording_of(lesson, published=True)
    page = teacher.post(f"{FILMS}{recording.pk}/take-back/", follow=True).content.decode()
    assert "You can publish it again within 30 days." in page
    until = date_format(localtime(TODAY + timedelta(days=30)), "DATE_FORMAT")
    assert f"It is kept until {until}." in page


def test_publishing_for_everybody_is_a_choice_of_its_own(teacher, lesson):
    recording = recording_of(lesson, ready=True)
    teacher.post(f"{FILMS}{recording.pk}/publish/", {"for": "everybody"})
    recording.refresh_from_db()
    assert (recording.status, recording.is_public) == ("published", True)


@pytest.mark.parametrize("act", ["publish", "take-back", "again", "remove"])
def test_what_cannot_be_done_any_more_is_said_and_changes_nothing(teacher, lesson, act):
    recording = recording_of(lesson, processing=True)
    before = Recording.objects.values().get()
    page = teacher.post(f"{FILMS}{recording.pk}/{act}/", follow=True).content.decode()
    assert "This film has changed in the meantime." in page
    assert Recording.objects.values().get() == before


@pytest.mark.parametrize("act", ["publish", "take-back", "again", "remove"])
def test_films_of_others_cannot_be_touched(teacher, lesson, act):
    stranger = recording_of(LessonFactory(section__weekday=3), ready=True)
    assert teacher.post(f"{FILMS}{stranger.pk}/{act}/").status_code == 404


def test_a_failed_film_is_removed_with_its_bytes(
    teacher, lesson, disk, short_film, django_capture_on_commit_callbacks
):
    send(teacher, lesson, short_film.read_bytes())
    Recording.objects.update(status="failed", problem="damaged")
    with django_capture_on_commit_callbacks(execute=True):
        teacher.post(f"{FILMS}{Recording.objects.get().pk}/remove/")
    assert not Recording.objects.exists()
    assert disk() == []


def test_trying_a_cut_film_again_takes_what_is_there(lesson):
    recording = recording_of(lesson, failed=True, problem="cut_off", cut_at_seconds=30.0)
    services.try_again(recording=recording, actor=recording.uploaded_by, at=recording.uploaded_at)
    assert (recording.status, recording.takes_what_is_there) == ("uploaded", True)
