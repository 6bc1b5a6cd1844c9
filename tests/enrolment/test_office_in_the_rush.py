"""What the office does while everybody presses: no answer becomes untrue, no rule breaks."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import OutboxMessage
from courses.models import Term
from enrolment import services
from enrolment.services import SeatsInUse
from tests.enrolment.acts import claim, enrolment_of, press, seats_of
from tests.enrolment.rush import all_at_once, on_own_connection, stopped_in_mid_claim
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory, TermFactory
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]


def rush_while(section, learners, office):
    """Four threads of learners press while ``office`` works; return everybody's answer.

    ``office`` is given a function that waits until so many have their answers.
    """
    answers = {}
    answered = threading.Condition()

    def everybody(side):
        for learner in side:
            answer = press(section, learner)
            with answered:
                answers[learner] = answer
                answered.notify_all()

    def after(number):
        with answered:
            assert answered.wait_for(lambda: len(answers) >= number, 60)

    sides = [on_own_connection(lambda n=n: everybody(learners[n::4])) for n in range(4)]
    assert all_at_once([*sides, on_own_connection(lambda: office(after))]) == [None] * 5
    return answers


def every_answer_is_true(section, answers):
    """Who was told of a seat had one, who was told of the line was in it, the others neither."""
    had = set(section.enrolments.filter(claims__act="claim").values_list("learner", flat=True))
    stood = set(section.waitlist.values_list("learner", flat=True))
    told = {"confirmed": set(), "waitlisted": set()}
    for learner, answer in answers.items():
        told.setdefault(answer, set()).add(learner.pk)
    assert told.pop("confirmed") == had
    assert told.pop("waitlisted") == stood
    return sorted(told)


def test_a_class_grows_and_shrinks_in_the_rush(nothing_is_broken):
    section, learners = SectionFactory(capacity=10), LearnerFactory.create_batch(60)
    staff = StaffFactory(unit=section.unit)
    sizes = []

    def office(after):
        for number, size in enumerate([14, 6, 20, 8, 3, 24, 18]):
            after(number * 7)
            try:
                seats = services.resize_section(
                    section=section, capacity=size, actor=staff, at=TODAY, reason="room"
                )
            except SeatsInUse as in_use:
                seats = in_use.seats
                assert seats > size
            sizes.append(seats)
            services.lapse_and_promote(at=TODAY)

    answers = rush_while(section, learners, office)
    services.lapse_and_promote(at=TODAY)

    assert every_answer_is_true(section, answers) == []
    section.refresh_from_db()
    assert section.capacity == sizes[-1] == len(seats_of(section))
    # Whoever sits or is offered a seat has one, and none is free while somebody waits.
    assert "free" not in seats_of(section)
    nothing_is_broken(offer_hours=True)


def test_a_class_called_off_in_the_rush_lets_everybody_go_and_tells_them(nothing_is_broken):
    section, learners = SectionFactory(capacity=20), LearnerFactory.create_batch(200)
    staff = StaffFactory(unit=section.unit)

    def office(after):
        after(30)
        services.cancel_section(section=section, actor=staff, at=TODAY, reason="teacher ill")
        services.lapse_and_promote(at=TODAY)

    answers = rush_while(section, learners, office)
    services.lapse_and_promote(at=TODAY)

    answers |= {late: press(section, late) for late in [LearnerFactory()]}
    assert every_answer_is_true(section, answers) == ["closed"]
    assert set(section.enrolments.values_list("status", flat=True)) == {"cancelled_by_school"}
    assert set(section.waitlist.values_list("state", flat=True)) == {"closed"}
    assert set(seats_of(section)) == {"free"}
    _everybody_is_told(section)
    nothing_is_broken(offer_hours=True)


def _everybody_is_told(section):
    for kind, rows in (
        ("tell_cancelled", section.enrolments),
        ("tell_line_closed", section.waitlist),
    ):
        told = OutboxMessage.objects.filter(kind=kind).values_list("object_id", flat=True)
        assert sorted(told) == sorted(str(pk) for pk in rows.values_list("pk", flat=True))


def test_a_claim_that_arrives_after_its_class_was_emptied_is_let_go_by_the_next_sweep(
    nothing_is_broken,
):
    section, learner, key = SectionFactory(), LearnerFactory(), uuid4()
    staff = StaffFactory(unit=section.unit)
    with stopped_in_mid_claim(
        lambda: claim(section, learner, key=key), section=section, learner=learner, key=key
    ) as late:
        services.cancel_section(section=section, actor=staff, at=TODAY, reason="teacher ill")
        assert services.lapse_and_promote(at=TODAY).emptied == 0
        assert late.finish().outcome == "confirmed"

    assert services.lapse_and_promote(at=TODAY).emptied == 1
    assert enrolment_of(learner, section).status == "cancelled_by_school"
    assert set(seats_of(section)) == {"free"}
    _everybody_is_told(section)
    nothing_is_broken(offer_hours=True)


def test_enrolment_ends_in_the_rush_and_nobody_is_let_in_after(nothing_is_broken):
    section, learners = SectionFactory(capacity=200), LearnerFactory.create_batch(200)

    def office(after):
        after(20)
        Term.objects.filter(pk=section.term_id).update(phase=Term.Phase.TEACHING)

    answers = rush_while(section, learners, office)

    answers |= {late: press(section, late) for late in [LearnerFactory()]}
    assert every_answer_is_true(section, answers) == ["late"]
    assert list(answers.values()).count("confirmed") >= 20
    nothing_is_broken(offer_hours=True)


def test_a_term_closed_in_mid_claim_ends_it_too(nothing_is_broken):
    """Closing waits for who is on the way, be it their first class, and then counts them."""
    term = TermFactory()
    section, learner, key = SectionFactory(term=term), LearnerFactory(), uuid4()
    after = TODAY + timedelta(days=365)
    with (
        stopped_in_mid_claim(
            lambda: claim(section, learner, key=key), section=section, learner=learner, key=key
        ) as late,
        ThreadPoolExecutor(1) as pool,
    ):
        closing_it = pool.submit(
            on_own_connection(lambda: services.close_term(term=term, at=after))
        )
        time.sleep(0.3)
        assert late.finish().outcome == "confirmed"
        ended = closing_it.result(30)

    assert ended == 1
    assert set(learner.enrolments.values_list("status", flat=True)) == {"completed"}
    nothing_is_broken(after)
