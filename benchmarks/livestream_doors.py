"""T12 to T14: films that arrive over bad lines, reports of players, rights that end."""

import base64
import http.client
import random
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.livestream_ground import Figure, Ground
from benchmarks.livestream_watch import Front, serving_nginx, serving_product, shelf

MIB = 1024**2
PIECE = 16 * MIB
CUTS, WARM = 6, 4
REPORTS, WATCHERS = 1000, 50
RENDERED_EVERY = 15
"""Seconds between two looks of the command that tells nginx which rights have ended."""

TOKEN = "0123456789abcdef" * 2
BLOCK = 64 * 1024


def t12(ground: Ground) -> list[Figure]:
    """A film over a line that breaks again and again, to the product as ./run has it."""
    from django.conf import settings

    film = ground.by_phone
    with serving_product() as product:
        for _ in range(WARM):  # what is loaded with the first film stays for all others
            _Line(product, film.with_name("minute.mp4")).send_everything(cuts=1)
        line = _Line(product, film)
        before = _memory(product.process)
        line.send_everything(cuts=CUTS)
        grown = (_memory(product.process) - before) / MIB
    copies = [
        path
        for path in Path(settings.VAR_DIR).rglob("*")
        if path.is_file() and path != film and path.stat().st_size == film.stat().st_size
    ]
    again = line.sent - film.stat().st_size
    size = f"{film.stat().st_size / 1e6:.0f} MB"
    return [
        Figure("T12", f"bytes sent twice / {CUTS} cuts × 16 MiB", again / (CUTS * PIECE), 1,
               remark=f"{again / MIB:.1f} MiB of {size}"),
        Figure("T12", "memory of the web for an upload", grown, 4, unit=" MiB", remark=size),
        Figure("T12", "copies of the film on the disk", len(copies), 1),
    ]  # fmt: skip


class _Line:
    """A browser in which the teacher is signed in, and its line, which breaks."""

    def __init__(self, product: Front, film: Path) -> None:
        from datetime import timedelta

        from django.utils import timezone
        from psycopg.types.range import Range

        from tests.factories.livestream import LessonFactory

        now = timezone.now()
        during = Range(now - timedelta(hours=2), now - timedelta(minutes=30))
        self.lesson = LessonFactory(during=during)
        self.port = product.port
        self.film = film
        self.cookie = _signed_in(self.lesson.section.teacher.user)
        self.sent = 0

    def ask(self, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        server.request(method, path, headers=self.headers() | headers)
        answer = server.getresponse()
        answer.read()
        server.close()
        return answer

    def headers(self) -> dict[str, str]:
        return {
            "Cookie": f"{self.cookie}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Tus-Resumable": "1.0.0",
        }

    def send_everything(self, *, cuts: int) -> None:
        size = self.film.stat().st_size
        said = {"filename": "film.mp4", "lesson": str(self.lesson.pk), "press": str(uuid4())}
        announced = self.ask(
            "POST",
            "/teaching/films/uploads/",
            **{
                "Upload-Length": str(size),
                "Upload-Metadata": ",".join(
                    f"{name} {base64.b64encode(value.encode()).decode()}"
                    for name, value in said.items()
                ),
            },
        )
        address = announced.headers["Location"]
        if address is None:
            raise SystemExit(f"the film was not announced: {announced.status}")
        path = address.partition("//")[2].partition("/")[2] if "//" in address else address[1:]
        chance, offset = random.Random(7), 0
        while offset < size:
            breaks = cuts > 0
            cuts -= breaks
            length = min(PIECE, size - offset)
            self.piece(f"/{path}", offset, length, chance.randrange(length) if breaks else length)
            offset = self.offset(f"/{path}", size)

    def piece(self, path: str, offset: int, length: int, until: int) -> None:
        """Send a piece, or its beginning: then the line is gone, and nobody says goodbye."""
        server = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        head = self.headers() | {
            "Host": "127.0.0.1",
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Content-Length": str(length),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        with server, self.film.open("rb") as film, suppress(ConnectionError):
            server.sendall(f"PATCH {path} HTTP/1.1\r\n{lines}\r\n".encode())
            film.seek(offset)
            left = until
            while left:
                block = film.read(min(BLOCK, left))
                server.sendall(block)
                self.sent += len(block)
                left -= len(block)
            if until == length:
                status = server.recv(65_536).split()[1]
                if status not in {b"204", b"200"}:
                    raise SystemExit(f"a piece was refused: {status.decode()}")

    def offset(self, path: str, size: int) -> int:
        """Ask how much is there, as a browser does that comes back; wait for the lock to fall."""
        for _try in range(120):
            answer = self.ask("HEAD", path)
            if "Upload-Offset" in answer.headers:
                return int(answer.headers["Upload-Offset"])
            if answer.status in {404, 410}:
                return size  # it has become a recording, and this address is no more
            time.sleep(0.5)
        raise SystemExit(f"nobody says how much has arrived: {answer.status}")


def _signed_in(user: Any) -> str:
    from allauth.account.internal.flows.login import record_authentication
    from allauth.mfa.models import Authenticator
    from django.http import HttpRequest
    from django.test import Client

    browser = Client()
    browser.force_login(user)
    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "x"}}
    )
    request = HttpRequest()
    request.session = browser.session
    record_authentication(request, user, method="mfa", type="totp")
    request.session.save()
    return f"sessionid={browser.cookies['sessionid'].value}"


def _memory(process: int) -> int:
    """Private and shared memory in use by a process and its children, at its highest."""
    total, queue = 0, [process]
    while queue:
        one = queue.pop()
        with suppress(OSError):
            status = Path(f"/proc/{one}/status").read_text()
            total += int(status.split("VmHWM:")[1].split()[0]) * 1024
            queue += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
    return total


def t13(ground: Ground) -> list[Figure]:
    """A thousand reports through the door of the web, and what the database hears of them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts import clock
    from livestream import services
    from tests.factories.livestream import RecordingFactory, seat_in
    from tests.livestream.test_counting import post

    film = RecordingFactory(published=True)
    rights = [
        services.grant(
            recording=film,
            user=seat_in(film.lesson.section).user,
            at=clock.now(),
            signed_at=time.time(),
        )
        for _ in range(WATCHERS)
    ]
    with CaptureQueriesContext(connection) as asked:
        for number in range(REPORTS):
            at = 5.0 * (number // WATCHERS)
            said = {"sequence": number + 1, "position": at + 5, "ranges": [[at, at + 5]]}
            status, _headers = post(rights[number % WATCHERS].beacon, said)
            if status != 204:
                raise SystemExit(f"a report was not taken: {status}")
        written = services.write_watching(at=clock.now())
    told = [one["sql"] for one in asked if one["sql"] not in {"BEGIN", "COMMIT"}]
    if written.reports != REPORTS:
        raise SystemExit(f"{written.reports} of {REPORTS} reports were written")
    remark = f"{WATCHERS} watchers; BEGIN and COMMIT not counted"
    return [Figure("T13", "statements for 1,000 reports", len(told), 5, remark=remark)]


def t14(ground: Ground) -> list[Figure]:
    """A right that ends at once: how long its path still opens something."""
    from livestream.domain import tokens

    shelf()
    with serving_nginx(ground) as nginx, serving_product() as product:
        by_python = _until_closed(product, "python")
        by_nginx = RENDERED_EVERY + _until_closed(nginx, "nginx")
    life = (tokens.LIFE_SECONDS + tokens.ROUND_SECONDS + tokens.LEEWAY_SECONDS) / 3600
    return [
        Figure("T14", "revoked at once, before Django", by_python, 60, unit=" s"),
        Figure("T14", "revoked at once, nginx", by_nginx, 60, unit=" s",
               remark=f"the command that tells nginx comes every {RENDERED_EVERY} s"),
        Figure("T14", "a path nobody revokes, at most", life, 4.2, unit=" h",
               remark="4 h, rounded up to 10 min, and 2 min for clocks that differ"),
    ]  # fmt: skip


def _until_closed(front: Front, name: str) -> float:
    from django.test import override_settings

    from accounts import clock
    from benchmarks.livestream_watch import ASSET, name_of
    from livestream import services
    from livestream.delivery import nginx
    from livestream.models import Recording
    from tests.factories.livestream import seat_in

    recording = Recording.objects.get(asset=ASSET)
    user = seat_in(recording.lesson.section).user
    with override_settings(WATCH_FRONT=name):
        right = services.grant(
            recording=recording, user=user, at=clock.now(), signed_at=time.time()
        )
        path = right.path(f"v360/{name_of('76 KB')}")
    if _status(front, path) != 200:
        raise SystemExit(f"{name} does not open what it should: {path}")
    began = time.monotonic()
    services.revoke(at=clock.now(), audience=right.grant.audience)
    if name == "nginx":
        nginx.render()
    while _status(front, path) == 200:
        if time.monotonic() - began > 120:
            break
        time.sleep(0.1)
    return time.monotonic() - began


def _status(front: Front, path: str) -> int:
    server = http.client.HTTPConnection("127.0.0.1", front.port, timeout=30)
    server.request("GET", path)
    answer = server.getresponse()
    answer.read()
    server.close()
    return answer.status
