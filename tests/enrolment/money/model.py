"""What fees do, said a second time: plain Python, no database, no provider, nothing in parallel.

``test_histories.py`` lives the same histories in both. Seats and lines are those of
``tests/enrolment/model.py``; here stands what money does with them. Of each order the model knows
what is owed, which pages were opened, what came and what goes back.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count

from tests.enrolment import model
from tests.enrolment.model import Entry, School, Section, end_of_working_day
from tests.enrolment.money.remembered import UNDERWAY, Back, Money, Order, Page, Refused

SHORTEST = timedelta(minutes=31)
LONGEST = timedelta(hours=23, minutes=55)
PAGE_GRACE, ON_ITS_WAY, LOOKED_AT = timedelta(minutes=5), timedelta(hours=24), timedelta(days=3)
A_MINUTE, TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)
LIES = {"online": "clearing", "cash": "in hand", "pos": "pos", "transfer": "in hand"}
OPEN, PAID = ("held", "paying"), ("paid", "refunded")


class Office(School):
    """A school that takes fees: its orders, its drawer, and a provider that may be away."""

    def __init__(self, sections: list[Section], fee: int) -> None:
        super().__init__(sections)
        self.fee = fee
        self.orders: list[Order] = []
        self.numbers = count(1)
        self.is_away = False
        self.slow_refunds = False
        self.drawer: int | None = None  # number of the open one
        self.drawers = 0

    # Orders

    def open_order(self, who: int, where: int, at: datetime) -> Order:
        section = self.sections[where]
        seat = section.seat_of(who)
        if section.status.get(who) != "offered" or seat.due <= at:
            raise Refused
        standing = self._standing(section.number[who])
        if standing is not None:
            if standing.state not in OPEN:
                raise Refused
            standing.until = seat.due
            return standing
        order = Order(who, where, section.number[who], self.fee, seat.due)
        self.orders.append(order)
        return order

    def _standing(self, place: int) -> Order | None:
        return next((one for one in self.orders if one.place == place and one.counts), None)

    def is_theirs(self, order: Order) -> bool:
        """Whether the place it is for is the latest of that person there."""
        return self.sections[order.where].number.get(order.who) == order.place

    def status_of(self, order: Order) -> str:
        """The status of the place an order is for, while it is the latest of that person."""
        section = self.sections[order.where]
        return section.status[order.who] if self.is_theirs(order) else "gone"

    # Pages of payment

    def begin(self, order: Order, at: datetime) -> Page:
        for _round in range(3):
            due = self._kept_until(order, at)
            page = order.underway() or self._new_page(order, due, at)
            if self.is_away:
                raise Refused
            if not page.there:
                page.there = "open"
            self.settle(order, page, at)
            if page.state == "open":
                return page
            if page.state == "processing":
                raise Refused
        raise Refused

    def _kept_until(self, order: Order, at: datetime) -> datetime:
        due = self.sections[order.where].seat_of(order.who).due
        if order.state not in OPEN or self.status_of(order) != "offered" or due <= at:
            raise Refused
        order.until = due
        return due

    def _new_page(self, order: Order, due: datetime, at: datetime) -> Page:
        until = min(due, at + LONGEST)
        if until - at < SHORTEST:
            raise Refused
        page = Page(at, until, next(self.numbers), amount=order.amount)
        order.pages.append(page)
        return page

    def look(self, order: Order, page: Page, at: datetime) -> None:
        if self.is_away:
            raise Refused
        if page.there:
            self.settle(order, page, at)
        elif page.state == "created":
            page.state = "failed"

    def end_pages(self, order: Order, at: datetime) -> None:
        page = order.underway()
        if page is None:
            return
        if self.is_away:
            raise Refused
        if page.there == "open":
            page.there = "expired"
        self.look(order, page, at)
        if order.underway():
            raise Refused

    def settle(self, order: Order, page: Page, at: datetime) -> None:
        """What the provider's current word does."""
        if page.there == "open" and page.expires <= at:
            page.there = "expired"
        if page.there == "arrived":
            if page.state != "paid":
                page.state = "paid"
                self.take(order, Money("online", page.amount, at, page=page), at)
        elif page.state not in UNDERWAY:
            return
        elif page.there in ("expired", "failed"):
            page.state = page.there
            if order.state == "paying":
                order.state = "held"
        else:
            page.state = "processing" if page.there == "coming" else "open"
            if order.state in OPEN:
                order.state = "paying"

    # Money

    def take(self, order: Order, money: Money, at: datetime) -> None:
        """Place money that is there."""
        order.money.append(money)
        if money.amount != order.amount:
            money.state = "suspense"
            if order.state not in PAID:
                order.state = "review"
        elif order.state in PAID or order.state == "review":
            money.state = "suspense"
            self._owe_back(order, money, at)
        elif self._take_place(order, at):
            order.state, order.counts = "paid", True
        else:
            money.state = "suspense"
            order.state, order.counts = "late", False
            self._owe_back(order, money, at)

    def _take_place(self, order: Order, at: datetime) -> bool:
        section = self.sections[order.where]
        other = self._standing(order.place)
        if other is not None and other is not order:
            return False
        status = self.status_of(order)
        if status == "offered":
            seat = section.seat_of(order.who)
        elif status == "lapsed":
            seat = None if self._in_the_way(order.who, section) else self._free_for_all(section)
            if seat is None:
                self._put_first(order.who, section)
        else:
            return False
        if seat is None:
            return False
        seat.learner, seat.state, seat.due = order.who, "taken", None
        section.status[order.who] = "confirmed"
        return True

    def _put_first(self, who: int, section: Section) -> None:
        entry = section.line.get(who)
        if entry is None or entry.state not in ("waiting", "offered"):
            first = min([1, *(one.ticket for one in section.line.values())]) - 1
            section.line[who] = Entry(first)

    def _owe_back(self, order: Order, money: Money, at: datetime) -> None:
        way = {"online": "origin", "transfer": "transfer"}.get(money.method, "cash")
        state = "requested" if money.is_typed and money.state == "suspense" else "approved"
        order.backs.append(Back(money, order, money.amount, at, state=state, way=way))

    @staticmethod
    def decide(back: Back, at: datetime, *, agreed: bool) -> None:
        """A second person says yes or no; only to what somebody typed in and that paid nothing."""
        if back.state == "requested":
            back.state, back.decided = "approved" if agreed else "refused", at

    def at_counter(self, order: Order, money: Money, at: datetime) -> None:
        self.end_pages(order, at)
        if money.method == "cash":
            if order.state not in OPEN or self.drawer is None:
                raise Refused
            money.drawer = self.drawer
            if self.status_of(order) not in ("offered", "lapsed") or not self._has_room(order):
                raise Refused
        self.take(order, money, at)

    def _has_room(self, order: Order) -> bool:
        section = self.sections[order.where]
        if self.status_of(order) == "offered":
            return True
        free = self._free_for_all(section)
        return not self._in_the_way(order.who, section) and free is not None

    def void(self, order: Order, money: Money, at: datetime) -> None:
        if money.state == "suspense":
            self._void_apart(order, money, at)
        else:
            self._void_kept(order, money, at)

    def _void_apart(self, order: Order, money: Money, at: datetime) -> None:
        """What was typed in and pays nothing: the order goes on as if it had never come."""
        backs = [back for back in order.backs if back.money is money and back.state != "refused"]
        if any(back.state != "requested" for back in backs):
            raise Refused
        for back in backs:
            back.state = "refused"
        money.state = "voided"
        if order.state == "late" and all(one.state == "voided" for one in order.money):
            order.state = "expired"
        if order.state == "review" and not any(self._waits(order, one) for one in order.money):
            seat = self.sections[order.where].seat_of(order.who)
            if order.counts and self.status_of(order) == "offered" and seat.due > at:
                order.state = "held"
            else:
                order.state, order.counts = "expired", False

    @staticmethod
    def _waits(order: Order, money: Money) -> bool:
        """Whether money is kept apart, and no refund speaks for it."""
        spoken_for = any(it.money is money and it.state != "refused" for it in order.backs)
        return money.state == "suspense" and not spoken_for

    def _void_kept(self, order: Order, money: Money, at: datetime) -> None:
        section = self.sections[order.where]
        counted = money.method == "cash" and money.drawer != self.drawer
        if (
            money.state != "kept"
            or money.method == "online"
            or money.at.date() != at.date()
            or counted
            or any(back.money is money for back in order.backs)
            or self.status_of(order) != "confirmed"
        ):
            raise Refused
        seat = section.seat_of(order.who)
        order.until = max(order.until, end_of_working_day(at, days=1))
        seat.state, seat.due, section.status[order.who] = "held", order.until, "offered"
        money.state, order.state = "voided", "held"

    # The rounds of every minute

    def sweep_payments(self, at: datetime) -> None:
        """Unanswered pages, pages that ran out, money on its way, places that went, refunds."""
        for order, page in self._underway():
            if page.state == "created" and page.created < at - A_MINUTE:
                self._quietly(self.look, order, page, at)
        by_time = sorted(self._underway(), key=lambda it: (it[1].expires, it[1].no))
        for order, page in by_time:
            over = page.expires <= at or order.until <= at
            if over and page.state in ("created", "open"):
                self._quietly(self.end_pages, order, at)
        for order, page in self._underway():
            if page.state == "processing":
                self._quietly(self.look, order, page, at)
        for order in self.orders:
            if order.state in OPEN and self.status_of(order) != "offered":
                self._quietly(self._close, order, at)
        self._sweep_refunds(at)

    def _underway(self) -> list[tuple[Order, Page]]:
        """What is underway, in the order in which it was begun."""
        found = [(order, page) for order in self.orders if (page := order.underway())]
        return sorted(found, key=lambda it: it[1].no)

    def _close(self, order: Order, at: datetime) -> None:
        self.end_pages(order, at)
        if order.state in OPEN and self.status_of(order) != "offered":
            order.state = "expired" if self.status_of(order) == "lapsed" else "cancelled"
            order.counts = False

    @staticmethod
    def _quietly(act, *what) -> None:
        with suppress(Refused):
            act(*what)

    def sweep(self, at: datetime) -> None:
        """Let what fell due go, but for places whose money may still come."""
        waiting = []
        for order in self.orders:
            seat = self.sections[order.where].seat_of(order.who)
            if self.is_theirs(order) and self._waits_for_money(order, seat, at):
                waiting.append((seat, seat.due))
                seat.due = None
        super().sweep(at)
        for seat, due in waiting:
            seat.due = due

    @staticmethod
    def _waits_for_money(order: Order, seat: model.Seat, at: datetime) -> bool:
        if seat.state != "held" or not order.counts:
            return False
        page = order.underway()
        if page and page.state == "processing":
            return at < seat.due + ON_ITS_WAY
        if page:
            return at < page.expires + PAGE_GRACE
        return order.state == "review" and at < seat.due + LOOKED_AT

    def _sweep_refunds(self, at: datetime) -> None:
        """Work out what ended, send what was decided, ask about what is on its way."""
        for order in self.orders:
            if order.state in PAID and not order.seen_to and self._has_left(order, at):
                order.seen_to, order.state = True, "refunded"
                money = next(one for one in order.money if one.state == "kept")
                self._owe_back(order, money, at)
        for back in self.backs():
            if back.way == "origin" and back.state == "approved" and back.decided <= at - A_MINUTE:
                self._quietly(self.send, back, at)
        for back in self.backs():
            if back.state == "pending" and (at - back.sent) % TEN_MINUTES < A_MINUTE:
                self._quietly(self.ask, back, at)

    def _has_left(self, order: Order, at: datetime) -> bool:
        seat = self.sections[order.where].seat_of(order.who)
        is_over = seat.state != "leaving" or seat.due <= at
        return self.status_of(order) == "withdrawn" and is_over

    def backs(self) -> list[Back]:
        return [back for order in self.orders for back in order.backs]

    def send(self, back: Back, at: datetime) -> None:
        if self.is_away:
            raise Refused
        back.there = back.there or ("pending" if self.slow_refunds else "succeeded")
        self.ask(back, at)

    def ask(self, back: Back, at: datetime) -> None:
        """What the provider says of a refund; one it could not deliver is the counter's."""
        if self.is_away:
            raise Refused
        if back.way != "origin":
            return
        back.sent = back.sent or at
        back.state = back.there
        if back.there == "failed":
            back.way = "cash"

    def pay_out(self, back: Back, way: str, *, lies_there: int, by_taker: bool) -> None:
        """Give it in cash, or transfer it; a second time nothing is given.

        Who typed its money in does not; a colleague has no drawer here.
        """
        if back.state == "succeeded":
            return
        if (by_taker and back.money.is_typed) or (way == "cash" and not by_taker):
            raise Refused
        if back.state not in ("approved", "failed") or back.way == "origin":
            raise Refused
        if way == "cash" and (self.drawer is None or lies_there < back.amount):
            raise Refused
        back.state, back.way = "succeeded", way

    # What the books come to

    def balances(self) -> dict[str, int]:
        """Each account; what lies in drawers and at the bank, or was miscounted, is one sum."""
        sums: dict[str, int] = {}

        def add(account: str, fen: int) -> None:
            sums[account] = sums.get(account, 0) + fen

        for order in self.orders:
            if order.counts:
                add("deferred_income", -order.amount)
                add("receivable", order.amount if order.state not in PAID else 0)
            for money in order.money:
                if money.state != "voided":
                    add(LIES[money.method], money.amount)
                if money.state == "suspense":
                    add("suspense", -money.amount)
        for back in self.backs():
            if back.state in ("requested", "refused"):
                continue
            out_of = "suspense" if back.money.state == "suspense" else "deferred_income"
            add(out_of, back.amount)
            if back.is_booked_out:
                add(LIES["online" if back.way == "origin" else back.way], -back.amount)
            else:
                add("refunds_payable", -back.amount)
        return {account: fen for account, fen in sums.items() if fen}
