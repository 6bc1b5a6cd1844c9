"""The demo's letter box while a letter is still being sent."""

import pytest
from django.urls import reverse

from accounts import outbox
from accounts.models import OutboxMessage
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_box(settings, tmp_path):
    settings.DEMO = True
    settings.VAR_DIR = tmp_path


def letter_box(client):
    return client.get(reverse("demo-sms")).content.decode()


def test_an_empty_box_says_to_ask_for_a_code_first(app_client):
    assert "请先要验证码" in letter_box(app_client)


def test_a_letter_on_its_way_is_said_with_the_way_to_look_again(app_client):
    outbox.put("send_message", "1")

    page = letter_box(app_client)

    assert "短信正在路上" in page
    assert "请先要验证码" not in page
    assert f'class="button" href="{reverse("demo-sms")}"' in page


def test_nothing_is_said_once_it_has_been_sent(app_client):
    outbox.put("send_message", "1")
    outbox.mark_done(OutboxMessage.objects.get().pk, at=TODAY)

    assert "短信正在路上" not in letter_box(app_client)
