"""Every kind of page keeps the rules for older eyes and hands, as it is drawn in a browser."""

from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Page

from config.access import Role
from tests.journeys.audit import audit_focus, audit_page, audit_stretched
from tests.journeys.kinds import Kind, all_kinds, everybody_at_work
from tests.journeys.people import DESKTOP, PHONE, People, Person

# What a newcomer meets first is looked at in both ways with axe. Of the rest, all are looked at
# small, where things go wrong, every eighth wide, and every fourth with axe; the full count
# leaves nothing out.
FIRST_MET = {
    *("courses:list-courses", "courses:show-course", "account_request_login_code"),
    *("account_login", "enrolment:my-classes", "livestream:watch", "livestream:upload-film"),
    *("enrolment:check-class", "/"),
}
WAYS = (("largest", PHONE), ("standard", DESKTOP))
IN_OTHER_LANGUAGES = ("/zh-hant/", "/zh-hant/courses/", "/en/", "/en/courses/", "/en/campuses/")
EDITOR = "林晓"
# Their lists grow with the city: two teachers here, two hundred there.
DESKS = {Role.COUNTER, Role.BRANCH_HEAD}

# The full count.
SIZES = ("standard", "large", "largest")
WIDTHS = (320, 360, 640, 960, 1280)
WITH_AXE = {("largest", 360), ("standard", 1280)}
LANGUAGES = ("", "/zh-hant", "/en")


@pytest.fixture
def at_work(people: People) -> dict[Role, Person]:
    """One person at a screen for each role in whose name pages are looked at."""
    people.stack.manage("reconcile_payments")  # as every hour: differences show on their page
    return everybody_at_work(people)


def test_every_kind_of_page_keeps_the_rules(people: People, at_work):
    kinds = all_kinds(people.stack, at_work)

    findings = list(_small_and_large(kinds, at_work))

    assert not findings, "\n".join(findings)


def test_pages_keep_the_rules_in_the_other_languages(people: People):
    visitor = people.somebody()
    kinds = [Kind(path, Role.VISITOR, path) for path in IN_OTHER_LANGUAGES]

    findings = list(_small_and_large(kinds, {Role.VISITOR: visitor}))

    assert not findings, "\n".join(findings)


def test_the_editors_rooms_open_without_a_complaint(people: People):
    """Wagtail's own screens keep their own sizes; here only that nothing of ours breaks them."""
    editor = people.signed_in(EDITOR, window=DESKTOP)

    editor.goto("/admin/")
    editor.goto("/admin/pages/").click("main a[href*='/edit/'], main a[href^='/admin/pages/']")
    editor.goto("/admin/pages/3/edit/").locator("[name=title], #id_title").first.wait_for()


@pytest.mark.deep("audit")
def test_every_kind_of_page_in_every_way(people: People, at_work):
    """Sizes, widths, languages, both schemes, the reader's own spacing, and Tab by Tab."""
    kinds = all_kinds(people.stack, at_work)

    findings = list(_in_every_way(kinds, at_work))

    print(f"{len(kinds)} pages in every way: {len(findings)} findings")  # noqa: T201 - kept
    assert not findings, "\n".join(findings)


def _small_and_large(kinds: Iterable[Kind], at_work: dict[Role, Person]) -> Iterator[str]:
    """Open each page once, and look at it small and large; with axe by turns."""
    for number, kind in enumerate(kinds):
        page = at_work[kind.role].goto(kind.path)
        if page.evaluate("document.contentType") != "text/html":
            continue  # for programs
        for turn, (size, (width, height)) in enumerate(WAYS):
            axe = kind.name in FIRST_MET or kind.path in FIRST_MET or number % 8 == 4 * turn
            if turn and not axe:
                continue
            _draw(page, size, width, height)
            for finding in _audited(page, kind, axe=axe):
                yield f"{kind.path} {size} {width}: {finding}"


def _in_every_way(kinds: Iterable[Kind], at_work: dict[Role, Person]) -> Iterator[str]:
    for kind in kinds:
        for language in LANGUAGES:
            page = at_work[kind.role].goto(f"{language}{kind.path}")
            if page.evaluate("document.contentType") != "text/html":
                continue
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                for size in SIZES:
                    for width in WIDTHS:
                        _draw(page, size, width, 740)
                        found = _audited(page, kind, axe=(size, width) in WITH_AXE)
                        found += audit_stretched(page) if scheme == "light" else []
                        for finding in found:
                            yield f"{language}{kind.path} {size} {width} {scheme}: {finding}"
            _draw(page, "largest", *PHONE)
            for finding in audit_focus(page):
                yield f"{language}{kind.path} by keyboard: {finding}"


def _audited(page: Page, kind: Kind, *, axe: bool) -> list[str]:
    """What is wrong with the page, short lists apart where they will be long ones."""
    exempt = "D8" if kind.role in DESKS else "-"
    return [said for said in audit_page(page, axe=axe) if not said.startswith(exempt)]


def _draw(page: Page, size: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("size => { document.documentElement.dataset.textSize = size }", size)
