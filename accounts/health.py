"""What workers leave for the site to see: a sign of life, and what the watches found."""

import time

from django.core.cache import cache

HEARTBEAT = "worker-heartbeat"
HEARTBEAT_LASTS = 3600
SEAT_WATCH = "seat-watch"
MONEY_WATCH = "money-watch"
DIFFERENCES = "money-differences"
PAYMENT_SWEEP = "payment-sweep"


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


def note_money_watch(broken: int) -> None:
    """Note how many rules of money the watch found broken."""
    cache.set(MONEY_WATCH, (broken, time.time()), None)


def last_money_watch() -> tuple[int, float] | None:
    """Return how many rules of money were broken, and how many seconds ago; None: never looked."""
    found = cache.get(MONEY_WATCH)
    return None if found is None else (found[0], max(0.0, time.time() - found[1]))


def note_payment_sweep(unread: int) -> None:
    """Note how many notifications of payments the round of this minute left unread."""
    cache.set(PAYMENT_SWEEP, (unread, time.time()), None)


def last_payment_sweep() -> tuple[int, float] | None:
    """Return how many notifications were unread, and how many seconds ago; None: never swept."""
    found = cache.get(PAYMENT_SWEEP)
    return None if found is None else (found[0], max(0.0, time.time() - found[1]))


def note_differences(open_ones: int) -> None:
    """Note how many differences the last reconciliation left open."""
    cache.set(DIFFERENCES, (open_ones, time.time()), None)


def last_differences() -> tuple[int, float] | None:
    """Return how many differences were open, and how many seconds ago; None: never compared."""
    found = cache.get(DIFFERENCES)
    return None if found is None else (found[0], max(0.0, time.time() - found[1]))
