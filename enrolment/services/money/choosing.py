"""A class was called off: its learners take their money back, or another class with it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import scope
from accounts.models import AuditEvent, User
from courses.models import ClassSection
from enrolment.domain.refusals import Refusal
from enrolment.models import Channel, Enrolment, OrderLine, Outcome, Refund, ledger
from enrolment.services.money.ended import WITH_ALL, end_differences, fall_away, move_money
from enrolment.services.money.orders import PaymentProblem, PaymentRefused, lock_fees
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
    difference is settled. Call it outside any transaction. Raises ``SeatRefused``, and
    ``PaymentRefused`` when the days to choose are over, or money for it is underway.
    """
    with scope.system("another class"):
        asked = Refund.objects.select_related("order__learner", "line").get(pk=refund.pk)
        learner = asked.order.learner  # type: ignore[union-attr]  # a fee has its order
        if not Refund.objects.to_choose().filter(pk=refund.pk).exists():
            raise PaymentRefused(PaymentProblem.TOO_LATE)
        if section.fee_fen and section.unit_id != refund.unit_id:
            raise SeatRefused(Refusal.OTHER_OFFICE)
    # Before a seat is taken: while money for a difference is underway, none can be paid for.
    end_differences(line_id=asked.line.whole_id, at=at)  # type: ignore[union-attr]  # and its line
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
        fall_away(one, at=at, actor=actor)
    whole = OrderLine.objects.select_related(*WITH_ALL).get(pk=refunds[0].line.whole_id)  # type: ignore[union-attr]  # as chosen by
    move_money(whole, place, at=at)
    place.refresh_from_db()
    return place


def _to_choose(refund: Refund) -> list[Refund]:
    """Return all that is to be chosen about with one place, its orders locked."""
    whole = refund.line.whole_id if refund.line is not None else 0
    lock_fees([whole])
    parts = OrderLine.objects.filter(pk=whole) | OrderLine.objects.filter(tops_up=whole)
    mine = Refund.objects.to_choose().filter(line__in=parts).order_by("requested_at", "line")
    return list(mine.select_related("payment", "order", "unit", "line"))
