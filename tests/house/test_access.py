"""Every address, knocked at by every role: the answer of the table, and nothing else."""

import re

import pytest
from django.db import transaction
from django.urls import reverse

from accounts import clock
from config.access import ROWS, Answer, Role, addresses, way_of
from tests.factories.times import TODAY
from tests.house import world

pytestmark = pytest.mark.django_db

CODES = {
    200: Answer.SHOWN,
    204: Answer.SHOWN,
    302: Answer.DONE,
    400: Answer.WRONG,
    401: Answer.REFUSED,
    403: Answer.REFUSED,
    404: Answer.UNKNOWN,
    405: Answer.WRONG,
    412: Answer.WRONG,  # a knock without the words of its protocol
    422: Answer.WRONG,
    429: Answer.WRONG,
}
SENT_TO = {
    "/accounts/login/code/": Answer.SIGN_IN,
    "/accounts/login/": Answer.STAFF_SIGN_IN,
    "/admin/login/": Answer.STAFF_SIGN_IN,
    "/my/about-me/": Answer.WHO,
    "/my/who/": Answer.WHO,
    "/accounts/2fa/": Answer.FACTOR,
    "/accounts/2fa/reauthenticate/": Answer.FACTOR,
}


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """One city for all knocks: each is undone, so none sees what another did."""
    with django_db_blocker.unblock(), transaction.atomic():
        clock.set_to(TODAY)
        yield world.build()
        transaction.set_rollback(True)
    clock.forget()


@pytest.fixture(scope="module")
def clients(city):
    return {role: city.client(role) for role in Role}


def knock(city, client, name, way):
    """Ask for an address as one role; undo whatever that did."""
    url = address_of(city, name, way)
    sid = transaction.savepoint()
    try:
        response = client.post(url) if way.posts else client.get(url)
        if response.streaming:
            list(response.streaming_content)  # a file is closed once it is read
    finally:
        transaction.savepoint_rollback(sid)
    return answer_of(response)


def address_of(city, name, way):
    if name.endswith("/"):
        return f"/{name}"  # an address without a name stands in the table by its pattern
    if name == "wagtail_serve":
        return reverse(name, args=[city.things["home"]])
    return reverse(name, kwargs={key: city.things[thing] for key, thing in way.needs.items()})


def answer_of(response):
    if response.status_code in {301, 302}:
        there = response.headers["Location"].split("?")[0]
        return SENT_TO.get(there, Answer.DONE)
    return CODES.get(response.status_code, f"status {response.status_code}")


def test_every_address_has_a_row():
    nameless = [(name, pattern) for name, pattern in addresses() if not way_of(name, pattern)]
    assert nameless == []


def test_every_row_has_an_address():
    assert sorted(set(ROWS) - {name for name, _pattern in addresses()}) == []


@pytest.mark.parametrize("name", ROWS)
def test_each_role_gets_its_answer(city, clients, name):
    way = ROWS[name]
    answers = {role: knock(city, clients[role], name, way) for role in Role}
    wrong = [
        f"{role}: {answers[role]}, not {way.audience.answer(role)}"
        for role in Role
        if answers[role] != way.audience.answer(role)
    ]
    assert not wrong, "; ".join(wrong)


# Pictures and words of Wagtail's own screens.
HARMLESS = {"wagtailadmin_sprite", "wagtailadmin_javascript_catalog"}
NEVER = {
    Role.VISITOR,
    Role.LEARNER,
    Role.STRANGER,
    Role.HELPER,
    Role.VOLUNTEER,
    Role.WITNESS,
    Role.MONITOR,
    Role.NO_FACTOR,
}


WALK = (Role.VISITOR, Role.LEARNER, Role.NO_FACTOR)  # without an account, a key, a factor


def test_nobody_else_has_the_key_of_the_editors_rooms(city, clients):
    """Wagtail asks for this one permission at each of its doors; the walk below sees them all."""
    for role in NEVER:
        user = city.people.get(role)
        if user is not None and role is not Role.NO_FACTOR:
            assert not user.has_perm("wagtailadmin.access_admin"), role
        answer = answer_of(clients[role].get(reverse("wagtailadmin_home")))
        assert answer not in {Answer.SHOWN, Answer.DONE}, role


@pytest.mark.parametrize("role", WALK)
def test_the_editors_rooms_are_shut(clients, role):
    """All of Wagtail's own addresses, with arguments that fit, answered by a way out or a no."""
    client = clients[role]
    opened = []
    for name, pattern in addresses():
        if name in {*ROWS, *HARMLESS} or not pattern.startswith("admin/"):
            continue
        url = _example(pattern)
        with transaction.atomic():
            sid = transaction.savepoint()
            answer = answer_of(client.get(url))
            transaction.savepoint_rollback(sid)
        if answer in {Answer.SHOWN, Answer.DONE}:
            opened.append((name, url, answer))
    assert not opened, opened


def _example(pattern: str) -> str:
    """Return the address with a 1 wherever it wants a number or a word."""
    url = re.sub(r"<[^>]*>|\(\?P<\w+>[^()]*(\([^()]*\))*[^()]*\)|\([^()]*\)", "1", pattern)
    return "/" + re.sub(r"[\^$\\?]", "", url)
