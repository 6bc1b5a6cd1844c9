"""Ways to send and to hear short messages.

A backend is one class with ``send`` and ``receive``; settings name it.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.module_loading import import_string
from django.utils.timezone import is_aware


class DeliveryFailed(Exception):
    """The gateway did not take the letter; ``for_good`` when it never will."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class NotAMessage(ValueError):
    """What came in is no message in the way this gateway writes them."""


@dataclass(frozen=True)
class Received:
    """A message from a person: as the provider told it, safe to store, not yet believed."""

    sender: str
    text: str
    provider_id: str
    sent_at: datetime | None = None


class Gateway(Protocol):
    """What every backend does."""

    def send(
        self, *, to: str, channel: str, template: str, text: str, dedupe_key: str, at: datetime
    ) -> str:
        """Hand one letter over (``channel``: sms or voice); return the provider's reference.

        Answers within seconds, whatever the other side does. Raises ``DeliveryFailed``.
        """
        ...

    def receive(self, body: bytes) -> Received:
        """Read one message that the provider hands to ``/sms/inbound/``.

        Raises ``NotAMessage``, and nothing else, whatever the body is.
        """
        ...


@cache
def _made(path: str) -> Gateway:
    backend: Gateway = import_string(path)()
    return backend


def the_gateway() -> Gateway:
    """Return the backend that this installation uses."""
    return _made(settings.SMS_BACKEND)


def read_json(body: bytes) -> Received:
    """Read ``{"from": "+86…", "text": "1", "id": "…", "at": "2026-11-22T14:30:00+08:00"}``.

    ``id`` may be a number; ``at`` may be missing, for what counts is when it reached us.
    Raises ``NotAMessage``.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAMessage("no JSON") from None
    if not isinstance(told, dict):
        raise NotAMessage("no object")
    sender, text, provider_id = told.get("from"), told.get("text"), told.get("id")
    if isinstance(provider_id, int) and not isinstance(provider_id, bool):
        provider_id = str(provider_id)
    if not (isinstance(sender, str) and isinstance(text, str) and isinstance(provider_id, str)):
        raise NotAMessage("from, text and id are words")
    if not re.fullmatch(r"[!-~]{1,120}", provider_id):
        raise NotAMessage("an id has up to 120 characters, and no blanks")
    return Received(storable(sender), storable(text), provider_id, _moment(told.get("at")))


def storable(text: str) -> str:
    """Return a text without what no database keeps: NUL, halves of characters."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def _moment(told: object) -> datetime | None:
    try:
        moment = parse_datetime(told) if isinstance(told, str) else None
    except ValueError:
        return None
    if moment is None or not is_aware(moment) or not 2000 < moment.year < 3000:
        return None
    return moment


def masked(number: str) -> str:
    """Return a number as logs may show it.

    >>> masked("+8613800000201")
    '+86*******0201'
    """
    return f"{number[:3]}{'*' * max(len(number) - 7, 0)}{number[-4:]}"
