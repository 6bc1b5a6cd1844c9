"""Going on into the next term: one tap where there is room for all, a lot where there is not."""

from datetime import datetime
from secrets import token_hex
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from accounts import outbox, scope
from accounts.models import AuditEvent, User
from courses.models import ClassSection, Term
from enrolment.domain import lottery, renewal, wishes
from enrolment.domain.queueing import digest_of
from enrolment.domain.refusals import Objection, Refusal
from enrolment.domain.renewal import RenewalProblem
from enrolment.models import Channel, Enrolment, Renewal, RenewalLot, RenewalSecret, ledger
from enrolment.queries import renewals as queries
from enrolment.queries.times import rules_of
from enrolment.services.refused import SeatRefused, answered

State = Renewal.State


class RenewalRefused(Exception):
    """Somebody does not go on this way. ``objection``: what the rules have against the class."""

    def __init__(self, problem: RenewalProblem, objection: Objection | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.objection = objection


def renew(
    *,
    enrolment: Enrolment,
    section: ClassSection,
    actor: User,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
) -> Renewal:
    """Go on from a class into one of the next term; the same press twice is once.

    In a programme the place is held at once, until the end of the confirming phase. Where only
    so many may renew, it is asked for, and the lot at the end of the window decides. Raises
    ``RenewalRefused``.
    """
    term = section.term
    _ensure_open(term, at)
    with scope.learners([enrolment.learner_id]):
        goes = queries.going_on(enrolment, term, actor=actor, at=at)
        if goes.renewal is not None:
            if goes.renewal.section_id != section.pk:
                raise RenewalRefused(RenewalProblem.RENEWED)
            return goes.renewal
        option = next((one for one in goes.options if one.section.pk == section.pk), None)
        if option is None:
            raise RenewalRefused(goes.problem or RenewalProblem.NO_CLASS)
        if option.objection is not None:
            raise RenewalRefused(RenewalProblem.NOT_POSSIBLE, option.objection)
        if goes.most is not None:
            return _ask(enrolment, section, actor, channel, at)
        try:
            claim = answered(
                ledger.renew(
                    goes_on_from=enrolment,
                    section=section,
                    actor=actor,
                    channel=channel,
                    key=key,
                    at=at,
                    due_at=queries.confirm_until(term),
                    most=None,
                    reason=reason,
                )
            )
        except SeatRefused as refused:
            raise _as_said(refused) from refused
        return Renewal.objects.get(enrolment=claim.enrolment_id)


def take_back_renewal(*, asked: Renewal, actor: User, at: datetime) -> bool:
    """Ask no longer, while the lot is not drawn; return whether there was something to take back.

    A place that is held is given back like any other. Raises ``RenewalRefused``.
    """
    _ensure_open(asked.term, at)
    with scope.learners([asked.learner_id]):
        row = Renewal.objects.asked().filter(pk=asked.pk)
        was_asked = row.update(state=State.TAKEN_BACK)
        if was_asked:
            AuditEvent.objects.record(
                actor, "renewal taken back", asked, at=at, learner=asked.learner, unit=asked.unit
            )
        return bool(was_asked)


def announce_lot(*, term: Term, at: datetime) -> RenewalLot:
    """Choose the seed of a term's lot and show its digest; once, before anybody has asked."""
    lot = RenewalLot.objects.filter(term=term).first()
    if lot is not None:
        return lot
    with scope.system("announce_lot"):
        # Of two first comers one makes it.
        Term.objects.select_for_update(no_key=True).get(pk=term.pk)
        lot = RenewalLot.objects.filter(term=term).first()
        if lot is None:
            seed = token_hex(32)
            lot = RenewalLot.objects.create(term=term, digest=digest_of(seed), made_at=at)
            RenewalSecret.objects.create(lot=lot, seed=seed)
        return lot


def close_due_renewals(*, at: datetime) -> int:
    """Draw the lots of windows that have closed; return how many places were given."""
    with scope.system("close_renewals"):
        due = list(RenewalLot.objects.due(at).select_related("term"))
    return sum(close_renewals(term=lot.term, at=at) for lot in due)


def close_renewals(*, term: Term, at: datetime) -> int:
    """Say who goes on where too many asked, and show the seed; return how many places were given.

    One place a transaction: what was given stays given if the work is interrupted, and the next
    call goes on where it stopped, in the same order. Raises ``RenewalRefused`` before the window
    has closed.
    """
    window = queries.renewal_window(term)
    if window is None or window.closes_at is None or at < window.closes_at:
        raise RenewalRefused(RenewalProblem.NOT_OPEN)
    with scope.system("close_renewals"):
        lot = RenewalLot.objects.select_related("secret").filter(term=term).first()
        if lot is None or lot.drawn_at is not None:
            return 0
        seed = lot.secret.seed
        asked = Renewal.objects.into(term).in_a_lot().not_taken_back()
        sections = list(ClassSection.objects.filter(renewals__in=asked).distinct().order_by("pk"))
    given = sum(_draw(section, term, bytes.fromhex(seed), at) for section in sections)
    with scope.system("close_renewals"):
        _note_drawn(lot, term, seed, given, at)
    return given


@transaction.atomic
def _note_drawn(lot: RenewalLot, term: Term, seed: str, given: int, at: datetime) -> None:
    """Show the seed and write it into the books: of two workers at once, one does."""
    undrawn = RenewalLot.objects.filter(pk=lot.pk, drawn_at=None)
    if undrawn.update(seed=seed, drawn_at=at):
        AuditEvent.objects.record(
            None, "renewals drawn", lot, at=at, unit=term.unit, given=given, digest=lot.digest
        )


def _draw(section: ClassSection, term: Term, seed: bytes, at: datetime) -> int:
    """Give places in one class in the order of the lot, as many as renewals may have."""
    with scope.system("close_renewals"):
        cap = rules_of(term, at=at).stored.get("renewal_cap", 40)
        most = renewal.most_renewals(section.capacity, cap=cap)
        due_at = queries.confirm_until(term)
        rows = {
            row.number: row
            for row in Renewal.objects.into(term)
            .in_a_lot()
            .filter(section=section)
            .not_taken_back()
            .select_related("goes_on_from", "section")
        }
    places = lottery.number_applications(rows, seed=seed)
    given = 0
    for number, place in sorted(places.items(), key=lambda one: one[1]):
        if rows[number].state == State.ASKED:
            given += _give(rows[number], place, most=most, due_at=due_at, at=at)
    return given


def _give(row: Renewal, place: int, *, most: int, due_at: datetime | None, at: datetime) -> bool:
    """Hold the place of one number, or say that there was none for it, or what stood against."""
    with scope.system("close_renewals"):
        claim = ledger.renew(
            goes_on_from=row.goes_on_from, section=row.section, actor=None, channel=Channel.SYSTEM,
            key=uuid5(NAMESPACE_URL, f"renewal:{row.pk}"), at=at, due_at=due_at, most=most,
            asked=row.pk,
        )  # fmt: skip
        changes = {"place": place}
        if claim.was_refused:
            waits = Renewal.objects.asked().filter(pk=row.pk)
            is_full = claim.reason == Refusal.FULL  # else something stood against the person
            waits.update(state=State.NOT_DRAWN if is_full else State.REFUSED, **changes)
            outbox.put("tell_not_renewed", f"{row.pk}:{claim.reason}")
        else:
            Renewal.objects.filter(pk=row.pk).update(**changes)
        return not claim.was_refused


@transaction.atomic
def _ask(
    enrolment: Enrolment, section: ClassSection, actor: User, channel: Channel, at: datetime
) -> Renewal:
    announce_lot(term=section.term, at=at)
    with scope.system("number a renewal"):
        number = wishes.new_number(lambda n: Renewal.objects.filter(number=n).exists())
    row, is_new = Renewal.objects.get_or_create(
        goes_on_from=enrolment,
        term=section.term,
        state=State.ASKED,
        defaults={
            "learner_id": enrolment.learner_id,
            "unit_id": section.unit_id,
            "section": section,
            "number": number,
            "channel": channel,
            "actor": actor,
            "asked_at": at,
        },
    )
    if is_new:
        AuditEvent.objects.record(
            actor, "renewal asked for", row, at=at, learner=enrolment.learner,
            unit=section.unit, channel=channel,
        )  # fmt: skip
    return row


def _ensure_open(term: Term, at: datetime) -> None:
    window = queries.renewal_window(term)
    if term.phase != Term.Phase.RENEWAL_OPEN or window is None or at < window.opens_at:
        over = window is not None and window.closes_at is not None and at >= window.closes_at
        raise RenewalRefused(RenewalProblem.OVER if over else RenewalProblem.NOT_OPEN)
    if window.closes_at is not None and at >= window.closes_at:
        raise RenewalRefused(RenewalProblem.OVER)


def _as_said(refused: SeatRefused) -> RenewalRefused:
    if refused.reason is Refusal.FULL:
        return RenewalRefused(RenewalProblem.FULL)
    return RenewalRefused(RenewalProblem.NOT_POSSIBLE, Objection(refused.reason))
