"""What people do about a fee: owe it, pay it on the web or at the counter, count the drawer."""

import re

from playwright.sync_api import Locator, Page

from tests.journeys.people import Person

SOME_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CHANGE = 200  # yuan in a drawer in the morning


def take_a_place(person: Person, phone: str, name: str, course: str) -> int:
    """Somebody whom nobody knows yet says who they are, and has a place kept; return its number.

    Of the course's classes it is that of the university of the city.
    """
    person.goto(f"/courses/?q={course}").locator("article.course h2 a").first.click()
    person.page.locator('.seat-box a[href$="/enrol/"]').first.click()
    person.sign_in_by_phone(phone)
    person.say_who_one_is(name)
    person.at(r"/classes/\d+/enrol/$")
    person.press("/hold/")
    return person.at(r"/my/classes/(\d+)/$")


def see_what_is_owed(person: Person) -> str:
    """From one's classes to one's fees, and to the first sum; return where that one stands."""
    person.goto("/my/classes/")
    person.follow("/my/fees/")
    person.press("/my/fees/open/")
    person.at(rf"/my/fees/{SOME_UUID}/$")
    return path_of(person)


def go_to_the_page_of_payment(person: Person) -> None:
    """Choose the web among the ways, and leave for the house that takes the money."""
    person.page.locator("[name=way][value=web]").check()
    person.press("/pay/")
    person.page.wait_for_url(f"{person.stack.pays_at}/**")


def pay_by_card(page: Page) -> None:
    """Pay on that page, which then leads back by itself."""
    page.locator("[name=way][value=card]").check()
    page.locator("[name=do][value=pay]").click(no_wait_after=True)


def ask_for_a_slip(person: Person) -> str:
    """Choose the counter among the ways; return the code that the slip shows."""
    person.page.locator("[name=way][value=counter]").check()
    person.press("/pay/")
    person.at(rf"/my/fees/{SOME_UUID}/counter/$")
    return digits(person.page.locator(".slip__number strong"))


def open_a_drawer(clerk: Person) -> None:
    """Begin the day at the till."""
    clerk.goto("/desk/till/")
    clerk.follow("/desk/till/drawer/")
    clerk.page.fill("[name=float]", str(CHANGE))
    send_with(clerk, "[name=float]")
    clerk.at(r"/desk/till/$")


def find_by_slip(clerk: Person, code: str) -> None:
    """Type the code of a slip at the till, and see what is owed."""
    clerk.goto("/desk/till/").fill("#search", code)
    clerk.page.press("#search", "Enter")
    clerk.at(r"/desk/till/learners/\d+/\?place=")


def take_cash(clerk: Person, *, handed: int) -> int:
    """Take so many yuan; return the number of the receipt."""
    clerk.page.fill("[name=cash-given]", str(handed))
    send_with(clerk, "[name=cash-given]")
    return clerk.at(r"/desk/till/receipts/(\d+)/$")


def count_drawer(clerk: Person, *, yuan: int, explanation: str = "") -> None:
    """Write down notes and coins that come to this sum, and close the drawer."""
    for piece in (100, 10, 1):
        number, yuan = divmod(yuan, piece)
        clerk.page.fill(f"[name=n{piece * 100}]", str(number))
    clerk.page.fill("[name=explanation]", explanation)
    send_with(clerk, "[name=explanation]")


def send_with(person: Person, field: str) -> None:
    """Press the button of the form that a field stands in."""
    form = person.page.locator("main form", has=person.page.locator(field))
    form.locator("button").last.click()


def path_of(person: Person) -> str:
    """Return where somebody is, as ``goto`` takes it."""
    return person.page.url.removeprefix(person.stack.url)


def digits(shown: Locator) -> str:
    """Return the digits of a number that is written in groups."""
    return re.sub(r"\D", "", shown.inner_text())
