"""The demo's phones: a letter can be answered where it is read, once a press."""

import re

import pytest

from accounts.gateways.outbox import OutboxGateway
from accounts.models import InboundMessage, OutboxMessage
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
NUMBER = "+8613800000201"


@pytest.fixture(autouse=True)
def _a_letter_lies_in_the_box(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    OutboxGateway().send(
        to=NUMBER, channel="sms", template="t", text="要上请回1", dedupe_key="k", at=TODAY
    )


def the_form(client):
    page = client.get("/demo/sms/").content.decode()
    return dict(re.findall(r'name="(from|press)" value="([^"]+)"', page))


def test_an_answer_is_taken_in_once_a_press(app_client):
    form = the_form(app_client) | {"text": "１"}
    for _tap in range(2):
        response = app_client.post("/demo/sms/", form, follow=True)
    assert "已用这部手机发出" in response.content.decode()
    message = InboundMessage.objects.get()
    assert (message.sender, message.text) == (NUMBER, "１")
    assert OutboxMessage.objects.filter(kind="read_sms", object_id=message.pk).exists()


@pytest.mark.parametrize(
    "change",
    [{"text": ""}, {"text": "\x00"}, {"from": "+8613800000202"}, {"from": ""}, {"press": ""}],
)
def test_only_a_phone_that_got_a_letter_may_answer(app_client, change):
    form = the_form(app_client) | {"text": "1"} | change
    response = app_client.post("/demo/sms/", form, follow=True)
    assert "请写上要回的话" in response.content.decode()
    assert not InboundMessage.objects.exists()


def test_elsewhere_there_is_no_such_phone(app_client, settings):
    settings.DEMO = False
    assert app_client.post("/demo/sms/", {}).status_code == 404
