"""The rush: everybody at once for the last seat, over real HTTP and on real connections."""

import random
import threading
from contextlib import suppress
from datetime import time
from functools import partial
from time import monotonic, sleep
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction
from django.urls import reverse

from accounts import clock
from enrolment import services
from enrolment.models import Claim, Enrolment, Seat, Together, WaitlistEntry, ledger
from enrolment.services import SeatRefused
from tests.enrolment.rush import all_at_once, new_key, on_own_connection, serving, sign_in
from tests.factories.accounts import HelperGrantFactory, LearnerFactory
from tests.factories.enrolment import SectionFactory, TermFactory
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
PEOPLE = 32


@pytest.fixture
def last_seat():
    """One seat, and everybody who wants it."""
    clock.set_to(TODAY)
    return SectionFactory(capacity=1), LearnerFactory.create_batch(PEOPLE)


def everybody_presses(port, section, learners, keys=None):
    address = reverse("enrolment:hold-seat", args=[section.pk])
    visitors = [sign_in(learner.user, port) for learner in learners]
    keys = keys or [new_key() for _visitor in visitors]
    return all_at_once(
        [
            lambda visitor=visitor, key=key: visitor.post(address, press=key, expects="seat")
            for visitor, key in zip(visitors, keys, strict=True)
        ]
    )


def test_the_last_seat_over_http_is_given_once_and_all_others_wait_in_order(
    last_seat, nothing_is_broken
):
    section, learners = last_seat
    with serving() as port:
        answers = everybody_presses(port, section, learners)

    assert {status for status, _where in answers} == {302}
    winner = Enrolment.objects.get()
    in_line = list(WaitlistEntry.objects.in_order())
    assert len(in_line) == PEOPLE - 1
    assert sorted(where for _status, where in answers) == sorted(
        [reverse("enrolment:show-enrolment", args=[winner.pk])]
        + [reverse("enrolment:show-entry", args=[entry.pk]) for entry in in_line]
    )
    assert len({entry.ticket for entry in in_line}) == PEOPLE - 1
    assert [
        ledger.places_in_line(learner=entry.learner, at=TODAY)[entry.pk][0] for entry in in_line
    ] == list(range(1, PEOPLE))
    nothing_is_broken()


def test_control_reading_first_and_writing_then_oversells(last_seat):
    section, learners = last_seat
    with serving("tests.enrolment.naive:application", role="owner") as port:
        answers = everybody_presses(port, section, learners)

    assert {status for status, _where in answers} == {302}
    assert Enrolment.objects.count() > section.capacity


def test_one_key_from_everywhere_is_one_seat_and_one_answer(nothing_is_broken):
    clock.set_to(TODAY)
    section, learner = SectionFactory(capacity=PEOPLE), LearnerFactory()
    with serving() as port:
        answers = everybody_presses(port, section, [learner] * PEOPLE, [new_key()] * PEOPLE)

    assert len(set(answers)) == 1
    assert answers[0][0] == 302
    assert (Enrolment.objects.count(), Claim.objects.count()) == (1, 1)
    nothing_is_broken()


def deadlocks():
    sleep(0.5)  # a connection hands in its counts as it ends
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def test_claims_withdrawals_offers_and_sweeps_at_once_break_no_rule(nothing_is_broken):
    """Ninety people, three classes of ten seats that meet at two different hours, two sweepers."""
    term = TermFactory()
    sections = [
        SectionFactory(term=term, capacity=10),
        SectionFactory(term=term, capacity=10),
        SectionFactory(term=term, capacity=10, weekday=4),
    ]
    learners = LearnerFactory.create_batch(90)
    before = deadlocks()
    finished = threading.Event()

    def live(number):
        chance = random.Random(number)
        for learner in learners[number::9]:
            for section in chance.sample(sections, 3):
                _do(services.hold_seat, section=section, learner=learner, actor=learner.user)
            for enrolment in _mine(learner):
                if chance.random() < 0.5:
                    _do(services.withdraw, enrolment=enrolment, actor=learner.user)
                    _do(services.yield_seat, enrolment=enrolment, actor=learner.user)
            for entry in _offers(learner):
                answer = services.accept_offer if chance.random() < 0.7 else services.decline_offer
                _do(answer, entry=entry, actor=learner.user)

    def sweep():
        while not finished.wait(0.01):
            services.lapse_and_promote(at=TODAY)

    sweepers = [threading.Thread(target=on_own_connection(sweep)) for _one in range(2)]
    for sweeper in sweepers:
        sweeper.start()
    answers = all_at_once([on_own_connection(lambda n=n: live(n)) for n in range(9)])
    finished.set()
    for sweeper in sweepers:
        sweeper.join(60)

    assert answers == [None] * 9
    services.lapse_and_promote(at=TODAY)
    assert deadlocks() == before
    assert Enrolment.objects.holding_a_seat().count() <= 30
    nothing_is_broken(offer_hours=True)


def test_baskets_and_swaps_in_every_direction_lock_nobody_out(nothing_is_broken):
    """Claims.md, test 4: baskets in random order, couples, swaps and withdrawals, 16 at a time."""
    term = TermFactory(rules__rules={"room_classes": 4, "holds_per_learner": 4})
    sections = [
        SectionFactory(term=term, capacity=8, weekday=day, starts=time(hour, 30))
        for day in range(1, 6)
        for hour in (8, 14)
    ]
    learners = LearnerFactory.create_batch(64)
    couples = list(zip(learners[::2], learners[1::2], strict=True))
    for anna, ben in couples:
        HelperGrantFactory(learner=ben, helper=anna.user)
    before = deadlocks()

    def live(number):
        chance = random.Random(number)
        for _round in range(3):
            for anna, ben in couples[number % 8 :: 8]:
                _do(
                    services.hold_several,
                    sections=chance.sample(sections, 3),
                    learners=[chance.choice([anna, ben])],
                    mode=chance.choice([Together.EACH, Together.ALL]),
                    actor=anna.user,
                )
                _do(
                    services.hold_several,
                    sections=[chance.choice(sections)],
                    learners=chance.sample([anna, ben], 2),
                    mode=Together.TOGETHER,
                    actor=anna.user,
                )
                for enrolment in _mine(anna)[:2]:
                    service = chance.choice(
                        [_swap_for(chance.choice(sections)), services.withdraw]
                    )
                    _do(service, enrolment=enrolment, actor=anna.user)
            services.lapse_and_promote(at=TODAY)

    # Two threads for each couple: the same learners, from both sides at once.
    answers = all_at_once([on_own_connection(lambda n=n: live(n)) for n in range(16)])

    assert answers == [None] * 16
    services.lapse_and_promote(at=TODAY)
    assert deadlocks() == before
    outcomes = set(Claim.objects.values_list("act", "outcome"))
    assert {("swap", "confirmed"), ("basket", "answered"), ("basket", "refused")} <= outcomes
    assert WaitlistEntry.objects.exclude(together=None).exists()
    nothing_is_broken(offer_hours=True)


def test_control_two_rows_in_two_orders_lock_each_other_out():
    """What the order of locks is for: without it the database ends one of the two."""
    one, other = SectionFactory.create_batch(2)
    before = deadlocks()
    met = threading.Barrier(2)

    def lock(first, second):
        with transaction.atomic():
            _lock(first)
            met.wait(30)
            _lock(second)

    answers = all_at_once(
        [on_own_connection(lambda: lock(one, other)), on_own_connection(lambda: lock(other, one))]
    )

    assert sum(isinstance(answer, OperationalError) for answer in answers) == 1
    until = monotonic() + 10
    while deadlocks() == before and monotonic() < until:
        sleep(0.1)
    assert deadlocks() == before + 1


def _lock(section):
    Seat.objects.filter(section=section, no=1).select_for_update().get()


def _swap_for(section):
    return partial(services.swap_class, section=section, may_wait=True)


def _do(service, **args):
    with suppress(SeatRefused):
        service(key=uuid4(), at=TODAY, **args)


def _mine(learner):
    found = Enrolment.objects.holding_a_seat().filter(learner=learner)
    return list(found.select_related("section__term", "learner"))


def _offers(learner):
    found = WaitlistEntry.objects.offered().filter(learner=learner)
    return list(found.select_related("section__term", "learner"))


def test_a_stranger_in_the_rush_is_still_a_stranger(nothing_is_broken):
    section, (anna, ben) = SectionFactory(), LearnerFactory.create_batch(2)

    def steal():
        with pytest.raises(PermissionDenied):
            services.hold_seat(
                section=section, learner=anna, actor=ben.user, key=uuid4(), at=TODAY
            )

    assert all_at_once([on_own_connection(steal)] * 8) == [None] * 8
    assert Claim.objects.count() == 0
    nothing_is_broken()
