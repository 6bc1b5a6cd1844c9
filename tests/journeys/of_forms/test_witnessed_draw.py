"""The day of the draw, with a witness; then somebody checks it without a network.

The list is closed for good and the clock is moved: this comes after all other journeys of forms.
"""

import io
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from enrolment.domain import verify
from tests.journeys.audit import audit_page
from tests.journeys.people import DESKTOP, People, Person
from tests.journeys.stack import Stack

REGISTRAR, WITNESS = "陈静", "胡建平"
TERM = "2027-spring"
DICE, DIGITS = "4152 6341 5263 4152 6341 5263", "03 11 17 22 25 32 08"


def do(registrar: Person, act: str, button: str) -> None:
    """Go from the page of the day to the last look at a step, and do it."""
    registrar.page.locator(f'main a.button[href$="/draw/{act}/now/"]').click()
    assert audit_page(registrar.page) == []
    registrar.page.get_by_role("button", name=button).click()
    registrar.at(r"/desk/terms/\d+/draw/$")
    assert audit_page(registrar.page) == []


def sign(registrar: Person) -> None:
    """The witness has compared the digest on the screen with the one on the wall."""
    registrar.page.get_by_role("button", name=f"{WITNESS}已核对").click()
    expect(registrar.page.get_by_text("签字已登记").first).to_be_visible()


def throw_and_read(registrar: Person) -> None:
    """Write down what each source gave, and where that can be seen."""
    missing = registrar.page.locator('main a[href^="/desk/draw/sources/"]')
    while missing.count():
        name = missing.first.inner_text()
        missing.first.click()
        registrar.at(r"/desk/draw/sources/\d+/$")
        assert audit_page(registrar.page) == []
        registrar.page.fill("[name=typed]", DICE if "骰子" in name else DIGITS)
        registrar.page.fill("[name=proof]", "摇号录像第12分钟")
        registrar.page.get_by_role("button", name="记下结果").click()
        registrar.at(r"/desk/terms/\d+/draw/$")


def test_draw_day_with_a_witness_and_one_who_checks_it(
    applicants: People, stack_of_forms: Stack, tmp_path: Path
):
    registrar = applicants.signed_in(REGISTRAR, window=DESKTOP)
    registrar.goto("/desk/terms/").get_by_role("link", name="2027春季学期").first.click()
    registrar.page.locator('main a[href$="/draw/"]').click()
    day = registrar.page.url

    stack_of_forms.manage("clock", "2026-12-28 12:05")
    registrar.goto(day)
    do(registrar, "freeze", "现在封存名单")
    somebody = applicants.somebody()
    page = somebody.goto(f"/draws/{TERM}/")
    assert audit_page(page) == []
    expect(page.get_by_text("第1版").first).to_be_visible()

    stack_of_forms.manage("clock", "2026-12-29 17:05")
    registrar.goto(day)
    do(registrar, "finalise", "现在定稿")

    stack_of_forms.manage("clock", "2026-12-30 15:05")
    registrar.goto(day).get_by_role("link", name="登记见证人").click()
    registrar.page.fill("[name=name]", WITNESS)
    registrar.page.fill("[name=office]", "学员代表")
    registrar.page.get_by_role("button", name="登记这位见证人").click()
    sign(registrar)
    throw_and_read(registrar)
    do(registrar, "run", "现在摇号")
    assert somebody.status_of(f"/draws/{TERM}/all.zip") == 404
    sign(registrar)
    do(registrar, "publish", "现在公布")

    for address in (f"/draws/{TERM}/", f"/draws/{TERM}/classes/"):
        assert audit_page(somebody.goto(address)) == []
    archive = somebody.context.request.get(f"/draws/{TERM}/all.zip").body()
    zipfile.ZipFile(io.BytesIO(archive)).extractall(tmp_path)
    assert verify.main([str(tmp_path / TERM)]) == 0
    result = tmp_path / TERM / "result.csv"
    result.write_bytes(result.read_bytes().replace(b",1,", b",2,", 1))
    assert verify.main([str(tmp_path / TERM)]) == 1
