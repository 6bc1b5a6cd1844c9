"""A film over a bad line: a teacher's browser sends it, and tuspy, which others wrote."""

import gc
import hashlib
import re
import struct
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, Response, expect
from tusclient import client

from tests.journeys.audit import audit_page
from tests.journeys.people import People, Person
from tests.journeys.stack import Stack

TEACHER = "何慕云"
SEND, FILMS = "/teaching/films/send/", "/teaching/films/"
PIECE = 16 * 1024 * 1024
SPEED = 9_000_000  # bytes a second: pieces that last long enough to break
CUTS = 3  # the line twice, the page once

# What left this browser, over reloads too: XMLHttpRequest says it as it happens.
COUNTS = """
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (body) {
  let before = 0;
  this.upload.addEventListener("progress", ({ loaded }) => {
    localStorage.sent = Number(localStorage.sent ?? 0) + loaded - before;
    before = loaded;
  });
  return send.call(this, body);
};
"""


def a_long_sound(folder: Path, pieces: float) -> Path:
    """A recording of sound so fine that few seconds of it are several pieces large."""
    rate, channels, width = 192_000, 2, 4
    size = int(pieces * PIECE) // 8 * 8
    wave = b"".join(
        struct.pack("<ii", n * 65_536, -n * 65_536) for n in range(-30_000, 30_000, 60)
    )
    data = (wave * (size // len(wave) + 1))[:size]
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * width, 8, 32)
    film = folder / f"讲座 {pieces}.wav"
    film.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack("<I", 16) + form
        + b"data" + struct.pack("<I", size) + data
    )  # fmt: skip
    return film


def test_a_film_survives_a_line_that_breaks_twice_a_reload_and_a_second_window(
    people: People, stack: Stack, tmp_path
):
    film = a_long_sound(tmp_path, 4.5)
    teacher = people.signed_in(TEACHER)
    teacher.context.add_init_script(COUNTS)
    line = Line(teacher)
    page = teacher.goto(SEND)

    choose_and_send(page, film)
    arrived(page, 25)
    line.breaks()
    expect(page.locator("[data-words]")).to_contain_text("网络断了")
    assert audit_page(page) == []
    line.is_back()
    arrived(page, 45)

    page.reload()
    expect(page.locator("main")).to_contain_text(film.name)
    assert audit_page(page) == []
    choose_and_send(page, film)
    expect(page.locator("[data-known]")).to_contain_text("会从这里接着传")
    second = a_second_window(teacher, film)
    arrived(page, 70)
    line.breaks()
    page.wait_for_timeout(1500)
    line.is_back()
    page.wait_for_url(f"**{FILMS}", timeout=60_000)

    # Said by the browser each time, and meant to be.
    teacher.complaints[:] = [one for one in teacher.complaints if "DISCONNECTED" not in one]
    assert 423 in second
    assert sha256(stored(stack, film)) == sha256(film)
    sent = int(page.evaluate("localStorage.sent"))
    assert sent - film.stat().st_size <= (CUTS + 1) * PIECE  # the second window may take one
    assert not list((stack.var / "scratch/uploads").iterdir())
    expect(page.locator("main")).to_contain_text("录像收到了")


# tuspy leaves the file it sent to Python to close.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_sender_that_others_wrote_sends_goes_on_and_is_checked(
    people: People, stack: Stack, tmp_path
):
    film = a_long_sound(tmp_path, 0.6)
    teacher = people.signed_in(TEACHER)
    page = teacher.goto(SEND)
    cookies = {one["name"]: one["value"] for one in teacher.context.cookies()}
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": cookies["csrftoken"],
    }
    sender = client.TusClient(f"{stack.url}/teaching/films/uploads/", headers=headers)
    said = {"filename": film.name, "lesson": page.locator("[name=lesson]").first.input_value()}
    parts = {"file_path": str(film), "chunk_size": 3_000_000, "upload_checksum": True}

    first = sender.uploader(metadata=said, **parts)
    first.upload_chunk()
    first.upload_chunk()
    again = sender.uploader(url=first.url, **parts)  # a new one, as after a restart
    assert again.offset == 6_000_000
    again.upload()

    gc.collect()
    assert again.offset == film.stat().st_size
    assert sha256(stored(stack, film)) == sha256(film)


class Line:
    """A slow line into the house, which breaks and comes back."""

    def __init__(self, person: Person) -> None:
        self.session: CDPSession = person.context.new_cdp_session(person.page)
        self.session.send("Network.enable")
        self._be(offline=False)

    def breaks(self) -> None:
        """The line is gone; what was on its way is lost."""
        self._be(offline=True)

    def is_back(self) -> None:
        """The line is there again."""
        self._be(offline=False)

    def _be(self, *, offline: bool) -> None:
        how = {"offline": offline, "latency": 5, "downloadThroughput": -1}
        self.session.send("Network.emulateNetworkConditions", how | {"uploadThroughput": SPEED})


def choose_and_send(page: Page, film: Path) -> None:
    page.locator("[name=film]").set_input_files(film)
    page.locator("[data-send]").click()


def arrived(page: Page, percent: int) -> None:
    """Wait until the page says that so much has arrived."""
    page.wait_for_function(
        "least => document.querySelector('[data-sending] progress').value >= least", arg=percent
    )


def a_second_window(teacher: Person, film: Path) -> list[int]:
    """Somebody sends the same film from another window; what it is answered."""
    answers: list[int] = []

    def note(response: Response) -> None:
        answers.append(response.status)

    window = teacher.context.new_page()
    window.on("response", note)
    window.goto(SEND)
    choose_and_send(window, film)
    expect(window.locator("[data-words]")).to_contain_text(re.compile("另一个页面"))
    window.close()
    return answers


def stored(stack: Stack, film: Path) -> Path:
    """The one file of this size among the films that arrived."""
    size = film.stat().st_size
    source = stack.var / "recordings/source"
    [found] = [one for one in source.rglob("*") if one.is_file() and one.stat().st_size == size]
    return found


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
