"""Who may fetch the files of a replay: a signed path that every player inherits.

``/v/<kid>/<closes>/<aud>/<sig>/<asset>/<generation>/<file>``. The lists name their
segments relatively, so the signature reaches each of them in any player, and a
web server can check it without asking Django. Keys change by the day; today's
and yesterday's are known, so a path dies with its hour and at the latest with
its key.

Two fronts check paths, each its own and never the other's: the first letter of ``kid``
says whose it is. ``d``: Python, by HMAC-SHA256. ``n``: nginx, by what its ``secure_link``
can do, MD5 with a key of 128 bits at the end of what is hashed.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import md5, sha256

PREFIX = "/v/"
LIFE_SECONDS = 4 * 3600
ROUND_SECONDS = 600
LEEWAY_SECONDS = 120
"""Clocks of web server and worker differ a little; a path must not die for it."""

RENEW_FROM, RENEW_UNTIL = 0.72, 0.8
"""The part of a right's life after which its player asks for the next; spread over all players."""

RENEWED_LATE = 0.3
"""A right renewed with no more than this part of its life left is let run out by itself."""

DAY_SECONDS = 86_400
LONGEST_PATH = 400

KID = r"[0-9]{1,6}(?:x[0-9]{1,4})?"
AUDIENCE = r"[0-9a-f]{16}"
ASSET = r"[0-9a-f]{32}"
GENERATION = r"[0-9]{1,6}"
FILE = r"(?:[a-z0-9]{1,16}/)?[A-Za-z0-9_-]{1,40}\.[a-z0-9]{1,5}"

_PATH = re.compile(
    rf"/v/(?P<kid>d{KID})/(?P<closes>[0-9]{{1,11}})(?P<grows>g?)/(?P<aud>{AUDIENCE})"
    rf"/(?P<sig>[\w-]{{43}})/(?P<asset>{ASSET})/(?P<generation>{GENERATION})/(?P<file>{FILE})",
    re.ASCII,
)


class Front(StrEnum):
    """Who checks a path."""

    PYTHON = "d"
    NGINX = "n"


class TokenRefused(Exception):
    """The path gives no right. ``expired`` tells the player to ask for a new one."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "refused")
        self.expired = expired


@dataclass(frozen=True)
class Grant:
    """A right to watch one generation of one film until ``expires``.

    ``audience`` is 16 hex digits that name the grant: good for counting and for
    the log, and saying nothing about the person. ``grows``: its lists get longer,
    so nobody may keep them.
    """

    asset: str
    generation: int
    audience: str
    expires: int
    grows: bool = False

    @property
    def folder(self) -> str:
        """Where the files lie in the storage."""
        return folder_of(self.asset, self.generation)

    def closes(self) -> str:
        """When the doors close, some time after the right has run out, as the path says it."""
        return f"{self.expires + LEEWAY_SECONDS}{'g' if self.grows else ''}"


@dataclass(frozen=True)
class Signer:
    """Who signs paths now: the secret, the front that will check them, and the series of keys.

    The series grows when keys are given up before their day is over (``drop_watch_key``).
    """

    secret: bytes
    front: Front = Front.PYTHON
    series: int = 0

    def path_for(self, grant: Grant, file: str, *, at: float) -> str:
        """The signed path of one file; every other file of the film lies beside it."""
        kid = kid_for(self.front, day_of(at), self.series)
        sig = _signature(kid, grant, self.secret)
        return (
            f"{PREFIX}{kid}/{grant.closes()}/{grant.audience}/{sig}"
            f"/{grant.asset}/{grant.generation}/{file}"
        )


def audience_in(said: str) -> str:
    """The name of a grant as a browser says it, or nothing when it cannot be one.

    >>> audience_in("0123456789abcdef"), audience_in("' OR 1=1")
    ('0123456789abcdef', '')
    """
    return said if re.fullmatch(AUDIENCE, said, re.ASCII) else ""


def folder_of(asset: str, generation: int) -> str:
    """Two digits first, so that no folder of the store grows without end."""
    return f"media/{asset[:2]}/{asset}/{generation}"


def expiry(at: float, life: int = LIFE_SECONDS) -> int:
    """The end of a right given now: at least ``life``, rounded up so that edges can cache.

    >>> expiry(0.0), expiry(1.0)
    (14400, 15000)
    """
    return -int(-(at + life) // ROUND_SECONDS) * ROUND_SECONDS


def renewal(at: float, expires: float, chance: float) -> int:
    """In how many seconds a player asks for its next right; ``chance`` from 0 to 1 spreads them.

    >>> renewal(0.0, 14400.0, 0.0), renewal(0.0, 14400.0, 1.0)
    (10368, 11520)
    """
    return round((expires - at) * (RENEW_FROM + (RENEW_UNTIL - RENEW_FROM) * chance))


def is_renewed_late(left: float) -> bool:
    """Whether a right with so many seconds left may run out by itself beside the new one.

    Else renewing again and again would open more screens than a learner may have.
    """
    return left <= RENEWED_LATE * LIFE_SECONDS


def day_of(at: float) -> int:
    """The day whose key signs."""
    return int(at) // DAY_SECONDS


def kid_for(front: Front, day: int, series: int = 0) -> str:
    """The name of a key: whose front, which day, and which series when keys were given up.

    >>> kid_for(Front.NGINX, 20780), kid_for(Front.PYTHON, 20780, 2)
    ('n20780', 'd20780x2')
    """
    return f"{front}{day}x{series}" if series else f"{front}{day}"


def keys_for_nginx(at: float, *, secret: bytes, series: int) -> dict[str, str]:
    """The keys nginx has to know, by name: yesterday's, today's and, beforehand, tomorrow's."""
    today = day_of(at)
    kids = [kid_for(Front.NGINX, day, series) for day in (today - 1, today, today + 1)]
    return {kid: _key(kid, secret)[:16].hex() for kid in kids}


def read(path: str, *, at: float, secret: bytes, series: int = 0) -> tuple[Grant, str]:
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
        expires=int(match["closes"]) - LEEWAY_SECONDS,
        grows=bool(match["grows"]),
    )
    if not hmac.compare_digest(match["sig"], _signature(match["kid"], grant, secret)):
        raise TokenRefused
    today = day_of(at)
    good = [kid_for(Front.PYTHON, day, series) for day in (today - 1, today, today + 1)]
    if at > int(match["closes"]) or match["kid"] not in good:
        raise TokenRefused(expired=True)
    return grant, match["file"]


def _key(kid: str, secret: bytes) -> bytes:
    return hmac.digest(secret, kid.encode(), sha256)


def _signature(kid: str, grant: Grant, secret: bytes) -> str:
    said = f"{kid}/{grant.closes()}/{grant.audience}/{grant.asset}/{grant.generation}"
    key = _key(kid, secret)
    if kid.startswith(Front.NGINX):
        keyed = f"{said} {key[:16].hex()}".encode()
        # What secure_link can do. The key stands last, so a hash cannot be made longer.
        signed = md5(keyed, usedforsecurity=False).digest()
    else:
        signed = hmac.digest(key, said.encode(), sha256)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")
