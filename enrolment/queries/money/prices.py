"""What is asked for places that are kept: their fees, less a waiver, less a voucher. One way."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.timezone import localdate

from accounts import scope
from accounts.models import Learner, Unit
from courses.models import Lesson, Term
from enrolment.domain.fees import late_fee
from enrolment.domain.money import remissions
from enrolment.models import Enrolment, Order, Voucher, Waiver
from enrolment.queries.mine import fee_owed


@dataclass(frozen=True)
class Price:
    """What one place costs, what is taken off, and what is left."""

    place: Enrolment
    fee_fen: int
    waived_fen: int = 0
    voucher_fen: int = 0
    waiver: Waiver | None = None

    @property
    def off_fen(self) -> int:
        """What is taken off."""
        return self.waived_fen + self.voucher_fen

    @property
    def amount_fen(self) -> int:
        """What is to be paid for it."""
        return self.fee_fen - self.off_fen


def prices_of(
    learner: Learner,
    unit: Unit,
    term: Term,
    places: Sequence[Enrolment],
    *,
    voucher: Voucher | None = None,
) -> list[Price]:
    """Return what an order for these places asks that is opened now.

    A voucher is spread over what the waiver in force leaves of each.
    """
    waiver = Waiver.objects.for_order(learner, unit, term)
    percent = waiver.percent if waiver else 0
    fees = [fee_owed(place) for place in places]
    waived = [remissions.waived(fee, percent) for fee in fees]
    left = [fee - off for fee, off in zip(fees, waived, strict=True)]
    spread = remissions.spread(voucher.amount_fen if voucher else 0, left)
    rows = zip(places, fees, waived, spread, strict=True)
    return [Price(*row, waiver) for row in rows]


def voucher_that_goes_over(standing: Iterable[Order]) -> Voucher | None:
    """Return the voucher of orders that would be closed for another one; also to a learner."""
    orders = [one.pk for one in standing]
    if not orders:
        return None
    with scope.system("voucher that goes over"):
        return Voucher.objects.filter(order__in=orders).first()


def prices_of_many(places: Iterable[Enrolment]) -> list[Price]:
    """Return the same for places of many learners that no order asks for, in two queries."""
    places = list(places)
    percents = _percents(places)
    fees = _late_fees([one for one in places if one.source == Enrolment.Source.LATE])
    return [
        Price(one, fee, remissions.waived(fee, percents[_whose(one)]))
        for one in places
        for fee in [fees.get(one.pk, one.section.fee_fen)]
    ]


def _whose(place: Enrolment) -> tuple[int, int, int]:
    return place.learner_id, place.section.unit_id, place.section.term_id


def _percents(places: Iterable[Enrolment]) -> dict[tuple[int, int, int], int]:
    learners = {one.learner_id for one in places}
    found = Waiver.objects.in_force().filter(learner__in=learners) if learners else []
    percents: dict[tuple[int, int, int], int] = defaultdict(int)
    for one in found:
        whose = (one.learner_id, one.unit_id, one.term_id)
        percents[whose] = max(percents[whose], one.percent)
    return percents


def _late_fees(places: Sequence[Enrolment]) -> dict[int, int]:
    """Return what they pay who joined late, as ``mine.late_fee_agreed`` says of one."""
    places = [one for one in places if localdate(one.created_at) >= one.section.term.starts_on]
    begins = defaultdict(list)
    sections = {one.section_id for one in places}
    lessons = Lesson.objects.filter(section__in=sections).taking_place() if sections else []
    for lesson in lessons:
        begins[lesson.section_id].append(lesson.during.lower)
    return {
        one.pk: late_fee(
            fee_fen=one.section.fee_fen,
            lessons_left=sum(begin > one.created_at for begin in begins[one.section_id]),
            lessons=len(begins[one.section_id]),
        )
        for one in places
    }
