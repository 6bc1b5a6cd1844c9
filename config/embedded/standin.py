"""The stand-in for Stripe as a process: for ./run, and throwaway ones for tests and benchmarks.

with throwaway_stripe() as standin:
    standin.pay(session)
    standin.switch(lose=1, on="refunds")
"""

import hashlib
import hmac
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from config.embedded import StartRefused, processes
from config.embedded.places import ROOT, python
from config.embedded.ports import LOOPBACK, free_port

PATIENCE = 30.0


def program(
    port: int, *, options: tuple[str | Path, ...] = (), env: Mapping[str, str] | None = None
) -> processes.Program:
    """The stand-in, listening on ``port``."""
    command: list[str | Path] = [python(), "-m", "config.standins.stripe", "--port", str(port)]
    return processes.Program("stripe", [*command, *options], env=env or {}, cwd=ROOT, grace=1.0)


class StandInRefused(Exception):
    """What was asked of the stand-in it will not do; its words say why."""


class ThrowawayStripe:
    """A stand-in that is gone afterwards, and what its control does."""

    key = "sk_test_standin"
    secret = "whsec_standin"  # noqa: S105 - opens nothing outside a test

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._told = ""

    def start(self) -> None:
        """Start on the state there is and wait until it answers."""
        self._process = processes.start(
            program(
                self.port,
                options=("--state", self._folder / "state.jsonl", "--webhook", self._told),
                env={"STRIPE_SECRET_KEY": self.key, "STRIPE_WEBHOOK_SECRETS": self.secret},
            ),
            self._folder / "log",
        )
        until = time.monotonic() + PATIENCE
        while not self._lives():
            if self._process.poll() is not None or time.monotonic() > until:
                raise StartRefused(f"The stand-in did not start: {self.said()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it; what it knows stays in its file."""
        if self._process is not None:
            processes.stop(self._process, patience=5)
            self._process = None

    def said(self) -> str:
        """Return its log."""
        log = self._folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def _lives(self) -> bool:
        connection = HTTPConnection(LOOPBACK, self.port, timeout=2)
        try:
            connection.request("GET", "/_standin/alive")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def control(self, action: str, **asked: Any) -> dict[str, Any]:
        """Do one of the actions of ``config/standins/stripe/control.py``."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=20)
        try:
            connection.request(
                "POST",
                f"/_standin/{action}",
                json.dumps(asked),
                {"Authorization": f"Bearer {self.key}"},
            )
            answer = connection.getresponse()
            done: dict[str, Any] = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise StandInRefused(done["error"]["message"])
        return done

    def reset(self) -> None:
        """Forget everything, switch every fault off, back to machine time."""
        self.control("reset")
        self._told = ""

    def switch(self, **switches: Any) -> None:
        """Switch faults on and off (``config/standins/stripe/switches.py``)."""
        self.control("switch", **switches)

    def clock(self, at: datetime) -> None:
        """Let it be that moment there."""
        self.control("clock", seconds=round(at.timestamp() - time.time()))

    def notify(self, url: str) -> None:
        """Bring notifications to this address from now on."""
        self.control("webhook", url=url)
        self._told = url

    def pay(self, session: str, way: str = "card", *, later: bool = False) -> dict[str, Any]:
        """Pay a page as its buttons do; ``later``: the money takes its time."""
        return self.control("pay", session=session, way=way, later=later)

    def decide(self, session: str, *, arrives: bool) -> dict[str, Any]:
        """Let money that takes its time arrive, or come to nothing."""
        return self.control("decide", session=session, arrives=arrives)

    def end_refund(self, refund: str, status: str) -> dict[str, Any]:
        """Let a refund that is on its way be ``succeeded`` or ``failed``."""
        return self.control("end_refund", refund=refund, status=status)

    def dispute(self, payment: str) -> dict[str, Any]:
        """Let the payer's bank take a payment back; ``payment`` is the intent."""
        return self.control("dispute", payment=payment)

    def end_dispute(self, dispute: str, *, won: bool) -> dict[str, Any]:
        """Close a dispute."""
        return self.control("end_dispute", dispute=dispute, won=won)

    def pay_out(self) -> dict[str, Any]:
        """Send what is on the account to the school's bank."""
        return self.control("pay_out")

    def events(self, *types: str) -> list[dict[str, Any]]:
        """Return what happened, the oldest first; of these types only, if some are named."""
        events: list[dict[str, Any]] = self.control("events")["data"]
        return [event for event in events if not types or event["type"] in types]

    def signed(
        self, event: Mapping[str, Any] | bytes, *, secret: str = "", age: float = 0.0
    ) -> tuple[bytes, str]:
        """Return a notification's body and the header that signs it, ``age`` seconds ago."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        moment = int(time.time() - age)
        key = (secret or self.secret).encode()
        mac = hmac.new(key, b"%d." % moment + body, hashlib.sha256)
        return body, f"t={moment},v1={mac.hexdigest()}"


@contextmanager
def throwaway_stripe() -> Iterator[ThrowawayStripe]:
    """A stand-in for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="throwaway-stripe-"))
    standin = ThrowawayStripe(folder)
    try:
        standin.start()
        yield standin
    finally:
        standin.stop()
        shutil.rmtree(folder, ignore_errors=True)
