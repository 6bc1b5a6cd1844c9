"""What goes wrong: films that are none, processes that are killed, clocks that differ.

``docs/failures.md`` names the test for each case; those not here stand with their subject.
"""

import ast
import io
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import traceback
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.db import connection

import livestream
from livestream import ffmpeg, probing
from livestream.domain import command
from livestream.domain.inspection import FilmRefused, Problem, ensure_usable
from livestream.models import Recording, Upload
from livestream.services import filing, incoming
from tests.factories.livestream import LessonFactory, RecordingFactory
from tests.livestream import films
from tests.livestream.test_uploads import begun, offset_of, piece

SOURCES = Path(livestream.__file__).parent
H264 = ("-c:v", "libx264", "-preset", "ultrafast")


# -- films that are none, or not what they say ------------------------------------------------


def problem_of(path):
    with pytest.raises(FilmRefused) as refused:
        ensure_usable(probing.look(path))
    return refused.value.problem


def two_days(path):
    """Four pictures, sixteen hours apart."""
    words = ("-f", "lavfi", "-i", "color=s=160x90:r=1:d=4", "-vf", "setpts=PTS*57600")
    return films.make(path, *words, "-fps_mode", "vfr", *H264)


def a_thousand_a_second(path):
    return films.make(path, *films.picture(1, "64x64", 1000), *H264)


def wall_of_a_hall(path):
    return films.make(path, "-f", "lavfi", "-i", "color=s=8192x4320:r=1:d=1", *H264)


BOMBS = {
    two_days: Problem.TOO_LONG,
    a_thousand_a_second: Problem.TOO_FAST,
    wall_of_a_hall: Problem.PICTURE_TOO_LARGE,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_anything_is_made_of_it(bomb, tmp_path):
    assert problem_of(bomb(tmp_path / "bomb.mp4")) == BOMBS[bomb]


def test_an_index_of_gigabytes_in_two_kilobytes_takes_no_memory(tmp_path):
    data = bytearray(two_days(tmp_path / "small.mp4").read_bytes())
    many = 2**26
    for name, figures in (
        (b"stsz", (1, many)),  # a byte each
        (b"stts", (1, many, 1)),
        (b"stsc", (1, 1, many, 1)),
    ):
        place = data.index(name) + 8
        struct.pack_into(f">{len(figures)}I", data, place, *figures)
    bomb = tmp_path / "index.mp4"
    bomb.write_bytes(data)
    began = time.monotonic()

    assert problem_of(bomb) == Problem.TOO_FAST

    assert len(data) < 2000
    assert time.monotonic() - began < 2  # without a bound: 20 s, and four gigabytes


@pytest.fixture
def knocks():
    """How often somebody knocked at a door of this machine, and where it is."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.2)

        def heard():
            try:
                door.accept()[0].close()
            except TimeoutError:
                return False
            return True

        heard.port = door.getsockname()[1]
        yield heard


def workbook():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", "<workbook/>" * 500)
    return held.getvalue()


LIST = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{}\n#EXT-X-ENDLIST\n"
DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
    ' mediaPresentationDuration="PT6S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">'
    '<Period><AdaptationSet><Representation id="1" bandwidth="1000" mimeType="video/mp4">'
    "<BaseURL>{}</BaseURL></Representation></AdaptationSet></Period></MPD>"
)
DISGUISES = {
    "list of the net": lambda port, _film: LIST.format(f"http://127.0.0.1:{port}/a.ts"),
    "list of a file": lambda _port, film: LIST.format(f"file://{film}"),
    "list of joined files": lambda _port, film: LIST.format(f"concat:{film}|{film}"),
    "script of a film": lambda _port, film: f"ffconcat version 1.0\nfile {film.name}\n",
    "plan of the net": lambda port, _film: DASH.format(f"http://127.0.0.1:{port}/a.mp4"),
    "call": lambda port, _film: f"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n",
    "shell script": lambda _port, _film: "#!/bin/sh\nrm -rf /\n" * 40,
    "drawing": lambda _port, film: f'<svg><image href="file://{film}"/></svg>',
    "page": lambda _port, _film: "<!doctype html><script>alert(1)</script>" * 40,
    "letter": lambda _port, _film: "%PDF-1.4\n" + "1 0 obj<<>>endobj\n" * 300,
    "workbook": lambda _port, _film: workbook(),
    "moving picture": lambda _port, _film: b"GIF89a\x01\x00\x01\x00\x80" + bytes(900),
    "photo": lambda _port, _film: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(5000),
}


@pytest.mark.parametrize("kind", DISGUISES)
def test_a_disguise_opens_nothing_and_calls_nobody(kind, tmp_path, short_film, knocks):
    film = tmp_path / "film.mp4"
    film.write_bytes(short_film.read_bytes())
    content = DISGUISES[kind](knocks.port, film)
    disguised = tmp_path / "lesson.mp4"
    disguised.write_bytes(content if isinstance(content, bytes) else content.encode())

    assert problem_of(disguised) == Problem.NOT_A_FILM
    with pytest.raises(ffmpeg.FfmpegFailed):
        ffmpeg.run(
            [*command.opening("lesson.mp4"), "-f", "null", "-"],
            limits=films.LIMITS,
            folder=tmp_path,
        )
    assert not knocks()


@pytest.mark.parametrize("kind", ["list of the net", "script of a film"])
def test_without_white_lists_a_disguise_works(kind, tmp_path, short_film, knocks):
    """The control: ffmpeg, when asked for it, does what lists and scripts say."""
    film = tmp_path / "film.mp4"
    film.write_bytes(short_film.read_bytes())
    (tmp_path / "lesson.mp4").write_text(DISGUISES[kind](knocks.port, film))
    of = "hls" if kind == "list of the net" else "concat"
    allowed = ("-protocol_whitelist", "file,http,tcp", "-f", of, "-i", "lesson.mp4")
    called = []
    waiting = threading.Thread(target=lambda: called.append(knocks()))
    waiting.start()
    try:
        ffmpeg.run([*allowed, "-f", "null", "-"], limits=films.LIMITS, folder=tmp_path)
        opened = True
    except ffmpeg.FfmpegFailed:
        opened = False
    waiting.join()
    assert (opened, called) == ((False, [True]) if of == "hls" else (True, [False]))


def test_every_call_that_opens_a_film_names_what_it_may_open():
    """By formats and protocols, or by the one format of pieces that we made ourselves."""
    opened = 0
    for path in SOURCES.rglob("*.py"):
        text = path.read_text()
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "av.open":
                said = ast.unparse(call)
                assert "OPENING" in said or "format='mp4', container_options" in said, path
                opened += 1
        for place in re.finditer(r'"-i"', text):
            before = text[max(0, place.start() - 320) : place.start()]
            assert {"-protocol_whitelist", "-format_whitelist"} <= set(
                re.findall(r'"(-\w+)"', before)
            ), path
            opened += 1
    assert opened >= 6


# -- machines that die ------------------------------------------------------------------------


@pytest.fixture
def teacher_of(app_client, sign_in, today):
    """The browser of whoever gives a lesson."""
    return lambda lesson: sign_in(app_client, lesson.section.teacher.user)


class Stalls(io.BytesIO):
    """A line over which some bytes come, and then nothing."""

    def read(self, size=-1):
        data = super().read(size)
        if not data:
            time.sleep(60)
        return data


def sends_in_a_process_of_its_own(browser, address, data, offset, length):
    child = os.fork()
    if child:
        return child
    try:
        connection.connection = None  # the parent's; ours is opened anew
        browser.generic(
            "PATCH",
            address,
            HTTP_TUS_RESUMABLE="1.0.0",
            HTTP_UPLOAD_OFFSET=str(offset),
            CONTENT_TYPE="application/offset+octet-stream",
            CONTENT_LENGTH=str(length),
            **{"wsgi.input": Stalls(data)},
        )
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_a_web_process_killed_in_the_middle_of_a_piece_costs_that_piece(
    teacher_of, disk, short_film, tmp_path
):
    """And while it lives, a second page with the same film is told to wait."""
    whole = tmp_path / "large.mp4"
    padding = 2_000_000
    whole.write_bytes(
        short_film.read_bytes() + struct.pack(">I", padding) + b"free" + bytes(padding - 8)
    )
    data = whole.read_bytes()
    lesson = LessonFactory()
    teacher = teacher_of(lesson)
    address = begun(teacher, lesson, whole, here=100_000)
    press = Upload.objects.get().press
    child = sends_in_a_process_of_its_own(
        teacher, address, data[100_000:1_400_000], 100_000, len(data) - 100_000
    )
    try:
        until = time.monotonic() + 20
        while incoming.size_of(press) <= 100_000 and time.monotonic() < until:
            time.sleep(0.02)
        assert incoming.size_of(press) > 100_000
        assert piece(teacher, address, data[100_000:], 100_000).status_code == 423
    finally:
        os.kill(child, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])

    assert offset_of(teacher, address) == 100_000
    assert piece(teacher, address, data[100_000:], 100_000).status_code == 204
    recording = Recording.objects.get()
    stored = disk.root / "recordings" / recording.upload.stored_as
    assert stored.read_bytes() == data


def test_a_full_disk_leaves_the_list_that_was_there(disk, settings):
    folder = disk.root / "recordings"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this account may not mount a disk")
    try:
        filing.put("media/master.m3u8", "#EXTM3U\n")
        with pytest.raises(OSError, match="No space left"):
            filing.put("media/master.m3u8", "#EXTM3U\n" * 20_000)
        assert filing.read("media/master.m3u8") == b"#EXTM3U\n"
        assert disk() == ["recordings/media/master.m3u8"]
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_teacher_is_told_from_where_the_picture_is_damaged(teacher_of):
    film = RecordingFactory(ready=True)
    for number in range(3):
        film.work_units.create(
            generation=1,
            kind="picture",
            number=number,
            starts_at_seconds=number * 60.0,
            seconds=60.0,
            frames=1500,
            broken_frames=(0, 15, 16)[number],
            state="done",
        )
    page = teacher_of(film.lesson).get("/en/teaching/films/").content.decode()
    assert "Parts of the picture are damaged, from these places on: 2 minutes." in page


def test_a_teacher_is_told_where_a_replay_ends_too_early(teacher_of):
    film = RecordingFactory(ready=True, seconds=723.0, cut_at_seconds=723.0)
    page = teacher_of(film.lesson).get("/en/teaching/films/").content.decode()
    assert "The replay ends after 12 minutes 3 seconds: what follows" in page


# -- clocks -----------------------------------------------------------------------------------


@pytest.fixture
def front(settings):
    """A web server in front whose clock is ``front(seconds)`` ahead."""
    ahead = [0.0]

    class Answers(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(403)
            self.end_headers()

        def date_time_string(self, timestamp=None):
            return super().date_time_string(time.time() + ahead[0])

        def log_message(self, *_words):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.WATCH_FRONT = "nginx"
    settings.WAGTAILADMIN_BASE_URL = f"http://127.0.0.1:{server.server_port}"

    def set_to(seconds):
        ahead[0] = seconds

    yield set_to
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(("ahead", "ok"), [(0, True), (-20, True), (100, False), (-100, False)])
def test_a_web_server_in_front_with_another_clock_is_told(app_client, front, ahead, ok):
    front(ahead)
    said = app_client.get("/readyz")
    part = said.json()["parts"]["front"]
    assert (said.status_code, part["ok"], part["needed"]) == (200, ok, False)
    assert re.fullmatch(r"\d+ s from the clock of the web server in front", part["says"])


def test_a_web_server_in_front_that_does_not_answer_is_told(app_client, settings):
    settings.WATCH_FRONT = "nginx"
    settings.WAGTAILADMIN_BASE_URL = "http://127.0.0.1:1"
    assert app_client.get("/readyz").json()["parts"]["front"]["ok"] is False


def test_without_a_web_server_in_front_no_other_clock_is_asked(app_client):
    assert "front" not in app_client.get("/readyz").json()["parts"]
