"""The television in a real browser, by the keys of a remote control and nothing else."""

import pytest
from playwright.sync_api import expect

from tests.factories.livestream import seat_in
from tests.livestream import films
from tests.livestream.screens import replay_of, video, wait_for

pytestmark = [
    pytest.mark.browser,
    pytest.mark.threads,
    pytest.mark.usefixtures("transactional_db", "today", "disk"),
]

MOST_KEYS = 12
SECONDS = 40
LEAST_TARGET = 96
SMALLEST = """() => Math.min(...[...document.querySelectorAll("a, button")]
  .filter(one => one.offsetParent !== null)
  .map(one => one.getBoundingClientRect()).map(box => Math.min(box.width, box.height)))"""
WIDER = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def replay(disk, film_folder):
    film = film_folder / "for-tv.mp4"
    return replay_of(films.film(film, seconds=SECONDS), disk)


def focused(page):
    return page.evaluate("document.activeElement.innerText")


def go_to(page, words, key="ArrowDown"):
    """Press one arrow until the tile with these words has the focus."""
    for _press in range(MOST_KEYS):
        if words in focused(page):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{words} is not reached, but {focused(page)}")


def test_pair_browse_play_and_back_by_arrows_ok_and_back_alone(replay, open_browser):
    learner = seat_in(replay.lesson.section)
    tv, phone = open_browser(), open_browser(learner.user)
    tv.set_viewport_size({"width": 1920, "height": 1080})
    tv.goto("/tv/")
    assert tv.evaluate(SMALLEST) >= LEAST_TARGET
    go_to(tv, "在这里看我的课")
    tv.keyboard.press("Enter")
    code = tv.locator(".tv__code").inner_text()

    phone.goto("/my/tv/")
    phone.get_by_label("电视上的 6 位数字").fill(code)
    phone.get_by_role("button", name="连上这台电视").click()
    expect(phone.get_by_text("电视已经连好")).to_be_visible()

    tv.wait_for_url("**/tv/")
    go_to(tv, "我的课的回放")
    tv.keyboard.press("Enter")
    tv.wait_for_url("**/tv/mine/")
    assert (tv.evaluate(SMALLEST) >= LEAST_TARGET, tv.evaluate(WIDER)) == (True, False)
    tile = focused(tv)
    tv.keyboard.press("Enter")

    tv.wait_for_url(f"**/tv/replays/{replay.pk}/")
    expect(tv.get_by_role("button", name="播放")).to_be_focused()
    assert tv.evaluate(SMALLEST) >= LEAST_TARGET
    tv.keyboard.press("Enter")
    wait_for(tv, "!video.paused && video.currentTime > 0.5")
    tv.keyboard.press("ArrowRight")
    wait_for(tv, "video.currentTime > 9.5")
    tv.keyboard.press("ArrowLeft")
    wait_for(tv, "video.currentTime < 8")
    tv.keyboard.press("Enter")
    wait_for(tv, "video.paused")
    assert video(tv, "error") is None
    tv.keyboard.press("ArrowDown")
    assert focused(tv) == "从头看"

    tv.keyboard.press("Escape")
    tv.wait_for_url("**/tv/mine/")
    assert focused(tv) == tile
    tv.keyboard.press("Backspace")
    tv.wait_for_url("**/tv/")
