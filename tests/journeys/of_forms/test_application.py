"""The form of choices: by somebody of 79 on a small phone, and by a daughter for both parents."""

import re

from playwright.sync_api import expect

from tests.journeys.audit import audit_page, audit_stretched
from tests.journeys.people import DESKTOP, People, Person
from tests.journeys.stack import Stack

ALONE = "吴彩云"  # 79, one class renewed, one more to be had
FATHER, MOTHER = "周建国", "沈美芳"  # one phone for both
DAUGHTER = "王慧"
QUESTIONS = (
    "questions",
    "classes",
    "subjects",
    "wanted",
    "instead",
    "better",
    "together",
    "check",
)


def choose(person: Person, *, number: int = 1) -> list[str]:
    """Write so many classes on the form, one of a subject; return their names.

    What is not possible, for one of two perhaps, is refused with a sentence: then the next one.
    """
    chosen: list[str] = []
    page = person.goto("/my/application/subjects/")
    subjects = [link.get_attribute("href") for link in page.locator(".choice-links a").all()]
    for address in subjects:
        page = person.goto(str(address))
        card = page.locator(".card", has=page.locator('form[action$="/add/"]')).first
        if not card.count():
            continue
        name = card.locator("h3").inner_text()
        card.locator("button").click()
        person.at(r"/my/application/classes/$")
        if page.locator(".card", has_text=name).count():
            chosen.append(name)
        else:
            expect(page.locator(".notice--warning").first).to_be_visible()
        if len(chosen) == number:
            break
    return chosen


def test_somebody_of_79_applies_on_a_small_phone_without_script(
    applicants: People, stack_of_forms: Stack
):
    """360 px, the largest text: from the home page to the SMS, and one change of mind."""
    cai = applicants.signed_in(ALONE, size="largest", java_script_enabled=False)
    cai.goto("/").locator('main a[href="/my/application/"]').first.click()
    cai.press("/my/application/begin/")
    cai.at(r"/my/application/questions/$")
    expect(cai.page.locator(".tasks__state--done")).to_have_count(0)
    chosen = choose(cai, number=2)
    cai.press("/move/")  # the first one down
    expect(cai.page.locator(".card").first).to_contain_text(chosen[-1])

    for name, value in (("wanted", "1"), ("better", "no")):
        cai.goto(f"/my/application/{name}/").locator(f'input[value="{value}"]').check()
        cai.page.locator("main form button").first.click()
    cai.goto("/my/application/instead/").locator("main form button").first.click()
    cai.goto("/my/application/check/")
    before = len(stack_of_forms.messages())
    cai.press("/my/application/hand-in/")

    cai.at(r"/my/application/$")
    number = re.search(r"\d{4} \d{4} \d{4}", cai.page.locator(".panel").inner_text())
    assert number is not None
    phone = stack_of_forms.account(ALONE)["phone"]
    assert number[0].replace(" ", "") in stack_of_forms.message(phone, "已收到", after=before)
    cai.page.reload()
    expect(cai.page.locator(".ranks li").first).to_contain_text(chosen[-1])
    cai.press("/my/application/take-back/")
    expect(cai.page.locator(".notice--warning").first).to_be_visible()  # not handed in
    cai.goto("/my/application/check/")
    cai.press("/my/application/hand-in/")
    expect(cai.page.locator(".panel")).to_be_visible()


def test_every_page_of_the_form_keeps_the_rules(applicants: People):
    for size, window in (("largest", (360, 740)), ("standard", DESKTOP)):
        ye = applicants.signed_in("梁少芬", size=size, window=window)
        ye.goto("/my/application/")
        assert audit_page(ye.page) + audit_stretched(ye.page) == []
        begin = ye.page.locator('form[action$="/begin/"] button')
        if begin.count():
            begin.first.click()
            ye.at(r"/my/application/questions/$")
        choose(ye)
        ye.goto("/my/application/subjects/").locator(".choice-links a").first.click()
        assert audit_page(ye.page) + audit_stretched(ye.page) == []
        for name in QUESTIONS:
            ye.goto(f"/my/application/{name}/")
            assert audit_page(ye.page) + audit_stretched(ye.page) == [], name
        ye.goto("/my/application/check/")
        if ye.page.locator('form[action$="/hand-in/"]').count():
            ye.press("/my/application/hand-in/")
        for address in ("", "print/", "withdraw/"):
            ye.goto(f"/my/application/{address}")
            assert audit_page(ye.page) + audit_stretched(ye.page) == [], address


def test_a_daughter_files_for_both_parents_who_share_a_phone(
    applicants: People, stack_of_forms: Stack
):
    """Without script: one form for the couple; both are told, and by whom it was done."""
    hui = applicants.signed_in(DAUGHTER, size="largest", java_script_enabled=False)
    hui.goto("/my/who/").get_by_role("button", name=FATHER).click()
    hui.goto("/my/application/")
    expect(hui.page.locator(".helping")).to_contain_text(FATHER)
    expect(hui.page.locator("main")).to_contain_text(f"{FATHER}的志愿表")
    hui.press("/my/application/begin/")
    hui.at(r"/my/application/questions/$")
    page = hui.goto("/my/application/together/")
    page.get_by_label(MOTHER).check()
    page.locator("main form button").first.click()
    hui.at(r"/my/application/alone/$")
    hui.page.locator('input[value="no"]').check()
    hui.page.locator("main form button").first.click()
    assert choose(hui)  # what is possible for both
    hui.goto("/my/application/check/")
    expect(hui.page.locator("main")).to_contain_text(MOTHER)
    before = len(stack_of_forms.messages())
    hui.press("/my/application/hand-in/")

    expect(hui.page.locator(".panel")).to_be_visible()
    phone = stack_of_forms.account(FATHER)["phone"]
    for name in (FATHER, MOTHER):
        assert stack_of_forms.message(phone, f"{name}您好，志愿表已收到", after=before)
    assert "请回3" in stack_of_forms.message(phone, f"家人{DAUGHTER}刚替您交了", after=before)

    shen = applicants.signed_in(FATHER, size="largest")  # the phone of both
    shen.goto("/my/who/").get_by_role("button", name=MOTHER).click()
    shen.goto("/my/application/")
    expect(shen.page.locator("main")).to_contain_text(f"{MOTHER}和{FATHER}合填的志愿表")
    expect(shen.page.locator('form[action$="/begin/"]')).to_have_count(0)
    assert audit_page(shen.page) == []
