"""A lesson goes out live for real: a camera, the server, a packager, a learner's browser."""

import signal
import time

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from livestream.domain.live import LESSON_SECONDS, MOST_BEHIND
from livestream.models import Recording
from livestream.services import filing, live
from tests.factories.livestream import seat_in
from tests.livestream.live.stage import a_broadcast, kill, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.threads]

LONG = 40.0


def film_of(broadcast):
    """The film of a broadcast once somebody can watch it."""
    broadcast.refresh_from_db()
    film = broadcast.recording
    if film is not None:
        film.refresh_from_db()
    return film if film is not None and film.generation else None


def open_stage(stage):
    stage.start("livereceiver")
    stage.start("livepackager")
    stage.wait_for_the_port()


def test_a_lesson_is_watched_live_survives_a_lost_line_and_is_a_replay_at_once(
    stage, open_browser
):
    broadcast, key = a_broadcast()
    learner = seat_in(broadcast.lesson.section)
    open_stage(stage)
    wrong = stage.camera("b" * 32, 2)
    assert wrong.wait() != 0
    assert "密钥" in wrong.said()
    page = open_browser(learner.user)
    page.goto(f"/live/{broadcast.pk}/")
    expect(page.locator("[data-part=screen]")).to_be_hidden()
    camera = stage.camera(key, LONG)
    wait_until(lambda: film_of(broadcast), "the picture")
    expect(page.locator("[data-act=play]")).to_be_visible(timeout=60_000)
    page.locator("[data-act=play]").click()
    wait_until(lambda: _place(page) > 0.5, "it plays")
    page.wait_for_timeout(3000)
    behind = camera.sent - _place(page)
    assert behind <= MOST_BEHIND * LESSON_SECONDS
    second = stage.camera(key, 2)
    assert second.wait() != 0
    sent = camera.drop()
    expect(page.locator("[data-part=state]")).to_contain_text("断", timeout=60_000)
    again = stage.camera(key, 6)
    assert again.wait() == 0
    page.context.close()
    ended = timezone.now()
    live.end(broadcast=broadcast, actor=broadcast.opened_by, at=ended)
    wait_until(lambda: _closed(broadcast), "the replay", every=0.05)
    waited = (broadcast.closed_at - ended).total_seconds()
    assert waited <= 5
    film = film_of(broadcast)
    assert film.status == Recording.Status.PUBLISHED
    pushed = sent + again.sent
    assert film.seconds >= 0.995 * pushed - 0.1  # a killed line loses its last frames
    listed = filing.read(f"{film.folder()}/live/index.m3u8").decode()
    assert listed.count("#EXT-X-DISCONTINUITY") == 1
    assert listed.endswith("#EXT-X-ENDLIST\n")
    wait_until(lambda: hasattr(film_of(broadcast), "upload"), "the master copy")
    print(  # noqa: T201 - benchmarks/livestream.py reads it
        f"{behind / LESSON_SECONDS:.2f} segments behind, a replay after {waited:.2f} s,"
        f" {film.seconds:.2f} of {pushed:.2f} s recorded"
    )


def _place(page):
    return page.evaluate("document.querySelector('video').currentTime")


def _closed(broadcast):
    broadcast.refresh_from_db()
    return broadcast.closed_at


@pytest.mark.deep("media")
def test_a_packager_that_is_killed_is_replaced_and_nothing_is_lost(stage):
    broadcast, key = a_broadcast()
    stage.start("livereceiver")
    first = stage.start("livepackager")
    stage.wait_for_the_port()
    camera = stage.camera(key, 50)
    wait_until(lambda: ((film_of(broadcast) or Recording()).seconds or 0) > 4, "pieces")
    stage.start("livepackager")
    kill(first, signal.SIGKILL)
    killed_at = time.monotonic()
    run = broadcast.run
    wait_until(lambda: _run(broadcast) > run, "another packager", patience=40)
    assert time.monotonic() - killed_at < 20
    assert camera.wait(90) == 0
    live.end(broadcast=broadcast, actor=broadcast.opened_by, at=timezone.now())
    wait_until(lambda: _closed(broadcast), "the replay")
    film = film_of(broadcast)
    assert film.seconds == pytest.approx(50, rel=0.005)
    listed = filing.read(f"{film.folder()}/live/index.m3u8").decode()
    assert listed.count("#EXT-X-DISCONTINUITY") == 1


def _run(broadcast):
    broadcast.refresh_from_db()
    return broadcast.run
