"""The seats of a draw are written while others press, and when the job is killed."""

from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from courses.models import Term
from enrolment import services
from enrolment.models import (
    CloudSeat,
    Enrolment,
    LearnerTerm,
    Seat,
    WaitlistEntry,
    ledger,
)
from tests.enrolment.acts import press, seats_of
from tests.enrolment.test_locks import LOCK, by_hand, meanwhile
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory, TermFactory
from tests.factories.results import Drawn, Fate, draw_of, held_back
from tests.factories.times import TODAY

__all__ = ["by_hand"]  # a fixture
pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
PLACE = "SELECT seat_place_drawn(%s, %s, %s, '{}')"
DUE = TODAY.replace(day=8, hour=17)


@pytest.fixture
def city():
    """A class with two seats, two who were drawn and one who waits."""
    term = TermFactory(phase=Term.Phase.CONFIRMING)
    section = SectionFactory(term=term)
    anna, ben, cai = LearnerFactory.create_batch(3)
    lines = [Drawn(anna, [Fate(section)]), Drawn(ben, [Fate(section)])]
    draw = draw_of(term, [*lines, Drawn(cai, [held_back(section, 1)])])
    return draw, section, (anna, ben, cai)


def place(draw):
    return lambda: services.place_the_drawn(draw=draw, at=TODAY)


def nothing_is_left():
    return not any(
        model.objects.exists() for model in (Enrolment, WaitlistEntry, CloudSeat, LearnerTerm)
    )


def test_the_job_waits_for_a_learner_who_is_busy_and_then_goes_on(city, by_hand):
    draw, section, (anna, _ben, _cai) = city
    LearnerTerm.objects.create(learner=anna, term=draw.term)
    by_hand.execute(LOCK, [anna.pk, draw.term_id, True])
    with meanwhile(place(draw), by_hand) as answer:
        assert not answer.done()
        assert seats_of(section) == ["free", "free"]
        by_hand.commit()
        assert answer.result(20) == 2
    assert ledger.broken_rules(at=TODAY, offer_hours=False) == []


@pytest.mark.parametrize("has_a_row", [True, False])
def test_who_presses_meanwhile_waits_and_then_has_what_the_draw_gave(city, by_hand, has_a_row):
    draw, section, (anna, _ben, _cai) = city
    if has_a_row:
        LearnerTerm.objects.create(learner=anna, term=draw.term)
    by_hand.execute(PLACE, [draw.pk, DUE, TODAY])
    with meanwhile(lambda: press(section, anna), by_hand) as answer:
        assert not answer.done()
        by_hand.commit()
        assert answer.result(20) == "already_in"
    assert Seat.objects.filter(section=section, learner=anna).count() == 1
    assert ledger.broken_rules(at=TODAY, offer_hours=False) == []


def test_who_leaves_a_class_they_had_before_does_so_beside_the_job(city, by_hand):
    """Their seat is no free one: neither waits for the other's seats."""
    draw, section, _people = city
    other = SectionFactory(term=draw.term, weekday=4)
    dan = LearnerFactory()
    Term.objects.update(phase=Term.Phase.OPEN_ENROLMENT)
    services.hold_seat(section=other, learner=dan, actor=dan.user, key=uuid4(), at=TODAY)
    Term.objects.update(phase=Term.Phase.CONFIRMING)
    by_hand.execute(PLACE, [draw.pk, DUE, TODAY])
    mine = Enrolment.objects.select_related("section__term", "learner__user").get(learner=dan)
    claim = services.withdraw(enrolment=mine, actor=dan.user, key=uuid4(), at=TODAY)
    by_hand.commit()
    assert claim.outcome == "withdrawn"
    assert seats_of(section) == ["held", "held"]
    assert ledger.broken_rules(at=TODAY, offer_hours=False) == []


def test_of_two_jobs_at_once_the_second_finds_the_work_done(city, by_hand):
    draw, section, _people = city
    by_hand.execute(PLACE, [draw.pk, DUE, TODAY])
    with meanwhile(place(draw), by_hand) as answer:
        assert not answer.done()
        by_hand.commit()
        assert answer.result(20) == 0
    assert seats_of(section) == ["held", "held"]


def test_a_job_killed_in_the_middle_leaves_nothing_and_runs_again(city):
    draw, section, _people = city
    side = psycopg.connect(**connection.get_connection_params())
    side.execute(PLACE, [draw.pk, DUE, TODAY])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [side.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        side.commit()
    side.close()
    assert nothing_is_left()
    assert seats_of(section) == ["free", "free"]
    assert services.place_the_drawn(draw=draw, at=TODAY) == 2
    assert ledger.broken_rules(at=TODAY, offer_hours=False) == []
