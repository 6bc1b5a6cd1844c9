"""The page that shows a newcomer who they can be."""

import json

import pytest
from allauth.mfa.totp.internal.auth import validate_totp_code
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    (tmp_path / "demo").mkdir()

    def write(rows):
        (tmp_path / "demo/accounts.json").write_text(json.dumps(rows), encoding="utf-8")

    return write


def test_staff_come_with_a_code_that_opens_the_door(accounts, app_client):
    secret = "JBSWY3DPEHPK3PXP"
    accounts(
        [{"role": "teacher", "name": "何慕云", "good_for": "上传", "username": "he",
          "password": "p", "totp_secret": secret}]
    )  # fmt: skip
    groups = app_client.get(reverse("demo-guests")).context["groups"]

    ((_heading, (guest,)),) = groups
    assert (guest.username, guest.phone) == ("he", "")
    assert validate_totp_code(secret, guest.code)


def test_people_without_a_way_in_are_left_out_and_learners_come_first(accounts, app_client):
    accounts(
        [
            {"role": "witness", "name": "胡建平", "good_for": "监督", "username": "w"},
            {"role": "learner", "name": "郑伯元", "good_for": "没有手机", "phone": ""},
            {"role": "learner", "name": "林秀英", "good_for": "老年机", "phone": "13800000001"},
        ]
    )
    groups = app_client.get(reverse("demo-guests")).context["groups"]

    assert [[guest.name for guest in guests] for _heading, guests in groups] == [
        ["林秀英"],
        ["胡建平"],
    ]


def test_before_the_city_is_built_the_page_says_what_to_do(settings, tmp_path, app_client):
    settings.VAR_DIR = tmp_path
    assert "./run" in app_client.get(reverse("demo-guests")).content.decode()
