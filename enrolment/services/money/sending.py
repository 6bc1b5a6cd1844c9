"""Refunds that go back the way the money came, and what the provider says of them."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts import outbox, scope
from accounts.models import AuditEvent
from enrolment.domain.money import books
from enrolment.models import Journal, Order, Refund
from enrolment.payments import ProviderRefused, RefundSeen
from enrolment.services.money.attempts import provider_of
from enrolment.services.money.books import post, reverse
from enrolment.services.money.receipts import write_receipt
from enrolment.services.money.refunds import note_on_order, way_back

log = logging.getLogger(__name__)
State, Way = Refund.State, Refund.Way
SENDING = "refund:"
NO_LONGER = "no longer the way it came"
UNDER_WAY = timedelta(minutes=5)  # for so long a request whose answer was lost may still be done


def send_refund(*, refund_id: UUID, at: datetime) -> Refund.State:
    """Send a refund that was decided; return how it stands then. Sent twice it is one refund.

    The provider is asked outside any transaction, always with the same key, so a lost answer is
    asked for again. What it refuses, or would take back no longer, becomes one at the counter:
    only once it is certain that none was made, or the money would go out twice.
    Raises ``ProviderFailed`` when there is no answer.
    """
    with scope.system("send a refund"):
        refund = Refund.objects.select_related("payment", "order__learner").get(pk=refund_id)
        if refund.state != State.APPROVED or refund.way != Way.ORIGIN:
            return State(refund.state)
        goes_back = way_back(refund.payment, at=at) == Way.ORIGIN
        if goes_back and not _note_asked(refund, at):
            return _state_now(refund)
    if refund.sent_at is None:
        return _to_the_counter(refund, NO_LONGER, at)  # nobody ever asked for it there
    seen, why = _asked_for(refund, goes_back=goes_back)
    if seen is not None:
        return note_refund(refund_id=refund.pk, seen=seen, at=at)
    if not goes_back and at - refund.sent_at < UNDER_WAY:
        return State(refund.state)  # it was asked for a moment ago, and may be made yet
    return _to_the_counter(refund, why, at)


def _asked_for(refund: Refund, *, goes_back: bool) -> tuple[RefundSeen | None, str]:
    """Return the refund at the provider, or why there is none; have it made if it may be."""
    online, payment = provider_of(refund.payment.provider), refund.payment.reference
    try:
        if not goes_back:
            return online.refund_made(payment=payment, key=refund.key), NO_LONGER
        sent = online.refund(
            payment=payment,
            amount_fen=refund.amount_fen,
            key=refund.key,
            order=str(refund.order_id),
        )
        return sent, ""
    except ProviderRefused as refused:
        log.warning("refund %s was refused by the provider: %s", refund.pk, refused)
        return None, str(refused)


def _note_asked(refund: Refund, at: datetime) -> bool:
    """Write down that the provider is about to be asked; False: it went another way meanwhile."""
    waiting = Refund.objects.to_send().filter(pk=refund.pk)
    refund.sent_at = at
    return bool(waiting.update(sent_at=at))


def _state_now(refund: Refund) -> Refund.State:
    return State(Refund.objects.values_list("state", flat=True).get(pk=refund.pk))


def look_at_refund(provider_ref: str, *, provider: str, at: datetime) -> bool:
    """Ask how a refund stands at the provider and write that down; False: it is none of ours.

    One whose answer was lost is known by the key we sent. Raises ``ProviderFailed``.
    """
    seen = provider_of(provider).refund_seen(provider_ref)
    with scope.system("find a refund"):
        theirs = Refund.objects.filter(payment__provider=provider)
        refund = theirs.filter(provider_ref=provider_ref).first() or _by_key(theirs, seen)
    if refund is None:
        log.warning("refund %s at the provider is none of ours", provider_ref)
        return False
    note_refund(refund_id=refund.pk, seen=seen, at=at)
    return True


def _by_key(refunds: QuerySet[Refund], seen: RefundSeen) -> Refund | None:
    name = seen.key.removeprefix(SENDING) if seen.key.startswith(SENDING) else ""
    try:
        return refunds.filter(pk=UUID(name), payment__reference=seen.payment).first()
    except ValueError:
        return None


@transaction.atomic
def note_refund(*, refund_id: UUID, seen: RefundSeen, at: datetime) -> Refund.State:
    """Bring a refund to where the provider's current word puts it; the same word twice is once.

    What could not be delivered is back with us and stays owed: it becomes one at the counter,
    also when the provider first said that it had arrived.
    """
    with scope.system("note a refund"):
        refund = _locked(refund_id)
        if refund.state in {State.REQUESTED, State.REFUSED}:
            return State(refund.state)
        if refund.way != Way.ORIGIN and not _is_back_on_its_way(refund, seen):
            return State(refund.state)  # it went another way since: an old word
        refund.provider_ref = seen.id
        refund.sent_at = refund.sent_at or at
        if seen.state == "failed":
            refund.save(update_fields=["provider_ref", "sent_at"])
            return _to_the_counter(refund, seen.failure or "not delivered", at)
        _book_sent(refund, at)
        has_arrived = seen.state == "succeeded"
        if has_arrived and refund.state != State.SUCCEEDED:
            refund.state, refund.done_at = State.SUCCEEDED, at
            finish(refund, by=None, at=at)
        elif refund.state == State.APPROVED:
            refund.state = State.PENDING
        refund.save(
            update_fields=["provider_ref", "sent_at", "state", "done_at", "way", "failure"]
        )
        return State(refund.state)


def _is_back_on_its_way(refund: Refund, seen: RefundSeen) -> bool:
    """Whether one that waits at the counter has gone the way the money came after all.

    Then nobody may give it a second time. One that the provider has shown before and could not
    deliver stays at the counter; one that was given there is found by comparing its books.
    """
    waits = refund.state in {State.APPROVED, State.FAILED}
    if not waits or refund.provider_ref or seen.state == "failed":
        return False
    refund.way, refund.state, refund.failure = Way.ORIGIN, State.APPROVED, ""
    return True


def finish(refund: Refund, *, by: object, at: datetime) -> None:
    """Write the receipt of money that has left us, and tell the learner."""
    if not hasattr(refund, "receipt"):
        write_receipt(unit=refund.unit, refund=refund, at=at, by=by)  # type: ignore[arg-type]  # a User or nobody
    note_on_order(refund.order)
    outbox.put("tell_refund", refund.pk)


def _locked(refund_id: UUID) -> Refund:
    """Lock the order first, as everybody does."""
    order_id = Refund.objects.values_list("order", flat=True).get(pk=refund_id)
    if order_id is not None:
        Order.objects.select_for_update(of=("self",)).get(pk=order_id)
    return (
        Refund.objects.select_for_update(of=("self",))
        .select_related("payment", "order__learner", "unit")
        .get(pk=refund_id)
    )


def _book_sent(refund: Refund, at: datetime) -> None:
    name = str(refund.pk)
    if Journal.objects.filter(source_kind=Journal.Source.REFUND_SENT, source=name).exists():
        return
    post(
        books.refund_sent(refund.amount_fen, books.Method.ONLINE),
        kind=Journal.Source.REFUND_SENT, source=name, unit=refund.unit, order=refund.order, at=at,
    )  # fmt: skip


@transaction.atomic
def _to_the_counter(refund: Refund, failure: str, at: datetime) -> Refund.State:
    """It stays owed: somebody gives it at the counter, or transfers it. Finance sees it there."""
    with scope.system("a refund was not delivered"):
        read, refund = refund, _locked(refund.pk)
        if refund.way != Way.ORIGIN or refund.sent_at != read.sent_at:
            return State(refund.state)  # or somebody is asking for it: the next round looks again
        sent = Journal.objects.filter(
            source_kind=Journal.Source.REFUND_SENT, source=str(refund.pk), reversed_by=None
        ).first()
        if sent is not None:
            reverse(sent, kind=Journal.Source.REFUND_BACK, source=refund.pk, at=at, by=None)
        refund.state, refund.way, refund.failure = State.FAILED, Way.CASH, failure[:200]
        refund.done_at = None
        refund.save(update_fields=["state", "way", "failure", "done_at"])
        AuditEvent.objects.record(
            None, "refund not delivered", refund, at=at, unit=refund.unit,
            amount_fen=refund.amount_fen,
        )  # fmt: skip
        outbox.put("tell_refund", refund.pk)
        return State.FAILED
