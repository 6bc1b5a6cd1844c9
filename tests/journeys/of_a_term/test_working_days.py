"""What time does to a place: the clock is moved, so this comes after all other journeys."""

from datetime import date, timedelta

from playwright.sync_api import expect

from tests.journeys.conftest import TODAY
from tests.journeys.people import People
from tests.journeys.stack import Stack

A_MINUTE_PAST = f"{date.fromisoformat(TODAY) + timedelta(days=1)} 17:01"


def test_a_place_that_nobody_pays_for_goes_to_others(people: People, stack: Stack):
    """Without a script: a place is held, its hour passes, and the pages say what became of it."""
    wu = people.signed_in("吴玉兰", size="largest", java_script_enabled=False)
    if wu.goto("/my/classes/").locator(".card--mine .seat--few").count() == 0:
        wu.goto("/courses/?q=国画").locator("article.course h2 a").first.click()
        wu.page.locator('.seat-box a[href$="/enrol/"]').first.click()
        wu.at(r"/classes/\d+/enrol/$")
        wu.press("/hold/")
        wu.goto("/my/classes/")
    wu.page.locator(".card--mine", has=wu.page.locator(".seat--few")).first.locator(
        "a.button"
    ).click()
    held = wu.at(r"/my/classes/(\d+)/$")
    expect(wu.page.locator(".panel")).to_contain_text("17:00")
    seen = len(stack.messages())

    stack.manage("clock", A_MINUTE_PAST)

    assert stack.message(stack.account("吴玉兰")["phone"], "到期没有缴费", after=seen)
    wu.goto(f"/my/classes/{held}/")
    expect(wu.page.locator(".panel")).to_have_count(0)
    expect(wu.page.locator('.seat-box a[href$="/enrol/"]')).to_be_visible()  # there to be had
    wu.goto("/my/classes/")
    expect(wu.page.locator(".card--mine .seat--few")).to_have_count(0)
