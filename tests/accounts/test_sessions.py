"""Finding a session and its account again: what is over or unreadable is nobody's."""

from datetime import timedelta

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, connections
from django.utils import timezone

from accounts import clock
from accounts.backends import AccountBackend
from accounts.sessions import SessionStore
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored():
    store = SessionStore()
    store["word"] = "tea"
    store.create()
    return store.session_key


def test_a_session_is_found_again(stored):
    assert SessionStore(stored)["word"] == "tea"


def test_a_session_that_is_over_is_not(stored):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    store = SessionStore(stored)
    assert store.get("word") is None
    assert store.session_key is None


@pytest.mark.parametrize(
    "key", ["nothing-of-that-name", "a" * 32, "a" * 20 + "\0", "' OR 1=1 --", ""]
)
def test_a_key_of_nobody_opens_nothing(stored, key):
    store = SessionStore(key)
    assert store.get("word") is None
    assert store.session_key is None


def _next_page():
    """Let Django do to the connection what it does between two pages."""
    assert connection.health_check_enabled
    connection.close_if_unusable_or_obsolete()


def _end_on_the_server():
    """As a restart of PostgreSQL would, or an operator; Django does not learn of it."""
    backend = connection.connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


@pytest.mark.django_db(transaction=True)
def test_a_page_whose_connection_has_ended_finds_its_session_on_a_new_one(stored):
    _next_page()
    before = connection.connection.info.backend_pid
    _end_on_the_server()
    assert SessionStore(stored)["word"] == "tea"
    assert connection.connection.info.backend_pid != before
    assert SessionStore(stored)["word"] == "tea"


@pytest.mark.django_db(transaction=True)
def test_a_page_asks_for_its_session_and_not_whether_it_may_ask(stored, monkeypatch):
    asked = []
    monkeypatch.setattr(connections["default"], "is_usable", lambda: asked.append(1))
    _next_page()
    assert SessionStore(stored)["word"] == "tea"
    assert asked == []


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_not_asked_twice(stored, monkeypatch):
    _next_page()
    asked = []

    def refused(store):
        asked.append(1)
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(SessionStore, "_ask", refused)
    with pytest.raises(OperationalError):
        SessionStore(stored).load()
    assert asked == [1]


def test_an_account_that_was_shut_is_nobodys():
    user = UserFactory()
    assert AccountBackend().get_user(user.pk) == user
    user.is_active = False
    user.save()
    assert AccountBackend().get_user(user.pk) is None
    assert AccountBackend().get_user(0) is None


def test_what_no_page_shows_of_an_account_is_read_when_somebody_asks(django_assert_num_queries):
    user = UserFactory()
    clock.now()
    with django_assert_num_queries(1):
        found = AccountBackend().get_user(user.pk)
        assert (found.phone, found.shown_name) == (user.phone, user.shown_name)
    assert found.date_joined == user.date_joined
