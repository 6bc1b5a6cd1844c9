"""What people do on the bad day, press by press, over HTTP."""

import re
from typing import Any

from django.urls import reverse

from config.access import ROWS
from tests.journeys.bad_day_stack import Answer, Browser, House

ASK, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"


def claim_a_seat(house: House, learner: Browser) -> str:
    """Press the button of the check page; return where that leads."""
    section = house.city["things"]["section"]
    check = f"/classes/{section}/enrol/"
    answer = learner.press(check, f"/classes/{section}/hold/", expects="seat")
    assert answer.status == 302
    return answer.location


def ask_for_code(house: House, number: str, browser: Browser | None = None) -> Browser:
    browser = browser or house.browser()
    browser.number = number
    answer = browser.post(ASK, {"phone": number})
    assert (answer.status, answer.location) == (302, CONFIRM)
    return browser


def code_for(house: House, number: str) -> str:
    code = re.search(r"\d{6}", house.letter(number, "验证码"))
    assert code
    return code[0]


def sign_in(house: House, number: str, browser: Browser | None = None) -> Browser:
    browser = ask_for_code(house, number, browser)
    assert browser.post(CONFIRM, {"code": code_for(house, number)}).status == 302
    return browser


def about_me(browser: Browser, **fields: str) -> Answer:
    unit = re.search(r'name="unit" value="(\d+)"', browser.get("/my/about-me/").text)
    assert unit
    born = {"born_on_year": "1955", "born_on_month": "3", "born_on_day": "5"}
    asked = {"name": "陈国华", "sex": "m", "unit": unit[1], **born}
    return browser.post("/my/about-me/", {**asked, **fields})


def address(name: str, arguments: dict[str, Any]) -> str:
    if name == "wagtail_serve":
        return "/"
    return reverse(name, kwargs=arguments)


def every_page(house: House) -> list[str]:
    """One address of every kind that is asked for with GET."""
    things = house.city["things"]
    return [
        address(name, {key: things[thing] for key, thing in way.needs.items()})
        for name, way in ROWS.items()
        if not way.posts and not name.endswith("/")
    ]
