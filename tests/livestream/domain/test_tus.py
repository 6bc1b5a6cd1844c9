"""What tus 1.0 demands of a server, one test for each MUST (and each SHOULD we promise)."""

import base64
import doctest
import hashlib
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from livestream.domain import tus
from livestream.domain.tus import Standing, TusRefused

EXPIRES = datetime(2026, 12, 8, 9, 30, tzinfo=UTC)


class Shelf:
    """A store in memory. ``disk`` is how many bytes it takes before it is full."""

    largest = 1000

    def __init__(self):
        self.uploads = {}
        self.disk = 10_000
        self.busy = set()
        self.gone = set()

    def create(self, announced):
        key = f"film{len(self.uploads)}"
        self.uploads[key] = {
            "size": announced.size,
            "kept": b"",
            "said": announced.said,
            "metadata": announced.metadata,
        }
        return key

    def address_of(self, key):
        return f"/films/{key}"

    def look(self, key):
        if key in self.gone:
            raise TusRefused(410)
        if key not in self.uploads:
            raise TusRefused(404)
        one = self.uploads[key]
        whole = len(one["kept"]) == one["size"]
        return Standing(one["size"], len(one["kept"]), None if whole else EXPIRES, one["said"])

    @contextmanager
    def writing(self, key):
        self.look(key)
        if key in self.busy:
            raise TusRefused(423)
        yield Pen(self, key)

    def remove(self, key):
        self.look(key)
        del self.uploads[key]
        self.gone.add(key)


class Pen:
    def __init__(self, shelf, key):
        self.shelf = shelf
        self.key = key
        self.written = b""
        self.kept_times = 0

    @property
    def standing(self):
        return self.shelf.look(self.key)

    def write(self, data):
        room = self.shelf.disk - len(self.written)
        self.written += data[:room]
        if len(data) > room:
            raise TusRefused(507)

    def keep(self):
        self.shelf.uploads[self.key]["kept"] += self.written
        self.written = b""

    def undo(self):
        self.written = b""


@pytest.fixture
def shelf():
    return Shelf()


def ask(shelf, method, key=None, body=(), **headers):
    pieces = [body] if isinstance(body, bytes) else list(body)
    said = {"tus-resumable": "1.0.0"}
    if pieces:
        said |= {"content-length": str(sum(map(len, pieces))), "content-type": tus.PIECE}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    said = {name: value for name, value in said.items() if value is not None}
    return tus.answer(tus.Request(method, said, key, pieces), shelf)


def create(shelf, size=10, **headers):
    return ask(shelf, "POST", upload_length=str(size), **headers)


@pytest.fixture
def film(shelf):
    """The key of an upload of ten bytes, of which four are here."""
    create(shelf)
    assert ask(shelf, "PATCH", "film0", b"abcd", upload_offset="0").status == 204
    return "film0"


def b64(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def checksum(data, algorithm="sha1"):
    return f"{algorithm} {b64(hashlib.new(algorithm, data).digest())}"


def nothing_changed(shelf, answer, status):
    assert answer.status == status
    assert shelf.uploads["film0"]["kept"] == b"abcd"


# -- versions and methods -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "key", "headers"),
    [
        ("POST", None, {"upload_length": "10"}),
        ("HEAD", "film0", {}),
        ("PATCH", "film0", {"upload_offset": "99"}),
        ("HEAD", "nowhere", {}),
        ("OPTIONS", None, {}),
        ("DELETE", "film0", {}),
    ],
)
def test_every_answer_names_the_version(shelf, film, method, key, headers):
    assert ask(shelf, method, key, **headers).headers["Tus-Resumable"] == "1.0.0"


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0.1", ""])
def test_another_version_is_refused_with_ours_and_nothing_is_done(shelf, film, version):
    answer = ask(shelf, "PATCH", film, b"xx", upload_offset="4", tus_resumable=version)
    assert answer.headers["Tus-Version"] == "1.0.0"
    nothing_changed(shelf, answer, 412)


def test_another_version_cannot_delete_either(shelf, film):
    assert ask(shelf, "DELETE", film, tus_resumable="0.9").status == 412
    assert film in shelf.uploads


def test_options_say_what_we_can(shelf):
    answer = ask(shelf, "OPTIONS")
    assert answer.status in {200, 204}
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"].split(",") == list(tus.EXTENSIONS)
    assert answer.headers["Tus-Max-Size"] == "1000"


def test_options_ask_for_no_version(shelf):
    assert ask(shelf, "OPTIONS", tus_resumable=None).status == 204
    assert ask(shelf, "OPTIONS", tus_resumable="0.1").status == 204


def test_the_method_that_is_meant_counts(shelf, film):
    sent = ask(shelf, "POST", film, b"ef", upload_offset="4", x_http_method_override="PATCH")
    assert (sent.status, sent.headers["Upload-Offset"]) == (204, "6")
    assert ask(shelf, "PATCH", film, x_http_method_override="HEAD").status == 200
    assert ask(shelf, "POST", film, x_http_method_override="DELETE").status == 204


@pytest.mark.parametrize(("method", "key"), [("GET", None), ("PUT", "film0"), ("POST", "film0")])
def test_other_methods_are_not_known(shelf, film, method, key):
    answer = ask(shelf, method, key)
    assert answer.status == 405
    assert answer.headers["Allow"].endswith("OPTIONS")


# -- HEAD -----------------------------------------------------------------------------------


def test_head_says_the_offset_even_when_it_is_nought(shelf):
    create(shelf)
    assert ask(shelf, "HEAD", "film0").headers["Upload-Offset"] == "0"


def test_head_says_the_offset_of_a_finished_upload(shelf, film):
    ask(shelf, "PATCH", film, b"efghij", upload_offset="4")
    answer = ask(shelf, "HEAD", film)
    assert (answer.status, answer.headers["Upload-Offset"]) == (200, "10")
    assert answer.headers["Upload-Length"] == "10"


def test_head_says_the_length(shelf, film):
    assert ask(shelf, "HEAD", film).headers["Upload-Length"] == "10"


def test_no_cache_may_keep_an_offset(shelf, film):
    assert ask(shelf, "HEAD", film).headers["Cache-Control"] == "no-store"


def test_head_of_what_is_not_there_names_no_offset(shelf):
    answer = ask(shelf, "HEAD", "nowhere")
    assert answer.status == 404
    assert "Upload-Offset" not in answer.headers


def test_head_gives_the_metadata_back_word_for_word(shelf):
    said = f"filename {b64('课 3.mp4')},private"
    create(shelf, upload_metadata=said)
    assert ask(shelf, "HEAD", "film0").headers["Upload-Metadata"] == said


def test_head_without_metadata_has_no_such_line(shelf, film):
    assert "Upload-Metadata" not in ask(shelf, "HEAD", film).headers


# -- PATCH ----------------------------------------------------------------------------------


def test_a_piece_is_put_behind_the_others_and_the_new_offset_is_said(shelf, film):
    answer = ask(shelf, "PATCH", film, [b"ef", b"g"], upload_offset="4")
    assert (answer.status, answer.headers["Upload-Offset"]) == (204, "7")
    assert shelf.uploads[film]["kept"] == b"abcdefg"


@pytest.mark.parametrize("offset", ["0", "3", "5", "10"])
def test_another_offset_is_a_conflict_and_changes_nothing(shelf, film, offset):
    nothing_changed(shelf, ask(shelf, "PATCH", film, b"xx", upload_offset=offset), 409)


@pytest.mark.parametrize("offset", [None, "", "-1", "+4", "4.0", "four", "４", "9" * 40])
def test_an_offset_is_a_number_from_nought_on(shelf, film, offset):
    nothing_changed(shelf, ask(shelf, "PATCH", film, b"xx", upload_offset=offset), 400)


@pytest.mark.parametrize("kind", [None, "application/octet-stream", "video/mp4"])
def test_a_piece_has_its_content_type(shelf, film, kind):
    answer = ask(shelf, "PATCH", film, b"xx", upload_offset="4", content_type=kind)
    nothing_changed(shelf, answer, 415)


def test_a_piece_for_nothing_is_not_found(shelf):
    assert ask(shelf, "PATCH", "nowhere", b"xx", upload_offset="0").status == 404


def test_what_arrived_of_a_broken_piece_is_kept(shelf, film):
    answer = ask(shelf, "PATCH", film, b"ef", upload_offset="4", content_length="6")
    assert answer.headers["Upload-Offset"] == "6"
    assert shelf.uploads[film]["kept"] == b"abcdef"


def test_more_than_was_announced_is_refused_unread(shelf, film):
    def unread():
        raise AssertionError("the body was read")
        yield b""

    said = {"tus-resumable": "1.0.0", "content-type": tus.PIECE, "upload-offset": "4"}
    request = tus.Request("PATCH", said | {"content-length": "7"}, film, unread())
    nothing_changed(shelf, tus.answer(request, shelf), 413)


def test_a_body_that_grows_beyond_what_it_said_is_not_taken(shelf, film):
    answer = ask(shelf, "PATCH", film, b"efghijkl", upload_offset="4", content_length="6")
    nothing_changed(shelf, answer, 413)


def test_nothing_more_can_be_sent_to_a_finished_upload(shelf, film):
    ask(shelf, "PATCH", film, b"efghij", upload_offset="4")
    assert ask(shelf, "PATCH", film, b"k", upload_offset="10").status == 413
    assert ask(shelf, "PATCH", film, upload_offset="10", content_type=tus.PIECE).status == 204


def test_two_cannot_write_at_once(shelf, film):
    shelf.busy.add(film)
    nothing_changed(shelf, ask(shelf, "PATCH", film, b"xx", upload_offset="4"), 423)


def test_a_disk_that_fills_up_keeps_what_fitted_and_says_so(shelf, film):
    shelf.disk = 3
    answer = ask(shelf, "PATCH", film, b"efghij", upload_offset="4")
    assert (answer.status, answer.headers["Upload-Offset"]) == (507, "7")
    assert shelf.uploads[film]["kept"] == b"abcdefg"


def test_a_long_request_is_kept_on_the_way(shelf, monkeypatch):
    monkeypatch.setattr(tus, "KEPT_EVERY", 4)
    create(shelf, 100)

    def dies():
        yield b"abcd"
        yield b"ef"
        raise KeyboardInterrupt

    said = {"tus-resumable": "1.0.0", "content-type": tus.PIECE, "upload-offset": "0"}
    with pytest.raises(KeyboardInterrupt):
        tus.answer(tus.Request("PATCH", said, "film0", dies()), shelf)
    assert shelf.uploads["film0"]["kept"] == b"abcd"


# -- creation -------------------------------------------------------------------------------


def test_creation_answers_with_the_address(shelf):
    answer = create(shelf)
    assert (answer.status, answer.headers["Location"]) == (201, "/films/film0")
    assert shelf.look("film0") == Standing(10, 0, EXPIRES, "")


@pytest.mark.parametrize("length", [None, "", "-1", "ten", "1e3"])
def test_a_length_is_a_number_from_nought_on(shelf, length):
    assert ask(shelf, "POST", upload_length=length).status == 400
    assert shelf.uploads == {}


def test_a_length_is_not_told_later(shelf):
    assert ask(shelf, "POST", upload_defer_length="1").status == 400


def test_more_than_the_largest_is_refused(shelf):
    assert create(shelf, 1000).status == 201
    assert create(shelf, 1001).status == 413


def test_metadata_is_read(shelf):
    create(shelf, upload_metadata=f"filename {b64('课.mp4')}, lesson {b64('17')},private")
    assert shelf.uploads["film0"]["metadata"] == {
        "filename": "课.mp4",
        "lesson": "17",
        "private": "",
    }


@pytest.mark.parametrize(
    "said",
    [
        "filename ***",
        f"a {b64('1')},a {b64('2')}",
        f" ,a {b64('1')}",
        f"课 {b64('1')}",
        f"name {b64(bytes([255, 254]))}",
        "a " + "A" * 3000,
    ],
)
def test_metadata_that_is_none_is_refused(shelf, said):
    assert create(shelf, upload_metadata=said).status == 400
    assert shelf.uploads == {}


def test_first_bytes_may_come_with_the_announcement(shelf):
    answer = ask(shelf, "POST", None, b"abc", upload_length="10")
    assert (answer.status, answer.headers["Upload-Offset"]) == (201, "3")
    assert shelf.uploads["film0"]["kept"] == b"abc"


def test_first_bytes_need_their_content_type_and_must_fit(shelf):
    wrong = ask(shelf, "POST", None, b"abc", upload_length="10", content_type="video/mp4")
    long = ask(shelf, "POST", None, b"abc", upload_length="2")
    assert (wrong.status, long.status, shelf.uploads) == (415, 413, {})


def test_first_bytes_that_do_not_work_leave_the_announcement(shelf):
    answer = ask(shelf, "POST", None, b"abc", upload_length="9", upload_checksum=checksum(b"x"))
    assert (answer.status, answer.headers["Upload-Offset"]) == (201, "0")


# -- expiration -----------------------------------------------------------------------------


def test_each_answer_of_an_unfinished_upload_says_until_when_it_waits(shelf):
    answers = [
        create(shelf),
        ask(shelf, "PATCH", "film0", b"abcd", upload_offset="0"),
        ask(shelf, "HEAD", "film0"),
    ]
    for answer in answers:
        said = answer.headers["Upload-Expires"]
        assert said == "Tue, 08 Dec 2026 09:30:00 GMT"
        assert parsedate_to_datetime(said) == EXPIRES


def test_a_finished_upload_does_not_expire(shelf, film):
    answer = ask(shelf, "PATCH", film, b"efghij", upload_offset="4")
    assert "Upload-Expires" not in answer.headers


def test_what_expired_is_gone(shelf, film):
    shelf.gone.add(film)
    assert ask(shelf, "HEAD", film).status == 410
    assert ask(shelf, "PATCH", film, b"x", upload_offset="4").status == 410


# -- checksums ------------------------------------------------------------------------------


def test_options_name_the_checksums_and_sha1_is_one(shelf):
    assert ask(shelf, "OPTIONS").headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_bytes_that_fit_their_checksum_are_taken(shelf, film, algorithm):
    said = checksum(b"efgh", algorithm)
    answer = ask(shelf, "PATCH", film, [b"ef", b"gh"], upload_offset="4", upload_checksum=said)
    assert (answer.status, answer.headers["Upload-Offset"]) == (204, "8")


def test_bytes_that_do_not_fit_are_thrown_away(shelf, film):
    said = checksum(b"efgh")
    answer = ask(shelf, "PATCH", film, b"efgx", upload_offset="4", upload_checksum=said)
    nothing_changed(shelf, answer, 460)


def test_a_piece_that_broke_cannot_be_proved_and_is_thrown_away(shelf, film):
    said = {"upload_checksum": checksum(b"efgh"), "content_length": "4"}
    nothing_changed(shelf, ask(shelf, "PATCH", film, b"ef", upload_offset="4", **said), 460)


def test_a_full_disk_keeps_nothing_that_is_not_proved(shelf, film):
    shelf.disk = 2
    said = checksum(b"efgh")
    answer = ask(shelf, "PATCH", film, b"efgh", upload_offset="4", upload_checksum=said)
    nothing_changed(shelf, answer, 507)


@pytest.mark.parametrize(
    "said", ["md5 rL0Y20zC+Fzt72VPzMSk2A==", "SHA1 abcd", "sha1", "sha1 ***", "sha1 YWJj"]
)
def test_other_checksums_are_refused(shelf, film, said):
    answer = ask(shelf, "PATCH", film, b"efgh", upload_offset="4", upload_checksum=said)
    nothing_changed(shelf, answer, 400)


# -- termination ----------------------------------------------------------------------------


def test_a_deleted_upload_is_gone(shelf, film):
    assert ask(shelf, "DELETE", film).status == 204
    assert ask(shelf, "HEAD", film).status in {404, 410}
    assert ask(shelf, "PATCH", film, b"x", upload_offset="4").status in {404, 410}
    assert ask(shelf, "DELETE", film).status in {404, 410}


@pytest.mark.parametrize(
    "extension",
    ["creation", "creation-with-upload", "expiration", "checksum", "termination"],
)
def test_each_extension_is_named(shelf, extension):
    assert extension in ask(shelf, "OPTIONS").headers["Tus-Extension"].split(",")


def test_the_examples_hold():
    assert doctest.testmod(tus).failed == 0
