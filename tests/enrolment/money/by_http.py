"""The stand-in, spoken to over HTTP by the unpatched client, for histories made for ``fake.py``.

It has what the fake has: what people and banks do there, and the fault that nobody answers. Money
and refunds that take their time end there by the clock, so these histories leave them out.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from config.embedded.standin import ThrowawayStripe
from enrolment import payments
from enrolment.payments import Event, PaymentProvider, ProviderFailed, RefundSeen

QUESTIONS = (
    "open_session", "session", "sessions_of", "end_session", "refund", "refund_made",
    "refund_seen", "sessions_between", "books_between",
)  # fmt: skip


class OverHTTP:
    """One provider for a history; whatever the fake has and is not here, the client has."""

    can_wait = False
    away = False
    slow_refunds = False

    def __init__(
        self, standin: ThrowawayStripe, client: Callable[[], PaymentProvider], at: datetime
    ) -> None:
        self._standin, self._client = standin, client()
        self._refunds: dict[str, RefundSeen] = {}
        standin.reset()
        self.at = at

    def __getattr__(self, name: str) -> Any:
        if name in QUESTIONS and self.away:
            raise ProviderFailed("nobody answers")
        return getattr(self._client, name)

    @property
    def at(self) -> datetime:
        return self._now

    @at.setter
    def at(self, moment: datetime) -> None:
        self._now = moment
        self._standin.clock(moment)

    @property
    def lose(self) -> bool:
        return False

    @lose.setter
    def lose(self, is_lost: bool) -> None:
        self._standin.switch(lose=int(is_lost), on="sessions")

    @property
    def events(self) -> list[Event]:
        parse = self._client.event
        told = self._standin.events()
        return [parse(*self._standin.signed(one)) for one in told]

    @property
    def refunds(self) -> dict[str, RefundSeen]:
        return self._refunds

    def refund(self, **asked: Any) -> RefundSeen:
        if self.away:
            raise ProviderFailed("nobody answers")
        seen = self._client.refund(**asked)
        self._refunds[seen.id] = seen
        return seen

    def refund_of(self, key: str) -> str:
        return next((name for name, one in self._refunds.items() if one.key == key), "")

    def pay(self, session: str, *, amount: int, later: bool) -> None:
        self._standin.switch(amount=amount)
        self._standin.pay(session)
        self._standin.switch(amount=None)

    def end_refund(self, name: str, state: str) -> None:
        self._standin.end_refund(name, state)

    def cash(self) -> int:
        lines = self._client.books_between(
            self._now - timedelta(days=60), self._now + timedelta(days=1)
        )
        moves = {"charge", "refund", "refund_failure"}
        return sum(line.amount_fen for line in lines if line.kind in moves)


def over_http(standin: ThrowawayStripe) -> Callable[[datetime], OverHTTP]:
    """Return what makes such a provider at a moment."""
    client = payments.provider  # before a history puts its own there

    return lambda at: OverHTTP(standin, client, at)
