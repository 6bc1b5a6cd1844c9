"""What tests of every room share: the web's database role, and a clean clock and cache.

And in which order, and on which of two workers of pytest-xdist, they run.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

from accounts import clock

JOURNEYS = "tests/journeys/"
LONGEST_JOURNEYS = "tests/journeys/of_a_term/"


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
    shares a parameter of the session. Journeys come among the last for the same reason; the
    longest folder of them comes first, so that one worker takes it while the other has all the
    rest.
    """
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if empties_all_tables(item):
        return 1
    if uses_tables(item):
        return 0
    if item.nodeid.startswith(LONGEST_JOURNEYS):
        return 2
    return 4 if item.nodeid.startswith(JOURNEYS) else 3


class JourneysTogether(LoadScopeScheduling):
    """Each test to whoever is free; a folder of journeys, which share one stack, to one worker.

    Groups named by a mark would do, but pytest 9 keeps the name of a test where pytest-xdist 3.8
    does not write the mark's.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]  # what follows may have strokes of its own
        return file.rpartition("/")[0] if nodeid.startswith(JOURNEYS) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> JourneysTogether:
    """Deal the tests out in our order, not the largest group first."""
    config.option.loadscopereorder = False
    return JourneysTogether(config, log)


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
