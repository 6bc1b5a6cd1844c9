"""What workers leave for the site to see: a sign of life, and the result of the seat watch."""

import time

from django.core.cache import cache

HEARTBEAT = "worker-heartbeat"
HEARTBEAT_LASTS = 3600
SEAT_WATCH = "seat-watch"


def note_heartbeat() -> None:
    """Note that a worker is at work."""
    cache.set(HEARTBEAT, time.time(), HEARTBEAT_LASTS)


def seconds_since_heartbeat() -> float | None:
    """Return how long ago a worker was seen, or None if not within the hour."""
    seen = cache.get(HEARTBEAT)
    return None if seen is None else max(0.0, time.time() - seen)


def note_seat_watch(broken: int) -> None:
    """Note how many rules of seats the watch found broken."""
    cache.set(SEAT_WATCH, (broken, time.time()), None)


def last_seat_watch() -> tuple[int, float] | None:
    """Return how many rules the last watch found broken, and how many seconds ago; None: never."""
    found = cache.get(SEAT_WATCH)
    return None if found is None else (found[0], max(0.0, time.time() - found[1]))
