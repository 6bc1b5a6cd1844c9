"""The bad day and the adversary: real programs, real requests, servers that are killed.

The tests of one house share it and stand in the order in which the day goes on.
"""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from config.access import ROWS, Role
from config.access import Answer as Due
from tests.journeys import bad_day_stack
from tests.journeys.bad_day_acts import (
    ASK,
    CONFIRM,
    about_me,
    address,
    ask_for_code,
    claim_a_seat,
    code_for,
    every_page,
    sign_in,
)
from tests.journeys.bad_day_stack import CITY, FORM, Answer, Browser, House, until

pytestmark = pytest.mark.threads

PHONE = 'href="tel:+8657788880001"'  # of the settings: this city has entered none
NEW_NUMBER = "+8613912345678"
NOT_FOUND, NOT_READ, TOO_OLD = "没有这一页", "没看懂发来的内容", "请再发一次"
TOO_MUCH = "发来的内容太多了"
AWAY, SIGN_IN_RESTS = "网站暂停一会儿", "暂时不能登录"
PUBLIC = ["/", "/courses/", "/campuses/", "/units/", "/courses/course-0/"]
FOR_MACHINES = {"/healthz", "/readyz", "/robots.txt", "/.well-known/security.txt"}
# A checker of draws is a file of the program: it is handed out whatever the database does.
NEEDS_NO_DATABASE = FOR_MACHINES | {"/draws/check/verify.py", "/draws/check/verify.html"}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with bad_day_stack.house() as house:
        yield house


def wrong(browser: Browser, paths: list[str], *, status: int, heading: str) -> list[str]:
    """The addresses that do not answer so, in words and with the phone number."""
    answers = [(path, browser.get(path)) for path in paths]
    return [
        f"{path[:80]}: {answer.status} {answer.heading()}"
        for path, answer in answers
        if (answer.status, answer.heading()) != (status, heading) or PHONE not in answer.text
    ]


def not_away(browser: Browser, paths: list[str]) -> list[str]:
    """The addresses that neither say that the database is away nor lead to a page that does."""
    found = []
    for path in paths:
        answer = browser.get(path)
        for _step in range(3):
            answer = browser.get(answer.location) if answer.status == 302 else answer
        if (answer.status, answer.heading()) != (503, AWAY) or PHONE not in answer.text:
            found.append(f"{path}: {answer.status} {answer.heading()}")
    return found


# The adversary


@pytest.mark.parametrize(
    "path",
    [
        "/courses/?page=999999999999",
        "/courses/?page=-1",
        "/courses/?page=%D9%A3",  # an Arabic three
        "/courses/?page=" + "9" * 5000,
        "/courses/?q=" + quote("太" * 3000),
        "/courses/?q=%00",
        "/courses/?q=a%00b&term=%00&department=%00&level=%00&campus=%00",
        "/courses/?q=%ff%fe",
        "/courses/?day=x&weekday=x&department=99999999999999999999",
        "/campuses/?page=%00&kind=%00",
        "/where-you-live/?unit=99999999999&next=%00",
        "/where-you-live/?unit=%C2%B2",
        "/?page=%00",
        "/accounts/login/code/?next=%0d%0aX-Evil:%201",
    ],
)
def test_a_strange_question_gets_the_page(house: House, path: str):
    answer = house.browser().get(path)
    assert (answer.status, PHONE in answer.text) == (200, True)
    assert "x-evil" not in answer.headers


def test_what_is_not_there_is_said_in_words_with_the_phone(house: House):
    unknown = [
        *("/nosuch/", "/courses/%00/", "/campuses/a%00b/", "/%ff%fe/", "/" + "a/" * 3000),
        *("/replays/99999999999999999999/", "/replays/-1/", "/media/%00", "/media//etc/passwd"),
        *("/static/..%2f..%2fenvironment", "/static/../environment", "/static/%00"),
        *("/classes/" + "9" * 5000 + "/enrol/", "/documents/1/x.pdf", "/documents/1/%00"),
    ]
    assert wrong(house.browser(), unknown, status=404, heading=NOT_FOUND) == []
    mine = ["/my/classes/999999/", "/my/waiting/99999999999999999999/", "/classes/999999/enrol/"]
    assert wrong(house.browser("LEARNER"), mine, status=404, heading=NOT_FOUND) == []


@pytest.mark.parametrize("up", ["../", "%2e%2e/", "..%2f", "%252e%252e/"])
@pytest.mark.parametrize("door", ["/media/", "/static/", "/v/"])
def test_no_path_leads_out_of_a_folder(house: House, door: str, up: str):
    for target in ("web.log", "tables.dump", "outbox/sms.jsonl", "etc/passwd"):
        answer = house.browser().get(f"{door}{up * 6}{target}")
        assert answer.status in {400, 403, 404}
        assert "root:" not in answer.text


def test_a_strange_cookie_or_header_breaks_nothing(house: House):
    hostile = [
        {"Cookie": 'lives_in="\\000"'},
        {"Cookie": 'sessionid="\\000"; text_size=<b>; csrftoken="\\000"; messages="\\000"'},
        {"Accept-Language": "x" * 9000},
        {"X-Forwarded-For": "not an address"},
        {"X-Forwarded-Host": "evil.example"},
    ]
    statuses = [house.browser().get("/courses/", **headers).status for headers in hostile]
    assert statuses == [200] * len(hostile)


def test_another_host_name_gets_a_sentence(house: House):
    for path in ("/", "/nosuch/", "/my/classes/"):
        answer = house.browser().get(path, Host="evil.example")
        assert (answer.status, "8888 0001" in answer.text) == (400, True)
        assert "evil" not in answer.text


def test_too_much_at_once_gets_a_sentence(house: House):
    browser = house.browser()
    for path in (ASK, "/text-size/", "/where-you-live/", "/accounts/login/"):
        for body in (b"phone=" + b"1" * 12_000_000, b"&".join(b"f%d=1" % i for i in range(3000))):
            browser.post("/text-size/", {})
            token = f"csrfmiddlewaretoken={browser.jar['csrftoken']}&".encode()
            answer = browser.ask("POST", path, token + body, {"Content-Type": FORM})
            assert (answer.status, answer.heading()) == (413, TOO_MUCH)
            assert PHONE in answer.text


def unread(house: House, path: str, announced: str, role: str = "") -> Answer:
    """Announce a body and send none of it: whoever would read it waits in vain."""
    return house.browser(role).announce(path, announced)


@pytest.mark.parametrize(
    "path", [ASK, "/en/accounts/login/code/", "/text-size/", "/admin/images/add/", "/nosuch/", "/"]
)
def test_what_is_far_too_large_is_refused_before_it_is_read(house: House, path: str):
    for role in ("", "LEARNER"):
        answer = unread(house, path, "Content-Length: 400000000", role)
        assert answer.status == 413
        assert answer.heading() == ("That was too much at once" if "/en/" in path else TOO_MUCH)
        assert PHONE in answer.text
    assert not any((house.var / "scratch").iterdir())


def test_a_body_that_hides_its_length_is_refused_before_it_is_read(house: House):
    answer = unread(house, ASK, "Transfer-Encoding: chunked")
    assert (answer.status, answer.heading(), PHONE in answer.text) == (411, NOT_READ, True)


def test_a_film_is_read_from_teachers_alone_and_pictures_from_staff(house: House):
    door, film = "/teaching/films/send/", "Content-Length: 10000000000"
    assert unread(house, door, film).location.startswith("/accounts/login/?next=%2Fteaching")
    refused = unread(house, door, film, "LEARNER")
    assert (refused.status, "给其他工作人员" in refused.text) == (403, True)
    assert unread(house, door, film, "TEACHER").status in {413, 507}  # its own measure
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    form += b"x" * 8_000_000 + b"\r\n--x--\r\n"
    taken = house.browser("EDITOR").ask(
        "POST", "/admin/images/add/", form, {"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert (taken.status, taken.heading()) == (403, TOO_OLD)  # read; and found without a token
    too_large = unread(house, "/admin/images/add/", "Content-Length: 60000000", "EDITOR")
    assert (too_large.status, too_large.heading()) == (413, TOO_MUCH)


def test_a_form_without_its_token_is_refused_in_words(house: House):
    doors = [ASK, CONFIRM, "/text-size/", "/where-you-live/", "/accounts/login/", "/my/about-me/"]
    doors += [f"/classes/{house.city['things']['section']}/hold/", "/accounts/logout/"]
    learner = house.browser("LEARNER")
    for door in doors:
        for token in ("", f"csrfmiddlewaretoken={'x' * 32}"):
            answer = learner.ask("POST", door, token.encode(), {"Content-Type": FORM})
            assert (answer.status, answer.heading()) == (403, TOO_OLD), door
            assert PHONE in answer.text
    assert learner.get("/my/classes/").status == 200  # still signed in


@pytest.mark.parametrize(
    "there",
    [
        *("https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"),
        *(
            "\\\\evil.example",
            "http:evil.example",
            "/\r\nX-Evil: 1",
            "\x00//evil.example",
            " //e.x",
        ),
    ],
)
def test_no_way_back_leads_to_another_house(house: House, there: str):
    posts = [("/text-size/", {"size": "large"}), ("/where-you-live/", {"forget": "1"})]
    for path, fields in posts:
        answer = house.browser().post(path, {**fields, "next": there})
        assert answer.status == 302
        assert re.match(r"/($|[^/\\])", answer.location), answer.location
        assert "x-evil" not in answer.headers
    signed_in = house.browser("LEARNER").get(f"{ASK}?next={quote(there)}")
    assert re.match(r"/($|[^/\\])", signed_in.location), signed_in.location


def test_markup_comes_back_as_text(house: House):
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    for path in ("/courses/?q=", "/courses/?page=", "/accounts/login/code/?next=/", "/nosuch/?x="):
        assert "<script>alert" not in house.browser().get(path + quote(attack)).text
    browser = sign_in(house, "+8613912345601")
    told = about_me(browser, name=attack[:70])
    assert told.status == 302
    for path in ("/my/", "/my/card/", "/my/classes/", "/"):
        page = browser.get(path).text
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page


def test_a_session_from_before_signing_in_is_worth_nothing_after(house: House):
    browser = house.browser()
    browser.jar["sessionid"] = planted = "a" * 32
    signed_in = sign_in(house, "+8613912345602", browser)
    assert signed_in.jar["sessionid"] != planted
    assert Browser(house.port, planted).get("/my/").location.startswith(ASK)
    outside = Browser(house.port, before := ask_for_code(house, "+8613912345603").jar["sessionid"])
    assert outside.get("/my/").location.startswith(ASK)
    assert before


def test_nobody_makes_themselves_more_than_they_are(house: House):
    browser = sign_in(house, "+8613912345604")
    more = {"card_no": "Q1", "flags": "{}", "phone": "+8613800000001"}
    more |= dict.fromkeys(("is_staff", "is_superuser", "user", "user_id", "id", "pk"), "1")
    answer = about_me(browser, **more)
    assert answer.status == 302
    assert browser.get("/my/card/").text.count("Q1<") == 0
    for path in ("/admin/", "/desk/classes/", "/teaching/films/", "/admin/users/"):
        refused = browser.get(path)
        assert refused.status in {302, 403}, path
        assert refused.status == 403 or "/accounts/login/" in refused.location


def test_things_of_others_are_unknown(house: House):
    """Pressing, too: the numbers are all real, and the key would fit."""
    things, stranger = house.city["things"], house.browser("STRANGER")
    mine = [
        name for name, way in ROWS.items() if way.audience.answer(Role.STRANGER) is Due.UNKNOWN
    ]
    assert len(mine) > 8
    for name in mine:
        way = ROWS[name]
        path = address(name, {key: things[thing] for key, thing in way.needs.items()})
        if not way.posts:
            assert stranger.get(path).status == 404, path
        assert stranger.post(path, {"press": str(uuid4())}).status in {404, 405}, path
    replay = f"/replays/{things['recording']}/"
    assert stranger.get(replay).status == 403
    assert stranger.post(f"{replay}grant/", {}).status == 403


def test_the_right_to_one_replay_opens_no_other(house: House):
    door = f"/replays/{house.city['things']['recording']}/grant/"
    master = json.loads(house.browser("LEARNER").post(door, {}).text)["master"]
    assert house.browser().get(master).status == 404  # the right is good; no film lies there
    _, _v, kid, expires, viewer, signature, asset, generation, _file = master.split("/")
    forged = [
        (kid, expires, viewer, signature, "0" * 32, generation),
        (kid, expires, viewer, signature, asset, "9"),
        (kid, str(int(expires) + 600), viewer, signature, asset, generation),
        (kid, expires, "0" * 16, signature, asset, generation),
        (f"d{int(kid[1:]) + 1}", expires, viewer, signature, asset, generation),
        (kid, expires, viewer, signature[::-1], asset, generation),
    ]
    paths = [f"/v/{'/'.join(parts)}/master.m3u8" for parts in forged]
    assert [house.browser().get(path).status for path in paths] == [403] * len(forged)
    assert house.browser().ask("POST", master, b"x").status == 405


# What every page says to the browser


def test_every_answer_carries_its_guards(house: House):
    for path in ("/", "/courses/", ASK, "/nosuch/", "/media/%2e%2e/x", "/admin/", "/healthz"):
        headers = house.browser().get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy or path == "/admin/", path
        assert "default-src 'self'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["x-frame-options"] == "SAMEORIGIN"


def test_what_shows_a_person_is_kept_by_no_cache(house: House):
    learner, teacher = house.browser("LEARNER"), house.browser("TEACHER")
    pages = [
        "/",
        "/courses/",
        "/my/",
        "/my/classes/",
        "/my/replays/",
        "/my/timetable/",
        "/nosuch/",
    ]
    answers = [learner.get(path) for path in pages] + [teacher.get("/teaching/films/")]
    assert [answer.status for answer in answers] == [200] * 6 + [404, 200]
    assert [a for a in answers if "no-store" not in a.headers.get("cache-control", "")] == []
    assert (
        "no-store" in ask_for_code(house, "+8613912345605").get(CONFIRM).headers["cache-control"]
    )
    assert "cache-control" not in house.browser().get("/courses/").headers


def test_cookies_stay_out_of_reach_of_scripts_and_other_sites(house: House):
    session = ask_for_code(house, "+8613912345606").seen["sessionid"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))
    size = house.browser().post("/text-size/", {"size": "large"}).cookies["text_size"]
    assert {"HttpOnly", "SameSite=Lax"} <= set(size.split("; "))


def test_finders_of_weaknesses_and_robots_find_their_file(house: House):
    told = house.browser().get("/.well-known/security.txt")
    assert told.status == 200
    assert re.search(r"^Contact: (https://|mailto:|tel:)\S+$", told.text, re.MULTILINE)
    assert re.search(r"^Expires: 20\d\d-\d\d-\d\dT[\d:]{8}Z$", told.text, re.MULTILINE)
    assert told.headers["content-type"].startswith("text/plain")
    robots = house.browser().get("/robots.txt")
    assert robots.status == 200
    assert "Disallow: /my/" in robots.text


# The bad day


def test_a_sign_in_leaves_neither_number_nor_code_in_a_log(house: House):
    number = "+8613912345610"
    browser = ask_for_code(house, number)
    code = code_for(house, number)
    assert browser.post(CONFIRM, {"code": "000000"}).status == 422
    assert browser.post(CONFIRM, {"code": code}).status == 302
    for name in house.programs:
        said = house.log(name).read_text(encoding="utf-8", errors="replace")
        assert number[-11:] not in said, name
        assert not re.search(rf"(?<!\d){code}(?!\d)", said), name


def test_with_the_broker_away_people_read_and_enrol_and_the_letter_comes_later(house: House):
    stranger = house.browser("STRANGER")
    house.valkey.kill9()
    try:
        read_on(house, stranger)
        assert claim_a_seat(house, stranger).startswith("/my/classes/")
        asked = house.browser().post(ASK, {"phone": NEW_NUMBER})
        assert (asked.status, asked.heading()) == (503, SIGN_IN_RESTS)
        assert PHONE in asked.text
        assert house.browser().get("/readyz").status == 200  # visitors may come
        assert house.letters(house.city["phones"]["STRANGER"]) == []
    finally:
        house.valkey.start()
    assert house.letter(house.city["phones"]["STRANGER"], "太极拳剑")
    assert house.browser().post(ASK, {"phone": "+8613912345607"}).location == CONFIRM


def test_a_broker_that_hangs_holds_up_nobody_who_reads(house: House):
    stranger = house.browser("STRANGER")
    with house.hung(house.valkey.process.pid):
        began = time.monotonic()
        read_on(house, stranger)
        assert time.monotonic() - began < 10  # nine pages; one asks in vain, the others know
        began = time.monotonic()
        asked = house.browser().post(ASK, {"phone": NEW_NUMBER})
        assert (asked.status, asked.heading()) == (503, SIGN_IN_RESTS)
        assert time.monotonic() - began < 10
    house.valkey.restart()  # what it was asked while it hung is forgotten, not done late


def test_with_the_worker_away_people_enrol_and_the_letter_comes_later(house: House):
    learner, number = sign_in(house, NEW_NUMBER), NEW_NUMBER
    about_me(learner)
    house.kill("worker")
    read_on(house, learner)
    assert claim_a_seat(house, learner).startswith("/my/classes/")
    assert ask_for_code(house, "+8613912345608").get(CONFIRM).status == 200
    assert house.letters("+8613912345608") == []
    house.start("worker")
    assert house.letter(number, "太极拳剑")
    assert code_for(house, "+8613912345608")


def test_with_the_database_away_every_page_says_so_and_comes_back(house: House):
    web = house.running["web"].pid
    browsers = [house.browser(), house.browser("LEARNER"), house.browser("REGISTRAR")]
    paths = [path for path in every_page(house) if path not in NEEDS_NO_DATABASE]
    house.database.kill9()
    try:
        for browser in browsers:
            assert "\n".join(not_away(browser, paths)) == ""
        assert house.browser().get("/healthz").status == 200
        assert house.browser().get("/readyz").status == 503
        asked = house.browser().post(ASK, {"phone": NEW_NUMBER})
        assert (asked.status, asked.heading(), PHONE in asked.text) == (503, AWAY, True)
    finally:
        house.database.restart()
    for browser in browsers[:2]:
        for path in PUBLIC:
            assert until(lambda: browser.get(path).status in {200, 302}, path, 5.0)  # noqa: B023
    assert browsers[1].get("/my/classes/").status == 200
    assert house.running["web"].pid == web
    assert code_for(house, ask_for_code(house, "+8613912345609").number)


def test_behind_a_row_that_is_stuck_people_get_words_and_the_house_stays_open(house: House):
    number, section = "+8613912345611", house.city["things"]["section"]
    about_me(sign_in(house, number, learner := house.browser()))

    def tap(browser: Browser) -> tuple[Answer, float]:
        began = time.monotonic()
        answer = browser.press(f"/classes/{section}/enrol/", f"/classes/{section}/hold/")
        return answer, time.monotonic() - began

    with stuck_record(house, number):
        answer, took = tap(learner)
        assert (answer.status, answer.heading(), PHONE in answer.text) == (503, AWAY, True)
        assert took < 3.5
        tappers = [Browser(house.port, learner.jar["sessionid"]) for _ in range(10)]
        with ThreadPoolExecutor(10) as pool:
            running = pool.map(tap, tappers, timeout=60)
            time.sleep(0.5)
            began = time.monotonic()
            assert house.browser().get("/healthz").status == 200
            assert time.monotonic() - began < 10
            taps = list(running)
        assert {answer.status for answer, _took in taps} == {503}
        assert max(took for _answer, took in taps) < 12
    assert tap(learner)[0].location.startswith("/my/classes/")


@contextmanager
def stuck_record(house: House, number: str) -> Iterator[None]:
    """Hold the row that every act of a learner takes first, as a forgotten transaction would."""
    with psycopg.connect(house.database.url("owner", CITY)) as stuck:
        stuck.execute("SELECT set_config('app.system', 'stuck', false)")
        stuck.execute(
            "INSERT INTO enrolment_learnerterm (learner_id, term_id, room_classes)"
            " SELECT l.id, s.term_id, 0 FROM accounts_learner l"
            " JOIN accounts_user u ON u.id = l.user_id, courses_classsection s"
            " WHERE u.phone = %s AND s.id = %s ON CONFLICT DO NOTHING",
            [number, house.city["things"]["section"]],
        )
        yield
        stuck.rollback()


def read_on(house: House, learner: Browser) -> None:
    for path in PUBLIC:
        assert house.browser().get(path).status == 200, path
    for path in ("/", "/courses/", "/my/classes/", "/my/timetable/"):
        assert learner.get(path).status == 200, path
