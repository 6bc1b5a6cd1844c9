"""Ways to send a short message. A backend is one class with ``send``; settings name it."""

from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class DeliveryFailed(Exception):
    """The gateway did not take the letter; ``for_good`` when it never will."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Gateway(Protocol):
    """What every backend does."""

    def send(
        self, *, to: str, channel: str, template: str, text: str, dedupe_key: str, at: datetime
    ) -> str:
        """Hand one letter over (``channel``: sms or voice); return the provider's reference.

        Answers within seconds, whatever the other side does. Raises ``DeliveryFailed``.
        """
        ...


@cache
def _made(path: str) -> Gateway:
    backend: Gateway = import_string(path)()
    return backend


def the_gateway() -> Gateway:
    """Return the backend that this installation uses."""
    return _made(settings.SMS_BACKEND)


def masked(number: str) -> str:
    """Return a number as logs may show it.

    >>> masked("+8613800000201")
    '+86*******0201'
    """
    return f"{number[:3]}{'*' * max(len(number) - 7, 0)}{number[-4:]}"
