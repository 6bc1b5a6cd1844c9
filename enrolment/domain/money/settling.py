"""What the word of a provider is worth: the current object against what we asked for.

Events may come late, twice and in any order, so no event is believed for its story. Whoever
settles an order fetches the object as it is now and asks here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SessionStatus(StrEnum):
    """Where a page of payment stands at the provider."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A page of payment as the provider shows it at this moment.

    ``reference`` is the order we named; ``payment`` the provider's name of the money, empty
    until there is some. ``failed``: an asynchronous payment that did not come about.
    """

    session: str
    status: SessionStatus
    is_paid: bool
    amount_fen: int
    currency: str
    livemode: bool
    reference: str
    payment: str = ""
    way: str = ""
    url: str = ""
    expires_at: datetime | None = None
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What we asked the provider for, from our own rows."""

    session: str
    reference: str
    amount_fen: int
    currency: str
    livemode: bool


class Verdict(StrEnum):
    """What is to be done about a page of payment."""

    OPEN = "open"  # nobody has paid yet, and somebody still may
    PROCESSING = "processing"  # sent off, not arrived: a way that takes hours or days
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    REVIEW = "review"  # money, and not the money we asked for


class Doubt(StrEnum):
    """Why people have to look at it."""

    NONE = ""
    SESSION = "session"
    REFERENCE = "reference"
    MODE = "mode"
    CURRENCY = "currency"
    AMOUNT = "amount"


def judge(asked: Asked, seen: Snapshot) -> tuple[Verdict, Doubt]:
    """Return what a provider's word comes to, and the doubt when people have to look.

    Only money that is there is compared: a page nobody paid harms nobody.
    """
    if not seen.is_paid:
        return _without_money(seen), Doubt.NONE
    doubt = _doubt(asked, seen)
    return (Verdict.REVIEW if doubt else Verdict.PAID), doubt


def _without_money(seen: Snapshot) -> Verdict:
    if seen.failed:
        return Verdict.FAILED
    if seen.status is SessionStatus.COMPLETE:
        return Verdict.PROCESSING
    return Verdict.OPEN if seen.status is SessionStatus.OPEN else Verdict.EXPIRED


def _doubt(asked: Asked, seen: Snapshot) -> Doubt:
    if seen.session != asked.session:
        return Doubt.SESSION
    if seen.reference != asked.reference:
        return Doubt.REFERENCE
    if seen.livemode != asked.livemode:
        return Doubt.MODE
    if seen.currency.upper() != asked.currency:
        return Doubt.CURRENCY
    if seen.amount_fen != asked.amount_fen:
        return Doubt.AMOUNT
    return Doubt.NONE
