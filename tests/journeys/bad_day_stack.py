"""The real programs of the product on servers that may be killed: for tests of bad days.

Not ``./run``: its supervisor would start again what the test has just ended.
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from config.embedded import processes
from config.embedded.places import ROOT, python
from config.embedded.ports import free_port
from config.embedded.processes import Program
from config.embedded.services import (
    ThrowawayPostgres,
    ThrowawayValkey,
    throwaway_postgres,
    throwaway_valkey,
)
from config.embedded.shim import descendants

CITY = "migrated"
FORM = "application/x-www-form-urlencoded"
PRESS = re.compile(r'name="press" value="([\w-]+)"')


@dataclass
class Answer:
    """What came back: status, headers by their small names, and the page as text."""

    status: int
    headers: dict[str, str]
    text: str
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    def heading(self) -> str:
        """The words of the page's one h1."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return found[1].strip() if found else ""


class Browser:
    """Somebody's browser down to the bytes: nothing of what a test sends is put right first."""

    def __init__(self, port: int, session: str = "") -> None:
        self.port = port
        self.jar = {"sessionid": session} if session else {}
        self.seen: dict[str, str] = {}
        self.number = ""

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Send a form as its page would: with the token and the cookie that belong to it."""
        self.jar.setdefault("csrftoken", "t" * 32)
        fields = {"csrfmiddlewaretoken": self.jar["csrftoken"], **fields}
        headers = {"Content-Type": FORM, **headers}
        return self.ask("POST", path, urlencode(fields).encode(), headers)

    def press(self, page: str, action: str, **fields: str) -> Answer:
        """Press a button of ``page``: the form's own key goes with it."""
        key = PRESS.search(self.get(page).text)
        return self.post(action, {"press": key[1] if key else "", **fields})

    def announce(self, path: str, length: str) -> Answer:
        """Send the head of a form, and not a byte of its body."""
        cookies = "; ".join(f"{k}={v}" for k, v in self.jar.items())
        head = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Cookie: {cookies}"]
        head += [length, "Content-Type: multipart/form-data; boundary=x", "", ""]
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
            line.sendall("\r\n".join(head).encode())
            answer = http.client.HTTPResponse(line, method="POST")
            answer.begin()
            text = answer.read().decode(errors="replace")
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, text)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        given = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.jar.items()), **(headers or {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host="Host" in given)
            for name, value in given.items():
                if value:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body or b"")))
            with suppress(BrokenPipeError):  # refused before all was sent: the answer is there
                connection.endheaders(body)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        pairs = [(name.lower(), value) for name, value in answer.getheaders()]
        fresh = [value.partition("=") for name, value in pairs if name == "set-cookie"]
        cookies = {name.strip(): value for name, _, value in fresh}
        self.seen |= cookies
        self.jar |= {name: value.partition(";")[0] for name, value in cookies.items()}
        return Answer(answer.status, dict(pairs), text, cookies)


class House:
    """Database, broker, web, worker and dispatcher, each to be ended and started by itself."""

    def __init__(self, var: Path, database: ThrowawayPostgres, valkey: ThrowawayValkey) -> None:
        self.var = var
        self.database = database
        self.valkey = valkey
        self.port = free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.city: dict[str, Any] = {}
        self.env = {
            "DATABASE_URL": database.url("app", CITY),
            "DATABASE_OWNER_URL": database.url("owner", CITY),
            "DATABASE_ROLE": "",
            "REDIS_URL": valkey.url(),
            "DJANGO_SETTINGS_MODULE": "tests.journeys.bad_day_settings",
            "SECRET_KEY": "of no use outside this test, and long enough for its work 1234567890",
            "VAR_DIR": str(var),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }
        celery: list[str | Path] = [python(), "-m", "celery", "-A", "config.celery"]
        web = [python(), "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        web += ["--port", str(self.port), "--workers", "1", "--blocking-threads", "4"]
        web += ["--no-ws", "--log-level", "warning", "config.wsgi:application"]
        self.programs: dict[str, list[str | Path]] = {
            "web": web,
            "worker": [*celery, "worker", "-l", "INFO", "-Q", "quick", "-P", "solo"],
            "dispatch": [python(), ROOT / "manage.py", "dispatch"],
        }

    def start(self, *names: str) -> None:
        """Start these programs; nobody waits for them."""
        for name in names:
            program = Program(name, self.programs[name], cwd=ROOT, grace=1.0)
            self.running[name] = processes.start(program, self.log(name), env=self.env)

    def kill(self, *names: str) -> None:
        """End these programs as a power cut would."""
        for name in names:
            processes.kill(self.running.pop(name))

    @contextmanager
    def hung(self, pid: int) -> Iterator[None]:
        """Let a server hang: its port is open, and nothing comes back."""
        family = descendants(pid)
        for one in family:
            os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in family:
                os.kill(one, signal.SIGCONT)

    def log(self, name: str) -> Path:
        return self.var / f"{name}.log"

    def browser(self, role: str = "") -> Browser:
        """A new browser; with a role of ``config/access`` somebody is signed in."""
        return Browser(self.port, self.city["cookies"][role] if role else "")

    def letters(self, to: str) -> list[str]:
        """The texts sent to a number, the oldest first."""
        outbox = self.var / "outbox/sms.jsonl"
        lines = outbox.read_text(encoding="utf-8").splitlines() if outbox.exists() else []
        letters = map(json.loads, lines)
        return [letter["text"] for letter in letters if letter["to"] == to]

    def letter(self, to: str, containing: str) -> str:
        """Wait for a letter to this number with these words."""
        return until(
            lambda: next((text for text in self.letters(to) if containing in text), ""),
            f"a letter to {to} with {containing!r}",
        )

    def wait_for_the_web(self) -> None:
        until(lambda: _status(self.browser(), "/healthz") == 200, "the web")

    def manage(self, *arguments: str | Path) -> str:
        """Run a program beside the house, as owner of the database."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **self.env, "DATABASE_ROLE": "owner"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


Found = TypeVar("Found")


def until(look: Callable[[], Found], what: str, patience: float = 40.0) -> Found:
    """Look until there is something; say what never came."""
    end = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < end, f"{what} did not come within {patience:.0f} s"
        time.sleep(0.1)
    return found


@contextmanager
def house() -> Iterator[House]:
    """A house with a small city, its web answering, the rest not started yet."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bad-day-")))
        database = stack.enter_context(throwaway_postgres())
        valkey = stack.enter_context(throwaway_valkey())
        house = House(folder, database, valkey)
        _tables(house)
        stack.callback(lambda: house.kill(*house.running))
        house.start("web", "worker", "dispatch")
        house.city = json.loads(house.manage("-m", "tests.journeys.bad_day_city"))
        house.wait_for_the_web()
        yield house


def _tables(house: House) -> None:
    """Copy the tables of the database that the tests run in; make them where there is none."""
    cluster = house.database.cluster
    cluster.ask(f"CREATE DATABASE {CITY} OWNER owner", database="postgres")
    template = os.environ.get("TEST_DATABASE_TEMPLATE")
    if not template:
        house.manage("manage.py", "migrate", "--noinput", "--verbosity=0")
        return
    server = os.environ["DATABASE_OWNER_URL"].rpartition("/")[0]
    dump = house.var / "tables.dump"
    made = cluster.client("pg_dump", "-Fc", "-Z0", "-d", f"{server}/{template}", "-f", dump)
    assert made.returncode == 0, made.stderr
    copied = cluster.client("pg_restore", "-j", "2", "-d", CITY, dump)
    assert copied.returncode == 0, copied.stderr


def _status(browser: Browser, path: str) -> int:
    try:
        return browser.get(path).status
    except (OSError, http.client.HTTPException):
        return 0
