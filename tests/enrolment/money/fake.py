"""A provider in memory, for histories by the thousand: a request over HTTP costs too much there.

It stands behind the same protocol as Stripe, with the same promises and the same faults. That it
answers as the stand-in does is shown by ``test_histories.py``, which lives the same histories
against the stand-in over real HTTP. No other test uses it.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from enrolment.domain.money.settling import SessionStatus, Snapshot
from enrolment.payments import Event, Listed, ProviderFailed, ProviderRefused, RefundSeen


@dataclass
class Page:
    """A page of payment, and what somebody did there."""

    session: str
    order: str
    amount: int
    created: datetime
    expires: datetime
    status: str = "open"
    money: str = ""  # arrived, coming or failed
    payment: str = ""
    paid: int = 0
    back: int = 0


@dataclass
class FakeProvider:
    """Pages, refunds and notifications; ``away``: nobody answers; ``lose``: done, but not said."""

    at: datetime
    name: str = "stripe"
    livemode: bool = False
    pages: dict[str, Page] = field(default_factory=dict)
    refunds: dict[str, RefundSeen] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    away: bool = False
    lose: bool = False
    slow_refunds: bool = False
    can_wait: bool = True
    _by_key: dict[str, str] = field(default_factory=dict)
    # Histories are lived side by side: no two processes give the same name.
    _number: Iterator[int] = field(default_factory=lambda: count(os.getpid() * 1_000_000))

    def request_for(self, **asked: Any) -> dict[str, Any]:
        return asked | {"expires_at": asked["expires_at"].isoformat()}

    def open_session(self, request: Mapping[str, Any], *, key: str) -> Snapshot:
        self._answer()
        if key not in self._by_key:
            session = f"cs_{next(self._number)}"
            self.pages[session] = Page(
                session, request["order"], request["amount_fen"], self.at,
                datetime.fromisoformat(request["expires_at"]),
            )  # fmt: skip
            self._by_key[key] = session
        return self._said(self._seen(self.pages[self._by_key[key]]))

    def session(self, session: str) -> Snapshot:
        self._answer()
        return self._seen(self._page(session))

    def sessions_of(self, order: str, *, since: datetime | None = None) -> list[Snapshot]:
        self._answer()
        return [self._seen(page) for page in self.pages.values() if page.order == order]

    def end_session(self, session: str) -> Snapshot:
        self._answer()
        page = self._page(session)
        if page.status == "open":
            page.status = "expired"
            self._tell("checkout.session.expired", session)
        return self._said(self._seen(page))

    def refund(self, *, payment: str, amount_fen: int, key: str, order: str) -> RefundSeen:
        self._answer()
        if key not in self._by_key:
            page = next((one for one in self.pages.values() if one.payment == payment), None)
            if page is None or page.back + amount_fen > page.paid:
                raise ProviderRefused("greater than unrefunded amount")
            page.back += amount_fen
            name = self._by_key[key] = f"re_{next(self._number)}"
            state = "pending" if self.slow_refunds else "succeeded"
            self.refunds[name] = RefundSeen(
                id=name, state=state, amount_fen=amount_fen, payment=payment, key=key
            )
            self._tell("refund.created", name)
        return self._said(self.refunds[self._by_key[key]])

    def refund_made(self, *, payment: str, key: str) -> RefundSeen | None:
        self._answer()
        return self.refunds.get(self._by_key.get(key, ""))

    def refund_seen(self, refund: str) -> RefundSeen:
        self._answer()
        return self.refunds[refund]

    def event(self, body: bytes, signature: str) -> Event:
        raise NotImplementedError("histories bring events that were checked at the door")

    def sessions_between(self, since: datetime, until: datetime) -> Iterator[Snapshot]:
        self._answer()
        yield from (self._seen(p) for p in self.pages.values() if since <= p.created <= until)

    def books_between(self, since: datetime, until: datetime) -> Iterator[Listed]:
        self._answer()
        yield from ()

    # What people and banks do there:

    def pay(self, session: str, *, amount: int = 0, later: bool = False) -> None:
        """Pay a page that is open; ``later``: the money takes its time."""
        page = self._page(session)
        page.status, page.payment = "complete", f"pi_{session}"
        page.paid = amount or page.amount
        page.money = "coming" if later else "arrived"
        self._tell("checkout.session.completed", session)

    def decide(self, session: str, *, arrives: bool) -> None:
        """Let money on its way arrive, or come to nothing."""
        self._page(session).money = "arrived" if arrives else "failed"
        outcome = "succeeded" if arrives else "failed"
        self._tell(f"checkout.session.async_payment_{outcome}", session)

    def end_refund(self, name: str, state: str) -> None:
        """Say what became of a refund on its way."""
        was = self.refunds[name]
        self.refunds[name] = RefundSeen(
            id=name, state=state, amount_fen=was.amount_fen, payment=was.payment, key=was.key
        )
        if state == "failed":
            page = next(one for one in self.pages.values() if one.payment == was.payment)
            page.back -= was.amount_fen
        self._tell("refund.updated", name)

    def refund_of(self, key: str) -> str:
        """The name of the refund that was asked for with a key; "" if none was."""
        return self._by_key.get(key, "")

    def cash(self) -> int:
        """What lies here of ours: all that arrived, less all that went back."""
        arrived = sum(page.paid for page in self.pages.values() if page.money == "arrived")
        return arrived - sum(page.back for page in self.pages.values())

    def _answer(self) -> None:
        if self.away:
            raise ProviderFailed("nobody answers")

    def _said(self, answer: Any) -> Any:
        if self.lose:
            self.lose = False
            raise ProviderFailed("the answer was lost")
        return answer

    def _page(self, session: str) -> Page:
        page = self.pages[session]
        if page.status == "open" and page.expires <= self.at:
            page.status = "expired"
            self._tell("checkout.session.expired", session)
        return page

    def _tell(self, kind: str, name: str) -> None:
        number = f"evt_{next(self._number)}"
        self.events.append(Event(id=number, type=kind, object_id=name, payload={}))

    def _seen(self, page: Page) -> Snapshot:
        page = self._page(page.session)
        arrived = page.money == "arrived"
        return Snapshot(
            session=page.session,
            status=SessionStatus(page.status),
            is_paid=arrived,
            amount_fen=page.paid if page.money else page.amount,
            currency="cny",
            livemode=False,
            reference=page.order,
            payment=page.payment,
            way="card" if page.money else "",
            url=f"https://pay.test/{page.session}",
            expires_at=page.expires,
            failed=page.money == "failed",
        )
