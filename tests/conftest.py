"""What tests of every room share: the web's database role, and a clean clock and cache."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts import clock


@contextmanager
def role_app() -> Iterator[None]:
    """Work as the web does: a role that owns nothing and is bound by row-level security."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE app")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


class AppClient(Client):
    """A browser whose requests run under the role ``app``; the test itself stays owner."""

    def request(self, **request):
        with role_app():
            return super().request(**request)


@pytest.fixture
def as_app(db) -> Callable[[], AbstractContextManager[None]]:
    """``with as_app():`` — what stands inside runs as the web's database role."""
    return role_app


@pytest.fixture
def app_client(db) -> AppClient:
    """The client to test pages with."""
    return AppClient()


@pytest.fixture(autouse=True)
def _clean_clock_and_cache(request) -> Iterator[None]:
    """No test inherits another's moved clock, counted guesses or limits."""
    clock.forget()
    yield
    clock.forget()
    if {"db", "transactional_db"} & set(request.fixturenames):
        cache.clear()
