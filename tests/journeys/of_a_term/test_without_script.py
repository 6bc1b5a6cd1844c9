"""An old phone, a strict browser, a script that did not arrive: the forms alone must do."""

from playwright.sync_api import expect

from tests.journeys.films import a_film
from tests.journeys.people import People
from tests.journeys.stack import Stack

UNKNOWN_NUMBER = "139 2233 4455"


def test_a_learner_signs_in_enrols_and_leaves_again(people: People):
    li = people.somebody(java_script_enabled=False)
    li.goto("/courses/?q=诗词").locator("article.course h2 a").first.click()
    li.page.locator('.seat-box a[href$="/enrol/"]').first.click()
    li.sign_in_by_phone(UNKNOWN_NUMBER)
    li.say_who_one_is("李国强")
    li.at(r"/classes/\d+/enrol/$")

    li.press("/hold/")
    mine = li.at(r"/my/classes/(\d+)/$")
    li.follow(f"/my/classes/{mine}/withdraw/")
    li.press("/withdraw/")
    li.at(rf"/my/classes/{mine}/$")
    li.press("/undo/")

    li.goto("/my/classes/")
    expect(li.page.locator("main")).to_contain_text("古典诗词")


def test_a_teacher_sends_a_film(people: People, stack: Stack, tmp_path):
    teacher = people.signed_in("叶永涛", java_script_enabled=False)

    page = teacher.goto("/teaching/films/send/")
    page.set_input_files("[name=film]", a_film(tmp_path, seconds=3))
    page.click("[data-send]")

    page.wait_for_url("**/teaching/films/**")
    expect(page.locator("[data-film]")).to_have_count(1)


def test_the_size_of_text_is_kept(people: People):
    reader = people.somebody(java_script_enabled=False)

    reader.goto("/").click("button[name=size][value=largest]")

    expect(reader.page.locator("html")).to_have_attribute("data-text-size", "largest")
    expect(reader.goto("/courses/").locator("html")).to_have_attribute("data-text-size", "largest")
