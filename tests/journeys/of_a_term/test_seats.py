"""Seats on a phone in the largest text: a list, a couple, a change, an offer answered."""

from playwright.sync_api import expect

from tests.journeys.audit import audit_page
from tests.journeys.fees import take_a_place
from tests.journeys.people import DESKTOP, People, Person
from tests.journeys.stack import Stack

LISTED = ("声乐", "书法")
COURSE_OF_TWO = "诗词"
REGISTRAR = "陈静"


def test_a_list_is_enrolled_with_one_press(people: People, stack: Stack):
    """Without a script: two classes put aside, one press, an answer that can be read again."""
    wu = people.signed_in("吴玉兰", size="largest", java_script_enabled=False)
    for word in LISTED:
        wu.goto(f"/courses/?q={word}").locator("article.course h2 a").first.click()
        wu.page.locator('form[action$="/aside/"] button').first.click()
        wu.at(r"/my/list/$")
    expect(wu.page.locator('input[name="class"]')).to_have_count(len(LISTED))

    wu.press("/my/list/enrol/")

    wu.at(r"/my/list/[0-9a-f-]{36}/$")
    expect(wu.page.locator(".card--mine")).to_have_count(len(LISTED))
    assert stack.message(stack.account("吴玉兰")["phone"], "为您留到")
    wu.page.reload()
    expect(wu.page.locator(".card--mine")).to_have_count(len(LISTED))
    wu.goto("/my/list/")
    expect(wu.page.locator('input[name="class"]')).to_have_count(0)


def test_a_couple_with_one_phone_is_enrolled_with_one_press(people: People, stack: Stack):
    """Without a script: a class for both, one press, a place and a message for each."""
    both = ("周建国", "沈美芳")
    zhou = people.signed_in(both[0], size="largest", java_script_enabled=False)
    zhou.goto("/my/who/").get_by_role("button", name=both[0]).click()
    zhou.goto(f"/courses/?q={COURSE_OF_TWO}").locator("article.course h2 a").first.click()
    zhou.page.locator('.seat-box a[href$="/enrol/"]').first.click()
    section = zhou.at(r"/classes/(\d+)/enrol/$")
    zhou.follow(f"/classes/{section}/together/")
    expect(zhou.page.get_by_label(both[1])).to_be_checked()
    before = len(stack.messages())

    zhou.press(f"/classes/{section}/together/")

    zhou.at(rf"/classes/{section}/together/[0-9a-f-]{{36}}/$")
    expect(zhou.page.locator("main .card")).to_have_count(len(both))
    for name in both:
        expect(zhou.page.locator("main .card", has_text=name)).to_contain_text("等缴费")
        assert stack.message(stack.account(name)["phone"], f"{name}您好", after=before)
    zhou.page.reload()
    expect(zhou.page.locator("main .card")).to_have_count(len(both))
    wife = people.signed_in(both[0])  # the same phone
    wife.goto("/my/who/").get_by_role("button", name=both[1]).click()
    wife.goto("/my/classes/")
    expect(wife.page.locator(".card--mine", has_text=COURSE_OF_TWO)).to_have_count(1)
    wife.goto(f"/classes/{section}/together/")
    assert audit_page(wife.page) == []


def test_one_class_is_changed_for_another(people: People, stack: Stack):
    """For one of another university: not paid yet, for what is paid to one stays with it."""
    ye, phone = people.somebody(size="largest"), "139 2233 5503"
    mine = take_a_place(ye, phone, "叶秋生", "书法")
    ye.follow(f"/my/classes/{mine}/change/")
    assert audit_page(ye.page) == []
    ye.page.locator(f'main a[href^="/my/classes/{mine}/change/"]').first.click()
    ye.at(rf"/my/classes/{mine}/change/\d+/$")
    assert audit_page(ye.page) == []

    ye.press("/change/" + ye.page.url.rstrip("/").rsplit("/", 1)[1] + "/")

    new = ye.at(r"/my/classes/(\d+)/$")
    assert new != mine
    expect(ye.page.locator("main")).to_contain_text("换成了")
    assert audit_page(ye.page) == []
    assert stack.message(phone, "换成")
    ye.goto(f"/my/classes/{mine}/change/")
    ye.at(rf"/my/classes/{mine}/$")  # the old class is over: nothing is left to change


def test_an_offer_is_accepted_without_a_script(people: People, stack: Stack):
    """A full class gets one more chair: the first in the line is asked and says yes."""
    registrar = people.signed_in(REGISTRAR, window=DESKTOP)
    seat = _class_of(registrar, "八段锦")
    has = _resize(registrar, seat, free=0)
    cai = people.somebody(size="largest", java_script_enabled=False)
    phone = stack.account("吴彩云")["phone"]
    cai.goto(f"/classes/{seat}/enrol/")
    cai.sign_in_by_phone(phone)
    cai.at(rf"/classes/{seat}/enrol/$")
    cai.press(f"/classes/{seat}/hold/")
    place = cai.at(r"/my/waiting/(\d+)/$")
    assert stack.message(phone, "候补第1位")

    assert _resize(registrar, seat, free=1) == has + 1

    assert stack.message(phone, "有空位，为您留到")
    cai.goto("/my/classes/")
    cai.follow(f"/my/waiting/{place}/")
    cai.press("/accept/")
    cai.at(r"/my/classes/\d+/$")
    expect(cai.page.locator(".panel")).to_be_visible()
    assert stack.message(phone, "请上网或到窗口缴费")


def _class_of(person: Person, word: str) -> int:
    """The first class of a course in the term that is open."""
    person.goto(f"/courses/?q={word}").locator("article.course h2 a").first.click()
    row = person.page.locator("tr[id^=class-]").first.get_attribute("id")
    return int(str(row).removeprefix("class-"))


def _resize(registrar: Person, section: int, *, free: int) -> int:
    """Let a class have as many places as are in use, and ``free`` more; return how many."""
    page = registrar.goto(f"/admin/seats/classes/{section}/")
    used = sum(int(one) for one in page.locator(".facts dd").all_inner_texts()[:4])
    page.fill("[name=capacity]", str(used + free))
    page.fill("[name=reason]", "换了教室")
    registrar.press(f"/admin/seats/classes/{section}/")
    expect(page.locator("main [role=status], main .notice").first).to_be_visible()
    return used + free
