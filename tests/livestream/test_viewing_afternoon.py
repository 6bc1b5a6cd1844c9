"""An afternoon at a viewing point in a real browser: ten minutes of it without a line."""

import pytest
from playwright.sync_api import expect

from livestream.models import HeadCount, RoomViewing, WatchGrant
from tests.factories.viewings import ViewingFactory, facilitator_of
from tests.livestream import films
from tests.livestream.screens import replay_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.threads,
    pytest.mark.usefixtures("transactional_db", "today", "disk"),
]


@pytest.fixture
def viewing(disk, film_folder):
    """An hour of a lesson, to be shown at a village; half-time is after thirty minutes."""
    film = film_folder / "room.mp4"
    if not film.exists():
        films.film(film, seconds=12)
    recording = replay_of(film, disk)
    return ViewingFactory(lesson=recording.lesson)


def test_an_afternoon_with_ten_minutes_without_a_line(viewing, open_browser):
    page = open_browser(facilitator_of(viewing.campus))
    page.clock.install()
    page.goto("/viewings/")
    page.get_by_role("link", name="去播放页").click()
    page.get_by_role("button", name="开始播放").click()
    page.get_by_role("button", name="播放", exact=True).click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    page.get_by_label("开始时到了多少人？").fill("26")
    start = page.locator("form", has=page.get_by_label("开始时到了多少人？"))
    start.get_by_role("button", name="加一人").click()
    start.get_by_role("button", name="记下人数").click()
    expect(page.get_by_text("都已送出。")).to_be_visible()
    half = page.get_by_label("中场：现在有多少人？")
    expect(half).to_be_hidden()  # it is not half-time yet

    page.context.set_offline(True)
    page.clock.fast_forward("31:00")
    expect(half).to_be_visible()
    half.fill("31")
    asked = page.locator("form", has=half)
    asked.get_by_role("button", name="记下人数").click()
    expect(page.get_by_text("这台设备上存着 1 条")).to_be_visible()
    page.clock.fast_forward("10:00")
    assert HeadCount.objects.filter(moment="half_time").count() == 0

    page.context.set_offline(False)
    page.clock.fast_forward("00:16")
    expect(page.get_by_text("都已送出。")).to_be_visible()
    count = HeadCount.objects.get(moment="half_time")
    assert count.people == 31
    assert 590 <= (count.received_at - count.counted_at).total_seconds() <= 660

    page.get_by_role("button", name="结束这一场").click()
    expect(page.get_by_text("取两次点数中多的一次。")).to_be_visible()
    shown = RoomViewing.objects.with_all_to_show().get()
    assert (shown.is_over, shown.people) == (True, 31)
    assert WatchGrant.objects.filter(viewing=shown, revoked_at=None).count() == 0
