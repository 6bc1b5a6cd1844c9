"""Every kind of page keeps the rules for older eyes and hands, as it is drawn in a browser."""

from collections.abc import Iterator

import pytest

from config.access import Role
from tests.journeys.audit import audit_focus, audit_page, audit_stretched
from tests.journeys.kinds import HELPER, TEACHER, Kind, all_kinds, helper_at_work, learner_in_line
from tests.journeys.people import DESKTOP, PHONE, People, Person

# What a newcomer meets first is looked at in both ways with axe; of the rest, each in one.
FIRST_MET = {
    *("courses:list-courses", "courses:show-course", "account_request_login_code"),
    *("account_login", "enrolment:my-classes", "livestream:watch", "livestream:upload-film"),
    *("enrolment:check-class", "/"),
}
WAYS = (("largest", PHONE), ("standard", DESKTOP))
OTHER_LANGUAGES = ("/zh-hant/", "/en/", "/zh-hant/courses/", "/en/campuses/", "/en/help/")


@pytest.fixture
def at_work(people: People) -> dict[Role, Person]:
    """One person at a screen for each role in whose name pages are looked at."""
    return {
        Role.VISITOR: people.somebody(),
        Role.LEARNER: learner_in_line(people),
        Role.HELPER: helper_at_work(people),
        Role.TEACHER: people.signed_in(TEACHER),
    }


def test_every_kind_of_page_keeps_the_rules(people: People, at_work):
    kinds = all_kinds(people.stack, at_work[Role.LEARNER])

    findings = list(_looked_at(kinds, at_work))
    assert not findings, "\n".join(findings)


def _looked_at(kinds: list[Kind], at_work: dict[Role, Person]) -> Iterator[str]:
    """Open each page once, and look at it small and large; with axe in one way by turns."""
    for number, kind in enumerate(kinds):
        page = at_work[kind.role].goto(kind.path)
        if page.evaluate("document.contentType") != "text/html":
            continue  # for programs
        for turn, (size, (width, height)) in enumerate(WAYS):
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("size => { document.documentElement.dataset.textSize = size }", size)
            axe = kind.name in FIRST_MET or kind.path in FIRST_MET or number % 2 == turn
            for finding in audit_page(page, axe=axe):
                yield f"{kind.path} {size} {width}: {finding}"
