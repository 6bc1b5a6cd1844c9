"""Many at once: a morning of two hundred classes, and whole histories lived side by side.

What single histories come to is compared with a model elsewhere (``test_histories.py``). Here
the same acts meet each other on real connections: what they come to depends on who is quicker,
so the invariants say whether it was right.
"""

import random
import time
from collections import Counter
from contextlib import suppress
from datetime import time as hour
from datetime import timedelta
from functools import partial
from itertools import accumulate
from threading import Barrier
from uuid import uuid4

import pytest

from enrolment import services
from enrolment.models import Enrolment, LearnerTerm, Together, WaitlistEntry
from enrolment.services import SeatRefused, SeatsInUse
from tests.enrolment.acts import press
from tests.enrolment.rush import all_at_once, on_own_connection
from tests.enrolment.test_rush import deadlocks
from tests.factories.accounts import HelperGrantFactory, LearnerFactory, StaffFactory
from tests.factories.enrolment import CampusFactory, CourseFactory, SectionFactory, TermFactory
from tests.factories.fees import drawer_for, pay
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
SIDES = 16
ZIPF = 1.1
LIMIT = 3


# Two hundred classes, of which everybody wants the same few


def a_city(*, classes, seats, people):
    """Classes at the hours of a week, so that those of one hour clash."""
    rules = {"room_classes": LIMIT, "holds_per_learner": LIMIT}
    shared = {
        "term": TermFactory(rules__rules=rules),
        "campus": CampusFactory(),
        "course": CourseFactory(),
    }
    hours = [(day, hour(at, 30)) for day in range(1, 6) for at in (8, 10, 14, 16)]
    sections = []
    for number in range(classes):
        day, starts = hours[number % len(hours)]
        fee = 18000 * (number % 3 == 0)
        sections.append(
            SectionFactory(capacity=seats, weekday=day, starts=starts, fee_fen=fee, **shared)
        )
    return sections, LearnerFactory.create_batch(people)


def a_morning(sections, learners, *, seconds):
    """Everybody presses for what everybody wants, again and again; return what it came to."""
    weights = list(accumulate(1 / rank**ZIPF for rank in range(1, len(sections) + 1)))
    until = time.monotonic() + seconds

    def live(number):
        chance, told = random.Random(number), Counter()
        while time.monotonic() < until:
            (section,) = chance.choices(sections, cum_weights=weights)
            told[str(press(section, chance.choice(learners)))] += 1
        return told

    sides = all_at_once(
        [on_own_connection(lambda n=n: live(n)) for n in range(SIDES)], patience=seconds + 120
    )
    errors = [side for side in sides if not isinstance(side, Counter)]
    assert errors == []
    return sum(sides, Counter())


def nobody_has_too_much_and_no_seat_too_many(sections, told):
    held = Enrolment.objects.holding_a_seat()
    assert held.count() == told["held"] + told["confirmed"]
    assert WaitlistEntry.objects.waiting().count() == told["waitlisted"]
    assert max(LearnerTerm.objects.values_list("room_classes", flat=True)) == LIMIT
    for section in sections:
        assert held.filter(section=section).count() <= section.capacity


def live_a_morning(nothing_is_broken, *, seconds, **size):
    sections, learners = a_city(**size)
    before = deadlocks()
    told = a_morning(sections, learners, seconds=seconds)
    services.lapse_and_promote(at=TODAY)

    assert {"held", "confirmed", "waitlisted", "clash", "limit"} <= set(told)
    assert set(told) <= {
        *("held", "confirmed", "waitlisted"),
        *("clash", "limit", "already_in", "already_waiting"),
    }
    nobody_has_too_much_and_no_seat_too_many(sections, told)
    assert deadlocks() == before
    nothing_is_broken(offer_hours=True)
    return told


def test_a_small_morning_breaks_no_rule(nothing_is_broken):
    live_a_morning(nothing_is_broken, seconds=4, classes=40, seats=3, people=60)


@pytest.mark.deep("claims")
def test_a_minute_of_two_hundred_classes_breaks_no_rule(nothing_is_broken):
    told = live_a_morning(nothing_is_broken, seconds=60, classes=200, seats=20, people=3000)
    print(f"\n200 classes for a minute on {SIDES} connections: {told.total()} presses, "  # noqa: T201
          f"{dict(told)}, no error, no deadlock")  # fmt: skip


# Histories of several learners, lived side by side

MINUTES = (0, 0, 1, 9, 10, 60, 24 * 60)  # that pass between two parts of a day
AN_HOUR_HOLDS = 4  # acts of each before the clock moves on
TOGETHER = [Together.EACH, Together.ALL, Together.TOGETHER]


class Hours:
    """The clock of a school, the same for all: it moves on when everybody has done their part.

    Were somebody's clock ahead of another's, who was busy when a seat was offered would seem to
    have been idle, and passed over: the check of who stands ahead compares times.
    """

    def __init__(self, seed, people):
        self.at, self.chance = TODAY, random.Random(seed)
        self.everybody = Barrier(people, action=self._passes, timeout=120)

    def _passes(self):
        self.at += timedelta(minutes=self.chance.choice(MINUTES))


class Life:
    """What one person does at random, on a connection of their own."""

    def __init__(self, seed, number, hours, school):
        self.chance, (learners, sections, staff) = random.Random(seed), school
        self.me, self.partner = learners[number], learners[number ^ 1]
        self.hours, self.sections, self.staff = hours, sections, staff
        self.told, self.presses = Counter(), []

    @property
    def at(self):
        return self.hours.at

    def live(self, acts):
        """Do so many things, one after the other; return how often each came to what."""
        doings = [
            self.claim, self.claim, self.claim_several, self.come_together, self.swap, self.pay,
            self.withdraw, self.undo, self.give_up, self.accept, self.accept, self.decline,
            self.more_time, self.press_again, self.sweep, self.resize,
        ]  # fmt: skip
        try:
            for act in range(acts):
                if act % AN_HOUR_HOLDS == 0:
                    self.hours.everybody.wait()
                self.chance.choice(doings)()
        except BaseException:
            self.hours.everybody.abort()
            raise
        return self.told

    def claim(self):
        self._press(services.hold_seat, section=self._section(), learner=self.me)

    def claim_several(self):
        self._press(
            services.hold_several,
            sections=self.chance.sample(self.sections, 2),
            learners=[self.me],
            mode=self.chance.choice(TOGETHER[:2]),
        )

    def come_together(self):
        self._press(
            services.hold_several,
            sections=[self._section()],
            learners=[self.me, self.partner],
            mode=self.chance.choice(TOGETHER[1:]),
        )

    def swap(self):
        self._with_enrolment(
            services.swap_class, section=self._section(), may_wait=self.chance.random() < 0.5
        )

    def pay(self):
        self._with_enrolment(pay, actor=self.staff)

    def withdraw(self):
        self._with_enrolment(services.withdraw)

    def undo(self):
        self._with_enrolment(services.undo_withdrawal)

    def give_up(self):
        self._with_enrolment(services.yield_seat)

    def accept(self):
        self._with_entry(services.accept_offer)

    def decline(self):
        self._with_entry(services.decline_offer)

    def more_time(self):
        entries = list(self._entries().offered())
        if entries:
            more = {"about": self.chance.choice(entries), "actor": self.staff, "reason": "住院"}
            self._press(services.extend_place, **more)

    def press_again(self):
        """The same key at the same moment of life: the answer that was given."""
        if self.presses:
            again, said = self.chance.choice(self.presses)
            assert _said(again) == said

    def sweep(self):
        services.lapse_and_promote(at=self.at)

    def resize(self):
        with suppress(SeatsInUse):
            services.resize_section(
                section=self._section(), capacity=self.chance.randint(1, 4), actor=self.staff,
                at=self.at, reason="room",
            )  # fmt: skip

    def _section(self):
        return self.chance.choice(self.sections)

    def _entries(self):
        mine = WaitlistEntry.objects.of(self.me)
        return mine.select_related("section__term", "section__campus", "learner__user")

    def _with_enrolment(self, service, **more):
        mine = Enrolment.objects.of(self.me).select_related("section__term", "learner__user")
        found = list(mine.order_by("-pk")[:4])
        if found:
            self._press(service, enrolment=self.chance.choice(found), **more)

    def _with_entry(self, service):
        found = list(self._entries().order_by("-pk")[:3])
        if found:
            self._press(service, entry=self.chance.choice(found))

    def _press(self, service, **args):
        again = partial(service, **{"actor": self.me.user, "key": uuid4(), "at": self.at, **args})
        said = _said(again)
        self.told[f"{service.__name__}: {said}"] += 1
        if said in KEPT:
            self.presses.append((again, said))


KEPT = {"held", "confirmed", "waitlisted", "withdrawn", "restored", "yielded", "declined"}


def _said(act):
    try:
        answer = act()
    except SeatRefused as refused:
        return str(refused.reason)
    return "several" if isinstance(answer, list) else str(answer.outcome)


def a_school(people):
    """Five classes for so many learners, each two of whom act for each other."""
    rules = {"room_classes": LIMIT, "holds_per_learner": 2}
    term, campus = TermFactory(rules__rules=rules), CampusFactory()
    sections = [
        SectionFactory(term=term, campus=campus, weekday=day, capacity=seats, fee_fen=fee)
        for day, fee, seats in ((2, 0, 1), (2, 18000, 2), (3, 18000, 1), (4, 0, 3), (5, 0, 2))
    ]
    learners = LearnerFactory.create_batch(people)
    for number, learner in enumerate(learners):
        HelperGrantFactory(learner=learner, helper=learners[number ^ 1].user)
    staff = StaffFactory(unit=campus.unit)
    drawer_for(staff, sections[0])
    return learners, sections, staff


def live_side_by_side(nothing_is_broken, *, schools, acts, people=8):
    before, told = deadlocks(), Counter()
    for number in range(schools):
        school, hours = a_school(people), Hours(number, people)
        lives = [Life(f"{number}:{one}", one, hours, school) for one in range(people)]
        sides = all_at_once(
            [on_own_connection(lambda life=life: life.live(acts)) for life in lives]
        )
        assert [side for side in sides if not isinstance(side, Counter)] == []
        told += sum(sides, Counter())
        for _round in range(2):  # the second finds what the first could not lock
            services.lapse_and_promote(at=hours.at)
        nothing_is_broken(hours.at)
    assert deadlocks() == before
    return told


def test_histories_lived_side_by_side_break_no_rule(nothing_is_broken):
    told = live_side_by_side(nothing_is_broken, schools=5, acts=60)
    assert {
        "hold_seat: held", "hold_seat: confirmed", "hold_seat: waitlisted",
        "hold_several: several", "withdraw: withdrawn", "undo_withdrawal: restored",
        "yield_seat: yielded", "accept_offer: confirmed", "decline_offer: declined",
    } <= set(told)  # fmt: skip


@pytest.mark.deep("claims")
def test_thirty_schools_lived_side_by_side_break_no_rule(nothing_is_broken):
    told = live_side_by_side(nothing_is_broken, schools=30, acts=100)
    print(f"\n30 schools of 8 learners side by side: {told.total()} presses, "  # noqa: T201
          f"no error, no deadlock, no rule broken")  # fmt: skip
