"""Forms through the office: one in three minutes, five on paper while the line is down."""

import re
import time

from playwright.sync_api import expect

from tests.journeys.audit import audit_page
from tests.journeys.people import DESKTOP, People, Person

COUNTER = "李红"
AT_THE_COUNTER = "郑伯元"  # no mobile phone of his own
ON_PAPER = ("胡月娥", "梁少芬", "金雪梅", "吴玉兰", "阿依古丽·买买提")
THREE_MINUTES = 180
A_PRESS, A_LETTER = 4.0, 0.4  # seconds of a clerk, beside what the pages take
PAPER = "/desk/forms/paper/"


class Clerk:
    """What a clerk does at a screen, and how long it takes: pages for real, hands by count."""

    def __init__(self, person: Person) -> None:
        self.page = person.page
        self.began = time.monotonic()
        self.hands = 0.0

    def write(self, field: str, text: str) -> None:
        self.hands += A_PRESS + A_LETTER * len(text)
        self.page.fill(field, text)

    def press(self, name: str) -> None:
        self.hands += A_PRESS
        self.page.locator("main").get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def follow(self, name: str) -> None:
        self.hands += A_PRESS
        self.page.locator("main").get_by_role("link", name=re.compile(name)).first.click()
        self.page.wait_for_load_state()

    def choose(self, field: str) -> None:
        self.hands += A_PRESS
        self.page.check(field)

    @property
    def seconds(self) -> float:
        return self.hands + time.monotonic() - self.began


def two_classes(person: Person) -> str:
    """Numbers as the empty form on paper prints them: of two courses on two days."""
    person.goto("/desk/forms/paper/empty/")
    cells = person.page.locator(".class-numbers tbody th").all_inner_texts()
    return f"{cells[0]} {cells[-1]}"


def test_counter_files_a_form_within_three_minutes(applicants: People):
    li = applicants.signed_in(COUNTER, window=DESKTOP)
    classes = two_classes(li)
    card = applicants.stack.account(AT_THE_COUNTER)["learner_card"]
    li.goto("/desk/learners/")

    clerk = Clerk(li)
    clerk.write("#search", card)
    li.page.keyboard.press("Enter")
    clerk.follow(AT_THE_COUNTER)
    clerk.follow("^志愿表$")
    clerk.write("#classes", classes)
    clerk.press("写上，或者找班")
    assert audit_page(li.page) == []
    clerk.choose("[name=wanted][value='1']")
    clerk.choose("[name=how][value=in_person]")
    clerk.press("交志愿表")
    spoken = li.page.locator(".facts strong").first.inner_text()
    clerk.follow("打印回执")

    assert re.fullmatch(r"\d{4} \d{4} \d{4}", spoken)
    expect(li.page.locator("main")).to_contain_text(spoken)
    assert audit_page(li.page) == []
    assert clerk.seconds < THREE_MINUTES, f"{clerk.seconds:.0f} s"


def fill_row(page, row: int, who: str, classes: str) -> None:
    """One sheet, with the keyboard alone."""
    sheet = page.locator("[data-sheet]").nth(row)
    sheet.locator("[name$=-who]").focus()
    page.keyboard.type(who)
    page.keyboard.press("Tab")
    page.keyboard.type(classes)


def test_five_sheets_typed_while_the_line_is_down_arrive_once_when_it_is_back(
    applicants: People,
):
    li = applicants.signed_in(COUNTER, window=DESKTOP)
    classes = two_classes(li)
    cards = [applicants.stack.account(name)["learner_card"] for name in ON_PAPER]
    page = li.goto(PAPER)
    assert audit_page(page) == []
    count = page.locator("[data-count]")

    li.context.set_offline(True)
    for row, card in enumerate(cards):
        fill_row(page, row, card, classes)
        page.keyboard.press("Enter")
    expect(count).to_contain_text("未上传5份")
    assert page.locator("[data-stored] li").count() == 0

    li.context.set_offline(False)
    expect(page.locator("[data-stored] li")).to_have_count(5, timeout=60_000)
    li.complaints.clear()  # the browser says that the line was down, as it should
    expect(count).to_contain_text("全部上传好了")

    page = li.goto(PAPER)
    expect(page.locator("[data-stored] li")).to_have_count(5)
    expect(page.locator("[data-count]")).to_be_hidden()


def test_rows_outlive_a_closed_page_and_a_wrong_one_says_why(applicants: People):
    li = applicants.signed_in(COUNTER, window=DESKTOP)
    page = li.goto(PAPER)
    li.context.set_offline(True)
    fill_row(page, 0, "Q00000000", "99999")
    expect(page.locator("[data-count]")).to_contain_text("未上传1份")
    li.context.set_offline(False)
    page = li.goto(PAPER)
    expect(page.locator("[data-sheet]").first.locator("[name$=-who]")).to_have_value("Q00000000")
    page.locator("[data-sheet]").first.locator("[name$=-who]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-state=wrong] .field__error:visible").first).to_be_visible()
    assert audit_page(page) == []
    page.locator("[data-sheet]").first.locator("[name$=-who]").fill("")
    page.locator("[data-sheet]").first.locator("[name$=-classes]").fill("")
