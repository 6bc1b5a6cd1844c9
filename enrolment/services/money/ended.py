"""Paid places that have ended: what comes back is worked out once, by the rule of the sale."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from accounts import scope
from accounts.models import AuditEvent, Learner, User
from courses.models import ClassSection
from enrolment import queries
from enrolment.domain import refunds
from enrolment.domain.money import remissions
from enrolment.domain.refunds import Why
from enrolment.models import Enrolment, Order, OrderLine, Refund
from enrolment.queries.money.refunds import (
    PaidPlace,
    comes_back_of,
    ended_when,
    needs_second,
    paid_by,
)
from enrolment.queries.times import end_of_working_day
from enrolment.services.money.attempts import end_attempts
from enrolment.services.money.orders import (
    PaymentProblem,
    PaymentRefused,
    close_order,
    lock_fees,
    open_difference,
)
from enrolment.services.money.refunds import owe_back

Cause, Status = Refund.Cause, Enrolment.Status
DAYS_TO_CHOOSE = 5  # working days for another class instead of the money
DAYS_TO_TOP_UP = 1
# While money for a difference is underway or looked at, nobody can say what is still owed.
WAITS = {PaymentProblem.BEING_PAID, PaymentProblem.BEING_LOOKED_AT}
WITH_ALL = (
    "order", "waiver", "section", "enrolment__learner", "enrolment__section__term",
    "enrolment__section__campus", "enrolment__section__slot", "enrolment__section__course",
)  # fmt: skip


def see_to_ended(*, line_id: int, at: datetime) -> bool:
    """Work out what comes back of a paid place that has ended; return whether it had to be.

    Safe to call twice, and at once from several places: under the lock of its orders it is seen
    that somebody else did it. A place that was changed for another is not paid back: its money
    goes along, once the page of a difference to the former class is closed; until then the next
    round tries again. Call it outside any transaction.
    """
    try:
        if _was_changed(line_id):
            end_differences(line_id=line_id, at=at)
        with transaction.atomic(), scope.system("a paid place has ended"):
            line = _locked(line_id, OrderLine.objects.whose_places_ended(at))
            if line is None:
                return False
            if line.enrolment.status == Status.TRANSFERRED:
                return _follow(line, at)
            _owe_for(line, at)
            return True
    except PaymentRefused as refused:
        if refused.problem not in WAITS:
            raise
        return False


def _was_changed(line_id: int) -> bool:
    with scope.system("was it changed"):
        return Enrolment.objects.changed_for_another().filter(order_lines=line_id).exists()


def end_differences(*, line_id: int, at: datetime) -> None:
    """Close the pages on which a difference on top of a fee could be paid: its class was left.

    Raises ``PaymentRefused`` (``WAITS``) while money may still come by one, or is looked at.
    """
    with scope.system("differences of a class that was left"):
        on_top = OrderLine.objects.that_count().filter(tops_up=line_id)
        orders = list(Order.objects.filter(pk__in=on_top.values("order")))
    if any(order.state == Order.State.REVIEW for order in orders):
        raise PaymentRefused(PaymentProblem.BEING_LOOKED_AT)
    for order in orders:
        if order.is_open:
            end_attempts(order=order, at=at)


def see_to_lessons_lost(*, line_id: int, at: datetime) -> bool:
    """Give back the lessons of a term that is over which the school lost and did not make up."""
    with transaction.atomic(), scope.system("lessons that did not take place"):
        line = _locked(line_id, OrderLine.objects.with_lessons_lost(localdate(at)))
        if line is None:
            return False
        paid = paid_by(line)
        if paid is not None:
            found = comes_back_of(paid, at=at, why=Why.LESSONS_LOST)
            owe_parts(paid, found, cause=Cause.LESSONS_LOST, at=at)
        _is_seen_to(line, at)
        return True


def refund_class(*, section_id: int, at: datetime) -> int:
    """See to all learners of a class that was called off, at once; return how many. Repeatable."""
    with scope.system("a class was called off"):
        ended = OrderLine.objects.whose_places_ended(at).filter(enrolment__section=section_id)
        lines = list(ended.values_list("pk", flat=True))
    return sum(see_to_ended(line_id=line, at=at) for line in lines)


def follow_changes(*, learner: Learner, at: datetime) -> list[Order]:
    """Let what a learner paid go along with classes just changed; return what is owed on top."""
    with scope.system("classes were changed"):
        ended = OrderLine.objects.whose_places_ended(at).filter(enrolment__learner=learner)
        changed = list(
            ended.filter(enrolment__in=Enrolment.objects.changed_for_another()).values_list(
                "pk", flat=True
            )
        )
    for line in changed:
        see_to_ended(line_id=line, at=at)
    with scope.system("classes were changed"):
        topped_up = OrderLine.objects.that_count().filter(tops_up__isnull=False)
        orders = Order.objects.of(learner).open()
        return list(orders.filter(pk__in=topped_up.values("order")))


def owe_parts(
    paid: PaidPlace,
    found: refunds.Refund,
    *,
    cause: Refund.Cause,
    at: datetime,
    asked_by: User | None = None,
    choose_until: datetime | None = None,
    words: str = "",
) -> list[Refund]:
    """Write down what comes back of a place, of each payment for it as much as is left.

    The caller holds the locks of its orders (``lock_fees``). Whether a second person decides goes
    by the whole.
    """
    second = needs_second(cause, found.fen, paid.line, at)
    rule = {
        "share": found.share,
        "lessons": found.lessons,
        "sold": paid.line.rule.get("lessons", 0),
        "paid_fen": paid.paid_fen,
        "back_fen": paid.back_fen,
    }
    owed: list[Refund] = []
    still = found.fen
    for part in paid.parts:
        fen = min(still, part.left_fen)
        if fen <= 0:
            continue
        still -= fen
        owed.append(
            owe_back(
                payment=part.payment, amount_fen=fen, cause=cause, at=at, line=part.line,
                # The name of the place on one of them, so that it is refunded once.
                enrolment=None if owed else paid.enrolment,
                asked_by=asked_by, needs_second=second, choose_until=choose_until,
                rule=rule, words=words,
            )
        )  # fmt: skip
    return owed


def _locked(line_id: int, still: "Iterable[OrderLine]") -> OrderLine | None:
    """Return a line with all its orders locked, if it is still one of those."""
    lock_fees([line_id])
    mine = still.filter(pk=line_id)  # type: ignore[attr-defined]  # one of its QuerySets
    found: OrderLine | None = mine.select_related(*WITH_ALL).first()
    return found


def _is_seen_to(line: OrderLine, at: datetime) -> None:
    line.seen_to_at = at
    line.save(update_fields=["seen_to_at"])


def _owe_for(line: OrderLine, at: datetime) -> None:
    enrolment, paid = line.enrolment, paid_by(line)
    _is_seen_to(line, at)
    if paid is None:
        return  # waived: nothing was paid
    cause, why = _cause_of(enrolment)
    found = comes_back_of(paid, at=ended_when(enrolment, at=at), why=why)
    owe_parts(
        paid, found, cause=cause, at=at,
        choose_until=_choice(enrolment.section, at) if cause == Cause.CALLED_OFF else None,
        asked_by=_who_noted(enrolment.learner) if cause == Cause.DIED else None,
    )  # fmt: skip


def _cause_of(enrolment: Enrolment) -> tuple[Refund.Cause, Why]:
    if enrolment.status == Status.CANCELLED_BY_SCHOOL:
        return Cause.CALLED_OFF, Why.CALLED_OFF
    if enrolment.learner.deceased_on is not None:
        return Cause.DIED, Why.SPECIAL
    return Cause.WITHDREW, Why.LEAVES


def _choice(section: ClassSection, at: datetime) -> datetime | None:
    """Until when another class may be chosen; None once the term is over: then it is money."""
    if section.term.ends_on < localdate(at):
        return None
    return end_of_working_day(section.term, DAYS_TO_CHOOSE, at=at)


def _who_noted(learner: Learner) -> User | None:
    """Whoever saw the papers of a family has asked; somebody else decides."""
    record = learner.deaths.filter(put_right_at=None).select_related("noted_by").first()
    return record.noted_by if record else None


def _follow(line: OrderLine, at: datetime) -> bool:
    """Let what was paid pay for the class that was taken instead; settle the difference."""
    place = queries.came_instead(line.enrolment)
    if place is None:
        return False
    move_money(line, place, at=at)
    return True


def move_money(line: OrderLine, place: Enrolment, *, at: datetime) -> None:
    """Let a line, whose orders the caller has locked, pay for another place of its learner.

    What the new class costs less comes back; what it costs more becomes an order, in the place of
    one that asked for the difference to the class before. A share that was waived is waived of
    the new fee, too. Raises ``PaymentRefused`` (``WAITS``) while money for the former difference
    is underway or looked at.
    """
    _stay_after_all(line, at)
    _ask_no_longer(line, at)
    before = paid_by(line)
    line.enrolment, line.seen_to_at = place, None
    line.save(update_fields=["enrolment", "seen_to_at"])
    # A difference that was closed stays with its class: money that comes for it is too late.
    line.topped_up_by.that_count().update(enrolment=place)
    price = _price(line, place)
    paid_fen = before.pays_fen if before is not None else 0
    after = paid_by(line)
    if price < paid_fen and after is not None:
        found = refunds.Refund(refunds.Share.WHOLE, paid_fen - price, 0)
        owe_parts(after, found, cause=Cause.CHANGED, at=at)
    elif price > paid_fen:
        until = end_of_working_day(place.section.term, DAYS_TO_TOP_UP, at=at)
        open_difference(paid=line, place=place, amount_fen=price - paid_fen, until=until, at=at)


def _stay_after_all(line: OrderLine, at: datetime) -> None:
    """Whoever asked to leave for a special cause, and took another class, asks no longer."""
    asked = Refund.objects.to_approve().filter(cause=Cause.SPECIAL)
    for refund in asked.filter(line__in=[line, *line.topped_up_by.all()]):
        fall_away(refund, at=at)


def fall_away(refund: Refund, *, at: datetime, actor: User | None = None) -> None:
    """End a refund that waited for a word: another class was taken for its sum.

    The caller holds the lock of its order. No letter says so: they know what they have taken.
    """
    refund.state, refund.decided_at, refund.choose_until = Refund.State.REFUSED, at, None
    refund.failure = "another class was taken"
    refund.save(update_fields=["state", "decided_at", "choose_until", "failure"])
    AuditEvent.objects.record(
        actor, "another class chosen", refund, at=at, unit=refund.unit,
        amount_fen=refund.amount_fen,
    )  # fmt: skip


def _ask_no_longer(line: OrderLine, at: datetime) -> None:
    """Close what is still asked for on top of a fee: the class it was for has been left."""
    for on_top in line.topped_up_by.that_count().select_related("order"):
        if on_top.order.state == Order.State.REVIEW:
            raise PaymentRefused(PaymentProblem.BEING_LOOKED_AT)
        if on_top.order.is_open:
            close_order(on_top.order, state=Order.State.CANCELLED, at=at)


def _price(line: OrderLine, place: Enrolment) -> int:
    fee = queries.fee_owed(place)
    waived = remissions.waived(fee, line.waiver.percent) if line.waiver is not None else 0
    return max(0, fee - waived - line.voucher_fen)
