"""A department opens: two people stand in line, one of them without a script, and come in."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.journeys.audit import audit_page
from tests.journeys.people import DESKTOP, People, Person
from tests.journeys.stack import Stack

DEPARTMENT = "信息技术"  # the one that has not opened in the demo yet
REGISTRAR = "陈静"
UNKNOWN_NUMBER = "139 1234 0077"
AHEAD = timedelta(minutes=10)  # the room is open a quarter of an hour before
# Milliseconds. A page that looked just before the clock was moved looks again after a minute and
# a tenth (queueing.ASK_LATER), and once more if the order was not written by then.
LETS_IN = 150_000.0


def test_two_people_wait_for_their_turn_and_enrol(people: People, stack: Stack):
    opens_at = _plan_the_opening(people, stack)
    fan, jin = (
        people.somebody(size="largest"),
        people.somebody(size="largest", java_script_enabled=False),
    )
    rooms = [
        _take_a_number(fan, UNKNOWN_NUMBER, is_new="范志明"),
        _take_a_number(jin, stack.account("金雪梅")["phone"]),
    ]
    assert rooms[0] == rooms[1]
    assert len({_number_of(fan), _number_of(jin)}) == 2
    assert audit_page(fan.page) == []
    _lose_the_line(jin, rooms[1])
    before = _loads(fan)

    stack.manage("clock", f"{opens_at:%Y-%m-%d %H:%M:%S}")

    turn = fan.page.locator("[data-queue-when=called]")
    expect(turn).to_be_visible(timeout=LETS_IN)
    expect(fan.page.locator("[data-queue-position]")).to_have_text(re.compile(r"^[12]$"))
    expect(fan.page.locator("[data-queue-when=gathering]")).to_be_hidden()
    assert _loads(fan) == before  # nothing reloaded by itself
    assert audit_page(fan.page) == []
    _look_until_called(jin)

    for person in (fan, jin):
        person.press(f"/openings/{rooms[0]}/enter/")
        person.at(r"/courses/\?department=\d+$")
        _enrol(person)
    places = fan.goto("/openings/").locator("main")
    expect(places.locator(f"#opening-{rooms[0]}")).to_contain_text("正在按号办理")
    assert audit_page(fan.page) == []


def _plan_the_opening(people: People, stack: Stack) -> datetime:
    """Let the registrar put the opening forward to a few minutes from now."""
    registrar = people.signed_in(REGISTRAR, window=DESKTOP)
    page = registrar.goto("/desk/openings/")
    page.locator('main a[href*="/desk/terms/"]').first.click()
    field = page.get_by_label(DEPARTMENT)
    now = datetime.fromisoformat(re.search(r"\d{4}-\S+ \S+", stack.manage("clock"))[0])
    opens_at = (now + AHEAD).replace(second=0)
    field.fill(f"{opens_at:%Y-%m-%d %H:%M}")
    field.press("Enter")
    expect(page.locator("main .notice--success, main [role=status]").first).to_be_visible()
    assert audit_page(page) == []
    return opens_at


def _take_a_number(person: Person, phone: str, *, is_new: str = "") -> int:
    """From the catalogue to a number in the room; whoever is new says who they are first."""
    person.goto("/courses/")
    person.follow("/openings/")
    row = person.page.locator("tr[id^=opening-]", has_text=DEPARTMENT)
    row.locator('a[href^="/openings/"]').click()
    person.sign_in_by_phone(phone)
    if is_new:
        person.say_who_one_is(is_new)
    room = person.at(r"/openings/(\d+)/$")
    person.press(f"/openings/{room}/join/")
    expect(person.page.locator("[data-queue]")).to_be_visible()
    return room


def _number_of(person: Person) -> str:
    return str(person.page.locator("[data-queue]").get_attribute("data-number"))


def _lose_the_line(person: Person, room: int) -> None:
    """Close the page, come back by My classes: the number is there."""
    number = _number_of(person)
    person.page.close()
    person.page = person.context.new_page()
    person.goto("/my/classes/")
    person.follow(f"/openings/{room}/")
    assert _number_of(person) == number


def _loads(person: Person) -> float:
    """When this page was loaded: a reload would change it."""
    return float(person.page.evaluate("performance.timeOrigin"))


def _look_until_called(person: Person) -> None:
    """Without a script one presses the button that looks; the page says whose turn it is."""
    turn = person.page.locator("[data-queue-when=called]")
    for _look in range(30):
        if turn.is_visible():
            break
        person.page.locator("a.button--second").click()
        person.page.wait_for_timeout(1000)
    expect(turn).to_be_visible()


def _enrol(person: Person) -> None:
    """Take the first class of the department that has a place."""
    page = person.page
    page.locator("article.course h2 a").first.click()
    page.locator('.seat-box a[href$="/enrol/"]').first.click()
    person.at(r"/classes/\d+/enrol/$")
    person.press("/hold/")
    person.at(r"/my/(?:classes|waiting)/\d+/$")
