"""One running product and one browser for all journeys, and people who sit at it.

A stack is dear to start (half a minute), so the journeys of one folder share it and stay on one
worker.
"""

import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from config.embedded import programs
from config.embedded.ports import free_port
from tests.journeys.people import People
from tests.journeys.stack import Stack, running

# A Tuesday in the two weeks of forms, for the journeys of people who fill one in.
IN_THE_WEEKS_OF_FORMS = "2026-12-15"
# The Tuesday morning on which the small city stands in open enrolment, within the offer hours.
TODAY = "2026-12-01"
NOW = f"{TODAY} 10:00"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=user-gesture-required",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever sits at the running product is a browser test."""
    here = Path(__file__).parent
    for item in items:
        sits_there = {"people", "applicants"} & set(getattr(item, "fixturenames", ()))
        if sits_there and here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say of a failed journey what stood on the screens and what the product logged last."""
    report = yield
    arguments = getattr(item, "funcargs", {})
    people = arguments.get("people") or arguments.get("applicants")
    if report.failed and isinstance(people, People):
        try:
            screens = "\n\n".join(people.screens())
        except PlaywrightError as error:
            screens = f"(no answer: {error})"
        report.sections.append(("screens", screens))
        report.sections.append(("product log, its end", people.stack.said()[-4000:]))
    return report


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The product on a small city of its own, its clock on that Tuesday morning."""
    with tempfile.TemporaryDirectory(prefix="journeys-") as folder:
        Path(folder).chmod(0o711)  # the servers run under an account of their own
        options = f"--size small --today {TODAY}"
        with running(Path(folder) / "var", free_port(), options) as stack:
            stack.manage("clock", NOW)
            yield stack


@pytest.fixture(scope="session")
def stack_of_forms() -> Iterator[Stack]:
    """The same city while forms of the next term are open. All journeys of forms share it."""
    with tempfile.TemporaryDirectory(prefix="journeys-") as folder:
        Path(folder).chmod(0o711)
        options = f"--size small --phase wishes_open --today {IN_THE_WEEKS_OF_FORMS}"
        with running(Path(folder) / "var", free_port(), options) as stack:
            stack.manage("clock", f"{IN_THE_WEEKS_OF_FORMS} 10:00")
            yield stack


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; every person gets a profile of their own."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=programs.chromium(), args=FLAGS)


@pytest.fixture
def people(stack: Stack, chromium: Browser) -> Iterator[People]:
    """Who sits at a screen in this test; at its end, nobody's browser may have complained."""
    people = People(stack, chromium)
    yield people
    complaints = people.complaints()
    people.go_home()
    assert complaints == []


@pytest.fixture
def applicants(stack_of_forms: Stack, chromium: Browser) -> Iterator[People]:
    """Who fills in a form in this test; at its end, nobody's browser may have complained."""
    people = People(stack_of_forms, chromium)
    yield people
    complaints = people.complaints()
    people.go_home()
    assert complaints == []
