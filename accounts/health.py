"""A sign of life that workers leave, and the site looks for."""

import time

from django.core.cache import cache

HEARTBEAT = "worker-heartbeat"
HEARTBEAT_LASTS = 3600


def note_heartbeat() -> None:
    """Note that a worker is at work."""
    cache.set(HEARTBEAT, time.time(), HEARTBEAT_LASTS)


def seconds_since_heartbeat() -> float | None:
    """Return how long ago a worker was seen, or None if not within the hour."""
    seen = cache.get(HEARTBEAT)
    return None if seen is None else max(0.0, time.time() - seen)
