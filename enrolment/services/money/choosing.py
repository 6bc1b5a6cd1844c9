"""A class was called off: its learners take their money back, or another class with it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import scope
from accounts.models import AuditEvent, User
from courses.models import ClassSection
from enrolment.domain.refusals import Refusal
from enrolment.models import Channel, Enrolment, Order, OrderLine, Outcome, Refund, ledger
from enrolment.services.money.ended import WITH_ALL, move_money
from enrolment.services.money.orders import PaymentProblem, PaymentRefused
from enrolment.services.money.refunds import decide
from enrolment.services.refused import SeatRefused
from enrolment.services.seats import hold_seat


@transaction.atomic
def take_the_money(*, refund: Refund, at: datetime, actor: User | None = None) -> bool:
    """Say that it is the money: the learner did, or the days to choose are over. Once.

    A large sum waits for a second person then, as every other.
    """
    with scope.system("money for a class that was called off"):
        refunds = _to_choose(refund)
        for one in refunds:
            if one.needs_second:
                one.choose_until = None
                one.save(update_fields=["choose_until"])
            else:
                decide(one, by=None, at=at)
            AuditEvent.objects.record(
                actor, "money chosen", one, at=at, unit=one.unit, amount_fen=one.amount_fen
            )
        return bool(refunds)


def take_another(
    *, refund: Refund, section: ClassSection, actor: User, key: UUID, at: datetime
) -> Enrolment | None:
    """Take another class for what was paid for one that was called off; None where it is full.

    The seat comes first, by the rules of every other; then the money goes along with it, and the
    difference is settled. Raises ``SeatRefused``, and ``PaymentRefused`` when the days to choose
    are over.
    """
    with scope.system("another class"):
        learner = Refund.objects.select_related("order__learner").get(pk=refund.pk).order.learner  # type: ignore[union-attr]  # a fee has its order
        if not Refund.objects.to_choose().filter(pk=refund.pk).exists():
            raise PaymentRefused(PaymentProblem.TOO_LATE)
        if section.fee_fen and section.unit_id != refund.unit_id:
            raise SeatRefused(Refusal.OTHER_OFFICE)
    claim = hold_seat(section=section, learner=learner, actor=actor, key=key, at=at)
    if claim.outcome == Outcome.WAITLISTED or claim.enrolment_id is None:
        return None
    with transaction.atomic(), scope.system("another class"):
        return _pay_with(refund, claim.enrolment_id, actor, at)


def _pay_with(refund: Refund, enrolment_id: int, actor: User, at: datetime) -> Enrolment:
    refunds = _to_choose(refund)
    place = Enrolment.objects.with_all_to_show().select_related("learner", "section__unit").get(
        pk=enrolment_id
    )  # fmt: skip
    asked_for = OrderLine.objects.that_count().filter(enrolment=place)
    if not refunds or asked_for.exists():
        raise PaymentRefused(PaymentProblem.TOO_LATE)
    came = ledger.pay(
        enrolment=place, actor=actor, channel=Channel.SYSTEM, at=at,
        reason="paid for a class that was called off",
    )  # fmt: skip
    if came == "gone":
        raise PaymentRefused(PaymentProblem.TOO_LATE)
    for one in refunds:
        one.state, one.decided_at, one.choose_until = Refund.State.REFUSED, at, None
        one.failure = "another class was taken"
        one.save(update_fields=["state", "decided_at", "choose_until", "failure"])
        AuditEvent.objects.record(
            actor, "another class chosen", one, at=at, unit=one.unit, enrolment=place.pk
        )
    whole = OrderLine.objects.select_related(*WITH_ALL).get(pk=_whole(refunds[0]))
    move_money(whole, place, at=at)
    place.refresh_from_db()
    return place


def _to_choose(refund: Refund) -> list[Refund]:
    """Return all that is to be chosen about with one place, its order locked."""
    Order.objects.select_for_update(of=("self",)).get(pk=refund.order_id or "")
    whole = _whole(refund)
    parts = OrderLine.objects.filter(pk=whole) | OrderLine.objects.filter(tops_up=whole)
    mine = Refund.objects.to_choose().filter(line__in=parts).order_by("requested_at", "line")
    return list(mine.select_related("payment", "order", "unit", "line"))


def _whole(refund: Refund) -> int:
    """Return the line of the fee, also for a refund of a difference that was paid on top."""
    line = refund.line
    return (line.tops_up_id or line.pk) if line is not None else 0
