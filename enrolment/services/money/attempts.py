"""Pages of payment at a provider: asked for, found again, ended.

Nothing here runs inside a transaction: each step commits what it knows before the network is
asked, so whatever dies on the way leaves a row from which the next one goes on.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import Max

from accounts import scope
from enrolment import payments
from enrolment.domain.money.settling import SessionStatus, Snapshot
from enrolment.models import Difference, Enrolment, Order, PaymentAttempt
from enrolment.payments import (
    PaymentProvider,
    ProviderFailed,
    ProviderRefused,
    ProviderUnknown,
)
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from enrolment.services.money.settling import close_attempt, settle
from enrolment.wording import money_pay as wording

log = logging.getLogger(__name__)

State = PaymentAttempt.State
NO_ANSWER = (ProviderFailed, ProviderRefused)
# A provider closes its page after thirty minutes at the earliest, counted from when it hears of
# it, and after a day at the latest. A page never outlives the place it is for.
SHORTEST = timedelta(minutes=31)
LONGEST = timedelta(hours=23, minutes=55)
TRIES = 2  # with the same key and body, before we look whether an unheard answer left a page
# A page that the provider does not know any more may be open under other keys until then.
SURELY_OVER = timedelta(minutes=5)
SURELY_ARRIVED = timedelta(hours=24)
PAGE_MISSING = "page_missing"
ROUNDS = 3  # what had run out, what could not be opened, and the one that is shown


def can_pay_online(order: Order, *, at: datetime) -> bool:
    """Whether there is a provider, and time enough to pay there before the place goes."""
    if payments.provider() is None or not order.is_open:
        return False
    if order.hold_until - at >= SHORTEST:
        return True
    with scope.system("is a page open"):
        return order.is_difference or order.attempts.underway().exists()


def begin_attempt(*, order: Order, return_url: str, language: str, at: datetime) -> PaymentAttempt:
    """Return the page on which an order is paid: the one that is open, or a new one.

    Two tabs, two presses and two people share one page; one that has run out is replaced without
    a word. A page that was paid meanwhile is noticed here, so nobody is sent to pay twice.
    Raises ``PaymentRefused``: with ``TOO_SHORT`` when the place is kept for less than a page may
    be open, with ``PROVIDER_AWAY`` when the provider does not answer. In both cases the counter
    takes the money.
    """
    online = payments.provider()
    if online is None:
        raise PaymentRefused(PaymentProblem.PROVIDER_AWAY)
    try:
        for _round in range(ROUNDS):
            attempt = _underway_or_new(order, online, return_url, language, at)
            seen = _page_of(attempt, at)
            if seen is None:
                _give_up(attempt, at)
                continue
            settle(attempt=attempt, seen=seen, at=at)
            attempt = _afresh(attempt)
            if attempt.state == State.OPEN:
                return attempt
            if attempt.state == State.PROCESSING:
                raise PaymentRefused(PaymentProblem.BEING_PAID)
    except NO_ANSWER as failed:
        log.warning("no page of payment for order %s: %s", order.pk, failed)
        raise PaymentRefused(PaymentProblem.PROVIDER_AWAY) from failed
    raise PaymentRefused(PaymentProblem.PROVIDER_AWAY)


def look_again(*, attempt: PaymentAttempt, at: datetime) -> Order:
    """Ask the provider how a page stands, and bring the order there.

    Of an attempt whose answer was lost the page is looked for; if there is none, nobody was
    given its address, and the attempt is over. So it is when the provider knows its page no
    longer and its time is over: finance hears of that. Raises one of ``NO_ANSWER``.
    """
    online = provider_of(attempt.provider)
    seen = _shown(online, attempt, at) if attempt.session else _lost(online, attempt)
    if seen is None:
        return _give_up(attempt, at)
    return settle(attempt=attempt, seen=seen, at=at)


def end_attempts(*, order: Order, at: datetime) -> None:
    """Close every page on which an order may still be paid, and settle what they came to.

    Raises ``PaymentRefused`` (``BEING_PAID``) while that cannot be said for certain: the provider
    is away, or money is on its way. Then nobody may take money for the order, or give its place
    to anybody else. What was paid meanwhile stands in the order afterwards.
    """
    with scope.system("end attempts"):
        underway = list(order.attempts.underway())
    if not underway:
        return
    try:
        for attempt in underway:
            _end(attempt, at)
    except NO_ANSWER as failed:
        log.warning("order %s keeps its page of payment: %s", order.pk, failed)
        raise PaymentRefused(PaymentProblem.BEING_PAID) from failed
    with scope.system("end attempts"):
        if order.attempts.underway().exists():
            raise PaymentRefused(PaymentProblem.BEING_PAID)


def provider_of(name: str) -> PaymentProvider:
    """Return the provider with which something was begun; ``ProviderFailed``: it is not here."""
    online = payments.provider(name)
    if online is None:
        raise ProviderFailed(f"no provider {name} is set up")
    return online


def _end(attempt: PaymentAttempt, at: datetime) -> None:
    online = provider_of(attempt.provider)
    page = attempt.session
    if not page:
        found = _lost(online, attempt)
        if found is None:
            _give_up(attempt, at)
            return
        page = found.session
    try:
        seen = online.end_session(page)
    except ProviderUnknown:
        if not _is_over(attempt, at):
            raise
        _give_up(attempt, at)
    else:
        settle(attempt=attempt, seen=seen, at=at)


def _underway_or_new(
    order: Order, online: PaymentProvider, return_url: str, language: str, at: datetime
) -> PaymentAttempt:
    """Return the one attempt that is underway, or write the next one down, frozen, and commit."""
    with scope.system("begin an attempt"):
        order = Order.objects.select_for_update(of=("self",)).select_related("unit").get(
            pk=order.pk
        )  # fmt: skip
        until = min(_kept_until(order, at), at + LONGEST)
        underway = order.attempts.underway().first()
        if underway is not None:
            return underway
        if until - at < SHORTEST:
            raise PaymentRefused(PaymentProblem.TOO_SHORT)
        n = (order.attempts.aggregate(last=Max("n"))["last"] or 0) + 1
        return PaymentAttempt.objects.create(
            order=order,
            n=n,
            provider=online.name,
            livemode=online.livemode,
            request=online.request_for(
                order=str(order.pk),
                attempt=n,
                what=wording.what_is_paid(order),
                amount_fen=order.amount_fen,
                language=language,
                return_url=return_url,
                expires_at=until,
            ),
            key=PaymentAttempt.key_of(order, n),
            amount_fen=order.amount_fen,
            created_at=at,
            expires_at=until,
        )


def _kept_until(order: Order, at: datetime) -> datetime:
    """Return until when all places of a locked order are kept; refuse what is not to be paid."""
    if order.is_paid:
        raise PaymentRefused(PaymentProblem.PAID_ALREADY)
    if order.state == Order.State.REVIEW:
        raise PaymentRefused(PaymentProblem.BEING_LOOKED_AT)
    if order.is_open and order.is_difference:
        return max(order.hold_until, at + LONGEST)  # a difference: the place is theirs already
    places = list(Enrolment.objects.filter(order_lines__order=order))
    dues = [one.due_at for one in places if one.due_at is not None]
    if not order.is_open or len(dues) < len(places) or not dues or min(dues) <= at:
        raise PaymentRefused(PaymentProblem.TOO_LATE)
    if order.hold_until != min(dues):  # the office has kept the place longer
        order.hold_until = min(dues)
        order.save(update_fields=["hold_until"])
    return order.hold_until


def _shown(online: PaymentProvider, attempt: PaymentAttempt, at: datetime) -> Snapshot | None:
    """Return a page as it is now; None when it is gone, and nobody can pay there any more."""
    try:
        return online.session(attempt.session)
    except ProviderUnknown:
        if not _is_over(attempt, at):
            raise
        return None


def _is_over(attempt: PaymentAttempt, at: datetime) -> bool:
    """Whether a page has ended even if another account has it and shows it to somebody."""
    after = SURELY_ARRIVED if attempt.state == State.PROCESSING else SURELY_OVER
    return at >= attempt.expires_at + after


def _page_of(attempt: PaymentAttempt, at: datetime) -> Snapshot | None:
    """Return the page of an attempt as it is now; None when it is certain that there is none."""
    online = provider_of(attempt.provider)
    if attempt.session:
        return _shown(online, attempt, at)
    for _try in range(TRIES):
        try:
            return online.open_session(attempt.request, key=attempt.key)
        except ProviderFailed as failed:
            # A provider answers a key that failed once with the same failure for a day: so the
            # same again, then a look at what it has, and only then a key of its own.
            log.warning("attempt %s: %s", attempt.key, failed)
        except ProviderRefused as refused:
            log.error("attempt %s: %s", attempt.key, refused)
            break
    return _lost(online, attempt)


def _lost(online: PaymentProvider, attempt: PaymentAttempt) -> Snapshot | None:
    """Return the page that was opened for an attempt without our hearing of it, if there is one.

    Should there be several, all but one are closed: nobody was given their addresses.
    """
    with scope.system("look for a page"):
        others = PaymentAttempt.objects.filter(order=attempt.order_id)
        known = set(others.values_list("session", flat=True))
    pages = online.sessions_of(str(attempt.order_id), since=attempt.created_at)
    found = [one for one in pages if one.session not in known]
    found.sort(key=_likeliest)
    for spare in found[1:]:
        if spare.status is SessionStatus.OPEN:
            online.end_session(spare.session)
    return found[0] if found else None


def _likeliest(page: Snapshot) -> int:
    """Money first, then what may still bring some."""
    if page.is_paid:
        return 0
    return {SessionStatus.COMPLETE: 1, SessionStatus.OPEN: 2, SessionStatus.EXPIRED: 3}[
        page.status
    ]


def _give_up(attempt: PaymentAttempt, at: datetime) -> Order:
    """Close an attempt that has no page, unless somebody found one meanwhile.

    A page that we had and the provider has lost is for people to look at: money may lie there.
    """
    with scope.system("give an attempt up"):
        order = Order.objects.select_for_update(of=("self",)).get(pk=attempt.order_id)
        found = PaymentAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
        if found.session != attempt.session or not found.is_underway:
            return order
        close_attempt(order, found, State.FAILED, at)
        if found.session:
            log.error("attempt %s: the provider does not know its page any more", found.key)
            _tell_of_lost_page(order, found, at)
        return order


def _tell_of_lost_page(order: Order, attempt: PaymentAttempt, at: datetime) -> None:
    """Leave what the comparison of all pages would find, too."""
    said = {"detail": PAGE_MISSING, "amount_fen": attempt.amount_fen, "last_seen": at}
    Difference.objects.update_or_create(
        kind=Difference.Kind.ATTEMPT,
        subject=attempt.key,
        closed_at=None,
        defaults=said,
        create_defaults=said | {"unit_id": order.unit_id, "first_seen": at},
    )


def _afresh(attempt: PaymentAttempt) -> PaymentAttempt:
    with scope.system("read an attempt"):
        return PaymentAttempt.objects.get(pk=attempt.pk)
