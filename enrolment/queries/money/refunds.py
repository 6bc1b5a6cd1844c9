"""What comes back of a place: what was really paid for it, by the rule that was copied then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils.timezone import make_aware

from campus.models import TimeSlot
from courses.models import ClassSection, Lesson
from enrolment.domain import refunds
from enrolment.domain.refunds import Lessons, Share, Sold, Where, Why
from enrolment.models import Enrolment, OrderLine, Payment, Refund
from enrolment.queries.times import end_of_working_day, rules_of

SECOND_ABOVE_YUAN = 500  # where a term's rules say nothing else
DAYS_TO_ARRIVE = 10  # working days, from the asking
NO_SECOND_FOR = frozenset({Refund.Cause.LATE_MONEY, Refund.Cause.PAID_TWICE, Refund.Cause.UNDONE})
ALWAYS_A_SECOND = frozenset({Refund.Cause.SPECIAL, Refund.Cause.DIED, Refund.Cause.GOODWILL})


@dataclass(frozen=True, kw_only=True)
class Part:
    """One payment for a place, and how much of it no refund speaks for yet."""

    line: OrderLine
    payment: Payment
    left_fen: int


@dataclass(frozen=True, kw_only=True)
class PaidPlace:
    """Everything that was paid for a place: its fee, and the difference to a dearer class."""

    line: OrderLine
    parts: list[Part]
    paid_fen: int  # less what came back when a cheaper class was taken
    back_fen: int
    gift_fen: int  # of it, what the office gave of its own accord
    given_back: int  # lessons that the school lost and has paid back

    @property
    def enrolment(self) -> Enrolment:
        """The place."""
        return self.line.enrolment

    @property
    def pays_fen(self) -> int:
        """What of it pays for another class, if this one is changed: a gift stays a gift."""
        return self.paid_fen - (self.back_fen - self.gift_fen)

    @property
    def left_fen(self) -> int:
        """What may still come back."""
        return sum(part.left_fen for part in self.parts)


def paid_place(enrolment: Enrolment) -> PaidPlace | None:
    """Return what was paid for a place; None where nothing was: free, waived, or only kept."""
    lines = OrderLine.objects.that_count().paid().for_places()
    line = lines.filter(enrolment=enrolment).select_related("order").first()
    return paid_by(line) if line is not None else None


def paid_by(line: OrderLine) -> PaidPlace | None:
    """Return everything that was paid for the place of a line."""
    topped_up = line.topped_up_by.that_count().paid().order_by("pk")
    lines = [line, *topped_up.select_related("order")]
    standing = list(Refund.objects.standing().filter(line__in=lines))
    parts = []
    for one in lines:
        payment = one.order.payments.that_pay().order_by("at").first()
        back = sum(refund.amount_fen for refund in standing if refund.line_id == one.pk)
        if payment is not None and one.amount_fen:
            parts.append(Part(line=one, payment=payment, left_fen=one.amount_fen - back))
    if not parts:
        return None
    cheaper = _sum_for(Refund.Cause.CHANGED, standing)
    return PaidPlace(
        line=line,
        parts=parts,
        paid_fen=sum(part.line.amount_fen for part in parts) - cheaper,
        back_fen=sum(one.amount_fen for one in standing) - cheaper,
        gift_fen=_sum_for(Refund.Cause.GOODWILL, standing),
        given_back=_lessons_given_back(standing),
    )


def _sum_for(cause: Refund.Cause, refunds_: Iterable[Refund]) -> int:
    return sum(one.amount_fen for one in refunds_ if one.cause == cause)


def _lessons_given_back(standing: Iterable[Refund]) -> int:
    """Count lost lessons that were paid back; of several payments at once one says how many."""
    lost = [one for one in standing if one.rule.get("share") == Share.LOST]
    by_moment = {one.requested_at: one.rule.get("lessons", 0) for one in lost}
    return sum(by_moment.values())


def refund_of(
    enrolment: Enrolment, *, at: datetime, why: Why = Why.LEAVES
) -> refunds.Refund | None:
    """Return what leaving at that moment would bring back; None while nothing has been paid.

    Paid means with money: what was waived, or taken off by a voucher, does not come back.
    """
    paid = paid_place(enrolment)
    return comes_back_of(paid, at=at, why=why) if paid is not None else None


def comes_back_of(paid: PaidPlace, *, at: datetime, why: Why) -> refunds.Refund:
    """Return what comes back of a paid place for a reason, as things stand at that moment."""
    sold, enrolment = Sold.read(paid.line.rule), paid.enrolment
    is_now = where_of(enrolment.section)
    # Who changed the class took the new one as it is.
    is_as_sold = enrolment.section_id == paid.line.section_id
    return refunds.comes_back(
        sold,
        paid_fen=paid.paid_fen,
        back_fen=paid.back_fen,
        lessons=lessons_so_far(paid, sold, at=at),
        why=why,
        moved=bool(sold.where and is_as_sold and sold.where.is_far_from(is_now)),
    )


def lessons_so_far(paid: PaidPlace, sold: Sold, *, at: datetime) -> Lessons:
    """Count the lessons of a class that took place, and those that should have."""
    begun = Lesson.objects.filter(section=paid.enrolment.section_id).begun(at)
    if sold.joined_late:
        begun = begun.to_begin(paid.enrolment.created_at)
    held = begun.taking_place().count()
    return Lessons(held=held, lost=begun.count() - held, given_back=paid.given_back)


def where_of(section: ClassSection) -> Where:
    """Return where and when a class meets, as the rule at its sale keeps it."""
    slot = section.slot
    earlier = TimeSlot.objects.filter(weekday=slot.weekday, starts_at__lt=slot.starts_at)
    return Where(
        x_km=section.campus.x_km,
        y_km=section.campus.y_km,
        weekday=slot.weekday,
        hour=earlier.count(),
    )


def rule_sold(place: Enrolment) -> dict[str, object]:
    """Return the refund rule of a place as it is copied to the order that asks for its fee."""
    late = place.source == Enrolment.Source.LATE
    lessons = place.section.lessons.all()
    if late:
        lessons = lessons.taking_place().to_begin(place.created_at)
    return refunds.rule_at_sale(
        joined_late=late, lessons=lessons.count(), where=where_of(place.section)
    )


def ended_when(enrolment: Enrolment, *, at: datetime) -> datetime:
    """Return the moment by which lessons are counted: whoever died had none after that day."""
    ended = enrolment.ended_at or at
    died_on = enrolment.learner.deceased_on
    if died_on is None:
        return ended
    return min(ended, make_aware(datetime.combine(died_on, time.max)))


def arrives_by(refund: Refund) -> datetime:
    """Return until when a refund should be with whoever paid."""
    if refund.order is None:
        return refund.requested_at + timedelta(days=14)
    return end_of_working_day(refund.order.term, DAYS_TO_ARRIVE, at=refund.requested_at)


def needs_second(
    cause: Refund.Cause, amount_fen: int, line: OrderLine | None, at: datetime
) -> bool:
    """Whether a second person decides: by the cause, or by the amount and the rules of the term.

    What goes back because nothing was owed for it goes at once, whatever it comes to.
    """
    if cause in ALWAYS_A_SECOND or cause in NO_SECOND_FOR:
        return cause in ALWAYS_A_SECOND
    stored = rules_of(line.section.term, at=at).stored if line is not None else {}
    above: int = stored.get("refund_second_above_yuan", SECOND_ABOVE_YUAN)
    return amount_fen > above * 100
