"""Stripe behind the protocol: hosted pages of payment for card, Alipay and WeChat Pay, in CNY.

Every request repeats safely: what changes something bears a key that follows from our own rows.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import stripe
from stripe import checkout
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from enrolment.domain.money.settling import SessionStatus, Snapshot
from enrolment.payments.protocol import (
    Event,
    Forged,
    Listed,
    ProviderFailed,
    ProviderRefused,
    ProviderUnknown,
    RefundSeen,
)

log = logging.getLogger(__name__)

CURRENCY = "cny"
WAYS = ["card", "alipay", "wechat_pay"]
LOCALES = {"zh-hans": "zh", "zh-hant": "zh-HK", "en": "en"}
CONNECT, READ = 3.0, 10.0  # seconds; the client tries twice more
RETRIES = 2
TOLERANCE = 300  # seconds between signing and hearing of it
PAGE = 100
SKEW = timedelta(minutes=5)  # between our clock and theirs
REPLAYED = "idempotent-replayed"  # a header: the answer is the one that is kept under the key
KEYS_OF_A_REFUND = 5  # so many failures kept for it are enough for one round
MONEY = "payment_intent.latest_charge"

# What a notification is kept with. Names, addresses and bank cards of payers are not ours to keep.
KEPT_OF_EVENT = ("id", "type", "created", "livemode", "api_version")
KEPT_OF_OBJECT = (
    "id", "object", "status", "payment_status", "amount", "amount_total", "amount_refunded",
    "currency", "client_reference_id", "payment_intent", "charge", "reason", "failure_reason",
    "expires_at",
)  # fmt: skip
REFUND_STATES = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
CATEGORIES = {
    "charge", "refund", "refund_failure", "fee", "payout", "dispute", "dispute_reversal",
}  # fmt: skip

# One for the process: it keeps a session, and so its connections, for each thread.
_http = stripe.RequestsClient(timeout=(CONNECT, READ))


class StripeProvider:
    """One account at Stripe. ``secrets`` sign its notifications: two while they are rotated."""

    name = "stripe"

    def __init__(
        self, *, key: str, secrets: Sequence[str], livemode: bool, address: str = ""
    ) -> None:
        self.livemode = livemode
        self._secrets = [secret for secret in secrets if secret]
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": address} if address else None,
            max_network_retries=RETRIES,
            http_client=_http,
        )

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
        about = {"order": order, "attempt": str(attempt)}
        body: SessionCreateParams = {
            "mode": "payment",
            "allowed_payment_method_types": list(WAYS),
            # Pays inside WeChat's own browser and from a code that another telephone reads.
            "payment_method_options": {"wechat_pay": {"client": "web"}},
            "line_items": [
                {
                    "price_data": {
                        "currency": CURRENCY,
                        "unit_amount": amount_fen,
                        "product_data": {"name": what},
                    },
                    "quantity": 1,
                }
            ],
            "adaptive_pricing": {"enabled": False},  # yuan are asked for and yuan arrive
            "client_reference_id": order,
            "metadata": about,
            "payment_intent_data": {"metadata": about},
            "expires_at": int(expires_at.timestamp()),
            "locale": LOCALES.get(language.lower(), "auto"),
            "success_url": return_url,
            "cancel_url": return_url,
        }
        return dict(body)

    def open_session(self, request: Mapping[str, Any], *, key: str) -> Snapshot:
        """Ask for a page of payment. The same key and body return the same page."""
        with _in_our_words():
            page = self._client.v1.checkout.sessions.create(
                cast(SessionCreateParams, _in_order(request)), {"idempotency_key": key}
            )
        return _snapshot(page)

    def session(self, session: str) -> Snapshot:
        """Return a page of payment as it is now."""
        with _in_our_words():
            page = self._client.v1.checkout.sessions.retrieve(session, {"expand": [MONEY]})
        return _snapshot(page)

    def sessions_of(self, order: str, *, since: datetime | None = None) -> list[Snapshot]:
        """Return the pages that were opened for an order, since a moment if one is given.

        Stripe does not search pages by our reference: all of that time are looked through.
        """
        opened = {"gte": int((since - SKEW).timestamp())} if since else None
        return [page for page in self._pages(opened) if page.reference == order]

    def end_session(self, session: str) -> Snapshot:
        """Close a page, so that nobody pays there any more; return what it had come to."""
        try:
            with _in_our_words():
                self._client.v1.checkout.sessions.expire(session)
        except ProviderRefused:
            return self._over(session)
        return self.session(session)

    def _over(self, session: str) -> Snapshot:
        """Return a page that would not be closed, if the reason is that it is over."""
        seen = self.session(session)
        if seen.status is SessionStatus.OPEN:
            raise ProviderRefused(f"page {session} is open and will not be closed")
        return seen

    def refund(self, *, payment: str, amount_fen: int, key: str, order: str) -> RefundSeen:
        """Send money back the way it came. The same key returns the same refund.

        Stripe forgets keys after a day, and keeps a failure of its own under one for as long: so
        we look first whether there is a refund of that key. Once a failure is repeated from what
        Stripe kept, that request is over; if nothing came of it, the next has a key of its own.
        Who asks at the same moment goes through the same keys, so it stays one refund.
        """
        about = {
            "payment_intent": payment,
            "amount": amount_fen,
            "reason": "requested_by_customer",
            "metadata": {"key": key, "order": order},
        }
        turn = 1
        while True:
            made = self.refund_made(payment=payment, key=key)
            if made is not None:
                return made
            try:
                return self._send_back(about, key=key if turn == 1 else f"{key}:{turn}")
            except ProviderFailed as failed:
                if turn == KEYS_OF_A_REFUND or not _is_kept(failed):
                    raise
            turn += 1

    def _send_back(self, about: Mapping[str, Any], *, key: str) -> RefundSeen:
        with _in_our_words():
            return _refund_seen(
                self._client.v1.refunds.create(
                    cast(RefundCreateParams, about), {"idempotency_key": key}
                )
            )

    def refund_made(self, *, payment: str, key: str) -> RefundSeen | None:
        """Return the refund of a payment that bears our key; None when there is none."""
        with _in_our_words():
            listed = self._client.v1.refunds.list({"payment_intent": payment, "limit": PAGE})
            for made in listed.auto_paging_iter():
                if _key_of(made) == key:
                    return _refund_seen(made)
        return None

    def refund_seen(self, refund: str) -> RefundSeen:
        """Return a refund as it is now."""
        with _in_our_words():
            return _refund_seen(self._client.v1.refunds.retrieve(refund))

    def event(self, body: bytes, signature: str) -> Event:
        """Return the notification that a body carries; raise ``Forged`` if it is not theirs."""
        told = self._told(body, signature)
        try:
            about = told["data"]["object"]
            return Event(
                id=str(told["id"]),
                type=str(told["type"]),
                object_id=str(about.get("id") or ""),  # a balance has none
                payload=_slim(told),
            )
        except (AttributeError, KeyError, TypeError) as wrong:
            raise Forged("signed, and no notification") from wrong

    def _told(self, body: bytes, signature: str) -> dict[str, Any]:
        problem: Exception | None = None
        for secret in self._secrets:
            try:
                event = self._client.construct_event(body, signature, secret, TOLERANCE)
                return event.to_dict()
            except stripe.SignatureVerificationError as wrong:
                problem = problem or wrong
            except (ValueError, AttributeError, TypeError, KeyError, RecursionError) as wrong:
                raise Forged("no notification that can be read") from wrong
        raise Forged(type(problem).__name__ if problem else "no secret is set")

    def sessions_between(self, since: datetime, until: datetime) -> Iterator[Snapshot]:
        """Yield the pages of payment that were opened in a time, the newest first."""
        return self._pages({"gte": int(since.timestamp()), "lt": int(until.timestamp())})

    def _pages(self, opened: dict[str, int] | None) -> Iterator[Snapshot]:
        with _in_our_words():
            asked: dict[str, Any] = {"limit": PAGE, "expand": [f"data.{MONEY}"]}
            if opened:
                asked["created"] = opened
            listed = self._client.v1.checkout.sessions.list(
                cast(stripe.params.checkout.SessionListParams, asked)
            )
            for page in listed.auto_paging_iter():
                yield _snapshot(page)

    def books_between(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """Yield the lines of Stripe's books of a time, the newest first."""
        with _in_our_words():
            listed = self._client.v1.balance_transactions.list(
                {
                    "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
                    "limit": PAGE,
                    "expand": ["data.source"],
                }
            )
            for line in listed.auto_paging_iter():
                yield _listed(line)


def _in_order(value: Any) -> Any:
    """Return a body with its names in order: the database keeps them in an order of its own.

    Read back from there it goes over the line byte for byte as it did the first time, which is
    what the same key stands for.
    """
    if isinstance(value, Mapping):
        return {name: _in_order(value[name]) for name in sorted(value)}
    return [_in_order(one) for one in value] if isinstance(value, list) else value


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Tell failures, after which the same may be asked again, from refusals.

    A key that is wrong or may too little is a failure: it says nothing about what was asked, and
    people put it right.
    """
    try:
        yield
    except (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError) as refused:
        is_gone = refused.code == "resource_missing"
        raise (ProviderUnknown if is_gone else ProviderRefused)(_said(refused)) from refused
    except (stripe.AuthenticationError, stripe.PermissionError) as locked_out:
        log.error("Stripe does not let us in: %s", _said(locked_out))
        raise ProviderFailed(_said(locked_out)) from locked_out
    except stripe.StripeError as failed:
        raise ProviderFailed(_said(failed)) from failed


def _is_kept(failed: ProviderFailed) -> bool:
    """Whether Stripe repeated what it had answered before: nothing more comes of that key."""
    cause = failed.__cause__
    headers = (cause.headers or {}) if isinstance(cause, stripe.StripeError) else {}
    return {name.lower(): said for name, said in headers.items()}.get(REPLAYED) == "true"


def _said(error: stripe.StripeError) -> str:
    return f"{type(error).__name__} {error.http_status or ''} {error.code or ''}: {error}"


def _snapshot(page: checkout.Session) -> Snapshot:
    """Read a page. Once there is money, what arrived counts, not what the page asked for."""
    intent = page.payment_intent
    known = intent if isinstance(intent, stripe.PaymentIntent) else None
    is_paid = page.payment_status == "paid"
    came = known if is_paid else None
    return Snapshot(
        session=page.id,
        status=SessionStatus(page.status or "open"),
        is_paid=is_paid,
        amount_fen=came.amount_received if came else page.amount_total or 0,
        currency=came.currency if came else page.currency or "",
        livemode=page.livemode,
        reference=page.client_reference_id or "",
        payment=known.id if known else str(intent or ""),
        way=_way(known),
        url=page.url or "",
        expires_at=datetime.fromtimestamp(page.expires_at, UTC),
        failed=page.status == "complete"
        and known is not None
        and known.status in ("requires_payment_method", "canceled"),
    )


def _way(intent: stripe.PaymentIntent | None) -> str:
    charge = intent.latest_charge if intent else None
    details = charge.payment_method_details if isinstance(charge, stripe.Charge) else None
    return details.type if details else ""


def _refund_seen(refund: stripe.Refund) -> RefundSeen:
    intent = refund.payment_intent
    return RefundSeen(
        id=refund.id,
        state=REFUND_STATES.get(refund.status or "", "pending"),
        amount_fen=refund.amount,
        payment=intent if isinstance(intent, str) else intent.id if intent else "",
        key=_key_of(refund),
        failure=getattr(refund, "failure_reason", None) or "",
    )


def _key_of(refund: stripe.Refund) -> str:
    said = refund.metadata.to_dict() if refund.metadata else {}
    return str(said.get("key", ""))


def _slim(told: Mapping[str, Any]) -> dict[str, Any]:
    about = told["data"]["object"]
    return {
        **{name: told.get(name) for name in KEPT_OF_EVENT},
        "object": {name: about[name] for name in KEPT_OF_OBJECT if name in about},
    }


def _listed(line: stripe.BalanceTransaction) -> Listed:
    kind = line.reporting_category
    return Listed(
        id=line.id,
        kind=kind if kind in CATEGORIES else "adjustment",
        source=_source(line.source),
        amount_fen=line.amount,
        fee_fen=line.fee,
        at=datetime.fromtimestamp(line.created, UTC),
    )


def _source(source: Any) -> str:
    """Name what a line is about as we know it: a payment by its intent, else by its own name."""
    if source is None or isinstance(source, str):
        return source or ""
    intent = getattr(source, "payment_intent", None)
    if intent and source.object in ("charge", "dispute"):
        return intent if isinstance(intent, str) else str(intent.id)
    return str(source.id)
