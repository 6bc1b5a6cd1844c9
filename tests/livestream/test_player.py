"""The player and the editor of captions in a real browser, with films the pipeline has made."""

import re

import pytest
from playwright.sync_api import expect

from livestream import processing, services
from livestream.models import Captions
from livestream.services import units
from tests.factories.livestream import seat_in
from tests.factories.times import TODAY
from tests.livestream import films
from tests.livestream.screens import replay_of, video, wait_for

pytestmark = [
    pytest.mark.browser,
    pytest.mark.threads,
    pytest.mark.usefixtures("transactional_db", "today", "disk"),
]

LESSON_SECONDS = 790
PLACE = 754  # 12 minutes 34 seconds
TOLD = """WEBVTT

12:30.000 --> 12:50.000
第三式：白鹤亮翅。

12:50.000 --> 13:00.000
再来一次。
"""
LOOKS = """box => {
  const looks = getComputedStyle(box);
  return [looks.color, looks.backgroundColor, parseFloat(looks.fontSize)];
}"""
A_WHILE_AGO = """() => {
  const all = JSON.parse(localStorage.getItem("player-places"));
  for (const one of all) one.at -= 20000;
  localStorage.setItem("player-places", JSON.stringify(all));
}"""
NO_LISTS = """
  delete window.MediaSource;
  delete window.ManagedMediaSource;
  const can = HTMLMediaElement.prototype.canPlayType;
  HTMLMediaElement.prototype.canPlayType = function (type) {
    return type.includes("mpegurl") ? "" : can.call(this, type);
  };
"""
TOO_SLOW = 400_000 // 8


def lesson(path, seconds, picture, kbps):
    """A film as a phone makes it, which every player plays as it is."""
    return films.make(
        path,
        *("-f", "lavfi", "-i", picture, *films.tone(seconds)),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p"),
        *("-b:v", f"{kbps}k", "-maxrate", f"{kbps}k", "-bufsize", f"{kbps}k"),
        *("-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart"),
    )


@pytest.fixture
def slides(disk, film_folder):
    """A lesson of thirteen minutes in which little moves, with captions."""
    film = film_folder / "slides.mp4"
    if not film.exists():
        lesson(film, LESSON_SECONDS, f"color=c=teal:s=320x180:r=5:d={LESSON_SECONDS}", 60)
    recording = replay_of(film, disk)
    teacher = recording.uploaded_by
    captions = services.import_captions(
        recording=recording, language="zh-Hans", data=TOLD.encode(), actor=teacher, at=TODAY
    )
    services.publish_captions(captions=captions, version=1, actor=teacher, at=TODAY)
    return recording


def test_a_learner_leaves_at_12_34_and_goes_on_from_there_another_day(slides, open_browser):
    learner = seat_in(slides.lesson.section)
    page = open_browser(learner.user)
    page.goto(f"/replays/{slides.pk}/?at={PLACE}")
    page.get_by_role("button", name=re.compile("0.75")).click()
    page.get_by_role("button", name="播放", exact=True).click()
    wait_for(page, f"!video.paused && video.currentTime > {PLACE + 1}")

    box = page.locator("[data-part=captions]")
    expect(box).to_have_text("第三式：白鹤亮翅。")
    ink, ground, size = box.evaluate(LOOKS)
    text = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert (ink, ground) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    assert size >= 1.25 * text

    with page.expect_response(lambda answer: "/beacons/" in answer.url) as heard:
        page.get_by_role("button", name="暂停").click()
    assert heard.value.status == 204

    page.goto("/my/replays/")
    page.goto(f"/replays/{slides.pk}/")
    assert video(page, "paused")
    page.get_by_role("button", name=re.compile(r"从 ?12 ?分钟? ?[34]\d ?秒")).click()
    wait_for(
        page, f"!video.paused && video.currentTime >= {PLACE} && video.currentTime < {PLACE + 35}"
    )
    assert video(page, "playbackRate") == 0.75

    # What a phone cannot tell while it has no line, it tells when the line is back.
    wait_for(page, f"video.currentTime > {video(page, 'currentTime') + 1}")
    page.context.set_offline(True)
    page.get_by_role("button", name="暂停").click()
    page.wait_for_timeout(500)
    (waiting,) = page.evaluate("JSON.parse(localStorage.getItem('player-places'))")
    assert waiting["body"]["ranges"][0][0] == pytest.approx(PLACE, abs=30)
    page.evaluate(A_WHILE_AGO)
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_for(page, "JSON.parse(localStorage.getItem('player-places')).length === 0")


def test_a_browser_that_plays_no_lists_plays_the_plain_file(disk, short_film, open_browser):
    recording = replay_of(short_film, disk)
    while unit := units.claim(owner="test", at=TODAY):
        processing.make_unit(unit, lambda: TODAY)
    page = open_browser(seat_in(recording.lesson.section).user)
    page.add_init_script(NO_LISTS)
    page.goto(f"/replays/{recording.pk}/?at=3")
    page.get_by_role("button", name="播放", exact=True).click()
    wait_for(page, "!video.paused && video.currentTime > 4")
    assert "/film.mp4" in video(page, "currentSrc")


def test_small_pictures_show_what_is_where_along_the_bar(disk, film_folder, open_browser):
    """By a pointer and by keys; they come when they are first wanted."""
    film = films.film(film_folder / "twelve.mp4", seconds=12)
    recording = replay_of(film, disk)
    while unit := units.claim(owner="test", at=TODAY):
        processing.make_unit(unit, lambda: TODAY)
    page = open_browser(seat_in(recording.lesson.section).user)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/replays/{recording.pk}/")
    bar, box = page.locator("[data-part=position]"), page.locator("[data-part=along]")
    expect(box).to_be_hidden()
    assert not any("/sb/" in url for url in asked)

    bar.scroll_into_view_if_needed()
    width = bar.bounding_box()["width"]
    with page.expect_response(lambda answer: "/sb/sheet.jpg" in answer.url) as sheet:
        bar.hover(position={"x": width * 0.6, "y": 5})
    assert sheet.value.status == 200
    picture = page.locator(".player__peek")
    expect(picture).to_be_visible()
    expect(box).to_have_text("0:07")
    second = f"-{picture.get_attribute('data-width')}px 0px"  # one picture every five seconds
    assert picture.evaluate("one => one.style.backgroundPosition") == second
    assert box.evaluate("one => one.getBoundingClientRect().right <= innerWidth")

    page.mouse.move(5, 5)
    expect(box).to_be_hidden()
    page.keyboard.press("9")
    expect(box).to_have_text("0:10")
    bar.click(position={"x": width * 0.25, "y": 5})
    expect(page.locator("[data-part=time]")).to_contain_text("0:03 /")


def test_on_a_line_of_400_kbit_the_lesson_goes_on_as_sound_and_says_so(
    disk, film_folder, open_browser
):
    moving = lesson(
        film_folder / "moving.mp4",
        40,
        "color=c=gray:s=320x180:r=10:d=40,noise=alls=100:allf=t",
        1500,
    )
    recording = replay_of(moving, disk)
    page = open_browser(seat_in(recording.lesson.section).user)
    page.goto(f"/replays/{recording.pk}/")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    slow = {
        "offline": False,
        "latency": 80,
        "downloadThroughput": TOO_SLOW,
        "uploadThroughput": TOO_SLOW,
    }
    devtools.send("Network.emulateNetworkConditions", slow)
    page.get_by_role("button", name="播放", exact=True).click()

    expect(page.get_by_text("现在只放声音")).to_be_visible(timeout=30_000)
    begun = video(page, "currentTime")
    wait_for(page, f"!video.paused && video.currentTime > {begun + 3}")
    assert (
        page.get_by_text("画面传不过来").count() == 0
        or page.get_by_text("画面传不过来").is_hidden()
    )

    devtools.send("Network.emulateNetworkConditions", slow | {"downloadThroughput": -1})
    page.get_by_role("button", name="再看画面").click()
    wait_for(page, "!video.paused && video.videoWidth > 0")
    expect(page.get_by_text("现在只放声音")).to_be_hidden()


def test_a_path_that_was_passed_on_dies_with_the_right_and_the_player_says_why(
    slides, open_browser
):
    page = open_browser(seat_in(slides.lesson.section).user)
    page.goto(f"/replays/{slides.pk}/")
    page.get_by_role("button", name="播放", exact=True).click()
    wait_for(page, "video.currentTime > 1")
    path = page.locator("[data-player]").get_attribute("data-master")
    stranger = open_browser()
    assert stranger.request.get(path).status == 200

    services.take_back(recording=slides, actor=slides.uploaded_by, at=TODAY)

    page.wait_for_timeout(4000)
    assert stranger.request.get(path).status == 410
    page.get_by_role("button", name="前进 10 秒").click()
    page.evaluate("document.querySelector('video').currentTime = 600")
    expect(page.locator("[data-part=refused]")).to_be_visible()
    expect(page.locator("[data-part=refused-heading]")).to_have_text("这个回放还没发布")


def test_a_browser_that_plays_lists_by_itself_goes_on_as_sound_when_it_stands_still(
    disk, film_folder, open_browser
):
    """As an iPhone does it: nobody tells the page how fast the line is, but that nothing moves."""
    recording = replay_of(films.film(film_folder / "thirty.mp4", seconds=30), disk)
    page = open_browser(seat_in(recording.lesson.section).user)
    page.add_init_script("delete window.MediaSource; delete window.ManagedMediaSource;")
    page.route("**/v1*/00001.m4s", lambda _route: None)  # of the picture; it never comes
    page.goto(f"/replays/{recording.pk}/")

    page.get_by_role("button", name="播放", exact=True).click()

    expect(page.get_by_text("现在只放声音")).to_be_visible(timeout=30_000)
    wait_for(page, "!video.paused && video.currentTime > 8")
    assert "/audio/index.m3u8" in video(page, "currentSrc")


def test_a_teacher_corrects_captions_by_keyboard_and_hears_them(slides, open_browser):
    captions = Captions.objects.get()
    page = open_browser(slides.uploaded_by)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"/teaching/captions/{captions.pk}/")
    page.locator("#text-0").focus()
    page.keyboard.press("Control+Enter")
    wait_for(page, "video.currentTime > 750 && !video.paused")
    page.keyboard.press("Alt+ArrowDown")
    assert page.evaluate("document.activeElement.id") == "text-1"
    page.keyboard.press("Control+a")
    page.keyboard.type("再来一遍。")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("已保存。")).to_be_visible()
    assert [cue.text for cue in services.cues_of(Captions.objects.get())] == [
        "第三式：白鹤亮翅。",
        "再来一遍。",
    ]
    page.locator("#cue-0 summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#text-0$"))
    assert len(services.cues_of(Captions.objects.get())) == 3
    assert page.evaluate("document.activeElement.id") == "text-0"
