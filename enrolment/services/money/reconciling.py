"""Reconciliation: our rows against each other, against the provider, and against the calendar.

Whatever does not agree becomes a ``Difference`` with an owner. It closes by itself once a run
does not see it any more; what a person has explained stays closed while nothing else is found.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from redis.exceptions import RedisError

from accounts import health, scope
from accounts.models import AuditEvent, User
from enrolment import payments
from enrolment.models import Difference, PaymentAttempt
from enrolment.payments import ProviderFailed
from enrolment.queries.money.checks import Found, found_in_the_books, found_waiting
from enrolment.services.money.provider_books import Compared, compare_books, compare_pages

log = logging.getLogger(__name__)

Kind = Difference.Kind
WINDOW = timedelta(hours=3)  # runs overlap: one that did not take place is made up for
OF_THE_PROVIDER = (Kind.ATTEMPT, Kind.CLEARING)
OF_OURS = tuple(kind for kind in Kind if kind not in OF_THE_PROVIDER)
ON_ITS_WAY = "on_its_way"
DISPUTE = "dispute"  # for people alone: they answer the bank, comparing does not end it


@dataclass(frozen=True)
class Reconciled:
    """What one run saw and did."""

    found: int = 0
    opened: int = 0
    closed: int = 0
    mended: int = 0  # orders and attempts that the provider's word brought further
    posted: int = 0  # fees, payouts and disputes of the provider's books
    provider_was_away: bool = False


def reconcile_payments(*, at: datetime, full: bool = False) -> Reconciled:
    """Compare everything; a full run asks the provider about all time, others about hours.

    The provider is asked outside of any transaction. While it is away the rest is compared, and
    what is open about it stays open.
    """
    compared, was_away = Compared(), False
    since = _since(at, full=full)
    for online in filter(None, map(payments.provider, payments.NAMES)):
        try:
            compare_pages(online, compared, since=since, at=at)
            compare_books(online, compared, since=since, at=at, full=full)
        except ProviderFailed as away:
            log.warning("%s could not be compared: %s", online.name, away)
            was_away = True
    with scope.system("reconcile"):
        ours = [*found_in_the_books(), *found_waiting(at=at)]
        found = [*ours, *compared.found]
        opened = _open(found, at)
        closed = _close_gone(found, OF_OURS, at)
        closed += _close_seen(found, compared.seen, at)
        if full and not was_away:
            closed += _close_gone(found, OF_THE_PROVIDER, at)
    return Reconciled(
        found=len(found), opened=opened, closed=closed, mended=compared.mended,
        posted=compared.posted, provider_was_away=was_away,
    )  # fmt: skip


def _since(at: datetime, *, full: bool) -> datetime:
    if not full:
        return at - WINDOW
    with scope.system("since when"):
        first = PaymentAttempt.objects.order_by("created_at").first()
        return first.created_at - timedelta(minutes=5) if first else at - WINDOW


def _open(found: Iterable[Found], at: datetime) -> int:
    """Write new differences, note those that are seen again; return how many are new."""
    standing = {(one.kind, one.subject): one for one in Difference.objects.open()}
    explained = _explained()
    new: dict[tuple[str, str], Difference] = {}
    seen: list[Difference] = []
    for one in found:
        key = (one.kind.value, one.subject)
        if key in standing:
            row = standing[key]
            row.last_seen, row.detail, row.amount_fen = at, one.detail, one.amount_fen
            seen.append(row)
        elif (*key, one.detail, one.amount_fen) not in explained:
            new[key] = Difference(
                kind=one.kind, subject=one.subject, detail=one.detail, unit_id=one.unit_id,
                amount_fen=one.amount_fen, first_seen=at, last_seen=at,
            )  # fmt: skip
    Difference.objects.bulk_update(seen, ["last_seen", "detail", "amount_fen"], batch_size=500)
    Difference.objects.bulk_create(new.values(), batch_size=500)
    return len(new)


def _explained() -> set[tuple[str, str, str, int | None]]:
    rows = Difference.objects.explained()
    return set(rows.values_list("kind", "subject", "detail", "amount_fen"))


def _close_gone(found: Iterable[Found], kinds: Collection[Kind], at: datetime) -> int:
    """Close what a complete look did not see any more."""
    still = {(one.kind.value, one.subject) for one in found}
    gone = [
        one.pk
        for one in Difference.objects.open().filter(kind__in=kinds)
        if (one.kind, one.subject) not in still and one.detail != DISPUTE
    ]
    return Difference.objects.filter(pk__in=gone).update(closed_at=at)


def _close_seen(found: Iterable[Found], seen: set[str], at: datetime) -> int:
    """Close what a look at some hours found in order; and money that has come in the end."""
    still = {(one.kind.value, one.subject) for one in found}
    gone = [
        one.pk
        for one in Difference.objects.open().filter(kind__in=OF_THE_PROVIDER)
        if (one.kind, one.subject) not in still
        and (one.subject in seen or one.detail == ON_ITS_WAY)
    ]
    return Difference.objects.filter(pk__in=gone).update(closed_at=at)


def tell_of_differences() -> None:
    """Leave how many differences are open where /metrics finds it; the pages count afresh."""
    with scope.system("count differences"):
        number = Difference.objects.open().count()
    try:
        health.note_differences(number)
    except RedisError as away:
        log.warning("the cache is away, the site does not learn of differences: %s", away)


@transaction.atomic
def explain_difference(
    *, difference: Difference, explanation: str, actor: User, at: datetime
) -> Difference:
    """Close a difference with the words of a person. Explained twice, the first stands."""
    with scope.system("explain a difference"):
        difference = Difference.objects.select_for_update(of=("self",)).get(pk=difference.pk)
        if difference.closed_at is None:
            difference.closed_at, difference.closed_by = at, actor
            difference.explanation = explanation
            difference.save(update_fields=["closed_at", "closed_by", "explanation"])
            AuditEvent.objects.record(
                actor, "difference explained", difference, at=at, unit=difference.unit
            )
        return difference
