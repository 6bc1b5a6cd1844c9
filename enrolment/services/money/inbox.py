"""What a provider notifies us of: kept as it came, and read by fetching what it names.

No notification is believed for its story. It names an object, and that object is asked for as it
is now, so it does not matter in which order notifications come, how often, or how late.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DataError, transaction

from accounts import outbox, scope
from accounts.models import Unit
from enrolment import notifications
from enrolment.models import Difference, InboundEvent, Payment, PaymentAttempt
from enrolment.payments import Event, Forged, ProviderRefused
from enrolment.services.money.attempts import look_again
from enrolment.services.money.sending import look_at_refund

log = logging.getLogger(__name__)

READ_EVENT = "read_event"
PAGES = "checkout.session."
REFUNDS = ("refund.", "charge.refund.")
DISPUTES = "charge.dispute."
DISPUTE = "dispute"  # as the provider's books name it, too
LONGEST = 80  # characters of an outcome, and of a type
TRIES = 10  # the round takes a notification up every minute


def take_event(event: Event, *, provider: str, at: datetime) -> bool:
    """Keep a signed notification; the same one again is the same row. Return whether it is new.

    The errand to read it stands in the same commit. Whatever we do not know is kept, too. Raises
    ``Forged`` for what no provider writes and no database keeps: endless names, characters that
    are none.
    """
    row = InboundEvent(
        provider=provider,
        event=event.id,
        type=event.type[:LONGEST],  # those we act on are short
        object_id=event.object_id,
        payload=dict(event.payload),
        received_at=at,
    )
    try:
        with scope.system("take a notification in"), transaction.atomic():
            known = InboundEvent.objects.filter(provider=provider, event=event.id)
            if known.exists():
                return False
            InboundEvent.objects.bulk_create([row], ignore_conflicts=True)
            outbox.put(READ_EVENT, known.get().pk)
    except (DataError, UnicodeError) as wrong:
        raise Forged("signed, and not to be kept") from wrong
    return True


def read_event(*, event_id: int, at: datetime) -> str:
    """Do what a notification gives cause for, once; return what came of it, in a word.

    Raises ``ProviderFailed`` when the provider cannot be asked: the notification stays unread.
    What it refuses to show, again and again, is given up: finance finds that among the
    differences, once, and what it was about is compared by the hour all the same.
    """
    with scope.system("read a notification"):
        event = InboundEvent.objects.get(pk=event_id)
        if event.processed_at is not None:
            return event.outcome
        event.tries = min(event.tries + 1, 30_000)
        event.save(update_fields=["tries"])
    try:
        outcome = _done_about(event, at)
    except ProviderRefused as refused:
        if event.tries < TRIES:
            raise
        log.error("notification %s is given up: %s", event.event, refused)
        outcome = InboundEvent.GIVEN_UP
    with scope.system("read a notification"):
        event.processed_at, event.outcome = at, outcome[:LONGEST]
        event.save(update_fields=["processed_at", "outcome"])
    return outcome


def _done_about(event: InboundEvent, at: datetime) -> str:
    if not event.object_id:
        return "nothing to do"  # a balance, say, has no name to ask by
    if event.type.startswith(PAGES):
        return _about_a_page(event, at)
    if event.type.startswith(REFUNDS):
        is_ours = look_at_refund(event.object_id, provider=event.provider, at=at)
        return "refund seen" if is_ours else "refund as it was"
    if event.type.startswith(DISPUTES):
        return _about_a_dispute(event, at)
    return "nothing to do"


def _about_a_page(event: InboundEvent, at: datetime) -> str:
    attempt = _attempt_of(event)
    if attempt is None:
        # Of another product on the same account, or of a page that nobody was shown.
        log.warning("notification %s is about a page that is not ours", event.event)
        return "not one of our pages"
    order = look_again(attempt=attempt, at=at)
    return f"order {order.state}"


def _attempt_of(event: InboundEvent) -> PaymentAttempt | None:
    """Return the attempt whose page is named; or, while none is known, the one that waits for it.

    The order that the notification names is a hint where to look, and no more: the page is
    fetched, and what it says itself is compared.
    """
    with scope.system("find an attempt"):
        attempts = PaymentAttempt.objects.filter(provider=event.provider)
        by_page = attempts.filter(session=event.object_id).first()
        if by_page is not None:
            return by_page
        order = _uuid(_object(event).get("client_reference_id"))
        return attempts.without_a_page().filter(order=order).first() if order else None


def _about_a_dispute(event: InboundEvent, at: datetime) -> str:
    """Tell finance that a payer has gone to their bank: people answer that, with papers.

    The same row as the provider's books lead to, whichever of both is read first. What finance
    has explained stays closed.
    """
    seen = _object(event)
    amount, about = seen.get("amount"), str(seen.get("payment_intent") or "")
    with scope.system("a dispute"):
        paid = Payment.objects.filter(provider=event.provider, reference=about)
        payment = paid.select_related("unit", "order").first()
        unit = payment.unit if payment else Unit.objects.get(kind=Unit.Kind.CITY)
        same = Difference.objects.filter(
            kind=Difference.Kind.CLEARING, subject=f"{DISPUTE}:{about or event.object_id}"
        )
        if same.explained().exists():
            return "dispute explained"
        difference, is_new = same.open().get_or_create(
            kind=Difference.Kind.CLEARING,
            subject=f"{DISPUTE}:{about or event.object_id}",
            closed_at=None,
            defaults={
                "detail": DISPUTE,
                "unit": unit,
                "amount_fen": -amount if isinstance(amount, int) else None,  # it is gone there
                "first_seen": at,
                "last_seen": at,
            },
        )
        if not is_new:
            same.open().update(last_seen=at)
        notifications.tell_finance_of_dispute(difference, payment, at=at)  # once
    return "dispute noted" if is_new else "dispute noted again"


def _object(event: InboundEvent) -> Mapping[str, Any]:
    found = event.payload.get("object")
    return found if isinstance(found, dict) else {}


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
