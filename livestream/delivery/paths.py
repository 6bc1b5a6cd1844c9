"""Signed paths with the secret of this installation."""

from __future__ import annotations

import hmac
from functools import cache

from django.conf import settings

from livestream.domain import tokens


@cache
def secret() -> bytes:
    """The secret behind the keys of the day; a new ``SECRET_KEY`` ends every path at once."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"paths of replays", "sha256")


def signed(grant: tokens.Grant, file: str, *, at: float) -> str:
    """The path under which the holder of the grant finds a file of the film."""
    return tokens.path_for(grant, file, at=at, secret=secret())


def understood(path: str, *, at: float) -> tuple[tokens.Grant, str]:
    """The grant and the file that a path names. Raises ``TokenRefused``."""
    return tokens.read(path, at=at, secret=secret())
