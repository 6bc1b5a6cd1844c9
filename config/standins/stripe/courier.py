"""Signed notifications: brought to one address, and again until it says that it has them."""

import hashlib
import hmac
import json
import logging
import time
from dataclasses import dataclass, replace
from threading import Condition, Thread
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from config.standins.stripe.state import Object, State
from config.standins.stripe.switches import Switches

log = logging.getLogger("standin.stripe")

PAUSES = (1, 2, 5, 10, 30, 60, 300, 900, 3600)  # seconds; the last one for three days
GIVE_UP_AFTER = 3 * 24 * 3600
PATIENCE = 10.0
STALE = 600


def signature(body: bytes, secret: str, *, at: float | None = None) -> str:
    """Return the header that says who wrote a notification, and when."""
    moment = int(time.time() if at is None else at)
    signed = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


def body_of(event: Object) -> bytes:
    """Return a notification as it travels."""
    return json.dumps(event, ensure_ascii=False, indent=2).encode()


@dataclass(frozen=True, kw_only=True)
class _Errand:
    event: str
    due: float
    since: float
    tries: int = 0
    forged: bool = False


class Courier:
    """Brings notifications in the order in which they became due, one at a time."""

    def __init__(self, state: State, switches: Switches, *, url: str, secret: str) -> None:
        self.url = url
        self.secret = secret
        self._state = state
        self._switches = switches
        self._errands: list[_Errand] = []
        self._woken = Condition()

    def start(self) -> None:
        """Go, beginning with what was not delivered when we last ended."""
        for event in list(self._state.objects["event"].values()):
            if event["pending_webhooks"]:
                self.send(event)
        Thread(target=self._work, name="courier", daemon=True).start()

    def send(self, event: Object) -> None:
        """Have a notification brought."""
        if not self.url:
            return
        now = time.monotonic()
        errand = _Errand(event=event["id"], due=now, since=now)
        copies = [errand] * (1 + self._switches.repeat)
        if self._switches.forged:
            copies.insert(0, replace(errand, forged=True))
        with self._woken:
            self._errands += copies
            self._woken.notify()

    def wake(self) -> None:
        """Look again: the switches were turned, or there is nothing left to do."""
        with self._woken:
            self._woken.notify()

    def forget(self) -> None:
        """Drop what is still to be brought."""
        with self._woken:
            self._errands.clear()

    def _work(self) -> None:
        while True:
            errand = self._next()
            if self._bring(errand) or errand.forged:
                continue
            now = time.monotonic()
            if now - errand.since < GIVE_UP_AFTER:
                pause = PAUSES[min(errand.tries, len(PAUSES) - 1)]
                again = replace(errand, due=now + pause, tries=errand.tries + 1)
                with self._woken:
                    self._errands.append(again)

    def _next(self) -> _Errand:
        with self._woken:
            while True:
                now = time.monotonic()
                due = [] if self._switches.hold else [e for e in self._errands if e.due <= now]
                if due:
                    errand = due[-1] if self._switches.backwards else due[0]
                    self._errands.remove(errand)
                    return errand
                self._woken.wait(0.5 if self._errands else None)

    def _bring(self, errand: _Errand) -> bool:
        """Whether the other side said that it has it."""
        event = self._state.objects["event"].get(errand.event)
        if event is None:
            return True
        body = body_of(event)
        at = time.time() - (STALE if self._switches.stale else 0)
        secret = "whsec_of_somebody_else" if errand.forged else self.secret
        request = Request(  # noqa: S310 - the address is the one we were started with
            self.url,
            data=body,
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": signature(body, secret, at=at),
                "User-Agent": "Stripe/1.0 (stand-in)",
                "Host": urlsplit(self.url).netloc,
            },
        )
        try:
            with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - as above
                accepted = bool(200 <= answer.status < 300)
        except (URLError, OSError) as error:
            log.info("%s %s: %s", event["type"], event["id"], error)
            return False
        log.info("%s %s: delivered", event["type"], event["id"])
        if accepted and not errand.forged:
            with self._state.lock:
                self._state.keep(event | {"pending_webhooks": 0})
        return accepted
