"""The provider's pages and books, line by line against ours."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts import scope
from accounts.models import Unit
from enrolment.domain.money import books
from enrolment.domain.money.books import Account
from enrolment.domain.money.settling import SessionStatus, Snapshot
from enrolment.models import Difference, Journal, Order, Payment, PaymentAttempt, Refund
from enrolment.payments import Listed, PaymentProvider
from enrolment.queries.money.checks import Found
from enrolment.services.money.attempts import PAGE_MISSING
from enrolment.services.money.books import post
from enrolment.services.money.settling import settle

Kind = Difference.Kind
State = PaymentAttempt.State
AT_ONCE = 200
SETTLED_WITHIN = timedelta(minutes=15)  # until then a page or a line may still be on its way

# What a line of these kinds moves between accounts, if it takes from our balance there.
MOVES = {
    "fee": Account.PROVIDER_FEES,
    "payout": Account.BANK,
    "dispute": Account.PROVIDER_FEES,
    "dispute_reversal": Account.PROVIDER_FEES,
    "adjustment": Account.PROVIDER_FEES,
}
FOR_PEOPLE = {"dispute", "adjustment"}  # booked, and somebody has to see to it


@dataclass
class Compared:
    """What the provider's side came to."""

    found: list[Found] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  # subjects that were looked at
    mended: int = 0
    posted: int = 0

    def say(self, kind: Kind, subject: str, unit_id: int, detail: str, fen: int | None) -> None:
        """Note one thing that does not agree."""
        self.found.append(Found(kind, subject, unit_id, detail, fen))


def compare_pages(
    online: PaymentProvider, compared: Compared, *, since: datetime, at: datetime
) -> None:
    """Bring each page of payment and its attempt together; say where that does not succeed.

    A page that was paid and not noticed is settled here, so late money is found by the hour.
    """
    listed: set[str] = set()
    for pages in _chunks(online.sessions_between(since, at)):
        listed.update(page.session for page in pages)
        for page, attempt in _with_attempts(online, pages):
            if attempt is None:
                _strange_page(online, compared, page, at)
            else:
                _one_page(online, compared, page, attempt, at)
    with scope.system("pages that are gone"):
        ours = PaymentAttempt.objects.select_related("order").filter(
            provider=online.name, created_at__range=(since, at - SETTLED_WITHIN)
        )
        for attempt in ours.exclude(session="").exclude(session__in=listed):
            compared.say(
                Kind.ATTEMPT, attempt.key, attempt.order.unit_id, PAGE_MISSING,
                attempt.amount_fen,
            )  # fmt: skip


def _with_attempts(
    online: PaymentProvider, pages: list[Snapshot]
) -> list[tuple[Snapshot, PaymentAttempt | None]]:
    with scope.system("attempts of pages"):
        ours = PaymentAttempt.objects.select_related("order").filter(provider=online.name)
        known = {one.session: one for one in ours.filter(session__in=[p.session for p in pages])}
        return [(page, known.get(page.session)) for page in pages]


def _one_page(
    online: PaymentProvider, compared: Compared, page: Snapshot, attempt: PaymentAttempt,
    at: datetime,
) -> None:  # fmt: skip
    compared.seen.add(attempt.key)
    if _agrees(attempt, page):
        return
    if page.status is SessionStatus.OPEN and not attempt.is_underway:
        page = online.end_session(page.session)  # nobody waits for its money any more
    settle(attempt=attempt, seen=page, at=at)
    with scope.system("look again"):
        attempt.refresh_from_db()
    if _agrees(attempt, page):
        compared.mended += 1
    else:
        compared.say(
            Kind.ATTEMPT, attempt.key, attempt.order.unit_id, "page_differs", page.amount_fen
        )


def _agrees(attempt: PaymentAttempt, page: Snapshot) -> bool:
    if page.is_paid:
        with scope.system("money of a page"):
            taken = Payment.objects.filter(provider=attempt.provider, reference=page.payment)
            return attempt.state == State.PAID and taken.exists()
    if page.failed:
        return attempt.state == State.FAILED
    over = {State.EXPIRED, State.FAILED}
    fitting = {
        SessionStatus.OPEN: {State.OPEN},
        SessionStatus.COMPLETE: {State.PROCESSING},
        SessionStatus.EXPIRED: over,
    }
    return attempt.state in fitting[page.status]


def _strange_page(
    online: PaymentProvider, compared: Compared, page: Snapshot, at: datetime
) -> None:
    """See to a page that no attempt knows: its opening was never heard of."""
    with scope.system("whose page"):
        order = _order_named(page.reference)
        unheard = order and order.attempts.filter(session="").order_by("-n").first()
    if order is not None and page.status is SessionStatus.OPEN:
        if unheard and unheard.is_underway and at - unheard.created_at < SETTLED_WITHIN:
            return  # it is being opened: the answer is on its way to us
        page = online.end_session(page.session)
    if not page.is_paid:
        return
    if unheard:
        settle(attempt=unheard, seen=page, at=at)
        compared.mended += 1
        return
    unit_id = order.unit_id if order else _city()
    compared.say(Kind.ATTEMPT, f"page:{page.session}", unit_id, "page_unknown", page.amount_fen)


def _order_named(reference: str) -> Order | None:
    try:
        return Order.objects.filter(pk=UUID(reference)).first()
    except ValueError:
        return None


def compare_books(
    online: PaymentProvider, compared: Compared, *, since: datetime, at: datetime, full: bool
) -> None:
    """Compare charges and refunds with ours, and post what only the provider knows of.

    Fees, payouts and disputes are booked once per line, under the line's own name. Payouts stand
    in the city's books: the account with the provider is the city's.
    """
    city = _city()
    charged: set[str] = set()
    for lines in _chunks(online.books_between(since, at)):
        with scope.system("the provider's books"):
            _Lines(lines, compared, provider=online.name, city=city).compare(at)
        charged.update(line.source for line in lines if line.kind == "charge")
    if full:
        _not_in_their_books(online, compared, charged, since=since, at=at)


class _Lines:
    """Some lines of the provider's books beside our rows; three questions for all of them."""

    def __init__(
        self, lines: Iterable[Listed], compared: Compared, *, provider: str, city: int
    ) -> None:
        self.lines, self.compared, self.city = list(lines), compared, city
        sources = {line.source for line in self.lines if line.source}
        paid = Payment.objects.filter(provider=provider, reference__in=sources)
        sent = Refund.objects.filter(payment__provider=provider).exclude(provider_ref="")
        refunds = sent.filter(provider_ref__in=sources)
        self.ours: dict[str, Payment | Refund] = {
            **{one.provider_ref: one for one in refunds},
            **{one.reference: one for one in paid},
        }
        names = [name for line in self.lines for name in (line.id, f"{line.id}:fee")]
        booked = Journal.objects.filter(source_kind=Journal.Source.PROVIDER, source__in=names)
        self.booked = set(booked.values_list("source", flat=True))

    def compare(self, at: datetime) -> None:
        """Look at each line."""
        for line in self.lines:
            self._compare_one(line, at)

    def _compare_one(self, line: Listed, at: datetime) -> None:
        about = self.ours.get(line.source)
        unit_id = about.unit_id if about else self.city
        subject = f"{line.kind}:{line.source or line.id}"
        self.compared.seen.add(subject)
        if line.kind in {"charge", "refund"} and line.at < at - SETTLED_WITHIN:
            wanted = abs(line.amount_fen)
            if about is None:
                self._say(subject, unit_id, f"{line.kind}_unknown", wanted)
            elif about.amount_fen != wanted:
                self._say(subject, unit_id, f"{line.kind}_amount", wanted)
        if line.kind in FOR_PEOPLE:
            self._say(subject, unit_id, line.kind, line.amount_fen)
        if line.kind in MOVES:
            self._book(line, unit_id, -line.amount_fen, to=MOVES[line.kind])
        self._book(line, unit_id, line.fee_fen, to=Account.PROVIDER_FEES, of=":fee")

    def _say(self, subject: str, unit_id: int, detail: str, fen: int) -> None:
        self.compared.say(Kind.CLEARING, subject, unit_id, detail, fen)

    def _book(self, line: Listed, unit_id: int, out: int, *, to: Account, of: str = "") -> None:
        """Post what leaves our balance there (below zero: comes back), unless it is posted."""
        name = f"{line.id}{of}"
        if name in self.booked or not out:
            return
        moved = books.moved(abs(out), to=to, out_of=Account.CLEARING)
        post(
            moved if out > 0 else books.reversed_(moved),
            kind=Journal.Source.PROVIDER, source=name, unit=Unit.objects.get(pk=unit_id),
            at=line.at, note=line.kind,
        )  # fmt: skip
        self.booked.add(name)
        self.compared.posted += 1


def _not_in_their_books(
    online: PaymentProvider, compared: Compared, charged: set[str], *, since: datetime,
    at: datetime,
) -> None:  # fmt: skip
    with scope.system("payments in nobody's books"):
        ours = Payment.objects.filter(provider=online.name, at__lt=at - SETTLED_WITHIN)
        for payment in ours.filter(at__gte=since).iterator():
            if payment.reference not in charged:
                compared.say(
                    Kind.CLEARING, f"payment:{payment.pk}", payment.unit_id,
                    "not_in_their_books", payment.amount_fen,
                )  # fmt: skip


def _city() -> int:
    return Unit.objects.filter(parent=None).values_list("pk", flat=True).get()


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield rows by the two hundred: they come over the network, page after page."""
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
