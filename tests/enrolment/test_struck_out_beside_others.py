"""Somebody steps out in the very moment in which the draw is published."""

import pytest

from courses.models import Term
from enrolment import services
from enrolment.domain.wishes import FormProblem
from enrolment.models import Application, Enrolment, StruckOut, ledger
from enrolment.services import FormRefused
from tests.enrolment.test_locks import by_hand, meanwhile
from tests.factories.applications import apply
from tests.factories.draws import DRAWN_AT, day_of_the_draw, registrar, sign_all, term_to_draw
from tests.factories.enrolment import SectionFactory

__all__ = ["by_hand"]  # a fixture
pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
STRIKE = """
INSERT INTO enrolment_struckout (application_id, reason, channel, actor_id, at)
VALUES (%s, 'moved', 'web', %s, %s)
"""


@pytest.fixture
def form():
    """The only form of a draw that is made and signed, and not public yet."""
    term = term_to_draw()
    form = apply([SectionFactory(term=term, capacity=2)])
    day_of_the_draw(term)
    services.run_draw(term=term, actor=registrar(), at=DRAWN_AT)
    sign_all(term)
    return form


def publish(term):
    actor = registrar()
    return lambda: services.publish_draw(term=term, actor=actor, at=DRAWN_AT)


def step_out(form):
    press = {"reason": "moved", "actor": form.learner.user, "channel": "web", "at": DRAWN_AT}
    return lambda: services.step_out(application=form, **press)


def test_publication_waits_for_who_is_stepping_out_and_gives_them_nothing(form, by_hand):
    by_hand.execute(STRIKE, [form.pk, form.learner.user_id, DRAWN_AT])
    with meanwhile(publish(form.term), by_hand) as answer:
        assert not answer.done()
        by_hand.commit()
        assert answer.result(20).published_at == DRAWN_AT
    assert not Enrolment.objects.exists()
    assert Application.objects.get(pk=form.pk).state == "unallocated"
    assert ledger.broken_rules(at=DRAWN_AT, offer_hours=False) == []


def test_who_presses_while_it_is_published_is_told_to_decline(form, by_hand):
    by_hand.execute("LOCK TABLE enrolment_application IN EXCLUSIVE MODE")
    by_hand.execute("UPDATE enrolment_draw SET published_at = %s", [DRAWN_AT])
    by_hand.execute("UPDATE enrolment_application SET state = 'allocated'")
    with meanwhile(step_out(form), by_hand) as answer:
        assert not answer.done()
        by_hand.commit()
        with pytest.raises(FormRefused) as said:
            answer.result(20)
    assert said.value.problem == FormProblem.DRAW_IS_PUBLIC
    assert not StruckOut.objects.exists()


def test_a_row_past_the_services_waits_as_well_and_is_refused(form, by_hand):
    by_hand.execute("LOCK TABLE enrolment_application IN EXCLUSIVE MODE")
    by_hand.execute("UPDATE enrolment_draw SET published_at = %s", [DRAWN_AT])

    def row():
        return StruckOut.objects.create(
            application=form, reason="moved", channel="web", actor=form.learner.user, at=DRAWN_AT
        )

    with meanwhile(row, by_hand) as answer:
        assert not answer.done()
        by_hand.commit()
        with pytest.raises(Exception, match="in no draw that is still to come"):
            answer.result(20)


def test_two_taps_at_once_are_one(form, by_hand):
    by_hand.execute("SELECT FROM enrolment_application WHERE id = %s FOR UPDATE", [form.pk])
    by_hand.execute(STRIKE, [form.pk, form.learner.user_id, DRAWN_AT])
    with meanwhile(step_out(form), by_hand) as answer:
        assert not answer.done()
        by_hand.commit()
        assert answer.result(20) == []
    assert StruckOut.objects.count() == 1
    assert Term.objects.get(pk=form.term_id).phase == Term.Phase.DRAWN
