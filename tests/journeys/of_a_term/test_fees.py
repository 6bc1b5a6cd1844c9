"""Fees: paid on the web and back, a tab closed too early, a slip, and the cash of the day."""

import re

from playwright.sync_api import Route, expect

from tests.journeys import fees
from tests.journeys.audit import audit_page
from tests.journeys.people import DESKTOP, People, Person
from tests.journeys.stack import Stack

OWES = "梁少芬"  # a place is kept for her
COUNTER, SECOND = "李红", "吴志明"  # who takes the money, and who signs for it with her
FORGETFUL, HIS_PHONE = "孙国华", "139 2233 5501"
SENDS_A_FRIEND, HER_PHONE = "何桂兰", "139 2233 5502"
FEE = 200  # yuan, for each of these classes


def test_a_fee_is_paid_on_the_web(people: People, stack: Stack):
    """Without a script, in the largest text: there, back, told so, and charged once."""
    liang = people.signed_in(OWES, size="largest", java_script_enabled=False)
    order = fees.see_what_is_owed(liang)
    expect(liang.page.locator(".pay-box")).to_contain_text(f"¥{FEE}")
    assert audit_page(liang.page, axe=liang.runs_script) == []
    fees.go_to_the_page_of_payment(liang)
    there, seen = liang.page.url, len(stack.messages())

    fees.pay_by_card(liang.page)

    liang.page.wait_for_url(f"**{order}")
    expect(liang.page.locator(".panel")).to_contain_text(f"¥{FEE}")
    expect(liang.page.locator('form[action$="/pay/"]')).to_have_count(0)
    assert audit_page(liang.page, axe=liang.runs_script) == []
    assert stack.message(stack.account(OWES)["phone"], f"已收到学费{FEE}元", after=seen)
    assert "已经付过" in liang.goto(there).inner_text("body")
    liang.goto(order)
    liang.follow(f"{order}receipt/")
    expect(liang.page.locator("main")).to_contain_text("贰佰元整")
    assert audit_page(liang.page, axe=liang.runs_script) == []


def test_a_tab_is_closed_before_coming_back(people: People, stack: Stack):
    """First back unpaid. Then paid, and nobody comes back: what the provider tells is enough."""
    sun = people.somebody(size="largest")
    fees.take_a_place(sun, HIS_PHONE, FORGETFUL, "国画")
    order = fees.see_what_is_owed(sun)
    fees.go_to_the_page_of_payment(sun)
    there = sun.page.url
    sun.page.locator("[name=do][value=cancel]").click()
    sun.page.wait_for_url(f"**{order}")
    expect(sun.page.locator(".panel")).to_contain_text("还没有缴")
    assert audit_page(sun.page) == []
    fees.go_to_the_page_of_payment(sun)
    assert sun.page.url == there  # the one that is open already
    seen = len(stack.messages())

    _pay_and_close_the_tab(sun)

    assert stack.message(HIS_PHONE, f"已收到学费{FEE}元", after=seen)
    sun.goto("/my/fees/")
    expect(sun.page.locator('form[action$="/my/fees/open/"]')).to_have_count(0)
    sun.follow(order)
    expect(sun.page.locator(".panel")).to_contain_text(f"¥{FEE}")
    assert audit_page(sun.page) == []


def test_a_friend_pays_by_a_slip_and_two_sign_for_the_day(people: People, stack: Stack):
    """The slip says nothing of the learner; bill, receipt, count and both names agree."""
    he = people.somebody(size="largest")
    fees.take_a_place(he, HER_PHONE, SENDS_A_FRIEND, "书法")
    fees.see_what_is_owed(he)
    code = fees.ask_for_a_slip(he)
    assert audit_page(he.page) == []
    friend = people.somebody(size="largest", java_script_enabled=False)
    _read_the_slip(friend, code)
    clerk = people.signed_in(COUNTER, window=DESKTOP)
    fees.open_a_drawer(clerk)

    fees.find_by_slip(clerk, code)
    expect(clerk.page.locator(".bill__sum")).to_contain_text(f"{FEE}.00")
    assert audit_page(clerk.page) == []
    seen = len(stack.messages())
    fees.take_cash(clerk, handed=FEE + 100)

    expect(clerk.page.locator(".bill__sum")).to_contain_text("100.00")  # to give back
    expect(clerk.page.locator(".receipt")).to_contain_text("贰佰元整")
    assert stack.message(HER_PHONE, f"已收到学费{FEE}元", after=seen)
    friend.page.reload()
    expect(friend.page.locator(".panel")).to_be_visible()
    _cash_up(clerk, people.signed_in(SECOND, window=DESKTOP))


def _pay_and_close_the_tab(person: Person) -> None:
    """Press the button; what the house of payment answers is taken away with the tab."""
    answers: list[int] = []

    def keep_from_the_tab(route: Route) -> None:
        answers.append(route.fetch(max_redirects=0).status)
        route.abort()

    person.page.route(f"{person.stack.pays_at}/**", keep_from_the_tab)
    fees.pay_by_card(person.page)
    for _twentieth_of_a_second in range(200):
        if not answers:
            person.page.wait_for_timeout(50)
    assert answers == [303]
    person.page.close()
    person.page = person.context.new_page()


def _read_the_slip(friend: Person, code: str) -> None:
    """Type its code without signing in: amount and counters, and not a word of whose it is."""
    friend.goto("/pay/").fill("[name=code]", code)
    fees.send_with(friend, "[name=code]")
    friend.at(rf"/pay/{code}/$")
    slip = friend.page.locator("body")
    expect(slip).to_contain_text("贰佰元整")
    expect(slip).not_to_contain_text(re.compile(f"{SENDS_A_FRIEND}|书法"))
    assert audit_page(friend.page, axe=friend.runs_script) == []


def _cash_up(clerk: Person, second: Person) -> None:
    """Count once wrongly, once rightly; sign as another person than the cashier."""
    clerk.goto("/desk/till/")
    clerk.follow("/desk/till/drawer/")
    assert audit_page(clerk.page) == []
    fees.count_drawer(clerk, yuan=fees.CHANGE + FEE - 10)
    expect(clerk.page.locator("[data-error-summary]")).to_contain_text("少了")
    fees.count_drawer(clerk, yuan=fees.CHANGE + FEE)
    clerk.at(rf"/desk/till/drawers/{fees.SOME_UUID}/$")
    sign = 'main form[method="post"] button'
    expect(clerk.page.locator(sign)).to_have_count(0)
    assert audit_page(clerk.page) == []

    sheet = fees.path_of(clerk)
    second.goto("/desk/till/drawers/")
    second.follow(sheet)
    second.page.locator(sign).click()

    expect(second.page.locator("main")).to_contain_text(re.compile(f"{SECOND}.*签"))
    expect(second.page.locator(sign)).to_have_count(0)
    assert audit_page(second.page) == []
