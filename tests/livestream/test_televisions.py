"""Televisions: six digits on the screen, typed in on a phone; a right to watch and no other."""

import re
from datetime import timedelta

import pytest

from accounts import clock, limits, scope
from livestream import services
from livestream.models import Television, WatchGrant
from tests.conftest import AppClient
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.lectures import LectureFilmFactory
from tests.factories.livestream import RecordingFactory, seat_in
from tests.factories.times import TODAY

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def film():
    return RecordingFactory(published=True)


@pytest.fixture
def learner(film):
    return seat_in(film.lesson.section)


@pytest.fixture
def tv():
    return AppClient()


@pytest.fixture
def phone(sign_in, learner):
    return sign_in(AppClient(), learner.user)


def code_on(tv):
    page = tv.get("/en/tv/pair/").content.decode()
    return "".join(re.search(r"data-done=[^>]+>(\d{3}) (\d{3})<", page).groups())


def pair(tv, phone):
    return phone.post("/en/my/tv/", {"code": code_on(tv)})


def sets():
    with scope.system("test"):
        return list(Television.objects.order_by("pk"))


def test_a_paired_set_shows_the_lessons_of_whoever_typed_the_code(tv, phone, film):
    watching = f"/en/tv/replays/{film.pk}/"
    assert tv.get(watching).status_code == 403
    assert tv.get("/en/tv/pair/state/").json() == {"paired": False}
    assert pair(tv, phone).status_code == 302

    assert tv.get("/en/tv/pair/state/").json() == {"paired": True}
    assert [row["recording"].pk for row in tv.get("/en/tv/mine/").context["titles"]] == [film.pk]
    assert tv.get(watching).status_code == 200


def test_a_set_is_nobody_on_all_other_pages(tv, phone, film):
    pair(tv, phone)
    assert tv.get("/en/my/replays/").status_code == 302
    assert tv.get(f"/en/replays/{film.pk}/").status_code == 403
    assert tv.get("/en/my/tv/").status_code == 302
    assert set(tv.cookies) <= {"television", "csrftoken"}


def test_what_is_open_to_everybody_needs_no_code(tv):
    film = LectureFilmFactory()
    assert tv.get(f"/en/tv/replays/{film.pk}/").status_code == 200
    assert tv.get("/en/tv/mine/").headers["Location"] == "/en/tv/pair/"


def test_a_code_lives_ten_minutes_and_is_used_once(tv, phone):
    code = code_on(tv)
    assert code_on(tv) == code
    clock.set_to(TODAY + timedelta(minutes=11))
    assert (
        "No television shows this code"
        in phone.post("/en/my/tv/", {"code": code}).content.decode()
    )
    new = code_on(tv)
    assert new != code
    assert phone.post("/en/my/tv/", {"code": new}).status_code == 302
    assert phone.post("/en/my/tv/", {"code": new}).status_code == 422
    assert len(sets()) == 1


def test_codes_are_typed_in_as_people_write_them(tv, phone):
    code = code_on(tv)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code[:3]) + " - " + code[3:]
    assert phone.post("/en/my/tv/", {"code": wide}).status_code == 302


def test_codes_cannot_be_tried_without_end(tv, phone):
    right = code_on(tv)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    answers = [
        phone.post("/en/my/tv/", {"code": wrong}).status_code
        for _n in range(limits.PAIRINGS_PER_HOUR)
    ]
    assert set(answers) == {422}
    assert phone.post("/en/my/tv/", {"code": right}).status_code == 429
    assert sets()[0].user_id is None


def test_an_address_is_not_given_codes_without_end(app_client):
    answers = {
        AppClient().get("/en/tv/pair/").status_code for _n in range(limits.TELEVISIONS_PER_HOUR)
    }
    assert answers == {200}
    assert AppClient().get("/en/tv/pair/").status_code == 429


def test_ending_a_set_ends_what_it_watches(tv, phone, film, learner):
    pair(tv, phone)
    tv.get(f"/en/tv/replays/{film.pk}/")
    held = sets()[0].audience
    assert phone.post(f"/en/my/tv/{sets()[0].pk}/end/").status_code == 302

    with scope.learners([learner.pk]):
        assert WatchGrant.objects.get(audience=held).revoked_at is not None
    assert tv.get(f"/en/tv/replays/{film.pk}/").status_code == 403
    assert tv.post(f"/en/tv/replays/{film.pk}/grant/").status_code == 403
    assert tv.get("/en/tv/").context["television"] is None


def test_a_set_watches_one_film_at_a_time(tv, phone, film, learner):
    other = RecordingFactory(published=True, lesson=film.lesson)
    pair(tv, phone)
    tv.get(f"/en/tv/replays/{film.pk}/")
    tv.get(f"/en/tv/replays/{other.pk}/")
    with scope.learners([learner.pk]):
        live = WatchGrant.objects.filter(revoked_at=None).values_list("recording", flat=True)
        assert list(live) == [other.pk]


def test_nobody_ends_the_set_of_another(tv, phone, sign_in):
    pair(tv, phone)
    stranger = sign_in(AppClient(), LearnerFactory().user)
    assert stranger.post(f"/en/my/tv/{sets()[0].pk}/end/").status_code == 404
    assert sets()[0].ended_at is None


def test_a_pairing_ends_after_its_time_and_the_sixth_set_ends_the_first(tv, phone, film, learner):
    pair(tv, phone)
    clock.set_to(TODAY + timedelta(days=91))
    assert tv.get(f"/en/tv/replays/{film.pk}/").status_code == 403
    at = TODAY + timedelta(days=92)
    for number in range(6):
        new = services.begin_pairing(address="192.0.2.1", at=at)
        services.pair(
            code=new.television.code,
            user=learner.user,
            name=str(number),
            at=at + timedelta(minutes=number),
        )
    names = [one.name for one in services.televisions_of(learner.user, at=at + timedelta(hours=1))]
    assert names == ["5", "4", "3", "2", "1"]


def test_a_set_forgets_by_its_own_button(tv, phone, film):
    pair(tv, phone)
    assert tv.post("/en/tv/end/").status_code == 302
    assert tv.get(f"/en/tv/replays/{film.pk}/").status_code == 403
    assert sets()[0].ended_at is not None


def test_somebody_whose_account_is_closed_watches_no_more(tv, phone, film, learner):
    pair(tv, phone)
    learner.user.is_active = False
    learner.user.save()
    assert tv.get(f"/en/tv/replays/{film.pk}/").status_code == 403


def test_a_facilitator_pairs_the_set_of_a_hall(tv, sign_in, film):
    staff = StaffFactory(role="facilitator", unit=film.unit)
    assert pair(tv, sign_in(AppClient(), staff)).status_code == 302
    assert tv.get(f"/en/tv/replays/{film.pk}/").status_code == 200


def test_sets_that_were_never_paired_are_forgotten(tv):
    code_on(tv)
    services.begin_pairing(address="192.0.2.1", at=TODAY + timedelta(days=2))
    assert len(sets()) == 1


def test_the_database_shows_no_set_to_a_request_that_forgot_whose_it_is(tv, phone, as_app):
    pair(tv, phone)
    with as_app():
        assert Television.objects.count() == 0
