"""Fees with a story: money on its way back, money nobody can place, a slip somebody holds."""

from datetime import datetime, time, timedelta

from accounts.models import Learner, Unit, User
from campus.models import Campus
from config.demo import tables
from config.demo.calendar import at_hour
from config.demo.fees import FeePlan
from config.demo.left_again import Leaver, who_left
from config.demo.load_fees import day_of, named
from config.demo.load_places import Keys
from config.demo.next_term import TO_PAY
from config.demo.records import CityPlan, EnrolmentPlan
from enrolment.domain.money import books
from enrolment.models import DrawerSession, Enrolment, Journal, OrderLine, Payment, Refund
from enrolment.services.money.books import post, reverse
from enrolment.services.money.orders import open_order
from enrolment.services.money.receipts import write_receipt
from enrolment.services.money.refunds import note_on_order

Source = Journal.Source
LATER = timedelta(minutes=10)
SHARE_LEFT = (13, 16)  # of the lessons, for the family of a learner who died in the third week
UNKNOWN_TRANSFER = 18_000
CHANGE = 20_000


class Stories:
    """Writes them, after all that was paid."""

    def __init__(
        self,
        plan: CityPlan,
        fees: list[FeePlan],
        *,
        units: Keys,
        users: dict[str, User],
        first_enrolment: int,
    ) -> None:
        self.plan, self.users, self.first = plan, users, first_enrolment
        self.units = units
        self.of_place = {place: row for row in fees for place in row.places}
        self.places = {row: n for n, row in enumerate(plan.enrolments)}

    def load(self, at: datetime) -> None:
        """Write all of them; what is not part of the phase the term is in is left out."""
        for leaver, row in who_left(self.plan):
            self._left(leaver, row)
        for row in self.plan.enrolments:
            if row.status == "withdrawn" and row.term == self.plan.current_term.code:
                self._died(row)
        self._unknown_transfer(at)
        self._open_drawer(at)
        self._slip(at)

    def _staff(self, unit: str, role: str, which: int = 0) -> User:
        found = [one for one in self.plan.staff if (one.unit, one.role) == (unit, role)]
        return self.users[found[min(which, len(found) - 1)].username]

    def _line(self, row: EnrolmentPlan) -> OrderLine:
        return OrderLine.objects.that_count().get(enrolment=self.first + self.places[row])

    def _refund(self, row: EnrolmentPlan, **more: object) -> Refund:
        line = self._line(row)
        line.seen_to_at = row.ended
        line.save(update_fields=["seen_to_at"])
        payment = line.order.payments.get()
        return Refund.objects.create(
            unit=payment.unit,
            order=line.order,
            payment=payment,
            enrolment_id=line.enrolment_id,
            line=line,
            requested_at=row.ended or row.at,
            **more,
        )

    def _left(self, leaver: Leaver, row: EnrolmentPlan) -> None:
        """The whole fee of one place, as far on its way as the story says."""
        fee = self.of_place[self.places[row]]
        ended = row.ended or row.at
        decided, sent = ended + LATER, ended + 2 * LATER
        is_sent = leaver.refund in {"pending", "succeeded", "failed"}
        came_back = leaver.refund == "failed"
        refund = self._refund(
            row,
            amount_fen=self._line(row).amount_fen,
            cause=Refund.Cause.WITHDREW,
            way=Refund.Way.CASH if came_back else leaver.way,
            state=leaver.refund,
            needs_second=leaver.refund == "requested",
            decided_at=None if leaver.refund == "requested" else decided,
            sent_at=sent if is_sent else None,
            done_at=sent + LATER if leaver.refund == "succeeded" else None,
            provider_ref=named("refund", fee) if is_sent and leaver.way == "origin" else "",
            bank_reference=f"TF{day_of(sent):%Y%m%d}0001" if leaver.way == "transfer" else "",
            failure="银行卡已注销，退款未能入账" if came_back else "",
        )
        if refund.state != Refund.State.REQUESTED:
            self._book(refund, decided, sent)

    def _book(self, refund: Refund, decided: datetime, sent: datetime) -> None:
        order, unit = refund.payment.order, refund.unit
        post(
            books.refund_decided(refund.amount_fen, out_of=books.Account.DEFERRED_INCOME),
            kind=Source.REFUND, source=refund.pk, unit=unit, order=order, at=decided,
        )  # fmt: skip
        if refund.sent_at:
            away = post(
                books.refund_sent(refund.amount_fen, books.Method(refund.payment.method)),
                kind=Source.REFUND_SENT, source=refund.pk, unit=unit, order=order, at=sent,
            )  # fmt: skip
            if refund.state == Refund.State.FAILED:
                reverse(away, kind=Source.REFUND_BACK, source=refund.pk, at=sent + LATER, by=None)
        if refund.done_at:
            write_receipt(unit=unit, refund=refund, at=refund.done_at, by=None)
        note_on_order(order)

    def _died(self, row: EnrolmentPlan) -> None:
        """The family has asked; somebody else of the office has yet to look at the paper."""
        fee = self.of_place[self.places[row]]
        lessons, of = SHARE_LEFT
        self._refund(
            row,
            amount_fen=-(-fee.amount * lessons // of),
            cause=Refund.Cause.DIED,
            way=Refund.Way.CASH,
            needs_second=True,
            asked_by=self._staff(fee.unit, "counter"),
        )

    def _unknown_transfer(self, at: datetime) -> None:
        """Fees that somebody sent by the bank without saying for whom."""
        unit = Unit.objects.get(pk=self.units[tables.CITY])
        by, came = self._staff(tables.CITY, "finance"), at - timedelta(hours=22)
        payment = Payment.objects.create(
            unit=unit, method=Payment.Method.TRANSFER, state=Payment.State.SUSPENSE,
            amount_fen=UNKNOWN_TRANSFER, day=day_of(came), at=came, taken_by=by,
            reference=f"{day_of(came):%Y%m%d}99990001", note="附言只写了“学费”，付款人：林女士",
        )  # fmt: skip
        post(
            books.came_to_nothing(UNKNOWN_TRANSFER, books.Method.TRANSFER),
            kind=Source.PAYMENT, source=payment.pk, unit=unit, by=by, at=came,
        )  # fmt: skip

    def _open_drawer(self, at: datetime) -> None:
        """One of the counters has begun its day."""
        cashier = self._staff(tables.CITY, "counter", which=1)
        unit = Unit.objects.get(pk=self.units[tables.CITY])
        campus = Campus.objects.filter(unit=unit, kind=Campus.Kind.MAIN).order_by("pk")[0]
        DrawerSession.objects.create(
            unit=unit, campus=campus, cashier=cashier, day=day_of(at), opened_at=at,
            float_fen=CHANGE,
        )  # fmt: skip

    def _slip(self, at: datetime) -> None:
        """Somebody whose place is kept has taken the pay slip home."""
        wanted = {person.no for person in self.plan.learners if person.persona in TO_PAY}
        for row in self.plan.enrolments:
            if row.learner in wanted and row.status == "offered" and row.due and row.due > at:
                place = Enrolment.objects.select_related("learner").get(
                    pk=self.first + self.places[row]
                )
                learner: Learner = place.learner
                clerk = self._staff(tables.CITY, "counter")
                asked = at_hour(day_of(row.at), time(15, 40))
                open_order(learner=learner, enrolments=[place], opened_by=clerk, at=asked)
                return
