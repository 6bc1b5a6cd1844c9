import gzip
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from livestream.delivery import paths
from livestream.delivery.wsgi import with_recordings
from livestream.domain.tokens import Grant, expiry

pytestmark = pytest.mark.django_db  # rights that ended early are read from there
ASSET = "ab" * 16
SEGMENT = bytes(range(256)) * 8


@pytest.fixture
def shelf(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "recordings": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "recordings"},
        },
    }
    storage = storages["recordings"]
    folder = f"media/ab/{ASSET}/1"
    storage.save(f"{folder}/master.m3u8", ContentFile(b"#EXTM3U\n" * 40))
    storage.save(f"{folder}/v360/00000.m4s", ContentFile(SEGMENT))
    storage.save(f"{folder}/v360/init.mp4", ContentFile(b"init"))
    (tmp_path / "recordings" / "secret.txt").write_text("secret")
    return storage


def ask(path, method="GET", **headers):
    said = {}

    def start_response(status, response_headers):
        said.update(status=int(status.split()[0]), headers=dict(response_headers))

    environ = {"PATH_INFO": path, "REQUEST_METHOD": method}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    body = with_recordings(lambda _environ, start: start("200 OK", []) or [b"django"])(
        environ, start_response
    )
    try:
        return said["status"], said["headers"], b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()


def path(file="v360/00000.m4s", **change):
    at = time.time()
    claims = {"asset": ASSET, "generation": 1, "audience": "0" * 16, "expires": expiry(at)}
    return paths.signed(Grant(**{**claims, **change}), file, at=at)


def test_everything_else_goes_to_django():
    assert ask("/courses/") == (200, {}, b"django")


def test_a_segment_is_handed_out_whole(shelf):
    status, headers, body = ask(path())
    assert (status, body) == (200, SEGMENT)
    assert headers["Content-Type"] == "video/iso.segment"
    assert headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert headers["Content-Length"] == str(len(SEGMENT))


def test_types_are_those_that_players_ask_for(shelf):
    assert ask(path("master.m3u8"))[1]["Content-Type"] == "application/vnd.apple.mpegurl"
    assert ask(path("v360/init.mp4"))[1]["Content-Type"] == "video/mp4"


def test_a_list_is_compressed_and_asked_for_again_soon(shelf):
    status, headers, body = ask(path("master.m3u8"), accept_encoding="gzip, br")
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(body) == b"#EXTM3U\n" * 40
    assert headers["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize(
    ("asked", "status", "span", "body"),
    [
        ("bytes=0-3", 206, "bytes 0-3/2048", SEGMENT[:4]),
        ("bytes=2040-", 206, "bytes 2040-2047/2048", SEGMENT[2040:]),
        ("bytes=-8", 206, "bytes 2040-2047/2048", SEGMENT[-8:]),
        ("bytes=2000-9999", 206, "bytes 2000-2047/2048", SEGMENT[2000:]),
        ("bytes=-9999", 206, "bytes 0-2047/2048", SEGMENT),
        ("bytes=5-2", 200, None, SEGMENT),
        ("lines=1-2", 200, None, SEGMENT),
        ("bytes=0-1,4-5", 200, None, SEGMENT),
    ],
)
def test_ranges(shelf, asked, status, span, body):
    answer = ask(path(), range=asked)
    assert (answer[0], answer[1].get("Content-Range"), answer[2]) == (status, span, body)


@pytest.mark.parametrize("asked", ["bytes=2048-", "bytes=9999-10000", "bytes=-0"])
def test_a_range_past_the_end_is_416(shelf, asked):
    status, headers, _body = ask(path(), range=asked)
    assert (status, headers["Content-Range"]) == (416, "bytes */2048")


def test_a_file_that_is_known_is_not_sent_again(shelf):
    etag = ask(path())[1]["ETag"]
    assert ask(path(), if_none_match=etag)[::2] == (304, b"")
    assert ask(path(), if_none_match=f'"other", W/{etag}')[0] == 304
    assert ask(path(), if_none_match='"other"')[0] == 200
    assert ask(path(), range="bytes=0-3", if_range='"other"')[0] == 200


def test_head_says_the_length_and_sends_nothing(shelf):
    status, headers, body = ask(path(), method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, "2048", b"")


def test_only_reading_is_allowed(shelf):
    assert ask(path(), method="POST")[0] == 405


@pytest.mark.parametrize("file", ["master.m3u8", "v360/00000.m4s"])
def test_nothing_is_handed_out_without_a_signature(shelf, file):
    assert ask(f"/v/{ASSET}/1/{file}")[0] == 403
    forged = path(file).split("/")
    forged[5] = "A" * 43
    assert ask("/".join(forged))[0] == 403


def test_who_is_refused_reads_what_to_do_and_whom_to_phone(shelf, settings):
    status, headers, body = ask(path(expires=int(time.time()) - 600))

    assert status == 410
    assert body.decode().count(settings.SITE_PHONE) == 3
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert int(headers["Content-Length"]) == len(body)


def test_a_signature_for_one_film_opens_no_other(shelf):
    asked = path().replace(ASSET, "cd" * 16)
    assert ask(asked)[0] == 403


def test_an_expired_path_is_gone_so_that_the_player_asks_anew(shelf):
    assert ask(path(expires=int(time.time()) - 600))[0] == 410


@pytest.mark.parametrize(
    "file",
    ["../../../../secret.txt", "..%2f..%2fsecret.txt", "v360/../../../secret.txt", "/etc/passwd"],
)
def test_no_path_leads_outside(shelf, file):
    status, _headers, body = ask(path("master.m3u8").removesuffix("master.m3u8") + file)
    assert status == 403
    assert b"secret" not in body


def test_a_file_that_is_not_there_is_404(shelf):
    assert ask(path("v360/00009.m4s"))[0] == 404
    assert ask(path(generation=2))[0] == 404
