"""The verifier as a page: from a disk, without a network, it prints what verify.py prints."""

from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import expect, sync_playwright

from config.embedded import programs
from enrolment.domain import package, verify
from tests.enrolment.domain.draws import (
    checked,
    market,
    published,
    random_market,
    section,
    with_new_digests,
)

PAGE = Path(verify.__file__).with_suffix(".html")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=programs.chromium(), args=flags)
        yield browser
        browser.close()


@pytest.fixture
def checker(chromium):
    """The page on a phone that is offline; it may complain of nothing and ask for nothing."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, offline=True)
    tab = context.new_page()
    complaints, asked = [], []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(PAGE.as_uri())
    yield tab
    assert (complaints, asked) == ([], [PAGE.as_uri()])
    context.close()


def folder_of(files, folder):
    folder.mkdir(parents=True)
    for name, file in files.items():
        (folder / name).write_bytes(file)
    return folder


def printed(checker, folder):
    """The report for the files of a folder, chosen one by one."""
    checker.locator("#files").set_input_files(sorted(folder.glob("*.*")))
    expect(checker.locator("#report")).not_to_be_empty(timeout=30_000)
    return checker.locator("#report").text_content()


def told(files):
    status, lines = checked(files)
    return status, "".join(f"{line}\n" for line in lines)


def test_it_prints_for_a_right_draw_what_the_program_prints(checker, tmp_path):
    files = published(random_market(680, people=14, pairs=True))
    status, report = told(files)
    assert (status, printed(checker, folder_of(files, tmp_path / "draw"))) == (0, report)
    assert checker.locator("#verdict").text_content() == report.splitlines()[-1]


def test_a_folder_may_be_chosen_and_what_lies_deeper_is_passed_over(checker, tmp_path):
    files = published(random_market(680, people=14))
    folder = folder_of(files, tmp_path / "draw")
    folder_of(published(random_market(5)), folder / "rehearsal")
    (folder / "recording.mp4").write_bytes(b"\0" * 100)
    checker.locator("#folder").set_input_files(folder)
    expect(checker.locator("#report")).not_to_be_empty(timeout=30_000)
    assert checker.locator("#report").text_content() == told(files)[1]


def test_it_prints_for_spoiled_draws_what_the_program_prints(checker, tmp_path):
    """A byte changed, cut or slipped in, in any file, with old digests and with new ones."""
    chance = Random(3)
    found = 0
    for number in range(60):
        files = published(random_market(600 + number, people=10, pairs=number % 2 == 1))
        name = chance.choice(sorted(files))
        at = chance.randrange(len(files[name]))
        rubbish = chance.choice(
            [b"", b"\n", b"\r", b"\xff", b"\xe6\x98", b"|", b",", b"0", b"\\", '"', "期", "𠮷"]
        )
        rubbish = rubbish.encode() if isinstance(rubbish, str) else rubbish
        end = at + chance.choice([0, 1, 1, 40])
        files[name] = files[name][:at] + rubbish + files[name][end:]
        if number % 3 == 0 and name != package.DIGESTS:
            files = with_new_digests(files)
        status, report = told(files)
        assert printed(checker, folder_of(files, tmp_path / str(number))) == report
        found += status
    assert found > 50


def test_a_missing_file_is_named(checker, tmp_path):
    files = published(random_market(680))
    folder = folder_of(files, tmp_path / "draw")
    (folder / "numbers.csv").unlink()
    missing = "不符 WRONG: numbers.csv 第 1 行 line 1: 缺少文件 the file is missing\n"
    assert printed(checker, folder) == missing
    assert not checker.locator("#application").is_visible()


def test_a_draw_without_people_and_one_in_chinese_are_checked_too(checker, tmp_path):
    for number, files in enumerate(
        [
            published(market([section("TJ-1", 3, ("N", 1))], [])),
            published(
                random_market(680), term="二〇二七年春季 𠮷", sources={"双色球": "2026151 期"}
            ),
        ]
    ):
        status, report = told(files)
        assert (status, printed(checker, folder_of(files, tmp_path / str(number)))) == (0, report)


def test_whoever_knows_an_application_number_finds_its_seats(checker, tmp_path):
    files = published(random_market(680, people=14, pairs=True))
    read = package.read_files(files)
    printed(checker, folder_of(files, tmp_path / "draw"))
    winner = next(iter(read.seats)).split("|")[0]
    number = next(one["lottery"] for one in read.market["applicants"] if one["id"] == winner)
    seats = ", ".join(place.split("|")[1] for place in read.seats if place.startswith(winner))
    checker.locator("#application").fill(f" {winner} ")
    assert checker.locator("#own").text_content() == f"抽签号 Number {number}; 录取 seats: {seats}"
    checker.locator("#application").fill("123")
    assert checker.locator("#own").text_content() == ""


def test_it_is_short_large_and_fits_a_phone(checker, tmp_path):
    files = published(random_market(680, people=14))
    printed(checker, folder_of(files, tmp_path / "draw"))
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("\n") < 300
    assert "://" not in text
    sizes = "(name) => parseFloat(getComputedStyle(document.getElementById(name)).fontSize)"
    assert checker.evaluate(sizes, "report") >= 20
    assert checker.evaluate(sizes, "verdict") >= 32
    assert checker.evaluate("document.documentElement.scrollWidth") <= 360
