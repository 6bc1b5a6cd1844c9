"""A new number for the same person: proven twice, and signed out everywhere."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts import clock, services
from accounts.models import AuditEvent, Learner, Message, User
from tests.factories.accounts import LearnerFactory, UnitFactory, UserFactory
from tests.factories.times import TODAY

OLD, NEW = "+8613800000201", "+8613800000202"
CONFIRM = "/accounts/login/code/confirm/"


def code_to(number):
    return Message.objects.filter(to=number).latest("created_at").text.split("验证码")[1][:6]


@pytest.fixture
def signed_in(app_client):
    clock.set_to(TODAY)
    learner = LearnerFactory(user__phone=OLD)
    app_client.force_login(learner.user)
    return app_client


def prove_and_ask(client):
    assert client.get("/my/phone/").url == "/my/phone/prove/?next=%2Fmy%2Fphone%2F"
    assert client.post("/my/phone/prove/", {"next": "/my/phone/"}).url == CONFIRM
    assert client.post(CONFIRM, {"code": code_to(OLD)}).url == "/my/phone/"
    assert client.post("/my/phone/", {"phone": "138 0000 0202"}).url == CONFIRM
    return client.post(CONFIRM, {"code": code_to(NEW)})


def test_a_number_changes_by_a_code_to_the_old_and_a_code_to_the_new(signed_in):
    user = User.objects.get(phone=OLD)
    assert prove_and_ask(signed_in).url == "/accounts/login/code/"
    user.refresh_from_db()
    assert user.phone == NEW
    assert "_auth_user_id" not in signed_in.session
    assert AuditEvent.objects.filter(action="phone changed", actor=user).count() == 1


def test_a_number_of_another_account_is_not_taken(signed_in):
    UserFactory(phone=NEW)
    assert prove_and_ask(signed_in).url == "/my/"
    assert User.objects.filter(phone=OLD).exists()


def test_an_account_shut_meanwhile_begins_again(signed_in):
    signed_in.post("/my/phone/prove/", {"next": "/my/phone/"})
    User.objects.filter(phone=OLD).update(is_active=False)
    assert signed_in.post(CONFIRM, {"code": code_to(OLD)}).url == "/accounts/login/code/"


def test_a_proof_grows_old(signed_in):
    signed_in.post("/my/phone/prove/", {"next": "/my/phone/"})
    signed_in.post(CONFIRM, {"code": code_to(OLD)})
    assert signed_in.get("/my/phone/").status_code == 200
    clock.set_to(TODAY + timedelta(minutes=16))
    assert signed_in.get("/my/phone/").status_code == 302


def test_a_code_for_one_thing_does_nothing_else(signed_in):
    """The code that proves the old phone cannot be spent on changing to a new one."""
    signed_in.post("/my/phone/prove/", {"next": "/my/"})
    assert signed_in.post("/my/phone/", {"phone": NEW}).status_code == 302
    assert not Message.objects.filter(to=NEW).exists()
    signed_in.post(CONFIRM, {"code": code_to(OLD)})
    assert User.objects.filter(phone=OLD).exists()


def test_signed_out_meanwhile_means_begin_again(signed_in):
    signed_in.post("/my/phone/prove/", {"next": "/my/phone/"})
    code = code_to(OLD)
    signed_in.post("/accounts/logout/")
    assert signed_in.post(CONFIRM, {"code": code}).url == "/accounts/login/code/"
    assert "_auth_user_id" not in signed_in.session


@pytest.mark.django_db
def test_a_card_number_shows_one_wrong_key():
    unit, user = UnitFactory(), UserFactory()
    numbers = [
        services.make_learner(
            name="李伟", sex=Learner.Sex.MALE, born_on=TODAY.date().replace(year=1960),
            unit=unit, actor=user, at=TODAY,
        ).card_no
        for _ in range(20)
    ]  # fmt: skip

    def passes(number):
        digits = [int(figure) for figure in reversed(number)]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
        return (sum(digits[::2]) + sum(doubled)) % 10 == 0

    assert all(passes(number) for number in numbers)
    wrong = [number[:4] + str((int(number[4]) + 1) % 10) + number[5:] for number in numbers]
    assert not any(passes(number) for number in wrong)


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_two_first_sign_ins_at_once_end_in_one_account():
    made, start = [], threading.Barrier(8)

    def first_sign_in():
        start.wait()
        try:
            made.append(services.account_for_phone(phone=NEW, at=TODAY).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=first_sign_in) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(made) == 8
    assert set(made) == set(User.objects.values_list("pk", flat=True))
