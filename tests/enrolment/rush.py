"""A rush on a real server: granian as a process of its own, over HTTP, as the role ``app``."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

import psycopg
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from accounts.models import Learner, User
from config.embedded.ports import free_port
from courses.models import ClassSection
from enrolment.models import Claim

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


def all_at_once(calls: Sequence[Callable[[], object]], *, patience: float = 120) -> list[object]:
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
        thread.join(patience)
    return answers


def on_own_connection(work: Callable[[], object]) -> Callable[[], object]:
    """Let ``work`` leave no connection behind in the thread it is called in."""

    def run() -> object:
        try:
            return work()
        finally:
            connections.close_all()

    return run


def in_step(*sides: Sequence[Callable[[], object]]) -> list[tuple[object, ...]]:
    """Make the first calls of all sides in one moment, then the second ones, and so on.

    Each side keeps its connection, so that nobody loses a round by opening one.
    """
    together = threading.Barrier(len(sides))

    def walk(calls: Sequence[Callable[[], object]]) -> list[object]:
        answers = []
        for call in calls:
            together.wait(30)
            answers.append(call())
        return answers

    walks = [on_own_connection(lambda calls=calls: walk(calls)) for calls in sides]
    walked = all_at_once(walks, patience=900)
    for answers in walked:
        if isinstance(answers, BaseException):
            raise answers
    return list(zip(*walked, strict=True))


@dataclass(frozen=True)
class MidClaim:
    """A claim that has its seat in hand and cannot commit yet."""

    backend: int
    answer: Future[Claim]
    twin: psycopg.Connection

    def finish(self) -> Claim:
        """Let it go on; return what it came to."""
        self.twin.rollback()
        return self.answer.result(30)

    def kill(self) -> BaseException | None:
        """End its server process, as an operator or the kernel would; return what it met."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [self.backend])
        return self.answer.exception(30)


@contextmanager
def stopped_in_mid_claim(
    press: Callable[[], Claim], *, section: ClassSection, learner: Learner, key: UUID
) -> Iterator[MidClaim]:
    """Stop a press at the last thing a claim does, writing down its answer.

    A twin that has written the same key and not committed makes it wait there.
    """
    with (
        psycopg.connect(**connection.get_connection_params()) as twin,
        ThreadPoolExecutor(1) as pool,
    ):
        twin.execute(
            "INSERT INTO enrolment_claim (learner_id, key, request_hash, act, section_id, outcome,"
            " reason, channel, at) VALUES (%s, %s, '', 'claim', %s, 'refused', '', 'web', now())",
            [learner.pk, key, section.pk],
        )
        try:
            answer = pool.submit(on_own_connection(press))
            yield MidClaim(_blocked_by(twin.info.backend_pid), answer, twin)
        finally:
            twin.rollback()


def _blocked_by(backend: int) -> int:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", [backend]
            )
            if found := cursor.fetchone():
                return int(found[0])
        time.sleep(0.005)
    raise AssertionError("nobody came to wait")


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
