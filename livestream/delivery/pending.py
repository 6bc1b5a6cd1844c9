"""Reports of players between the web and the writer: appended to Valkey, taken in batches.

A thousand reports a second are one line each on a list here, and a few statements in the
database every half minute. A batch that is taken gets a name of its own and stays until it is
written: a writer that dies leaves it to the next, and what is written twice changes nothing.
Beside the list stands the latest place of each watcher, for a page that is opened before the
batch is written, and who was heard of last and when, for the count of who is watching.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from time import monotonic as tick
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from redis import Redis
from redis.exceptions import ResponseError

from livestream.domain.beacons import HEARD_WITHIN_SECONDS, Kept

NAMES = "campus:watching:"
LINES = f"{NAMES}lines"
BATCHES = f"{NAMES}batches"
FILMS = f"{NAMES}films"
PLACE = f"{NAMES}place:"
NOW = f"{NAMES}now:"

MOST_LINES = 300_000
"""Five minutes of the largest city, some 60 MB. Beyond it players keep what they have to say."""

LOOK_AGAIN_SECONDS = 1.0
PLACE_KEPT_SECONDS = 86_400
PATIENCE_SECONDS = 1.0
_PLACE_BITS = 20  # a place in whole seconds below the sequence: twelve days of film


class PendingFull(Exception):
    """Nobody has written for minutes: what comes in now must be sent again."""


_full_since: list[float] = []


def put(kept: Kept) -> None:
    """Keep a report until it is written. Raises ``PendingFull`` or ``RedisError``."""
    if _full_since and tick() - _full_since[0] < LOOK_AGAIN_SECONDS:
        raise PendingFull
    account = kept.account
    place = kept.sequence << _PLACE_BITS | min(int(kept.position), (1 << _PLACE_BITS) - 1)
    pipe = _valkey().pipeline(transaction=False)
    pipe.rpush(LINES, kept.written())
    pipe.zadd(f"{PLACE}{account.watcher}", {"place": place}, gt=True)
    pipe.expire(f"{PLACE}{account.watcher}", PLACE_KEPT_SECONDS)
    if not kept.late:
        pipe.zadd(f"{NOW}{account.asset}", {account.watcher: kept.heard_at})
        pipe.sadd(FILMS, account.asset)
    length = pipe.execute()[0]
    _full_since[:] = [tick()] if length > MOST_LINES else []


def place_of(watcher: str) -> tuple[int, int] | None:
    """Sequence and place of the latest report of a watcher, if there was one of late."""
    place = _valkey().zscore(f"{PLACE}{watcher}", "place")
    if place is None:
        return None
    return int(place) >> _PLACE_BITS, int(place) & ((1 << _PLACE_BITS) - 1)


def take() -> list[str]:
    """Put what has come in aside as a batch, and give the names of all that are not written."""
    valkey = _valkey()
    name = f"{NAMES}batch:{uuid4().hex}"
    try:
        pipe = valkey.pipeline(transaction=True)
        pipe.rename(LINES, name)
        pipe.rpush(BATCHES, name)
        pipe.execute()
    except ResponseError:  # nothing has come in; the name without a list is let go below
        valkey.lrem(BATCHES, 0, name)
    return [name.decode() for name in cast("list[bytes]", valkey.lrange(BATCHES, 0, -1))]


def lines_of(batch: str) -> list[Kept]:
    """The reports of a batch."""
    lines = cast("list[bytes]", _valkey().lrange(batch, 0, -1))
    return [Kept.from_line(line) for line in lines]


def done(batch: str) -> None:
    """A batch is written."""
    pipe = _valkey().pipeline(transaction=True)
    pipe.delete(batch)
    pipe.lrem(BATCHES, 0, batch)
    pipe.execute()


def watching(*, at: float) -> dict[str, Sequence[str]]:
    """Who watches now, by film; a film nobody watches any more comes once, with nobody."""
    valkey = _valkey()
    films = sorted(asset.decode() for asset in cast("set[bytes]", valkey.smembers(FILMS)))
    pipe = valkey.pipeline(transaction=False)
    for asset in films:
        pipe.zremrangebyscore(f"{NOW}{asset}", "-inf", at - HEARD_WITHIN_SECONDS)
        pipe.zrange(f"{NOW}{asset}", 0, -1)
    heard: list[list[bytes]] = pipe.execute()[1::2]
    found: dict[str, Sequence[str]] = {
        asset: [name.decode() for name in names] for asset, names in zip(films, heard, strict=True)
    }
    if empty := [asset for asset, names in found.items() if not names]:
        valkey.srem(FILMS, *empty)
    return found


def _valkey() -> Redis:
    caches = cast("dict[str, dict[str, Any]]", settings.CACHES)
    return _connect(str(caches["default"]["LOCATION"]))


@cache
def _connect(url: str) -> Redis:
    return Redis.from_url(
        url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
    )
