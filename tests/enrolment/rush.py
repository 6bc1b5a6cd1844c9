"""A rush on a real server: granian as a process of its own, over HTTP, as the role ``app``."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from config.embedded.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "0123456789abcdef" * 2


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in, with a browser's cookies."""

    port: int
    session: str

    def post(self, path: str, **data: object) -> tuple[int, str]:
        """Send a form; return status and where it led."""
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **data})
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; csrftoken={TOKEN}"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as server:
            server.request(
                "POST",
                path,
                body,
                {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"},
            )
            answer = server.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Location", "")


def sign_in(user: User, port: int) -> Visitor:
    """Return the browser of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    return Visitor(port, client.cookies[settings.SESSION_COOKIE_NAME].value)


@contextmanager
def serving(
    application: str = "config.wsgi:application", *, role: str = "app", threads: int = 32
) -> Iterator[int]:
    """Serve the test database over HTTP; yields the port."""
    port = free_port()
    name = connection.settings_dict["NAME"]
    addresses = {
        variable: urlsplit(os.environ[variable])._replace(path=f"/{name}").geturl()
        for variable in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "1", "--blocking-threads", str(threads)),
            *("--backpressure", "256", "--no-access-log", "--log-level", "error", application),
        ],
        cwd=ROOT,
        env=os.environ
        | addresses
        | {"DATABASE_ROLE": role, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def all_at_once(calls: Sequence[Callable[[], object]]) -> list[object]:
    """Make all calls in the same moment; return their answers in the order of the calls."""
    start = threading.Barrier(len(calls))
    answers: list[object] = [None] * len(calls)

    def run(number: int) -> None:
        start.wait(30)
        try:
            answers[number] = calls[number]()
        except BaseException as error:
            answers[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return answers


def new_key() -> str:
    """Return the key of one press."""
    return str(uuid4())


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as ask:
            try:
                ask.request("GET", "/healthz")
                ask.getresponse().read()
            except OSError:
                time.sleep(0.1)
            else:
                return
    raise AssertionError("the server did not come up")
