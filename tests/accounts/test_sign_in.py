"""Signing in by phone: the road, its limits, and what it does not tell."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from accounts import clock, limits, sign_in
from accounts.models import Message, OutboxMessage, User
from tests.factories.accounts import LearnerFactory, UserFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
ASK = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"
AGAIN = "/accounts/login/code/again/"
NUMBER = "138 0000 0201"


@pytest.fixture(autouse=True)
def _on_a_tuesday():
    clock.set_to(TODAY)


def last_code(number="+8613800000201"):
    message = Message.objects.filter(to=number).order_by("-created_at", "-pk").first()
    return re.search(r"验证码(\d{6})", message.text)[1]


def codes_in_session(client):
    return [code["digits"] for code in client.session[sign_in.KEY]["codes"]]


def wrong_for(client):
    right = set(codes_in_session(client))
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in right)


def ask(client, number=NUMBER, **more):
    return client.post(ASK, {"phone": number, **more})


def let_a_minute_pass():
    """allauth's limiter reads machine time: forget its 60 s, keep nothing else."""
    cache.delete_many([key for key in _keys() if "1/60" in key])


def _keys():
    client = cache._cache.get_client(None)
    return [key.decode().split(":", 2)[2] for key in client.keys("*allauth:rl*")]


def test_a_known_number_signs_in(app_client):
    learner = LearnerFactory(user__phone="+8613800000201")
    assert ask(app_client).url == CONFIRM
    before = app_client.session.session_key
    response = app_client.post(CONFIRM, {"code": last_code()})
    assert (response.status_code, response.url) == (302, "/my/")
    assert app_client.session["_auth_user_id"] == str(learner.user_id)
    assert app_client.session.session_key != before


def test_a_new_number_gets_an_account_when_its_code_is_right_and_not_before(app_client):
    ask(app_client)
    assert not User.objects.filter(phone="+8613800000201").exists()
    app_client.post(CONFIRM, {"code": last_code()})
    user = User.objects.get(phone="+8613800000201")
    assert (user.phone_verified_at is not None, user.has_usable_password()) == (True, False)


def test_one_comes_back_to_where_one_was(app_client):
    ask(app_client, next="/courses/?q=%E5%A4%AA%E6%9E%81")
    response = app_client.post(CONFIRM, {"code": last_code()})
    assert response.url == "/courses/?q=%E5%A4%AA%E6%9E%81"


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere(app_client, there):
    ask(app_client, next=there)
    assert app_client.post(CONFIRM, {"code": last_code()}).url == "/my/"


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "as_typed",
    [
        lambda code: f" {code} ",
        lambda code: code.translate(FULL_WIDTH),
        lambda code: f"{code[:3]} {code[3:]}",
        "-".join,
    ],
)
def test_a_code_is_understood_however_it_is_written(app_client, as_typed):
    ask(app_client)
    assert app_client.post(CONFIRM, {"code": as_typed(last_code())}).status_code == 302


def test_own_phone_stays_signed_in_and_somebody_elses_does_not(app_client):
    ask(app_client)
    app_client.post(CONFIRM, {"code": last_code()})
    assert app_client.session.get_expire_at_browser_close() is False
    assert app_client.session.get_expiry_age() == 30 * 24 * 3600

    other = type(app_client)()
    ask(other, number="13800000202", elsewhere="on")
    other.post(CONFIRM, {"code": last_code("+8613800000202")})
    assert other.session.get_expire_at_browser_close() is True


def test_a_wrong_code_says_how_many_tries_are_left(app_client):
    ask(app_client)
    for left in ("2", "1"):
        response = app_client.post(CONFIRM, {"code": wrong_for(app_client)})
        assert response.status_code == 422
        assert left in response.context["form"].errors["code"][0]
    code = last_code()
    response = app_client.post(CONFIRM, {"code": wrong_for(app_client)})
    assert (response.status_code, response.url) == (302, ASK)
    assert app_client.post(CONFIRM, {"code": code}).url == ASK
    assert "_auth_user_id" not in app_client.session


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "1" * 5000, "\x00" * 6])
def test_nonsense_is_no_guess(app_client, typed):
    ask(app_client)
    for _ in range(5):
        assert app_client.post(CONFIRM, {"code": typed}).status_code == 422
    assert app_client.post(CONFIRM, {"code": last_code()}).status_code == 302


@pytest.mark.parametrize(("minutes", "works"), [(9, True), (10, False), (60, False)])
def test_a_code_lives_ten_minutes(app_client, minutes, works):
    ask(app_client)
    code = last_code()
    clock.set_to(TODAY + timedelta(minutes=minutes))
    response = app_client.post(CONFIRM, {"code": code})
    assert ("_auth_user_id" in app_client.session) is works
    assert response.url == ("/my/" if works else ASK)


def test_the_code_before_still_works_after_asking_again_and_dies_at_its_own_time(app_client):
    ask(app_client)
    first = last_code()
    let_a_minute_pass()
    clock.set_to(TODAY + timedelta(minutes=8))
    assert app_client.post(AGAIN, {"by": "sms"}).url == CONFIRM
    assert codes_in_session(app_client)[0] == first
    second = codes_in_session(app_client)[1]

    late = type(app_client)()
    late.cookies = app_client.cookies.copy()
    clock.set_to(TODAY + timedelta(minutes=9))
    assert app_client.post(CONFIRM, {"code": first}).url == "/my/"

    clock.set_to(TODAY + timedelta(minutes=9))
    assert second != first


def test_a_code_works_once(app_client):
    ask(app_client)
    stolen = type(app_client)()
    stolen.cookies = app_client.cookies.copy()
    code = last_code()
    app_client.post(CONFIRM, {"code": code})
    assert stolen.post(CONFIRM, {"code": code}).url == ASK
    assert "_auth_user_id" not in stolen.session


def test_asking_within_a_minute_sends_nothing_and_says_so(app_client):
    ask(app_client)
    response = app_client.post(AGAIN, {"by": "sms"}, follow=True)
    assert Message.objects.count() == 1
    assert "138 0000 0201" in response.content.decode()
    assert app_client.post(CONFIRM, {"code": last_code()}).status_code == 302


def test_another_browser_within_a_minute_is_told_to_wait(app_client):
    ask(app_client)
    response = ask(type(app_client)())
    assert response.status_code == 429
    assert Message.objects.count() == 1


def test_asking_again_counts_like_asking(app_client):
    """Three letters in fifteen minutes, however they are asked for."""
    ask(app_client)
    sent = []
    for path in (AGAIN, AGAIN, AGAIN, ASK, AGAIN):
        let_a_minute_pass()
        app_client.post(path, {"phone": NUMBER, "by": "voice"})
        sent.append(Message.objects.count())
    assert sent == [2, 3, 3, 3, 3]


def test_a_voice_call_says_the_code(app_client):
    ask(app_client)
    let_a_minute_pass()
    app_client.post(AGAIN, {"by": "voice"})
    call = Message.objects.get(channel="voice")
    assert "，".join(codes_in_session(app_client)[-1]) in call.text


def test_known_and_unknown_numbers_get_the_same_answer_byte_for_byte(app_client):
    """Same page, same address, same rows written; only the number and the form's key differ."""
    UserFactory(phone="+8613800000201")
    answers, queries = [], []
    for number in ("13800000201", "13800000202"):
        client = type(app_client)()
        with _counted() as count:
            first = ask(client, number=number)
        second = client.get(CONFIRM)
        body = second.content.decode().replace("138 0000 0202", "138 0000 0201")
        body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
        answers.append((first.status_code, first.url, second.status_code, body))
        queries.append(count())
    assert answers[0] == answers[1]
    assert queries[0] == queries[1]
    assert OutboxMessage.objects.filter(kind="send_message").count() == 2


def _counted():
    from contextlib import contextmanager

    from django.test.utils import CaptureQueriesContext

    @contextmanager
    def counting():
        with CaptureQueriesContext(connection) as captured:
            yield lambda: [re.sub(r"'[^']*'|\d+", "?", q["sql"])[:60] for q in captured]

    return counting()


def test_twenty_guesses_a_day_and_number(app_client):
    for n in range(limits.GUESSES_PER_DAY):
        limits.count_guess("+8613800000201", f"issue-{n}", at=TODAY)
    with pytest.raises(limits.TooMany):
        limits.count_guess("+8613800000201", "another", at=TODAY)
    assert limits.count_guess("+8613800000201", "another", at=TODAY + timedelta(days=1)) == 2
    assert limits.count_guess("+8613800000202", "issue", at=TODAY) == 2


def test_without_counters_the_door_stays_shut_and_says_so(app_client):
    ask(app_client)
    code = last_code()
    dead = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    with override_settings(CACHES=dead):
        for response in (
            app_client.post(CONFIRM, {"code": code}),
            app_client.post(AGAIN, {"by": "sms"}),
            ask(type(app_client)()),
            app_client.post("/accounts/login/", {"login": "x", "password": "y"}),
        ):
            assert response.status_code == 503
            assert "accounts/sign_in_away.html" in [t.name for t in response.templates]
        assert app_client.get(ASK).status_code == 200
        assert app_client.get(CONFIRM).status_code == 200


@pytest.mark.parametrize("phone", ["", "12345", "0577-88880001", "1" * 9000, "\x00", "电话"])
def test_a_number_we_cannot_write_to_says_what_to_do(app_client, phone):
    response = ask(app_client, number=phone)
    assert response.status_code == 422
    assert response.context["form"].errors["phone"]
    assert Message.objects.count() == 0


def test_the_code_is_in_no_page(app_client):
    ask(app_client)
    assert last_code() not in app_client.get(CONFIRM).content.decode()


def test_a_closed_account_is_told_so(app_client):
    UserFactory(phone="+8613800000201", is_active=False)
    ask(app_client)
    assert app_client.post(CONFIRM, {"code": last_code()}).url == reverse("account_inactive")
    assert "_auth_user_id" not in app_client.session
