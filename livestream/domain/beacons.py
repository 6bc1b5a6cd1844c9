"""What a player reports while it plays: how far it is, and which stretches it has played.

A report needs no session and no question to the database. Its address is signed when the
right to watch is given, ``/beacons/<closes>/<watcher>/<asset>/<sig>``, and says for which film
and on whose account; ``watcher`` names a learner and a film, or one visit, and no person.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from hashlib import sha256

from livestream.domain import ranges
from livestream.domain.ranges import Stretches
from livestream.domain.tokens import ASSET, AUDIENCE, TokenRefused

PREFIX = "/beacons/"
LATE_SECONDS = 7 * 86_400
"""How long after the right has run out reports still come in: a phone that was offline."""

LARGEST_BYTES = 8 * 1024
LARGEST_SEQUENCE = 2**31 - 1
EVERY_SECONDS = 30
HEARD_WITHIN_SECONDS = 75
"""Who has not been heard of for this long watches no more: two reports may be missed."""

_ADDRESS = re.compile(
    rf"/beacons/(?P<closes>[0-9]{{1,11}})/(?P<watcher>{AUDIENCE})/(?P<asset>{ASSET})"
    r"/(?P<sig>[\w-]{43})",
    re.ASCII,
)


class BeaconRefused(Exception):
    """No player of ours would report this."""


@dataclass(frozen=True)
class Account:
    """For which film, and on whose account, a report is."""

    watcher: str
    asset: str


@dataclass(frozen=True)
class Beacon:
    """One report. ``late``: out of the queue of a phone that was offline."""

    sequence: int
    position: float
    stretches: Stretches
    late: bool = False


@dataclass(frozen=True)
class Kept:
    """Reports of one watcher made one: the place of the last, the stretches of all."""

    account: Account
    sequence: int
    position: float
    stretches: Stretches
    heard_at: float
    late: bool

    @classmethod
    def of(cls, account: Account, beacon: Beacon, *, at: float) -> Kept:
        """A report as it came in."""
        return cls(account, beacon.sequence, beacon.position, beacon.stretches, at, beacon.late)

    def and_then(self, other: Kept) -> Kept:
        """Both in one; in which order they came in makes no difference, nor how often."""
        later = max(self, other, key=lambda kept: (kept.sequence, kept.position))
        at_once = [kept.heard_at for kept in (self, other) if not kept.late]
        return replace(
            later,
            stretches=ranges.union(self.stretches, other.stretches),
            heard_at=max(at_once, default=max(self.heard_at, other.heard_at)),
            late=not at_once,
        )

    def written(self) -> str:
        """As one line, for the store between the web and the writer."""
        spans = [[str(begins), str(ends)] for begins, ends in self.stretches]
        return json.dumps(asdict(self) | {"stretches": spans}, separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str | bytes) -> Kept:
        """What ``written`` wrote."""
        said = json.loads(line)
        spans = tuple((Decimal(begins), Decimal(ends)) for begins, ends in said["stretches"])
        return cls(**(said | {"account": Account(**said["account"]), "stretches": spans}))


def together(reports: Iterable[Kept]) -> list[Kept]:
    """One for each watcher and film, in the order of their names."""
    merged: dict[tuple[str, str], Kept] = {}
    for one in reports:
        name = one.account.asset, one.account.watcher
        merged[name] = merged[name].and_then(one) if name in merged else one
    return [merged[name] for name in sorted(merged)]


def read(body: bytes) -> Beacon:
    """Understand a report. Raises ``BeaconRefused``."""
    try:
        said = json.loads(body)
        sequence, position = said["sequence"], said["position"]
        late = said.get("late", False)
        stretches = ranges.read(said.get("ranges", []))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as nonsense:
        raise BeaconRefused from nonsense
    except ranges.StretchesRefused as refused:
        raise BeaconRefused from refused
    if type(sequence) is not int or not 0 < sequence <= LARGEST_SEQUENCE:
        raise BeaconRefused
    if type(position) not in {int, float} or not -1 <= position <= ranges.LONGEST_FILM:
        raise BeaconRefused
    if type(late) is not bool:
        raise BeaconRefused
    return Beacon(sequence, max(0.0, float(position)), stretches, late)


def address_for(account: Account, *, expires: int, secret: bytes) -> str:
    """Where the player of a right that runs out at ``expires`` sends its reports."""
    closes = expires + LATE_SECONDS
    signature = _signature(closes, account, secret)
    return f"{PREFIX}{closes}/{account.watcher}/{account.asset}/{signature}"


def account_of(address: str, *, at: float, secret: bytes) -> Account:
    """On whose account reports to this address are. Raises ``TokenRefused``."""
    match = _ADDRESS.fullmatch(address) if len(address) <= 200 else None
    if match is None:
        raise TokenRefused
    account, closes = Account(match["watcher"], match["asset"]), int(match["closes"])
    if not hmac.compare_digest(match["sig"], _signature(closes, account, secret)):
        raise TokenRefused
    if at > closes:
        raise TokenRefused(expired=True)
    return account


def watcher_of(recording: int, whose: str, *, secret: bytes) -> str:
    """The name under which somebody's watching of a film is counted, on every screen."""
    return hmac.digest(secret, f"watcher {recording} {whose}".encode(), sha256)[:8].hex()


def _signature(closes: int, account: Account, secret: bytes) -> str:
    said = f"beacons/{closes}/{account.watcher}/{account.asset}"
    signed = hmac.digest(secret, said.encode(), sha256)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")
