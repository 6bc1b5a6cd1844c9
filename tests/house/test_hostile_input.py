"""Whatever somebody writes into an address or a form: never a fault of ours, always words."""

from collections import Counter
from http.cookies import SimpleCookie
from urllib.parse import quote_from_bytes

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import clock
from config.access import ROWS, Role
from tests.conftest import AppClient
from tests.factories.times import TODAY
from tests.house import world

pytestmark = pytest.mark.django_db

ROLES = [Role.VISITOR, Role.LEARNER, Role.HELPER, Role.TEACHER, Role.REGISTRAR, Role.COUNTER]
LANGUAGES = ["", "/en", "/zh-hant"]
# Every name that a page of ours reads from an address or a form, and some that none does.
NAMES = [
    *("q", "page", "term", "day", "half", "campus", "department", "subject", "level", "free"),
    *("online", "kind", "unit", "next", "all", "size", "lives_in", "forget", "phone", "elsewhere"),
    *("code", "by", "name", "sex", "born_on_year", "born_on_month", "born_on_day", "learner"),
    *("rights", "press", "expects", "position", "sequence", "renews", "for", "lesson", "film"),
    *(
        "capacity",
        "reason",
        "login",
        "password",
        "session",
        "note",
        "room",
        "teacher",
        "starts_at",
    ),
    *("is_staff", "__proto__", "csrfmiddlewaretoken", "x[]", ""),
]
NASTY = [
    *(b"", b"0", b"-1", b"1", b"999999999999", b"9" * 400, b"1e9999", b"nan", b"-inf", b"0x10"),
    *(b"\0", b"a\0b", b"\xff\xfe", b"\xed\xa0\x80", b"\r\nX-Evil: 1", b"a" * 10_000),
    *("٣".encode(), "²".encode(), "１３８".encode(), "太极".encode(), "\u202e\ufeff".encode()),
    *(b"<script>alert(1)</script>", b'"><img src=x onerror=alert(1)>', b"{{ 7*7 }}", b"%s%n"),
    *(b"' OR 1=1 --", b"\\", b"(((((", b"[a-z]{9999}", b"../../../etc/passwd", b"//evil.example"),
    *(b"https://evil.example/", b"2026-02-30", b"on", b"None", b"[object Object]"),
]
value = st.one_of(
    st.sampled_from(NASTY), st.binary(max_size=30), st.text(max_size=20).map(str.encode)
)
pairs = st.lists(st.tuples(st.sampled_from(NAMES), value), max_size=5)
number = st.sampled_from([None, None, 0, 2**31, 2**63, 10**30])


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        clock.set_to(TODAY)
        yield world.build()
        transaction.set_rollback(True)
    clock.forget()


@pytest.fixture(scope="module")
def jars(city):
    """The cookies of each role; every request begins with a browser of its own."""
    return {role: city.client(role).cookies.output(header="", sep=";") for role in ROLES}


def encoded(fields: list[tuple[str, bytes]]) -> str:
    return "&".join(f"{name}={quote_from_bytes(text)}" for name, text in fields)


def address_of(city, name: str, other: int | None, language: str) -> str:
    """An address of the table; ``other`` in place of the numbers that are really there."""
    if name.endswith("/"):
        return f"/{name}"
    if name == "wagtail_serve":
        return f"{language}/"
    things = {key: city.things[thing] for key, thing in ROWS[name].needs.items()}
    numbers = {key for key, thing in things.items() if isinstance(thing, int)}
    if other is not None:
        things |= dict.fromkeys(numbers, other)
    try:
        with translation.override("zh-hans"):  # whatever the last request was shown in
            path = reverse(name, kwargs=things)
    except NoReverseMatch:  # a number that the pattern itself refuses
        return "/nothing/"
    return f"{language}{path}"


@st.composite
def requests(draw):
    return (
        draw(st.sampled_from(sorted(ROWS))),
        draw(st.sampled_from(ROLES)),
        draw(st.sampled_from(["GET", "POST", "POST"])),
        draw(st.sampled_from(LANGUAGES)),
        draw(number),
        draw(pairs),
        draw(pairs),
    )


def send(city, jars, request):
    """Ask, undo whatever that did, and return the answer."""
    name, role, method, language, other, query, fields = request
    client = AppClient(raise_request_exception=False)
    client.cookies = SimpleCookie(jars[role])
    sid = transaction.savepoint()
    try:
        return client.generic(
            method,
            address_of(city, name, other, language),
            encoded(fields).encode() if method == "POST" else b"",
            content_type="application/x-www-form-urlencoded",
            QUERY_STRING=encoded(query),
        )
    finally:
        transaction.savepoint_rollback(sid)


def wrong_with(response) -> list[str]:
    """What an answer lacks."""
    status, headers = response.status_code, response.headers
    text = not response.streaming and "html" in headers.get("Content-Type", "")
    page = response.content.decode() if text else ""
    where = headers.get("Location", "").split("?")[0]
    fault = getattr(response, "exc_info", None)
    faults = {
        f"a fault: {fault and fault[1]!r}": status >= 500 and status != 503,
        "a header of the asker's own": "X-Evil" in headers,
        f"leads to {where}": "evil.example" in where,
        "markup of the asker's own": "<script>alert" in page or "<img src=x" in page,
        f"{status} without words": status >= 400 and page and "<h1" not in page,
    }
    return [said for said, is_so in faults.items() if is_so]


def hold_against(city, jars, *, requests_in_all: int, same_each_time: bool = False) -> Counter:
    """Send so many requests; the first that goes wrong fails the test, as small as it can be."""
    seen: Counter = Counter()

    @settings(
        max_examples=requests_in_all,
        derandomize=same_each_time,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(requests())
    def each(request):
        cache.clear()  # or the twentieth guess at a code would only meet the limit on guesses
        response = send(city, jars, request)
        seen[response.status_code] += 1
        assert wrong_with(response) == [], request

    each()
    return seen


def test_a_few_hostile_requests_get_words(city, jars):
    seen = hold_against(city, jars, requests_in_all=150, same_each_time=True)
    assert len(seen) > 4  # pages, refusals and redirects alike: the requests do get in


@pytest.mark.deep("input")
def test_many_hostile_requests_get_words(city, jars):
    assert sum(hold_against(city, jars, requests_in_all=1500).values()) >= 1500


@pytest.mark.parametrize("text", NASTY, ids=lambda text: text[:20].decode("latin-1"))
def test_each_nasty_text_in_every_field_of_the_public_forms(city, jars, text):
    for name in ("account_request_login_code", "account_login", "campus:choose-locality"):
        request = (name, Role.VISITOR, "POST", "", None, [], [(field, text) for field in NAMES])
        assert wrong_with(send(city, jars, request)) == [], name
    for name in ("accounts:about-me", "enrolment:hold-seat", "livestream:grant"):
        request = (name, Role.LEARNER, "POST", "", None, [], [(field, text) for field in NAMES])
        assert wrong_with(send(city, jars, request)) == [], name


def test_a_refusal_says_why(city, jars):
    response = send(city, jars, ("livestream:list-films", Role.COUNTER, "GET", "", None, [], []))
    assert response.status_code == 403
    assert "这一页给其他工作人员用。" in response.content.decode()
