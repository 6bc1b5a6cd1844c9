"""How claims go: counted by the web as they are answered, read by the pacer.

Every answer is a count in Valkey, one hash for each second. It only saves people from
waiting: whatever goes wrong with counting is no business of whoever claims a seat.
"""

import http.client
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import closing
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from enrolment.domain.queueing import Measured

log = logging.getLogger(__name__)

LOOKS_BACK = 5  # seconds, the one that is running not counted
KEPT = 30
UP_TO_MS = (25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 700, 1000, 1500, 2000, 3000, 5000)
LONGER_MS = 10_000
FAILED = "failed"
PATIENCE = 0.1  # for Valkey on its own network; a claim never waits longer for being counted
ASK_AGAIN_AFTER = 5.0
HAND_ON_EVERY = 0.5


class _Tally:
    """What this process has counted and not yet handed on: a word to Valkey now and then costs
    nothing, one for every claim costs a tenth of what the claim does.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[int, str]] = Counter()
        self._next = 0.0

    def add(self, second: int, name: str) -> Counter[tuple[int, str]]:
        """Count one answer; return what is to be handed on, mostly nothing."""
        with self._lock:
            self._counts[second, name] += 1
            if time.monotonic() < self._next:
                return Counter()
            ready, self._counts = self._counts, Counter()
            self._next = time.monotonic() + HAND_ON_EVERY
            return ready

    def rest(self) -> None:
        """Hand nothing on for a while."""
        self._next = time.monotonic() + ASK_AGAIN_AFTER


_tally = _Tally()


def note_claim(took: float, *, failed: bool) -> None:
    """Count an answer that took so many seconds; ``failed`` when it was a fault of ours."""
    name = FAILED if failed else str(_bucket(took * 1000))
    ready = _tally.add(int(time.time()), name)
    if not ready:
        return
    try:
        pipe = _valkey().pipeline(transaction=False)
        for (second, counted), number in ready.items():
            pipe.hincrby(_key(second), counted, number)
        for second in {second for second, _counted in ready}:
            pipe.expire(_key(second), KEPT)
        pipe.execute()
    except (RedisError, OSError) as away:
        log.warning("claims are not counted for a while: %s", away)
        _tally.rest()


def last_claims(*, door_ms: float = 0.0) -> Measured | None:
    """Return how claims of the last seconds went; None when nobody knows."""
    now = int(time.time())
    try:
        pipe = _valkey().pipeline(transaction=False)
        for second in range(now - LOOKS_BACK, now + 1):
            pipe.hgetall(_key(second))
        found = cast("list[dict[bytes, bytes]]", pipe.execute())
    except (RedisError, OSError) as away:
        log.warning("the pace is kept, for claims cannot be measured: %s", away)
        return Measured(0, 0.0, 0, door_ms) if door_ms else None
    counts: dict[int, int] = {}
    errors = 0
    for second_of in found:
        for name, number in second_of.items():
            if name == FAILED.encode():
                errors += int(number)
            else:
                counts[int(name)] = counts.get(int(name), 0) + int(number)
    return Measured(sum(counts.values()), percentile(counts, 0.99), errors, door_ms)


def percentile(counts: dict[int, int], share: float) -> float:
    """Return the bound under which ``share`` of the counted answers stay.

    >>> percentile({100: 98, 250: 1, 1000: 1}, 0.99), percentile({}, 0.99)
    (250.0, 0.0)
    """
    wanted = share * sum(counts.values())
    seen = 0
    for bound in sorted(counts):
        seen += counts[bound]
        if seen >= wanted:
            return float(bound)
    return 0.0


def _bucket(ms: float) -> int:
    return next((bound for bound in UP_TO_MS if ms <= bound), LONGER_MS)


def _key(second: int) -> str:
    return f"campus:claims:{second}"


def _valkey() -> Redis:
    return _connect(str(cast("dict[str, object]", settings.CACHES["default"])["LOCATION"]))


@cache
def _connect(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


class Door:
    """Somebody who keeps knocking at the site, and tells how long it took to be heard.

    The web counts what it does itself. How long a request stood before a thread was free for
    it, it cannot know; that is asked from outside, on the way people come.
    """

    KNOCK_EVERY = 0.5
    KNOCKS = 10
    DEAF_MS = 2000.0

    def __init__(self, address: str, *, knock: Callable[[], Any] | None = None) -> None:
        self.address = urlsplit(address)
        self._knock = knock or self._ask
        self._took: deque[float] = deque(maxlen=self.KNOCKS)
        self._was_heard = False
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._stand, name="door", daemon=True)

    def __enter__(self) -> "Door":
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._leaving.set()

    def waited_ms(self) -> float:
        """Return what one in ten waits longer than; 0 while the site was never heard.

        An address that leads nowhere is somebody's slip and says nothing about the site.
        """
        took = sorted(self._took)
        return took[-2] if len(took) == self.KNOCKS else 0.0

    def knock(self) -> None:
        """Knock once and note how long it took."""
        began = time.monotonic()
        try:
            self._knock()
        except (OSError, http.client.HTTPException) as deaf:
            if self._was_heard:
                self._took.append(self.DEAF_MS)
            else:
                log.debug("the site is not heard at %s: %s", self.address.netloc, deaf)
        else:
            self._was_heard = True
            self._took.append((time.monotonic() - began) * 1000)

    def _stand(self) -> None:
        while not self._leaving.wait(self.KNOCK_EVERY):
            self.knock()

    def _ask(self) -> None:
        secure = self.address.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        host = self.address.hostname or "127.0.0.1"
        with closing(kind(host, self.address.port, timeout=self.DEAF_MS / 1000)) as site:
            site.request("GET", "/healthz")
            site.getresponse().read()
