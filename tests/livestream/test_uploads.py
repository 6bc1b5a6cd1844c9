"""Films sent in pieces, through the door that a teacher's browser knocks at."""

import base64
import os
import subprocess
import threading
import time
from contextlib import suppress
from datetime import timedelta
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import clock
from accounts.middleware import SEEN
from accounts.models import AuditEvent, OutboxMessage
from livestream import services
from livestream.domain.inspection import GIB, LARGEST_FILE
from livestream.domain.tus import PIECE
from livestream.models import Generation, Recording, Upload
from livestream.services import generations, incoming, room
from livestream.views import sending
from tests.factories.accounts import StaffFactory
from tests.factories.livestream import LessonFactory, UploadFactory
from tests.factories.times import TODAY

UPLOADS = "/en/teaching/films/uploads/"
FILMS = "/en/teaching/films/"
VERSION = {"HTTP_TUS_RESUMABLE": "1.0.0"}

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def lesson():
    return LessonFactory()


@pytest.fixture
def teacher(app_client, lesson, sign_in, disk):
    """A browser in which the teacher of the lesson is signed in."""
    return sign_in(app_client, lesson.section.teacher.user)


def metadata(**said):
    pairs = (f"{key} {base64.b64encode(str(said[key]).encode()).decode()}" for key in said)
    return ",".join(pairs)


def announce(browser, lesson, size, **said):
    said = {"filename": "课.mp4", "lesson": lesson.pk, "press": uuid4(), **said}
    headers = {"HTTP_UPLOAD_LENGTH": str(size), "HTTP_UPLOAD_METADATA": metadata(**said)}
    return browser.generic("POST", UPLOADS, **VERSION, **headers)


def piece(browser, address, data, offset, **more):
    headers = {"HTTP_UPLOAD_OFFSET": str(offset), **more}
    return browser.generic("PATCH", address, data, content_type=PIECE, **VERSION, **headers)


def offset_of(browser, address):
    return int(browser.generic("HEAD", address, **VERSION)["Upload-Offset"])


def begun(browser, lesson, film, here=0):
    """The address of an upload of which ``here`` bytes have arrived."""
    address = announce(browser, lesson, film.stat().st_size)["Location"]
    if here:
        assert piece(browser, address, film.read_bytes()[:here], 0).status_code == 204
    return address


def test_a_film_in_three_pieces_becomes_a_recording(teacher, lesson, short_film, disk):
    data = short_film.read_bytes()
    address = begun(teacher, lesson, short_film)
    third = len(data) // 3
    for offset in (0, third, 2 * third):
        end = offset + third if offset < 2 * third else len(data)
        answer = piece(teacher, address, data[offset:end], offset)
        assert (answer.status_code, answer["Upload-Offset"]) == (204, str(end))

    recording = Recording.objects.get()
    upload = recording.upload
    assert (recording.status, recording.lesson, recording.uploaded_by) == (
        "uploaded",
        lesson,
        lesson.section.teacher.user,
    )
    assert (upload.state, upload.original_name, upload.size) == ("arrived", "课.mp4", len(data))
    assert disk() == [f"recordings/{upload.stored_as}"]  # once, and no lock beside it
    assert (disk.root / "recordings" / upload.stored_as).read_bytes() == data
    assert list(OutboxMessage.objects.values_list("kind", "object_id")) == [
        ("process_recording", str(recording.pk))
    ]
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["film received"]
    assert "The film has arrived." in teacher.get(FILMS).content.decode()


def test_a_film_is_renamed_and_never_copied(teacher, lesson, short_film, disk):
    address = begun(teacher, lesson, short_film, here=1000)
    inode = incoming.path_of(Upload.objects.get().press).stat().st_ino
    piece(teacher, address, short_film.read_bytes()[1000:], 1000)
    stored = disk.root / "recordings" / Upload.objects.get().stored_as
    assert stored.stat().st_ino == inode


class Breaks(BytesIO):
    """A line that breaks: the server says so with an exception, or just stops."""

    def read(self, size=-1):
        data = super().read(size)
        if not data:
            raise OSError("connection reset")
        return data


@pytest.mark.parametrize("line", [BytesIO, Breaks])
def test_what_arrived_before_the_line_broke_is_kept(teacher, lesson, short_film, line):
    address = begun(teacher, lesson, short_film)
    data = short_film.read_bytes()
    body = {"wsgi.input": line(data[:5000]), "CONTENT_LENGTH": "20000", "CONTENT_TYPE": PIECE}
    answer = teacher.generic("PATCH", address, HTTP_UPLOAD_OFFSET="0", **VERSION, **body)
    assert answer["Connection"] == "close"
    assert offset_of(teacher, address) == 5000 == incoming.size_of(Upload.objects.get().press)
    piece(teacher, address, data[5000:], 5000)
    assert Recording.objects.count() == 1


def test_a_line_that_falls_silent_is_let_go():
    class Silent:
        def __init__(self):
            self.hung = threading.Event()

        def read(self, size):
            if not self.hung.is_set():
                self.hung.set()
                return b"abc"
            time.sleep(3)
            return b""

    line = sending.Line(Silent(), 100, silence=0.2)
    began = time.monotonic()
    assert (list(line), line.is_whole) == ([b"abc"], False)
    assert time.monotonic() - began < 2
    line.close()


def test_a_body_is_handed_on_in_blocks_of_half_a_megabyte():
    blocks = [len(block) for block in sending.Line(BytesIO(bytes(1_300_000)), 1_300_000)]
    assert blocks == [524_288, 524_288, 251_424]


def test_the_row_says_what_lies_on_the_disk_and_no_more(teacher, lesson, short_film):
    """A process that was killed may have written more than it answered for, or lost a disk."""
    address = begun(teacher, lesson, short_film, here=5000)
    path = incoming.path_of(Upload.objects.get().press)
    with path.open("ab") as file:
        file.write(b"never answered for")
    assert offset_of(teacher, address) == 5000
    data = short_film.read_bytes()
    assert piece(teacher, address, data[5000:6000], 5000).status_code == 204
    assert path.read_bytes() == data[:6000]
    os.truncate(path, 2000)
    assert offset_of(teacher, address) == 2000
    assert piece(teacher, address, b"x", 6000).status_code == 409
    assert piece(teacher, address, data[2000:], 2000).status_code == 204
    assert Recording.objects.count() == 1


def test_one_writes_at_a_time_and_the_other_is_told(teacher, lesson, short_film):
    address = begun(teacher, lesson, short_film, here=5000)
    with incoming.alone(Upload.objects.get().press):
        assert piece(teacher, address, b"x", 5000).status_code == 423
        assert teacher.generic("DELETE", address, **VERSION).status_code == 423
        assert offset_of(teacher, address) == 5000  # to look is allowed
    assert piece(teacher, address, b"x", 5000).status_code == 204


def test_no_transaction_is_open_while_a_piece_comes_in(teacher, lesson, short_film, monkeypatch):
    address = begun(teacher, lesson, short_film)
    depth = len(connection.savepoint_ids)  # the test's own
    seen = []
    keep = incoming.Bytes.write

    def looks(self, data):
        seen.append(len(connection.savepoint_ids))
        keep(self, data)

    monkeypatch.setattr(incoming.Bytes, "write", looks)
    piece(teacher, address, b"abc", 0)
    assert seen == [depth]


def test_pieces_take_only_some_of_the_threads(teacher, lesson, short_film):
    address = begun(teacher, lesson, short_film)
    held = [sending._threads.acquire(blocking=False) for _piece in range(sending.AT_ONCE)]
    try:
        busy = piece(teacher, address, b"abc", 0)
        assert (busy.status_code, busy["Retry-After"]) == (503, "3")
        assert offset_of(teacher, address) == 0
    finally:
        for _piece in held:
            sending._threads.release()
    assert piece(teacher, address, b"abc", 0).status_code == 204


def test_who_sends_is_not_signed_out_meanwhile(teacher, lesson, short_film):
    address = begun(teacher, lesson, short_film)
    session = teacher.session
    session[SEEN] = time.time() - 29 * 60
    session.save()
    piece(teacher, address, b"abc", 0)
    assert time.time() - teacher.session[SEEN] < 60


# -- announcing -----------------------------------------------------------------------------


def test_the_same_press_announces_one_film(teacher, lesson):
    press = uuid4()
    first, again = (announce(teacher, lesson, 5000, press=press) for _tap in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first["Location"] == again["Location"] == f"{UPLOADS}{press}/"
    assert announce(teacher, lesson, 5001, press=press).status_code == 409
    assert Upload.objects.count() == 1


def test_what_cannot_be_a_film_of_theirs_is_refused(teacher, lesson):
    stranger = LessonFactory(section__weekday=3)
    answers = [
        announce(teacher, stranger, 5000),
        announce(teacher, lesson, LARGEST_FILE + 1),
        announce(teacher, lesson, 0),
    ]
    assert [answer.status_code for answer in answers] == [403, 413, 400]
    assert "not among yours" in answers[0].content.decode()
    assert not Upload.objects.exists()


def test_a_full_disk_is_said_before_the_first_byte(teacher, lesson, monkeypatch):
    monkeypatch.setattr("livestream.services.room.FREE_SHARE", 1.0)
    answer = announce(teacher, lesson, 5000)
    assert answer.status_code == 507
    assert "We have no room for this film at the moment." in answer.content.decode()
    assert not Upload.objects.exists()


def test_films_announced_together_do_not_fill_the_disk_together(teacher, lesson, monkeypatch):
    class Disk:
        total = 100 * GIB
        free = 5 * GIB + 2 * 10 * GIB  # the floor, and room for two of 4 GiB with their replays

    monkeypatch.setattr("livestream.services.room.shutil.disk_usage", lambda _path: Disk)
    answers = [announce(teacher, lesson, 4 * GIB).status_code for _film in range(3)]
    assert answers == [201, 201, 507]


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_the_last_room_is_given_to_one_of_two_who_ask_at_once(lesson, disk, settings, monkeypatch):
    settings.FILMS_OF_A_TEACHER = 5000
    look, met, answers = room.ensure_room_for, threading.Barrier(2), []

    def found(size, **whose):
        look(size, **whose)
        with suppress(threading.BrokenBarrierError):
            met.wait(timeout=1)  # for the other one, who must not come so far

    def page():
        try:
            with suppress(services.UploadRefused):
                answers.append(
                    services.begin_upload(
                        shows=lesson,
                        size=3000,
                        name="课.mp4",
                        actor=lesson.section.teacher.user,
                        press=uuid4(),
                        at=TODAY,
                    )
                )
        finally:
            connection.close()

    monkeypatch.setattr(room, "ensure_room_for", found)
    pages = [threading.Thread(target=page) for _page in range(2)]
    for one in pages:
        one.start()
    for one in pages:
        one.join()
    assert answers == list(Upload.objects.all())
    assert len(answers) == 1
    assert met.broken


def test_room_is_kept_for_a_film_until_its_replay_is_made(teacher, lesson, monkeypatch):
    class Disk:
        total = 100 * GIB
        free = 5 * GIB + (6 + 10) * GIB  # the floor, the replay of one that is here, and another

    monkeypatch.setattr("livestream.services.room.shutil.disk_usage", lambda _path: Disk)
    film = UploadFactory(recording__lesson=lesson, size=4 * GIB).recording
    UploadFactory(recording__lesson=lesson, recording__published=True, size=4 * GIB)

    def is_room_for(size):
        answer = announce(teacher, lesson, size)
        Upload.objects.unfinished().delete()
        return answer.status_code == 201

    assert is_room_for(4 * GIB)
    Disk.free -= GIB
    for status in ("uploaded", "processing", "ready"):
        Recording.objects.filter(pk=film.pk).update(status=status, generation=1, seconds=60.0)
        if status != "uploaded":
            generations.open_generation(film, kind=Generation.Kind.LADDER, at=TODAY)
        assert not is_room_for(4 * GIB), status
        assert is_room_for(3 * GIB)
    Generation.objects.filter(recording=film).give_up()
    assert is_room_for(4 * GIB)


@pytest.mark.parametrize("setting", ["FILMS_OF_A_TEACHER", "FILMS_OF_A_UNIT"])
def test_a_share_is_full_when_what_was_announced_fills_it(teacher, lesson, settings, setting):
    setattr(settings, setting, 10_000)
    UploadFactory(recording__lesson=lesson, size=3000)  # here, and kept
    UploadFactory(recording__lesson=lesson, size=9000, stored_as="")  # its bytes are gone
    answers = [announce(teacher, lesson, 4000).status_code for _film in range(2)]
    assert answers == [201, 507]
    assert Upload.objects.unfinished().count() == 1


@pytest.fixture
def small_disk(disk, settings):
    """A scratch disk of two megabytes, really: a full one is nothing one can pretend."""
    folder = disk.root / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this account may not mount a disk")
    settings.SCRATCH_ROOT = folder
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up_keeps_what_fitted_and_says_so(
    teacher, lesson, short_film, small_disk
):
    data = short_film.read_bytes()[:600_000]
    address = announce(teacher, lesson, len(data))["Location"]
    ballast = small_disk / "ballast"
    with ballast.open("wb") as file, suppress(OSError):
        file.write(bytes(2 * 1024**2 - 100_000 // 4096 * 4096))
    full = piece(teacher, address, data, 0)
    on_disk = incoming.size_of(Upload.objects.get().press)
    assert (full.status_code, int(full["Upload-Offset"])) == (507, on_disk)
    assert 50_000 < on_disk == offset_of(teacher, address) < len(data)
    assert "We have no room" in full.content.decode()

    ballast.unlink()
    assert piece(teacher, address, data[on_disk:], on_disk).status_code == 204
    upload = Upload.objects.get()
    assert (upload.offset, upload.state) in {(len(data), "arrived"), (len(data), "refused")}


# -- whose it is ----------------------------------------------------------------------------


def test_the_uploads_of_others_are_unknown(teacher, lesson):
    other = UploadFactory(arriving=True, lesson=LessonFactory(section__weekday=3), size=100)
    address = f"{UPLOADS}{other.press}/"
    answers = [
        teacher.generic("HEAD", address, **VERSION),
        piece(teacher, address, b"x", 0),
        teacher.generic("DELETE", address, **VERSION),
        teacher.post(f"{address}give-up/"),
        teacher.post(f"{address}use/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert Upload.objects.filter(pk=other.pk, offset=0).exists()


def test_without_its_token_a_piece_is_refused(lesson, disk, sign_in):
    from tests.conftest import AppClient

    browser = AppClient(enforce_csrf_checks=True)
    sign_in(browser, lesson.section.teacher.user)
    upload = UploadFactory(arriving=True, lesson=lesson, size=100)
    address = f"{UPLOADS}{upload.press}/"
    browser.get("/en/teaching/films/send/")
    token = browser.cookies["csrftoken"].value
    assert piece(browser, address, b"x", 0).status_code == 403
    assert offset_of(browser, address) == 0
    assert piece(browser, address, b"x", 0, HTTP_X_CSRFTOKEN=token).status_code == 204
    assert announce(browser, lesson, 100).status_code == 403


class Unread(BytesIO):
    """A body that must not be touched."""

    def read(self, *_arguments):
        raise AssertionError("the body was read")


@pytest.mark.parametrize("kind", [PIECE, "multipart/form-data; boundary=x"])
def test_others_send_nothing_and_a_form_is_no_piece(app_client, lesson, disk, sign_in, kind):
    upload = UploadFactory(arriving=True, lesson=lesson, size=GIB)
    address = f"{UPLOADS}{upload.press}/"
    body = {"CONTENT_LENGTH": str(GIB), "wsgi.input": Unread(), "HTTP_UPLOAD_OFFSET": "0"}
    knock = {"content_type": kind, **VERSION, **body}
    signed_out = app_client.generic("PATCH", address, **knock).status_code
    sign_in(app_client, StaffFactory())
    not_theirs = app_client.generic("PATCH", address, **knock).status_code
    sign_in(app_client, lesson.section.teacher.user)
    knock["content_type"] = "multipart/form-data; boundary=x"
    no_piece = app_client.generic("PATCH", address, **knock).status_code
    assert (signed_out, not_theirs, no_piece) in {(302, 403, 413), (413, 413, 413)}
    assert disk() == []


# -- films that cannot be used ----------------------------------------------------------------


def sent(browser, lesson, data):
    address = announce(browser, lesson, len(data))["Location"]
    assert piece(browser, address, data, 0).status_code == 204
    return address


def test_a_film_that_is_none_is_refused_in_words_and_leaves_no_bytes(teacher, lesson, disk):
    sent(teacher, lesson, b"#EXTM3U\n#EXTINF:6,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    upload = Upload.objects.get()
    assert (upload.state, upload.problem) == ("refused", "not_a_film")
    assert (disk(), Recording.objects.count(), OutboxMessage.objects.count()) == ([], 0, 0)
    assert "We cannot read this file as a film." in teacher.get(FILMS).content.decode()


def test_a_cut_film_waits_and_is_used_as_it_is_without_sending_it_again(
    teacher, lesson, cut_film, disk
):
    address = sent(teacher, lesson, cut_film.read_bytes())
    assert Upload.objects.get().problem == "cut_off"
    page = teacher.get(FILMS).content.decode()
    assert "This film is cut off after" in page
    assert f'action="{address}use/"' in page

    assert teacher.post(f"{address}use/").status_code == 302

    recording = Recording.objects.get()
    assert recording.takes_what_is_there
    assert disk() == [f"recordings/{recording.upload.stored_as}"]


def test_a_film_is_given_up_with_its_bytes(teacher, lesson, short_film, disk):
    address = begun(teacher, lesson, short_film, here=5000)
    assert teacher.post(f"{address}give-up/").status_code == 302
    assert (disk(), Upload.objects.count()) == ([], 0)
    assert teacher.generic("HEAD", address, **VERSION).status_code == 404
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["film given up"]


def test_a_film_that_arrived_is_not_deleted_at_this_door(teacher, lesson, short_film):
    address = sent(teacher, lesson, short_film.read_bytes())
    assert teacher.generic("DELETE", address, **VERSION).status_code == 403
    assert offset_of(teacher, address) == short_film.stat().st_size
    assert Recording.objects.count() == 1


# -- machines that die, and teachers who do not come back ---------------------------------------


def prune():
    out = StringIO()
    call_command("prune_uploads", stdout=out)
    return out.getvalue().strip()


def test_after_seven_days_a_film_is_gone_and_says_so(teacher, lesson, short_film, disk):
    address = begun(teacher, lesson, short_film, here=5000)
    clock.set_to(TODAY + timedelta(days=6, hours=23))
    assert prune() == ""
    clock.set_to(TODAY + timedelta(days=7, minutes=1))
    assert teacher.generic("HEAD", address, **VERSION).status_code == 410
    assert prune() == "0 uploads taken up, 1 gone, 0 files swept"
    assert (disk(), Upload.objects.count()) == ([], 0)


def test_each_piece_lets_a_film_wait_longer(teacher, lesson, short_film):
    address = begun(teacher, lesson, short_film)
    clock.set_to(TODAY + timedelta(days=6))
    piece(teacher, address, b"abc", 0)
    clock.set_to(TODAY + timedelta(days=12))
    assert offset_of(teacher, address) == 3


def test_a_film_being_sent_just_now_is_not_pruned(teacher, lesson, short_film):
    begun(teacher, lesson, short_film)
    clock.set_to(TODAY + timedelta(days=8))
    with incoming.alone(Upload.objects.get().press):
        prune()
    assert Upload.objects.count() == 1


@pytest.mark.parametrize("dies_in", ["room of the look", "after the move"])
def test_a_process_that_dies_at_the_last_byte_leaves_the_film_to_the_clock(  # noqa: PLR0917
    teacher, lesson, short_film, disk, monkeypatch, dies_in
):
    where = "_looked_into" if dies_in == "room of the look" else "_write_down"

    def dies(*_arguments, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(services.uploads, where, dies)
        with pytest.raises(KeyboardInterrupt):
            sent(teacher, lesson, short_film.read_bytes())
    assert Recording.objects.count() == 0

    assert prune() == "1 uploads taken up, 0 gone, 0 files swept"

    recording = Recording.objects.get()
    assert disk() == [f"recordings/{recording.upload.stored_as}"]
    stored = disk.root / "recordings" / recording.upload.stored_as
    assert stored.read_bytes() == short_film.read_bytes()


def test_files_that_nobody_knows_are_swept_after_an_hour(disk):
    path = incoming.path_of(uuid4())
    path.write_bytes(b"left")
    prune()
    assert path.exists()
    os.utime(path, (time.time() - 3601,) * 2)
    assert prune() == "0 uploads taken up, 0 gone, 1 files swept"
    assert disk() == []
