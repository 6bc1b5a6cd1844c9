"""What tests of every room share: the web's database role, and a clean clock and cache."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation

from accounts import clock


def pytest_configure(config: pytest.Config) -> None:
    """Give each worker of xdist its own cache: emptying one must not reset another's counts."""
    worker = getattr(config, "workerinput", {}).get("workerid", "")
    if worker:
        server, _, _number = settings.REDIS_URL.rpartition("/")
        settings.CACHES["default"]["LOCATION"] = f"{server}/{int(worker.removeprefix('gw')) + 1}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that empty all tables come after all that need the rows of the migrations.

    And before those that ask nothing of the database: a browser that stays open for them keeps
    Django from its connection. pytest-django sees to that order, and pytest then gathers what
    shares a parameter of the session.
    """
    items.sort(key=lambda item: 1 if empties_all_tables(item) else 0 if uses_tables(item) else 2)


def uses_tables(item: pytest.Item) -> bool:
    """Whether a test reads or writes the database of its process."""
    names = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or "db" in names


def empties_all_tables(item: pytest.Item) -> bool:
    """Whether what a test writes is taken back by emptying every table."""
    mark = item.get_closest_marker("django_db")
    is_marked = mark is not None and bool(mark.kwargs.get("transaction"))
    names = getattr(item, "fixturenames", ())
    return is_marked or bool({"transactional_db", "live_server"} & set(names))


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
def _clean_clock_language_and_cache(request) -> Iterator[None]:
    """No test inherits another's moved clock, language, counted guesses or limits."""
    clock.forget()
    yield
    clock.forget()
    translation.deactivate()  # a page asked for under /en/ leaves its language behind
    uses_database = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if uses_database or request.node.get_closest_marker("django_db"):
        cache.clear()
