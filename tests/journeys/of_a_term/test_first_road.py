"""The first whole road: a last seat finds two people, a film finds its class."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.journeys.audit import audit_page
from tests.journeys.films import a_film
from tests.journeys.people import DESKTOP, People, Person
from tests.journeys.stack import Stack

CITY, STREET = "青澜市老年大学", "东门街道"  # the nearest campus is the branch that teaches taiji
BRANCH = "东门社区分校"
UNKNOWN_NUMBER = "139 1234 5678"  # as people write it
MADE_WITHIN = 150_000.0  # milliseconds; films of the demo may stand in front


def test_the_last_seat_goes_from_one_to_the_next_in_line(people: People, stack: Stack):
    wu, wu_phone = people.somebody(), stack.account("吴玉兰")["phone"]
    chen, chen_phone = people.somebody(), re.sub(r"\D", "", UNKNOWN_NUMBER)

    seat = _find_taiji(wu, places_left=1)
    wu.sign_in_by_phone(wu_phone)
    _declare_health_and_ask(wu, seat)
    hers = wu.at(r"/my/classes/(\d+)/$")
    assert stack.message(wu_phone, "为您留到")

    assert _find_taiji(chen, places_left=0) == seat
    chen.sign_in_by_phone(UNKNOWN_NUMBER)
    chen.say_who_one_is("陈国华")
    _declare_health_and_ask(chen, seat)
    place = chen.at(r"/my/waiting/(\d+)/$")
    assert stack.message(chen_phone, "候补第1位")

    wu.goto(f"/my/classes/{hers}/")
    wu.follow(f"/my/classes/{hers}/withdraw/")
    wu.press("/withdraw/")
    wu.at(rf"/my/classes/{hers}/$")
    wu.press("/yield/")
    assert stack.message(wu_phone, "已让给下一位")

    assert stack.message(chen_phone, "有空位，为您留到")
    chen.goto("/my/classes/")
    chen.follow(f"/my/waiting/{place}/")
    chen.press("/accept/")
    chen.at(r"/my/classes/\d+/$")
    assert stack.message(chen_phone, "请上网或到窗口缴费")
    chen.goto("/my/classes/")
    expect(chen.page.locator("main")).to_contain_text("太极拳剑")
    assert audit_page(chen.page) == []


def test_a_film_reaches_its_class_and_nobody_else(people: People, stack: Stack, tmp_path):
    teacher = people.somebody(window=DESKTOP)
    learner, stranger = people.somebody(), people.somebody()

    teacher.goto("/teaching/films/send/")
    teacher.sign_in_as_staff(stack.account("何慕云"))
    film = _send_and_publish(teacher, a_film(tmp_path))

    learner.goto(f"/replays/{film}/")
    learner.page.locator("main .actions a").click()
    learner.sign_in_by_phone(stack.account("周建国")["phone"])
    learner.at(rf"/replays/{film}/$")
    playlist, piece = _watch(learner)
    assert audit_page(learner.page) == []

    stranger.goto(f"/replays/{film}/")
    stranger.page.locator("main .actions a").click()
    stranger.sign_in_by_phone(stack.account("金雪梅")["phone"])  # of another class
    stranger.at(rf"/replays/{film}/$")
    expect(stranger.page.locator("video")).to_have_count(0)
    expect(stranger.page.locator('main a[href="/courses/"]')).to_be_visible()
    assert audit_page(stranger.page) == []
    assert [learner.status_of(path) for path in (playlist, piece)] == [200, 200]
    guessed = [_with_a_guessed_signature(path) for path in (playlist, piece)]
    assert [stranger.status_of(path) for path in guessed] == [403, 403]


def _find_taiji(person: Person, *, places_left: int) -> int:
    """Search, say where one lives, take the nearest class; return its number."""
    page = person.goto("/courses/")
    page.fill("#search", "taiji")
    page.press("#search", "Enter")
    person.follow("/where-you-live/")
    page.get_by_role("link", name=CITY).click()
    page.get_by_label(STREET).check()
    page.locator("main form button").last.click()
    page.wait_for_url("**/courses/?q=taiji")
    classes = page.locator("article.course .class-card")
    if places_left:  # the nearest comes first as long as it has places
        expect(classes.first).to_contain_text(BRANCH)
    else:
        expect(classes.filter(has_text=BRANCH)).to_be_visible()
    page.locator("article.course h2 a").first.click()
    row = page.locator("tr[id^=class-]", has_text=BRANCH).first
    expect(row.locator(".seat--few" if places_left else ".seat--full")).to_be_visible()
    row.locator('a[href$="/enrol/"]').click()
    return person.at(r"/accounts/login/code/.*classes(?:/|%2F)(\d+)(?:/|%2F)enrol")


def _declare_health_and_ask(person: Person, section: int) -> None:
    person.at(rf"/classes/{section}/enrol/$")
    person.follow(f"/classes/{section}/declare/")
    person.press(f"/classes/{section}/declare/")
    person.at(rf"/classes/{section}/enrol/$")
    person.press(f"/classes/{section}/hold/")


def _send_and_publish(teacher: Person, film: object) -> int:
    """Send a film of a taiji lesson, wait for its replay, publish it."""
    page = teacher.page
    page.locator("label", has_text="太极").first.click()
    page.set_input_files("[name=film]", str(film))
    page.click("[data-send]")
    page.wait_for_url(re.compile(r"/teaching/films/($|[?#])"))
    films = page.locator("[data-film]").evaluate_all("all => all.map((one) => one.id)")
    number = max(int(film.removeprefix("film-")) for film in films)  # the latest to come in
    page.locator(f'#film-{number} form[action$="/publish/"] button:not([name])').first.click(
        timeout=MADE_WITHIN
    )
    page.locator(f"#film-{number} .film__state--published").wait_for()
    return number


def _with_a_guessed_signature(path: str) -> str:
    """The address of the same file as somebody writes it who holds no right to it."""
    head, signature, rest = re.fullmatch(r"(/v/d\d+/\d+/\w+/)([\w-]+)(/.*)", path).groups()
    return f"{head}{signature[::-1]}{rest}"


def _watch(learner: Person) -> tuple[str, str]:
    """Play past the tenth second; return the paths of the list and of one piece of the film."""
    page = learner.page
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(urlsplit(answer.url).path))
    page.click("[data-act=play]")
    video = page.locator("video")
    for _quarter_of_a_second in range(240):
        if video.evaluate("it => it.currentTime") > 10:
            break
        page.wait_for_timeout(250)
    assert video.evaluate("it => it.currentTime") > 10
    assert video.evaluate("it => it.src").startswith("blob:")  # hls.js, not the browser itself
    page.click("[data-act=play]")
    lists = [path for path in asked if path.endswith(".m3u8")]
    pieces = [path for path in asked if path.endswith(".m4s")]
    return lists[0], pieces[0]
