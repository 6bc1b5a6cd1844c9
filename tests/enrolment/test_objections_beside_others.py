"""An objection is filed in the very moment in which it is filed twice, or the list made final."""

from datetime import timedelta

import pytest

from enrolment import services
from enrolment.domain.draws import DrawProblem, DrawRefused
from enrolment.models import Objection
from tests.enrolment.test_locks import by_hand, meanwhile
from tests.factories.applications import apply
from tests.factories.draws import FINAL_AT, FROZEN_AT, close_list, term_to_draw
from tests.factories.enrolment import SectionFactory

__all__ = ["by_hand"]  # a fixture
pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
NEXT_MORNING = FROZEN_AT + timedelta(hours=21)
SAID = ("keyed_wrong", "古筝写成了二胡")
FILE = """
INSERT INTO enrolment_objection (application_id, kind, words, filed_by_id, filed_at, answer)
VALUES (%s, %s, %s, %s, %s, '')
"""
FINAL = """
INSERT INTO enrolment_roster
    (term_id, version, frozen_at, frozen_by_id, sha256, count, entry, head)
SELECT term_id, 2, %s, frozen_by_id, sha256, count, entry, head FROM enrolment_roster
"""


@pytest.fixture
def form():
    """A form on the first list."""
    term = term_to_draw()
    form = apply([SectionFactory(term=term, capacity=2)])
    close_list(term)
    return form


def object_to(form):
    kind, words = SAID
    return lambda: services.file_objection(
        term=form.term, learner=form.learner, kind=kind, words=words,
        actor=form.learner.user, at=NEXT_MORNING,
    )  # fmt: skip


def test_two_taps_at_once_are_one_objection(form, by_hand):
    by_hand.execute("SELECT FROM enrolment_application WHERE id = %s FOR UPDATE", [form.pk])
    by_hand.execute(FILE, [form.pk, *SAID, form.learner.user_id, NEXT_MORNING])
    with meanwhile(object_to(form), by_hand) as answer:
        assert not answer.done()
        by_hand.commit()
        assert answer.result(20) == Objection.objects.get()


def test_no_objection_is_left_behind_by_a_list_made_final_meanwhile(form, by_hand):
    """Nobody could decide it any more, and whoever filed it would wait for an answer."""
    by_hand.execute("LOCK TABLE enrolment_application IN EXCLUSIVE MODE")
    by_hand.execute(FINAL, [FINAL_AT])
    with meanwhile(object_to(form), by_hand) as answer:
        assert not answer.done()
        by_hand.commit()
        with pytest.raises(DrawRefused) as refused:
            answer.result(20)
    assert refused.value.problem is DrawProblem.OBJECTIONS_OVER
    assert not Objection.objects.exists()
