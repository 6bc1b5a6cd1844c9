"""Finding a session and its account again: what is over or unreadable is nobody's."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

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


def test_an_account_that_was_shut_is_nobodys():
    user = UserFactory()
    assert AccountBackend().get_user(user.pk) == user
    user.is_active = False
    user.save()
    assert AccountBackend().get_user(user.pk) is None
    assert AccountBackend().get_user(0) is None
