"""What time does to a place and its fee: the clock is moved, so these come after all others."""

from datetime import date, timedelta

from playwright.sync_api import expect

from tests.journeys import fees
from tests.journeys.audit import audit_page
from tests.journeys.conftest import TODAY
from tests.journeys.people import DESKTOP, People, Person
from tests.journeys.stack import Stack

COUNTER, HEAD = "李红", "吴志明"
# Paid before the term, by card and in cash: the first costs so much that a second person decides.
BY_CARD, PIANO, COMES_BACK = "梁少芬", "钢琴", "510"
IN_CASH, PAINTING, GIVEN_BACK = "金雪梅", "国画", "153.85"
IN_CAPITALS = {COMES_BACK: "伍佰壹拾元整", GIVEN_BACK: "壹佰伍拾叁元捌角伍分"}
# A Thursday of the third week: 9 of 12 lessons at the piano are to come, 10 of 13 at the easel.
THREE_LESSONS_LATER = f"{date.fromisoformat(TODAY) + timedelta(days=44)} 10:00"
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


def test_what_comes_back_before_the_fifth_lesson(people: People, stack: Stack):
    """Two leave, in the largest text, one without a script: told how much, and given as much."""
    stack.manage("clock", THREE_LESSONS_LATER)
    liang = people.signed_in(BY_CARD, size="largest", java_script_enabled=False)
    jin = people.signed_in(IN_CASH, size="largest")
    _leave(liang, PIANO, told=COMES_BACK)
    _leave(jin, PAINTING, told=GIVEN_BACK)
    seen = len(stack.messages())

    stack.manage("sweep_payments")  # as every minute

    phones = {name: stack.account(name)["phone"] for name in (BY_CARD, IN_CASH)}
    assert stack.message(phones[IN_CASH], f"退费{GIVEN_BACK}元，请带身份证到窗口领取", after=seen)
    liang.goto("/my/refunds/")
    expect(liang.page.locator(".card", has_text=COMES_BACK)).to_contain_text("审核")
    head = people.signed_in(HEAD, window=DESKTOP)
    _approve(head)
    assert stack.message(phones[BY_CARD], f"退费{COMES_BACK}元已退还", after=seen)
    head.page.reload()
    _see_the_receipt(head, COMES_BACK)
    liang.page.reload()
    expect(liang.page.locator(".card", has_text=COMES_BACK)).to_contain_text("已经退")
    _give_in_cash(people.signed_in(COUNTER, window=DESKTOP))
    jin.goto("/my/refunds/")
    expect(jin.page.locator(".card", has_text=GIVEN_BACK)).to_contain_text(IN_CASH)
    assert audit_page(jin.page) == []


def _leave(learner: Person, course: str, *, told: str) -> None:
    """Leave a class that has begun, for good; the page says beforehand what comes back."""
    learner.goto("/my/classes/")
    mine = learner.page.locator(".card--mine", has_text=course)
    mine.last.locator("a.button").click()  # the first is that of the term before
    place = learner.at(r"/my/classes/(\d+)/$")
    learner.follow(f"/my/classes/{place}/withdraw/")
    expect(learner.page.locator("main li strong")).to_contain_text(f"¥{told}")
    assert audit_page(learner.page, axe=learner.runs_script) == []
    learner.press("/withdraw/")
    learner.at(rf"/my/classes/{place}/$")
    learner.press("/yield/")
    learner.at(rf"/my/classes/{place}/$")


def _approve(head: Person) -> None:
    """Find it among those to decide, and say yes: then it is sent by itself."""
    _open_refund(head, COMES_BACK)
    assert audit_page(head.page) == []
    fees.send_with(head, "[name=act][value=approve]")
    expect(head.page.locator("main form")).to_have_count(0)  # nothing is left to decide


def _give_in_cash(clerk: Person) -> None:
    """Look at the identity card, and give the money out of a drawer."""
    fees.open_a_drawer(clerk)
    _open_refund(clerk, GIVEN_BACK)
    assert audit_page(clerk.page) == []
    clerk.page.locator("[name=cash-who]").first.check()
    clerk.page.fill("[name=cash-name]", IN_CASH)
    clerk.page.locator("[name=cash-seen]").check()
    fees.send_with(clerk, "[name=cash-name]")
    _see_the_receipt(clerk, GIVEN_BACK)


def _see_the_receipt(person: Person, sum_of_it: str) -> None:
    """From the page of a refund that has left us to what is printed of it."""
    person.page.locator('main a[href$="/receipt/"]').click()
    expect(person.page.locator(".receipt")).to_contain_text(IN_CAPITALS[sum_of_it])
    assert audit_page(person.page) == []


def _open_refund(person: Person, sum_of_it: str) -> None:
    """From the desk's refunds to the one of that sum."""
    page = person.goto("/desk/refunds/")
    page.locator("tr", has_text=f"¥{sum_of_it}").locator("th a").click()
    person.at(rf"/desk/refunds/{fees.SOME_UUID}/$")
