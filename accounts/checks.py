"""Settings that would open a door without a sound."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

SHARED_CACHES = ("RedisCache", "PyMemcacheCache", "PyLibMCCache")


@register(Tags.security)
def limits_need_a_shared_cache(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse caches in which a limit counts for one process, or not at all."""
    caches: dict[str, Any] = settings.CACHES
    backend = caches["default"]["BACKEND"]
    if backend.endswith(SHARED_CACHES):
        return []
    return [
        Error(
            f"Limits on guessing need a cache that all processes share; {backend} is none.",
            hint="Set REDIS_URL and let CACHES['default'] use it.",
            id="accounts.E001",
        )
    ]


@register(Tags.security)
def codes_need_sessions_on_the_server(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse sessions that the browser can read: a code waits in there in clear."""
    if "signed_cookies" not in settings.SESSION_ENGINE:
        return []
    return [
        Error(
            "Sign-in codes stand in the session: it must not live in a cookie.",
            hint="Use accounts.sessions.",
            id="accounts.E002",
        )
    ]
