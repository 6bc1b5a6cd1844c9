"""Who has paid for which places, how and when: the fees of the two terms that stand in the city.

Earlier terms left only what a learner's record says of them; of their money there is nothing.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from config.demo.calendar import CHINA, at_hour, next_working_day
from config.demo.chance import Wheel, stream
from config.demo.left_again import who_left
from config.demo.people import age_on
from config.demo.records import CityPlan, EnrolmentPlan, LearnerPlan
from enrolment.domain.money import codes

HAS_A_PLACE = frozenset({"confirmed", "active", "completed", "not_completed", "withdrawn"})
DAY = timedelta(days=1)
CENT = 100
# How people pay, by how they are reached: on the web, cash, by card at the counter, by the bank.
_WAYS = {
    "alone": (("online", 78), ("cash", 8), ("pos", 11), ("transfer", 3)),
    "helped": (("online", 52), ("cash", 24), ("pos", 18), ("transfer", 6)),
    "feature": (("cash", 66), ("pos", 30), ("transfer", 4)),
    "none": (("cash", 72), ("pos", 25), ("transfer", 3)),
}
_WHEELS = {device: Wheel(ways) for device, ways in _WAYS.items()}
_ON_THE_WEB = Wheel([("wechat_pay", 71.0), ("alipay", 23.0), ("card", 6.0)])
# Of a hundred learners: living on the minimum allowance, disabled, volunteers.
_WAIVED = (("hardship", 1.6, 100), ("disability", 0.8, 50), ("volunteer", 0.6, 20))
VERY_OLD = 90
VOUCHERS = 1 / 900  # of the orders, one of twenty yuan
VOUCHER_FEN = 2000


@dataclass(frozen=True, slots=True)
class WaiverPlan:
    """What a learner need not pay, in one term."""

    kind: str
    percent: int


@dataclass(frozen=True, slots=True)
class FeePlan:
    """One order that was paid. ``places`` are positions in the plan's enrolments."""

    order: UUID
    payment: UUID
    pay_code: str
    term: str
    learner: int
    unit: str
    places: tuple[int, ...]
    fees: tuple[int, ...]
    waiver: WaiverPlan | None
    voucher: bool
    method: str
    way: str
    opened: datetime
    paid: datetime

    @property
    def discounts(self) -> tuple[int, ...]:
        """What is taken off each place; what is not a whole fen is rounded for the learner."""
        if self.voucher:
            return (min(VOUCHER_FEN, self.fees[0]), *(0 for _ in self.fees[1:]))
        percent = self.waiver.percent if self.waiver else 0
        return tuple(-(-fee * percent // CENT) for fee in self.fees)

    @property
    def amount(self) -> int:
        """What had to be paid, in fen."""
        return sum(self.fees) - sum(self.discounts)


def plan_fees(plan: CityPlan) -> list[FeePlan]:
    """Plan the orders of everybody who has or had a place, in the order of their payment.

    Places that came in one go stand on one order: those renewed, drawn, or taken in open
    enrolment.
    """
    people = {person.no: person for person in plan.learners}
    waivers = plan_waivers(plan, people)
    office = OfficeDays(plan)
    leavers = {row: leaver for leaver, row in who_left(plan)}
    rng = stream(plan.seed, "fees")
    rows = []
    for group in _together(plan):
        first = plan.enrolments[group[0]]
        person = people[first.learner]
        leaver = leavers.get(first)
        waiver = None if leaver else waivers.get((first.term, person.no))
        method = leaver.method if leaver else _WHEELS[person.device].turn(rng)
        rows.append(_order(plan, group, method=method, waiver=waiver, office=office, rng=rng))
    return sorted(rows, key=lambda row: (row.paid, row.order))


def plan_waivers(
    plan: CityPlan, people: dict[int, LearnerPlan]
) -> dict[tuple[str, int], WaiverPlan]:
    """Who need not pay all of it, in either term."""
    rng = stream(plan.seed, "waivers")
    waivers = {}
    for person in people.values():
        throw = rng.random() * CENT
        for kind, share, percent in _WAIVED:
            throw -= share
            if throw < 0 and not person.persona:
                for term in (plan.current_term, plan.next_term):
                    waivers[term.code, person.no] = WaiverPlan(kind, percent)
                break
        if age_on(person.birth, plan.today) >= VERY_OLD:
            for term in (plan.current_term, plan.next_term):
                waivers[term.code, person.no] = WaiverPlan("oldest", CENT)
    return waivers


def _together(plan: CityPlan) -> Iterator[list[int]]:
    """Positions of enrolments that one order is for: of a learner, office, term and source."""
    unit = [section.unit for section in plan.sections]

    def key(n: int) -> tuple[str, int, str, str]:
        row = plan.enrolments[n]
        return row.term, row.learner, unit[row.section - 1], row.source

    has = [n for n, row in enumerate(plan.enrolments) if row.status in HAS_A_PLACE]
    for _key, group in groupby(sorted(has, key=lambda n: (*key(n), n)), key=key):
        yield list(group)


def _order(
    plan: CityPlan,
    group: list[int],
    *,
    method: str,
    waiver: WaiverPlan | None,
    office: "OfficeDays",
    rng: random.Random,
) -> FeePlan:
    rows = [plan.enrolments[n] for n in group]
    opened, paid = office.moments(rows, method, rng)
    first = plan.sections[rows[0].section - 1]
    return FeePlan(
        order=UUID(int=rng.getrandbits(128), version=4),
        payment=UUID(int=rng.getrandbits(128), version=4),
        pay_code=codes.pay_code(rng.randrange(10**codes.DIGITS)),
        term=rows[0].term,
        learner=rows[0].learner,
        unit=first.unit,
        places=tuple(group),
        fees=tuple(plan.sections[row.section - 1].fee_yuan * CENT for row in rows),
        waiver=waiver,
        voucher=waiver is None and rows[0].status != "withdrawn" and rng.random() < VOUCHERS,
        method=method,
        way=_ON_THE_WEB.turn(rng) if method == "online" else "",
        opened=opened,
        paid=paid,
    )


class OfficeDays:
    """When somebody can have paid: at a counter that is open, before today."""

    def __init__(self, plan: CityPlan) -> None:
        self.plan = plan
        self.today = plan.today
        self.working: dict[date, bool] = {}

    def is_working(self, day: date) -> bool:
        """Whether counters are open on a day."""
        if day not in self.working:
            self.working[day] = next_working_day(day - DAY, self.plan.holidays) == day
        return self.working[day]

    def moments(
        self, rows: list[EnrolmentPlan], method: str, rng: random.Random
    ) -> tuple[datetime, datetime]:
        """Return when an order was opened and when it was paid."""
        came = max(row.at for row in rows)
        ended = min((row.ended for row in rows if row.ended), default=None)
        paid = self._paid(came, rows[0].source, method, rng)
        latest = min(at_hour(self.today, time(0)), ended or came + timedelta(days=400))
        if paid >= latest:
            paid = came + timedelta(minutes=3)
        if method == "online":
            return max(came, paid - timedelta(minutes=rng.randrange(1, 9))), paid
        return max(came, paid - timedelta(minutes=1)), paid

    def _paid(self, came: datetime, source: str, method: str, rng: random.Random) -> datetime:
        if source in {"open", "waitlist"}:
            return came + timedelta(minutes=rng.randrange(4, 40))
        day = came.astimezone(CHINA).date() + DAY * rng.randrange(1, 7)
        if method == "online":
            return at_hour(day, time(rng.randrange(8, 22), rng.randrange(60), rng.randrange(60)))
        while not self.is_working(day):
            day -= DAY
        moment = at_hour(day, time(rng.randrange(9, 17), rng.randrange(60), rng.randrange(60)))
        return max(moment, came + timedelta(minutes=5))
