"""What we ask of a payment provider, and nothing more.

Stripe is one provider. A second (WeChat Pay or Alipay direct) would stand beside it behind the
same protocol and the same state machine (``services/money/settling.py``). No method is called
inside a transaction: each is a request over the network.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from enrolment.domain.money.settling import Snapshot


class ProviderFailed(Exception):
    """No answer, or one that says nothing: the same request may be sent again later."""


class ProviderRefused(Exception):
    """The provider understood and said no. Its words are for staff and the log."""


class ProviderUnknown(ProviderRefused):
    """The provider has nothing of that name: not any more, or not under these keys."""


class Forged(Exception):
    """No notification: not signed by the provider, signed too long ago, or not to be read."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """A notification: only its names are used; what it tells is fetched afresh."""

    id: str
    type: str
    object_id: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RefundSeen:
    """A refund as the provider shows it at this moment. ``state``: pending|succeeded|failed."""

    id: str
    state: str
    amount_fen: int
    payment: str
    key: str = ""
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One line of the provider's own books, for the comparison with ours.

    ``kind``: charge|refund|refund_failure|fee|payout|dispute|dispute_reversal|adjustment;
    ``source`` names the payment or refund it is about; amounts in fen, as they change our
    balance with the provider.
    """

    id: str
    kind: str
    source: str
    amount_fen: int
    fee_fen: int
    at: datetime


class PaymentProvider(Protocol):
    """A provider of payments on the web."""

    name: str
    livemode: bool

    def request_for(
        self,
        *,
        order: str,
        attempt: int,
        what: str,
        amount_fen: int,
        language: str,
        return_url: str,
        expires_at: datetime,
    ) -> dict[str, Any]:
        """Return the body of the request for a page of payment, to be frozen with the attempt."""
        ...

    def open_session(self, request: Mapping[str, Any], *, key: str) -> Snapshot:
        """Ask for a page of payment. The same key and body return the same page."""
        ...

    def session(self, session: str) -> Snapshot:
        """Return a page of payment as it is now."""
        ...

    def sessions_of(self, order: str, *, since: datetime | None = None) -> list[Snapshot]:
        """Return all pages that were opened for an order.

        ``since``: nothing older is asked for, which spares a provider that cannot search.
        """
        ...

    def end_session(self, session: str) -> Snapshot:
        """Close a page, so that nobody pays there any more; return what it had come to.

        One that was paid or had run out already is not an error: its snapshot says so.
        """
        ...

    def refund(self, *, payment: str, amount_fen: int, key: str, order: str) -> RefundSeen:
        """Send money back the way it came. The same key returns the same refund."""
        ...

    def refund_made(self, *, payment: str, key: str) -> RefundSeen | None:
        """Return the refund that was made under a key; None when there is none."""
        ...

    def refund_seen(self, refund: str) -> RefundSeen:
        """Return a refund as it is now."""
        ...

    def event(self, body: bytes, signature: str) -> Event:
        """Return the notification that a body carries; raise ``Forged`` if it is not theirs."""
        ...

    def sessions_between(self, since: datetime, until: datetime) -> Iterator[Snapshot]:
        """Yield the pages of payment that were opened in a time."""
        ...

    def books_between(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """Yield the lines of the provider's books of a time."""
        ...
