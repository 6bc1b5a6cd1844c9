"""Films handed out by a real nginx, with the lines that the product prints for it."""

import gzip
import os
import time
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from livestream import services
from livestream.delivery import nginx as front
from livestream.delivery import paths
from livestream.domain import tokens
from livestream.domain.tokens import Front, Grant, Signer, expiry
from livestream.models import WatchGrant
from tests.enrolment.nginx import nginx
from tests.factories.livestream import seat_in
from tests.factories.times import TODAY

pytestmark = [
    # Like Chromium's tests: ./test sees to the program, ./test --fast does without.
    pytest.mark.browser,
    pytest.mark.usefixtures("today"),
]
ASSET = "ab" * 16
SEGMENT = bytes(range(256)) * 8
PIECE = "v360/00000.m4s"


@pytest.fixture
def films(settings, disk, tmp_path):
    """Where nginx finds films and keys: a folder that its workers, nobody's account, may read."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    settings.WATCH_FRONT = "nginx"
    settings.WATCH_ROOT = tmp_path / "watch"
    settings.WATCH_FRONT_PID = str(tmp_path / "pid")
    folder = tokens.folder_of(ASSET, 1)
    disk.storage.save(f"{folder}/master.m3u8", ContentFile(b"#EXTM3U\n" * 40))
    disk.storage.save(f"{folder}/v360/init.mp4", ContentFile(b"init"))
    disk.storage.save(f"{folder}/{PIECE}", ContentFile(SEGMENT))
    disk.storage.save(f"{folder}/c-en.vtt", ContentFile("WEBVTT\n\n你好\n".encode() * 30))
    disk.storage.save(f"{tokens.folder_of('cd' * 16, 1)}/master.m3u8", ContentFile(b"other"))
    (tmp_path / "recordings" / "secret.txt").write_text("secret")
    front.render()
    return disk


@contextmanager
def in_front(folder):
    """nginx with our lines; whatever it does not hand out as a film stands in product.log."""
    lines = f"access_log {folder}/product.log;" + front.places(
        log=f"access_log {folder}/films.log films;"
    )
    with nginx(folder, lines=lines, of_http=front.maps()) as ask:
        yield ask


@pytest.fixture
def ask(films, tmp_path):
    with in_front(tmp_path) as ask:
        yield ask


def path(file=PIECE, at=None, front=Front.NGINX, series=0, **change):
    at = time.time() if at is None else at
    claims = {"asset": ASSET, "generation": 1, "audience": "0" * 16, "expires": expiry(at)}
    return Signer(paths.secret(), front, series).path_for(
        Grant(**{**claims, **change}), file, at=at
    )


def test_nginx_hands_out_what_a_path_opens_and_the_product_sees_nothing(ask, tmp_path):
    status, headers, body = ask(path())
    assert (status, body) == (200, SEGMENT)
    assert headers["Content-Type"] == "video/iso.segment"
    assert headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Access-Control-Allow-Origin"] is None
    assert ask(path("v360/init.mp4"))[1]["Content-Type"] == "video/mp4"
    assert ask(path("c-en.vtt"))[1]["Content-Type"] == "text/vtt; charset=utf-8"

    asked = ask(path(), Range="bytes=0-3")
    assert (asked[0], asked[1]["Content-Range"], asked[2]) == (206, "bytes 0-3/2048", SEGMENT[:4])
    assert ask(path(), Range="bytes=9999-")[0] == 416
    assert ask(path(), **{"If-None-Match": headers["ETag"]})[0] == 304
    assert ask(path(), method="HEAD")[2] == b""

    ask("/healthz")
    told = (tmp_path / "films.log").read_text().splitlines()
    assert len(told) == 7
    assert told[0].split()[1:3] == ["200", "2048"]
    assert told[0].split()[4:] == ["0" * 16, f"{ASSET}/1/{PIECE}"]
    assert path().split("/")[5] not in "".join(told)
    (seen,) = (tmp_path / "product.log").read_text().splitlines()
    assert "GET /healthz" in seen


def test_lists_are_compressed_and_asked_for_again_soon_or_at_once(ask):
    status, headers, body = ask(path("master.m3u8"), **{"Accept-Encoding": "gzip, br"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(body) == b"#EXTM3U\n" * 40
    assert headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert headers["Cache-Control"] == "private, max-age=60"
    growing = ask(path("master.m3u8", grows=True))
    assert (growing[0], growing[1]["Cache-Control"]) == (200, "private, max-age=1")
    assert ask(path(grows=True))[1]["Cache-Control"] == "private, max-age=86400, immutable"


@pytest.mark.parametrize("place", [2, 3, 4, 5, 6, 7])
def test_no_byte_of_the_path_can_be_changed(ask, place):
    parts = path().split("/")
    last = "1" if parts[place][-2:-1] != "1" else "2"
    parts[place] = parts[place][:-2] + last + parts[place][-1]
    status, headers, body = ask("/".join(parts))
    assert (status in {403, 410}, headers["Cache-Control"]) == (True, "no-store")
    assert SEGMENT not in body


def test_what_opens_nothing(ask, settings):
    now = time.time()
    base = path("").rstrip("/")
    refused = {
        "no token": f"/v/{ASSET}/1/{PIECE}",
        "another film": path().replace(ASSET, "cd" * 16),
        "another generation": path().replace(f"{ASSET}/1", f"{ASSET}/2"),
        "a list that grows by one's own word": path("master.m3u8").replace(
            f"/{expiry(now) + 120}/", f"/{expiry(now) + 120}g/"
        ),
        "the path of the other front": path(front=Front.PYTHON),
        "the same with our letter": path(front=Front.PYTHON).replace("/v/d", "/v/n"),
        "no file": base,
        "up and out": f"{base}/../../../../secret.txt",
        "up and out, hidden": f"{base}/..%2f..%2f..%2f..%2fsecret.txt",
        "up and out, hidden twice": f"{base}/%252e%252e/%252e%252e/secret.txt",
        "two folders deep": f"{base}/v360/v360/00000.m4s",
        "an end": f"{path()}%00.jpg",
        "a hidden file": f"{base}/.hidden",
    }
    gone = {
        "run out": path(expires=int(now) - 600),
        "key of three days ago": path(at=now - 3 * 86_400, expires=expiry(now)),
        "key of the next series": path(series=1),
        "no such key": path().replace(path().split("/")[2], "n1"),
    }
    answers = {name: ask(one) for name, one in (refused | gone).items()}
    assert {name for name in refused if answers[name][0] not in {400, 403, 404}} == set()
    assert {name for name in gone if answers[name][0] != 410} == set()
    for _status, _headers, body in answers.values():
        assert b"secret" not in body.replace(b"secret.txt", b"")
        assert SEGMENT not in body
    assert ask(f"/media/ab/{ASSET}/1/{PIECE}")[2] == b"the web"  # no way in beside the front
    words = answers["run out"][2].decode()
    assert words.count(settings.SITE_PHONE) == 3
    assert answers["run out"][1]["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_file_that_is_not_there_is_kept_by_nobody(ask):
    """An edge that keeps a 404 makes the piece that comes a second later missing for all."""
    for missing in (path("v360/00009.m4s"), path("v720/index.m3u8", grows=True)):
        status, headers, _body = ask(missing)
        assert (status, headers["Cache-Control"]) == (404, "no-store")
    assert ask(path(), method="POST")[0] in {403, 405}


def test_no_other_log_has_a_signature_that_opens_films(ask, tmp_path):
    """A missing piece, a film asked for in a wrong way or by a wrong name: all end elsewhere."""
    asked = [ask(path("v360/00009.m4s")), ask(path(), method="POST"), ask(f"{path()}.exe")]
    assert {status for status, _headers, _body in asked} <= {403, 404, 405}
    ask("/healthz")
    signature = path().split("/")[5]
    (seen,) = (tmp_path / "product.log").read_text().splitlines()
    assert "GET /healthz" in seen
    assert signature not in (tmp_path / "error.log").read_text()
    told = (tmp_path / "films.log").read_text()
    assert [line.split()[1] for line in told.splitlines()] == [str(one[0]) for one in asked]
    assert signature not in told


def test_the_same_words_for_yesterdays_key_and_beforehand_for_tomorrows(ask):
    """Keys change at midnight while a lesson goes on; clocks may differ by minutes."""
    now = time.time()
    for at in (now - 86_400, now, now + 86_400):
        assert ask(path(at=at, expires=expiry(now)))[0] == 200


def test_a_right_that_ends_early_opens_nothing_from_the_next_round_on(
    films, tmp_path, settings, monkeypatch, replay
):
    """T14: rights withdrawn end within 60 s; the round is every 15, nginx is not reloaded."""
    learner = seat_in(replay.lesson.section)
    right = services.grant(recording=replay, user=learner.user, at=TODAY, signed_at=time.time())
    other = path()
    with in_front(tmp_path) as ask:
        assert [ask(right.path())[0], ask(right.path(PIECE))[0]] == [200, 200]
        services.revoke(at=TODAY, learner_id=learner.pk)
        assert front.render() is False
        assert [ask(right.path())[0], ask(right.path(PIECE))[0], ask(other)[0]] == [410, 410, 200]
    assert settings.CELERY_BEAT_SCHEDULE["end_rights"]["schedule"] + 15 <= 60

    marked = tmp_path / "watch" / "ended"
    assert [entry.name for entry in marked.iterdir()] == [right.grant.audience]
    WatchGrant.objects.update(issued_at="2020-01-01T00:00Z", expires_at="2020-01-02T00:00Z")
    front.render()
    assert list(marked.iterdir()) == []


def test_keys_given_up_end_every_path_and_nginx_knows_the_next_at_once(
    films, tmp_path, monkeypatch
):
    before = path()
    with in_front(tmp_path) as ask:
        assert ask(before)[0] == 200
        call_command("drop_watch_key", stdout=StringIO())
        until = time.monotonic() + 10
        # The reload is a signal, and workers of before may answer for a moment yet.
        while (ask(before)[0], ask(path(series=1))[0]) != (410, 200):
            assert time.monotonic() < until
            os.sched_yield()


def test_both_fronts_refuse_what_the_other_signed(films, tmp_path, settings, replay):
    from tests.livestream.watching import fetch

    learner = seat_in(replay.lesson.section)
    signed_by = {}
    for name in ("nginx", "python"):
        settings.WATCH_FRONT = name
        signed_by[name] = services.grant(
            recording=replay, user=learner.user, at=TODAY, signed_at=time.time()
        ).path()
    with in_front(tmp_path) as ask:
        assert {name: ask(one)[0] for name, one in signed_by.items()} == {
            "nginx": 200,
            "python": 403,
        }
    assert {name: fetch(one)[0] for name, one in signed_by.items()} == {
        "nginx": 403,
        "python": 200,
    }


def test_keys_are_for_the_web_server_alone_and_written_when_they_change(films, tmp_path, settings):
    keys = tmp_path / "watch" / "keys.conf"
    assert keys.stat().st_mode & 0o777 == 0o600
    lines = keys.read_text().splitlines()
    assert len(lines) == 3
    assert paths.secret().hex() not in keys.read_text()

    out = StringIO()
    call_command("render_watch_keys", "--reload", stdout=out)
    assert out.getvalue() == ""
    keys.write_text("n1 old;\n")
    with pytest.raises(CommandError, match="nginx was not told"):
        call_command("render_watch_keys", "--reload", stdout=out)  # nobody has written its pid
    settings.WATCH_FRONT_PID = ""
    keys.write_text("n1 old;\n")
    call_command("render_watch_keys", "--reload", stdout=out)
    assert "nginx has to be reloaded." in out.getvalue()
    assert keys.read_text().splitlines() == lines


@pytest.mark.parametrize("part", ["http", "server"])
def test_the_lines_for_nginx_are_printed(films, part):
    out = StringIO()
    call_command("render_watch_keys", "--configuration", part, stdout=out)
    assert (
        out.getvalue().rstrip() == {"http": front.maps(), "server": front.places()}[part].rstrip()
    )
