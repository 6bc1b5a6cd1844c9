"""What people answer by SMS: told by their provider only, kept once, never a fault of ours."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from django.db.utils import ProgrammingError

from accounts import clock, scope
from accounts.gateways import NotAMessage, Received, read_json
from accounts.models import InboundMessage, OutboxMessage
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
DOOR = "/sms/inbound/"
TOKEN = "t0ken-of-the-provider"
SMS = {"from": "13800000201", "text": "1", "id": "p-1", "at": "2026-11-22T14:30:00+08:00"}


@pytest.fixture(autouse=True)
def _the_provider_has_a_token(settings):
    settings.SMS_INBOUND_TOKEN = TOKEN
    clock.set_to(TODAY)


@pytest.fixture
def knock(app_client):
    app_client.raise_request_exception = False

    def post(body, *, token=TOKEN, **headers):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return app_client.post(DOOR, body, content_type="application/json", headers=headers)

    return post


def test_a_message_is_kept_with_its_errand_and_only_the_citys_work_may_read_it(knock, as_app):
    assert (knock(SMS).status_code, knock(SMS).json()) == (200, {"kept": True})
    message = InboundMessage.objects.get()
    assert (message.sender, message.text) == ("+8613800000201", "1")
    assert abs(message.received_at - TODAY) < timedelta(minutes=1)
    assert message.sent_at == datetime(2026, 11, 22, 14, 30, tzinfo=timezone(timedelta(hours=8)))
    assert set(OutboxMessage.objects.values_list("kind", "object_id")) == {
        ("read_sms", str(message.pk))
    }
    with as_app():
        assert not InboundMessage.objects.exists()
        with scope.system("test"):
            assert InboundMessage.objects.exists()


@pytest.mark.parametrize("change", [{"text": "2"}, {"sender": "+8613800000202"}])
def test_what_came_in_is_never_changed(knock, as_app, change):
    knock(SMS)
    with (
        as_app(),
        pytest.raises(ProgrammingError, match="permission denied"),
        scope.system("test"),
    ):
        InboundMessage.objects.update(**change)


def test_the_same_id_with_other_words_is_the_first_message(knock):
    knock(SMS)
    knock(SMS | {"text": "2", "from": "13800000202"})
    assert list(InboundMessage.objects.values_list("text", flat=True)) == ["1"]


@pytest.mark.parametrize("token", [None, "", "t0ken", TOKEN + "x", "é", "\x00"])
def test_nobody_else_is_let_in(knock, token):
    response = knock(SMS, token=token)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize("token", [None, "", TOKEN])
def test_without_a_token_of_ours_the_door_is_shut(knock, settings, token):
    settings.SMS_INBOUND_TOKEN = ""
    assert knock(SMS, token=token).status_code == 401


def test_only_by_post(app_client):
    assert app_client.get(DOOR).status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe", b"null", b"[]", b'"1"', b"{}", b"[" * 9000, b"1" * 5000, b"NaN",
        SMS | {"from": None}, SMS | {"text": 1}, SMS | {"text": ["1"]}, SMS | {"id": ""},
        SMS | {"id": None}, SMS | {"id": True}, SMS | {"id": "a b"}, SMS | {"id": "x" * 121},
        SMS | {"id": "a\x00b"}, SMS | {"id": {}}, SMS | {"id": 10**400},
        SMS | {"text": "x" * 20_000},
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused_and_not_kept(knock, body):
    assert knock(body).status_code == 400
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize(
    "told",
    [
        {"text": ""}, {"text": "a\x00b"}, {"text": "\ud800"}, {"text": "１" * 2000},
        {"at": 5}, {"at": "9999-99-99T00:00"}, {"at": "0001-01-01T00:00:00+14:00"}, {"at": None},
        {"id": 7},
        {"id": -1},
    ],
)  # fmt: skip
def test_odd_messages_are_kept_as_far_as_they_can_be(knock, told):
    assert knock(SMS | told).status_code == 200
    message = InboundMessage.objects.get()
    assert len(message.text) <= InboundMessage.LONGEST


@pytest.mark.parametrize(
    "sender", ["", "10086", "abc", "057788880001", "9" * 500, "\x00", "\ud800"]
)
def test_numbers_that_nobody_can_answer_are_not_kept(knock, sender):
    response = knock(SMS | {"from": sender})
    assert (response.status_code, response.json()) == (200, {"kept": False})
    assert not InboundMessage.objects.exists()


def test_the_gateway_reads_what_its_words_say():
    assert read_json(b'{"from": "+8613800000201", "text": "\xe5\x9b\x9e1", "id": 5}') == Received(
        "+8613800000201", "回1", "5"
    )
    with pytest.raises(NotAMessage):
        read_json(b"1")
