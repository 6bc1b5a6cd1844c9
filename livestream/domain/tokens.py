"""Who may fetch the files of a replay: a signed path that every player inherits.

``/v/<kid>/<exp>/<aud>/<sig>/<asset>/<generation>/<file>``. The lists name their
segments relatively, so the signature reaches each of them in any player, and a
web server can check it without asking Django. Keys change by the day; today's
and yesterday's are known, so a path dies with its hour and at the latest with
its key.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

PREFIX = "/v/"
LIFE_SECONDS = 4 * 3600
ROUND_SECONDS = 600
LEEWAY_SECONDS = 120
"""Clocks of web server and worker differ a little; a path must not die for it."""

DAY_SECONDS = 86_400
LONGEST_PATH = 400

_PATH = re.compile(
    r"/v/(?P<kid>d[0-9]{1,6})/(?P<exp>[0-9]{1,11})/(?P<aud>[0-9a-f]{16})/(?P<sig>[\w-]{43})"
    r"/(?P<asset>[0-9a-f]{32})/(?P<generation>[0-9]{1,6})"
    r"/(?P<file>(?:[a-z0-9]{1,16}/)?[A-Za-z0-9_-]{1,40}\.[a-z0-9]{1,5})",
    re.ASCII,
)


class TokenRefused(Exception):
    """The path gives no right. ``expired`` tells the player to ask for a new one."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "refused")
        self.expired = expired


@dataclass(frozen=True)
class Grant:
    """A right to watch one generation of one film until ``expires``.

    ``audience`` is 16 hex digits that name the grant: good for counting and for
    the log, and saying nothing about the person.
    """

    asset: str
    generation: int
    audience: str
    expires: int

    @property
    def folder(self) -> str:
        """Where the files lie in the storage."""
        return folder_of(self.asset, self.generation)


def folder_of(asset: str, generation: int) -> str:
    """Two digits first, so that no folder of the store grows without end."""
    return f"media/{asset[:2]}/{asset}/{generation}"


def expiry(at: float, life: int = LIFE_SECONDS) -> int:
    """The end of a right given now: at least ``life``, rounded up so that edges can cache.

    >>> expiry(0.0), expiry(1.0)
    (14400, 15000)
    """
    return -int(-(at + life) // ROUND_SECONDS) * ROUND_SECONDS


def path_for(grant: Grant, file: str, *, at: float, secret: bytes) -> str:
    """The signed path of one file; every other file of the film lies beside it."""
    kid = f"d{int(at) // DAY_SECONDS}"
    sig = _signature(kid, grant, secret)
    return (
        f"{PREFIX}{kid}/{grant.expires}/{grant.audience}/{sig}"
        f"/{grant.asset}/{grant.generation}/{file}"
    )


def read(path: str, *, at: float, secret: bytes) -> tuple[Grant, str]:
    """Give the grant and the file a path names, or raise ``TokenRefused``.

    Only names we make ourselves are understood: no dots at the front, no
    percent signs, one folder deep. There is nothing to normalise.
    """
    match = _PATH.fullmatch(path) if len(path) <= LONGEST_PATH else None
    if match is None:
        raise TokenRefused
    grant = Grant(
        asset=match["asset"],
        generation=int(match["generation"]),
        audience=match["aud"],
        expires=int(match["exp"]),
    )
    if not hmac.compare_digest(match["sig"], _signature(match["kid"], grant, secret)):
        raise TokenRefused
    made_on, today = int(match["kid"][1:]), int(at) // DAY_SECONDS
    if at > grant.expires + LEEWAY_SECONDS or not today - 1 <= made_on <= today + 1:
        raise TokenRefused(expired=True)
    return grant, match["file"]


def _signature(kid: str, grant: Grant, secret: bytes) -> str:
    key = hmac.digest(secret, kid.encode(), sha256)
    said = f"{kid}/{grant.expires}/{grant.audience}/{grant.asset}/{grant.generation}"
    signed = hmac.digest(key, said.encode(), sha256)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")
