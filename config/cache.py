"""The shared cache: what only saves time may be missing, what counts tries may not."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as CacheAway
from redis.exceptions import TimeoutError as CacheSlow

log = logging.getLogger(__name__)

ONLY_SAVES_TIME = "wagtail_"  # addresses of sites and names of languages, as Wagtail keeps them
ASK_AGAIN_AFTER = 5.0  # seconds


class SharedRedisCache(RedisCache):
    """Valkey, without which pages go on.

    Wagtail asks for the addresses of its sites on every page. With Valkey away the answer is
    "not known" and it reads them from the database; for a few seconds Valkey is not even
    asked, so that one that hangs holds nobody up. Under every other name stands a count of
    tries: there the failure is raised, and the door that counts stays shut.
    """

    _rests_until = 0.0

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return what is kept."""
        ask = super().get
        return self._spared(key, default, lambda: ask(key, default, version))

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Keep something."""
        ask = super().set
        self._spared(key, None, lambda: ask(key, value, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Keep something no longer. With Valkey away it lives on until its time is over."""
        ask = super().delete
        return bool(self._spared(key, False, lambda: ask(key, version)))

    def _spared(self, key: Any, otherwise: Any, ask: Callable[[], Any]) -> Any:
        if not str(key).startswith(ONLY_SAVES_TIME):
            return ask()
        if time.monotonic() < SharedRedisCache._rests_until:
            return otherwise
        try:
            return ask()
        except (CacheAway, CacheSlow) as away:
            log.warning("the cache is away, pages go on without it: %s", away)
            SharedRedisCache._rests_until = time.monotonic() + ASK_AGAIN_AFTER
            return otherwise
