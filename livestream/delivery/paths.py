"""Signed paths with the secret of this installation."""

from __future__ import annotations

import hmac
from functools import cache

from django.conf import settings

from livestream.domain import beacons, tokens


@cache
def secret() -> bytes:
    """The secret behind the keys of the day; a new ``SECRET_KEY`` ends every path at once."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"paths of replays", "sha256")


@cache
def secret_of_beacons() -> bytes:
    """Another one, so that no path is ever good for a report and none the other way round."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"reports of players", "sha256")


def front() -> tokens.Front:
    """Who checks the paths that are signed now."""
    return tokens.Front.NGINX if settings.WATCH_FRONT == "nginx" else tokens.Front.PYTHON


def signed(grant: tokens.Grant, file: str, *, at: float, series: int = 0) -> str:
    """The path under which the holder of the grant finds a file of the film."""
    return tokens.Signer(secret(), front(), series).path_for(grant, file, at=at)


def understood(path: str, *, at: float, series: int = 0) -> tuple[tokens.Grant, str]:
    """The grant and the file that a path names. Raises ``TokenRefused``."""
    return tokens.read(path, at=at, secret=secret(), series=series)


def keys_for_nginx(*, at: float, series: int) -> dict[str, str]:
    """The keys by their names, as the web server in front has to know them."""
    return tokens.keys_for_nginx(at, secret=secret(), series=series)


def beacon_address(account: beacons.Account, *, expires: int) -> str:
    """Where the player of a right reports to."""
    return beacons.address_for(account, expires=expires, secret=secret_of_beacons())


def beacon_account(address: str, *, at: float) -> beacons.Account:
    """On whose account reports to this address are. Raises ``TokenRefused``."""
    return beacons.account_of(address, at=at, secret=secret_of_beacons())


def watcher_of(recording: int, kind: str, whose: int) -> str:
    """The name under which the watching of a film by a learner, a user or a room is counted."""
    return beacons.watcher_of(recording, f"{kind} {whose}", secret=secret_of_beacons())
