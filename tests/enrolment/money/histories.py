"""What may happen in a history of fees: one rule for each act, done on both sides."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from enrolment import services
from enrolment.models import DrawerSession, Enrolment, InboundEvent, WaitlistEntry
from enrolment.payments import ProviderFailed
from enrolment.services import SeatRefused, money
from enrolment.services.money import sending
from enrolment.services.money.drawers import expected_in
from enrolment.services.money.paying_out import give_cash, note_transferred
from enrolment.services.money.special import approve, say_no
from tests.enrolment.money import model
from tests.enrolment.money.at_the_counter import Counter, picks
from tests.enrolment.money.both_sides import CLASSES, outcome, unless_refused
from tests.factories.fees import order_for

LEARNERS = 3
BACK = "http://testserver/back/"
MINUTES = (1, 2, 10, 60, 8 * 60, 20 * 60)

people = st.integers(0, LEARNERS - 1)
classes = st.integers(0, len(CLASSES) - 1)


class Histories(Counter):
    """One history, lived on both sides."""

    # Places

    @rule(who=people, where=classes)
    def claim(self, who, where):
        if self.office.sections[where].status.get(who) not in (None, "offered", "confirmed"):
            return  # who comes back for the same class is another story
        learner = self.world.learners[who]
        expected = self.office.claim(who, where, self.at)
        try:
            claim = services.hold_seat(
                section=self.world.sections[where], learner=learner, actor=learner.user,
                key=uuid4(), at=self.at,
            )  # fmt: skip
            answer = str(claim.outcome)
        except SeatRefused as refused:
            answer = str(refused.reason)
        assert answer == expected
        self._compare()

    @rule(pick=picks)
    def withdraw(self, pick):
        self._about_a_place(services.withdraw, self.office.withdraw, pick)

    @rule(pick=picks)
    def undo(self, pick):
        self._about_a_place(services.undo_withdrawal, self.office.undo, pick)

    @precondition(lambda self: self._offered())
    @rule(pick=picks)
    def accept(self, pick):
        who, where = self._offered()[pick % len(self._offered())]
        expected = self.office.accept(who, where, self.at)
        entry = WaitlistEntry.objects.select_related("section__term").filter(
            section=self.world.sections[where], learner=self.world.learners[who]
        ).latest("pk")  # fmt: skip
        actor = self.world.learners[who].user
        assert outcome(partial(services.accept_offer, entry=entry, actor=actor), self.at) == (
            expected
        )
        self._compare()

    def _offered(self):
        return [
            (who, where)
            for where, section in enumerate(self.office.sections)
            for who, entry in section.line.items()
            if entry.state == "offered"
        ]

    def _about_a_place(self, service, expected, pick):
        places = [
            (who, where)
            for where, section in enumerate(self.office.sections)
            for who in section.status
        ]
        if places:
            self._press_about(service, expected, *places[pick % len(places)])

    def _press_about(self, service, expected, who, where):
        press = partial(
            service, enrolment=self._place(who, where), actor=self.world.learners[who].user
        )
        answer = expected(who, where, self.at)
        assert outcome(press, self.at) == answer
        self.world.seen[answer] += 1
        self._compare()

    def _place(self, who, where) -> Enrolment:
        return (
            Enrolment.objects.select_related("section__term", "section__unit", "learner")
            .filter(section=self.world.sections[where], learner=self.world.learners[who])
            .latest("pk")
        )

    # Orders and pages

    @initialize(where=classes, pages=st.booleans())
    def somebody_has_come(self, where, pages):
        """Histories begin with a drawer, and two whose places wait for money, maybe on a page."""
        self.open_or_count_the_drawer(off=0)
        for who, place in ((0, where), (1, 1)):
            self.claim(who, place)
            self.come_to_pay(who, place)
        for order in self.office.orders if pages else ():
            self._go_to_the_page(order, lose=False)

    @rule(who=people, where=classes, lose=st.booleans())
    def take_a_place_and_pay(self, who, where, lose):
        self.claim(who, where)
        self.come_to_pay(who, where)
        orders = [one for one in self.office.orders if (one.who, one.where) == (who, where)]
        if orders:
            self._go_to_the_page(orders[-1], lose)

    @rule(who=people, where=classes)
    def come_to_pay(self, who, where):
        if who not in self.office.sections[where].status:
            return
        expected = unless_refused(self.office.open_order, who, where, self.at)
        found = self._ours(lambda: order_for(self._place(who, where), at=self.at))
        assert (found is None) == (expected is None), (found, expected)
        if expected is not None:
            self.keys[id(expected)] = found.pk
        self._compare()

    @precondition(lambda self: self.office.orders)
    @rule(pick=picks, lose=st.booleans())
    def go_to_the_page(self, pick, lose):
        self._go_to_the_page(self._order(pick), lose)

    def _go_to_the_page(self, order, lose):
        self.provider.lose = lose
        before = len(order.pages)
        page = unless_refused(self.office.begin, order, self.at)
        found = self._ours(
            lambda: money.begin_attempt(
                order=self._row(order), return_url=BACK, language="zh-hans", at=self.at
            )
        )
        self.provider.lose = False
        assert (found is None) == (page is None)
        assert len(order.pages) == self._row(order).attempts.count() >= before
        self._compare()

    @precondition(lambda self: self._pages("open"))
    @rule(pick=picks, later=st.booleans(), short=st.integers(0, 5))
    def pay_on_the_page(self, pick, later, short):
        """Somebody pays on a page they have open, whatever has become of the order since."""
        _order, page, session = self._pages("open")[pick % len(self._pages("open"))]
        if page.expires <= self.at:
            return
        amount = page.amount - 1 if short == 0 else page.amount
        later = later and self.provider.can_wait
        self.provider.pay(session, amount=amount, later=later)
        page.there, page.amount = ("coming" if later else "arrived"), amount
        self.world.seen["paid later" if later else "paid on a page"] += 1

    @precondition(lambda self: self._pages("open"))
    @rule(pick=picks, heard=st.booleans())
    def pay_and_leave(self, pick, heard):
        """Somebody pays and gives the place up, before we hear of the money or after."""
        order, page, session = self._pages("open")[pick % len(self._pages("open"))]
        if page.expires <= self.at or not self.office.is_theirs(order):
            return
        self.provider.pay(session, amount=page.amount, later=False)
        page.there = "arrived"
        if heard:
            self._look_at(order, page)
        self._press_about(services.withdraw, self.office.withdraw, order.who, order.where)

    @precondition(lambda self: self._pages("coming"))
    @rule(pick=picks, arrives=st.booleans())
    def money_arrives_or_not(self, pick, arrives):
        _order, page, session = self._pages("coming")[pick % len(self._pages("coming"))]
        self.provider.decide(session, arrives=arrives)
        page.there = "arrived" if arrives else "failed"

    @precondition(lambda self: self.provider.events)
    @rule(pick=picks)
    def a_notification_comes(self, pick):
        """Any of all that were ever sent: late, again, before an earlier one."""
        self._deliver(self.provider.events[pick % len(self.provider.events)])
        self._compare()

    def _deliver(self, event):
        money.take_event(event, provider="stripe", at=self.at)
        row = InboundEvent.objects.get(provider="stripe", event=event.id)
        is_new = row.processed_at is None
        try:
            money.read_event(event_id=row.pk, at=self.at)
        except ProviderFailed:
            assert self.office.is_away
            if event not in [one for _came, one in self.unread]:
                self.unread.append((self.at, event))
            return
        self.unread = [(came, one) for came, one in self.unread if one != event]
        if is_new:
            self._do_about(event)

    def _do_about(self, event):
        """What the model makes of a notification."""
        for order, page, session in self._pages():
            if session == event.object_id:
                unless_refused(self.office.look, order, page, self.at)
        for back in self.office.backs():
            if self._name_there(back) == event.object_id:
                unless_refused(self.office.ask, back, self.at)

    @precondition(lambda self: self._pages())
    @rule(pick=picks)
    def come_back_from_the_page(self, pick):
        order, page, _session = self._pages()[pick % len(self._pages())]
        self._look_at(order, page)

    def _look_at(self, order, page):
        attempt = self._attempt(order, page)
        expected = unless_refused(self.office.look, order, page, self.at, worked=True)
        try:
            money.look_again(attempt=attempt, at=self.at)
        except ProviderFailed:
            assert expected is None
        self._compare()

    # Refunds

    @precondition(lambda self: self.office.backs())
    @rule(pick=picks)
    def send_a_refund(self, pick):
        back = self._back(pick)
        if back.way == "origin" and back.state == "approved":
            unless_refused(self.office.send, back, self.at)
        try:
            sending.send_refund(refund_id=self._refund(back).pk, at=self.at)
        except ProviderFailed:
            assert self.office.is_away
        self._compare()

    @precondition(lambda self: self.provider.refunds)
    @rule(pick=picks, outcome=st.sampled_from(["succeeded", "failed"]))
    def a_refund_ends(self, pick, outcome):
        """The provider delivers it, or cannot: also one it said had arrived."""
        back = self._back(pick)
        name = self._name_there(back)
        if not name or back.there in {"failed", outcome}:
            return
        self.provider.end_refund(name, outcome)
        back.there = outcome

    @precondition(lambda self: self.office.backs())
    @rule(pick=picks, agreed=st.booleans())
    def a_second_person_decides(self, pick, agreed):
        back = self._back(pick)
        waits = back.state == "requested"
        self.office.decide(back, self.at, agreed=agreed)
        refund, other = self._refund(back), self.world.other
        if agreed:
            approve(refund=refund, by=other, at=self.at)
        else:
            say_no(refund=refund, by=other, words="没有这笔钱", at=self.at)
        self.world.seen["decided by two"] += waits
        self._compare()

    @precondition(lambda self: self.office.backs())
    @rule(pick=picks, way=st.sampled_from(["cash", "transfer"]), by_taker=st.booleans())
    def pay_a_refund_out(self, pick, way, by_taker):
        back = self._back(pick)
        refund = self._refund(back)
        drawer = DrawerSession.objects.of_cashier(self.world.cashier)
        lies = expected_in(drawer) if drawer else 0
        expected = unless_refused(
            partial(self.office.pay_out, lies_there=lies, by_taker=by_taker), back, way,
            worked=True,
        )  # fmt: skip
        by = self.world.cashier if by_taker else self.world.other
        press = {
            "cash": partial(give_cash, to="本人"),
            "transfer": partial(note_transferred, to="本人", reference="B1"),
        }[way]
        done = self._ours(lambda: press(refund=refund, by=by, at=self.at))
        assert (done is None) == (expected is None)
        self._compare()

    # Time, and the rounds

    @rule(minutes=st.sampled_from(MINUTES))
    def wait(self, minutes):
        self._wait_until(self.at + timedelta(minutes=minutes))

    def _wait_until(self, moment):
        self.at = self.provider.at = moment

    @rule(away=st.sampled_from([False, False, True]), slow=st.booleans())
    def the_provider_is_another_today(self, away, slow):
        self.provider.away = self.office.is_away = away
        slow = slow and self.provider.can_wait
        self.provider.slow_refunds = self.office.slow_refunds = slow

    @rule()
    def rounds(self):
        """The round of payments and refunds, and that of places."""
        if not self.office.is_away:
            for came, event in list(self.unread):
                if came <= self.at - model.A_MINUTE:
                    self.unread.remove((came, event))
                    self._do_about(event)
        self.office.sweep_payments(self.at)
        money.sweep_payments(at=self.at)
        self._compare()
        self.office.sweep(self.at)
        services.lapse_and_promote(at=self.at)
        self._compare()

    def _become_quiet(self):
        """Everybody answers, all money arrives, every notification is delivered; days pass."""
        self.provider.away = self.office.is_away = False
        self.provider.slow_refunds = self.office.slow_refunds = False
        for _order, page, session in self._pages("coming"):
            self.provider.decide(session, arrives=True)
            page.there = "arrived"
        for back in self.office.backs():
            if back.there == "pending":
                self.provider.end_refund(self._name_there(back), "succeeded")
                back.there = "succeeded"
        for event in list(self.provider.events):
            self._deliver(event)
        for hours in (1, 30, 100):
            self._wait_until(self.at + timedelta(hours=hours))
            self.rounds()
        self._check_quiet()
