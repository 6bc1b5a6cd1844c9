"""Letters: written once, sent in time or not at all, short, and silent about codes."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.conf import settings as conf

from accounts import gateways, messaging
from accounts.errands import TryAgainLater
from accounts.gateways import DeliveryFailed
from accounts.gateways.http import HttpGateway
from accounts.gateways.outbox import OutboxGateway, latest, where
from accounts.models import Message, OutboxMessage
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
CODE = {"code": "123456", "host": "qinglan.example"}


def letter(key="k1", **more):
    more = {"valid_until": TODAY + timedelta(minutes=10)} | more
    return messaging.send(
        template="accounts/sign_in_code", to="+8613800000201", params=CODE,
        dedupe_key=key, at=TODAY, **more,
    )  # fmt: skip


@pytest.fixture
def box(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    return where()


class Broken:
    def __init__(self, for_good=False):
        self.for_good = for_good

    def send(self, **letter):
        raise DeliveryFailed("it rains", for_good=self.for_good)


def test_the_code_letter_says_what_the_guide_says():
    assert messaging.text_of("accounts/sign_in_code", CODE) == (
        "【青澜老年大学】验证码123456，10分钟内有效，请不要告诉别人。\n@qinglan.example #123456"
    )


def test_no_letter_of_this_floor_is_longer_than_one_sms():
    letters = Path(conf.ROOT / "templates/accounts/letters").glob("*.txt")
    short = [path.stem for path in letters if not path.stem.endswith("_voice")]  # read aloud
    assert short == ["sign_in_code"]
    assert len(messaging.text_of("accounts/sign_in_code", CODE)) <= messaging.LONGEST


def test_a_letter_is_a_row_and_an_errand_even_for_a_stranger_under_the_webs_role(as_app):
    with as_app():
        first = letter()
        again = letter()
    assert first.pk == again.pk
    assert Message.objects.count() == 1
    assert set(OutboxMessage.objects.values_list("kind", "object_id")) == {
        ("send_message", str(first.pk))
    }


def test_a_sent_letter_lies_in_the_box_and_its_code_in_no_row(box):
    message = letter()
    messaging.deliver(message_id=message.pk, at=TODAY)
    message.refresh_from_db()
    assert (message.status, message.text, message.sent_at) == ("sent", "", TODAY)
    assert json.loads(box.read_text()) == {
        "at": TODAY.isoformat(),
        "to": "+8613800000201",
        "channel": "sms",
        "template": "accounts/sign_in_code",
        "text": messaging.text_of("accounts/sign_in_code", CODE),
    }
    assert box.stat().st_mode & 0o077 == 0
    assert [one["to"] for one in latest()] == ["+8613800000201"]


def test_a_letter_is_sent_once_however_often_its_errand_comes(box):
    message = letter()
    for _ in range(3):
        messaging.deliver(message_id=message.pk, at=TODAY)
    assert len(box.read_text().splitlines()) == 1


def test_a_letter_that_is_no_longer_true_is_not_sent(box):
    message = letter()
    messaging.deliver(message_id=message.pk, at=message.valid_until)
    message.refresh_from_db()
    assert (message.status, message.text, box.exists()) == ("expired", "", False)


def test_a_gateway_that_is_away_is_tried_again_and_no_log_shows_number_or_code(
    monkeypatch, caplog
):
    monkeypatch.setattr(messaging, "the_gateway", Broken)
    message = letter()
    with pytest.raises(TryAgainLater) as later:
        messaging.deliver(message_id=message.pk, at=TODAY)
    message.refresh_from_db()
    assert message.status == "queued"
    said = caplog.text + str(later.value)
    assert "13800000201" not in said
    assert "123456" not in said


def test_a_gateway_that_says_never_ends_it(monkeypatch, caplog):
    monkeypatch.setattr(messaging, "the_gateway", lambda: Broken(for_good=True))
    message = letter()
    messaging.deliver(message_id=message.pk, at=TODAY)
    message.refresh_from_db()
    assert (message.status, message.text) == ("failed", "")
    assert "13800000201" not in caplog.text


def test_a_number_has_a_budget_a_day(box, settings):
    settings.SMS_DAILY_BUDGET = 2
    letters = [letter(f"k{number}") for number in range(3)]
    for message in letters:
        messaging.deliver(message_id=message.pk, at=TODAY)
    assert [Message.objects.get(pk=one.pk).status for one in letters] == ["sent", "sent", "failed"]


@pytest.fixture
def provider(settings):
    """A provider over real HTTP that answers what it is told to and keeps what it got."""

    class Handler(BaseHTTPRequestHandler):
        answer = (200, b'{"id": "ref-1"}', {})
        got = []

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            Handler.got.append((dict(self.headers), json.loads(body)))
            status, body, headers = Handler.answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_HTTP_URL = f"http://127.0.0.1:{server.server_port}/send"
    settings.SMS_HTTP_TOKEN = "t0ken"
    yield Handler
    server.shutdown()
    server.server_close()


def send_by_http():
    return HttpGateway().send(
        to="+8613800000201", channel="sms", template="t", text="您好", dedupe_key="k", at=TODAY
    )


def test_the_http_gateway_tells_key_and_token_and_keeps_the_reference(provider):
    assert send_by_http() == "ref-1"
    headers, body = provider.got[-1]
    assert body == {"to": "+8613800000201", "channel": "sms", "template": "t", "text": "您好"}
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer t0ken", "k")


@pytest.mark.parametrize(
    ("answer", "for_good"),
    [
        ((500, b"", {}), False),
        ((429, b"", {}), False),
        ((400, b"", {}), True),
        ((302, b"", {"Location": "http://127.0.0.1:1/"}), True),
    ],
)
def test_what_the_provider_says_decides_whether_it_is_tried_again(provider, answer, for_good):
    provider.answer = answer
    with pytest.raises(DeliveryFailed) as failed:
        send_by_http()
    assert failed.value.for_good is for_good


def test_nobody_there_means_later(settings):
    settings.SMS_HTTP_URL = "http://127.0.0.1:1/"
    with pytest.raises(DeliveryFailed) as failed:
        send_by_http()
    assert failed.value.for_good is False


def test_a_yes_without_a_reference_is_a_yes(provider):
    provider.answer = (200, b"thanks", {})
    assert send_by_http() == ""


def test_the_settings_name_the_gateway(settings):
    settings.SMS_BACKEND = "accounts.gateways.outbox.OutboxGateway"
    assert isinstance(gateways.the_gateway(), OutboxGateway)
