"""The whole product for the journeys: ./run's own supervisor on a small demo city of its own."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from redis import Redis

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0
# Everything of the run that hosts the tests; the product under test makes its own.
OURS = ("DATABASE_", "TEST_DATABASE_", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")


class Stack:
    """A running product: its address, what it sent, and its clock."""

    def __init__(self, var: Path, port: int, environment: dict[str, str]) -> None:
        self.var = var
        self.url = f"http://127.0.0.1:{port}"
        self.signed_in: dict[str, Any] = {}  # cookies by name of person
        self.codes_shown: dict[str, int] = {}  # last code of an authenticator, by its secret
        self._environment = environment

    def manage(self, *arguments: str) -> str:
        """Run one command of ``manage.py`` beside the product; return what it said."""
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def accounts(self) -> list[dict[str, str]]:
        """Return the accounts of the demo, as a newcomer reads them."""
        return json.loads((self.var / "demo/accounts.json").read_text(encoding="utf-8"))

    def pages(self) -> list[dict[str, str]]:
        """Return one example of every kind of page."""
        return json.loads((self.var / "demo/pages.json").read_text(encoding="utf-8"))

    def account(self, name: str) -> dict[str, str]:
        """Return the account of a persona, or of a role."""
        return next(a for a in self.accounts() if name in {a["name"], a["role"]})

    @cached_property
    def pays_at(self) -> str:
        """Where the pages of payment are: another house, and the only one that people go to."""
        return self._set_up("STRIPE_PAGES")

    def forget_tries(self) -> None:
        """Forget who asked for a code: a day's people sit here within minutes.

        Three codes in a quarter of an hour are enough for one person; the limit itself is tested
        in ``tests/accounts``.
        """
        with Redis.from_url(self._set_up("REDIS_URL")) as valkey:
            for key in valkey.scan_iter("campus:*request_login_code*"):
                valkey.delete(key)

    def _set_up(self, name: str) -> str:
        """Return what the product was started with, as its file for other shells says."""
        text = (self.var / "environment").read_text(encoding="utf-8")
        found = re.search(rf"^(?:export )?{name}=['\"]?([^'\"\s]+)", text, re.MULTILINE)
        assert found is not None, name
        return found[1]

    def said(self) -> str:
        """Return what its processes have logged so far."""
        return (self.var.parent / "run.log").read_text(encoding="utf-8", errors="replace")

    def messages(self) -> list[dict[str, str]]:
        """Return all SMS, the oldest first."""
        outbox = self.var / "outbox/sms.jsonl"
        text = outbox.read_text(encoding="utf-8") if outbox.exists() else ""
        whole, _end, _being_written = text.rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def message(self, to: str, containing: str, *, after: int = 0, patience: float = 60.0) -> str:
        """Wait for an SMS; return its text. Numbers are compared by their last eleven digits.

        ``after`` is how many messages there were before: older ones do not count.
        """
        number = re.sub(r"\D", "", to)[-11:]
        until = time.monotonic() + patience
        while time.monotonic() < until:
            for message in reversed(self.messages()[after:]):
                if message["to"][-11:] == number and containing in message["text"]:
                    return message["text"]
            time.sleep(0.3)
        raise AssertionError(f"no SMS to {to} with {containing!r}: {self.messages()[-5:]}")


@contextmanager
def running(var: Path, port: int, demo_options: str) -> Iterator[Stack]:
    """Start the product as ./run does and wait until it says that it is ready."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(OURS)
    } | {"VAR_DIR": str(var), "PORT": str(port), "DEMO_OPTIONS": demo_options}
    log = var.parent / "run.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.embedded", "run"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(process, log)
        yield Stack(var, port, environment)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        said = log.read_text(encoding="utf-8", errors="replace")
        if "ready: " in said:
            return
        assert process.poll() is None, said
        time.sleep(0.3)
    raise AssertionError(f"not ready after {PATIENCE:.0f} s:\n{log.read_text()}")
