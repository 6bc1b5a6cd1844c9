"""A list is closed while people press: what came first counts, and nothing falls in between."""

import pytest

from enrolment import queries, services
from enrolment.domain.wishes import FormProblem
from enrolment.models import Application, Channel, Roster
from tests.enrolment.test_locks import by_hand, meanwhile
from tests.factories.applications import apply, classes_of, fill_in, learner_of_age
from tests.factories.draws import DRAWN_AT, FROZEN_AT, day_of_the_draw, registrar, term_to_draw
from tests.factories.times import TODAY

__all__ = ["by_hand"]  # a fixture
pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
WITHDRAW = "UPDATE enrolment_application SET state = 'withdrawn', withdrawn_at = %s WHERE id = %s"
CLOSE = """
INSERT INTO enrolment_roster
    (term_id, version, frozen_at, frozen_by_id, sha256, count, entry, head)
VALUES (%s, 1, %s, %s, '0', 1, 0, '0')
"""


@pytest.fixture
def term():
    return term_to_draw()


def test_closing_waits_for_a_form_that_is_just_changing(term, by_hand):
    section = classes_of(term, 1)[0]
    leaves, stays = apply([section]), apply([section])
    actor = registrar()
    by_hand.execute(WITHDRAW, [TODAY, leaves.pk])

    def close():
        return services.freeze_roster(term=term, actor=actor, at=FROZEN_AT)

    with meanwhile(close, by_hand) as answer:
        by_hand.commit()
        roster = answer.result(20)
    assert [line.application for line in queries.lines_kept(roster)] == [stays.number]


def test_form_handed_in_a_moment_too_late_is_told_so(term, by_hand):
    """The list was being closed when the button was pressed: the form waits, and finds it shut."""
    section = classes_of(term, 1)[0]
    form = fill_in(learner_of_age(), [section])
    actor = registrar()
    by_hand.execute("LOCK TABLE enrolment_application IN EXCLUSIVE MODE")
    by_hand.execute(CLOSE, [term.pk, FROZEN_AT, actor.pk])

    def hand_in():
        with pytest.raises(services.FormRefused) as said:
            services.hand_in(
                application=form, actor=form.learner.user, channel=Channel.WEB, at=TODAY
            )
        return said.value.problem

    with meanwhile(hand_in, by_hand) as answer:
        by_hand.commit()
        assert answer.result(20) == FormProblem.FROZEN
    form.refresh_from_db()
    assert form.state == Application.State.DRAFT


def test_two_who_close_at_once_close_once(term, by_hand):
    apply(classes_of(term, 1))
    actor = registrar()
    by_hand.execute("SELECT FROM courses_term WHERE id = %s FOR NO KEY UPDATE", [term.pk])

    def close():
        return services.freeze_roster(term=term, actor=actor, at=FROZEN_AT).pk

    with meanwhile(close, by_hand) as answer:
        by_hand.commit()
        first = answer.result(20)
    assert (close(), Roster.objects.count()) == (first, 1)


def test_two_who_draw_at_once_draw_once(term, by_hand):
    apply(classes_of(term, 1))
    day_of_the_draw(term)
    actor = registrar()
    by_hand.execute("SELECT FROM courses_term WHERE id = %s FOR NO KEY UPDATE", [term.pk])

    def draw():
        return services.run_draw(term=term, actor=actor, at=DRAWN_AT).pk

    with meanwhile(draw, by_hand) as answer:
        by_hand.commit()
        first = answer.result(20)
    assert draw() == first
