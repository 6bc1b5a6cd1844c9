"""A term ends: completions by attendance, lines closed, one record for later terms."""

from datetime import datetime

import pytest
from django.core.management import CommandError, call_command

from accounts import clock
from courses.models import Attendance, Term, TermRecord
from enrolment.models import EnrolmentEvent, WaitlistEntry
from enrolment.services import TermStillTaught, close_term
from tests.enrolment.acts import claim, enrolment_of
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import CHINA, SectionFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
AFTER = datetime(2027, 7, 1, 10, 0, tzinfo=CHINA)


@pytest.fixture
def taught():
    """A class of two: one came to all sixteen lessons, one to eight; a third waited."""
    section = SectionFactory(lessons=True)
    often, seldom, waits = LearnerFactory.create_batch(3)
    for learner in (often, seldom, waits):
        claim(section, learner)
    lessons = list(section.lessons.in_order())
    Attendance.objects.bulk_create(
        Attendance(lesson=lesson, learner=learner, kind="room", at=TODAY)
        for learner, came in ((often, lessons), (seldom, lessons[:8]))
        for lesson in came
    )
    return section, often, seldom, waits


def records(term):
    fields = ("learner", "room_seats", "attendance_share", "completed_course")
    return set(TermRecord.objects.filter(term=term).values_list(*fields))


def test_attendance_decides_who_has_completed_a_course(taught, nothing_is_broken):
    section, often, seldom, waits = taught

    assert close_term(term=section.term, at=AFTER) == 2

    assert enrolment_of(often, section).status == "completed"
    assert enrolment_of(seldom, section).status == "not_completed"
    assert WaitlistEntry.objects.get(learner=waits).state == "closed"
    assert records(section.term) == {
        (often.pk, 1, 100, section.course_id),
        (seldom.pk, 1, 50, None),
        (waits.pk, 0, None, None),
    }
    assert Term.objects.get(pk=section.term_id).phase == Term.Phase.CLOSED
    assert EnrolmentEvent.objects.filter(status_to="completed").count() == 1
    nothing_is_broken(AFTER)


def test_nobody_fails_for_a_list_that_was_not_kept(taught):
    section, often, seldom, _waits = taught
    Attendance.objects.all().delete()

    close_term(term=section.term, at=AFTER)

    assert {enrolment_of(one, section).status for one in (often, seldom)} == {"completed"}


def test_closing_again_changes_nothing(taught):
    section = taught[0]
    close_term(term=section.term, at=AFTER)
    before = records(section.term)

    assert close_term(term=section.term, at=AFTER) == 0
    assert records(section.term) == before


def test_a_term_is_not_closed_while_it_is_taught(taught):
    section = taught[0]
    with pytest.raises(TermStillTaught):
        close_term(term=section.term, at=TODAY)
    assert records(section.term) == set()


def test_the_command_names_the_terms_there_are_and_says_when_it_may(taught, capsys):
    term = taught[0].term
    clock.set_to(TODAY)
    with pytest.raises(CommandError, match=term.code):
        call_command("close_term", "no-such-term")
    with pytest.raises(CommandError, match="taught until"):
        call_command("close_term", term.code)
    clock.set_to(AFTER)

    call_command("close_term", term.code)

    assert capsys.readouterr().out == f"{term.code} is closed; 2 enrolments ended\n"


def test_a_record_is_seen_in_its_learners_scope_only(taught, as_app):
    from accounts import scope

    section, often, *_others = taught
    close_term(term=section.term, at=AFTER)
    with as_app():
        assert TermRecord.objects.count() == 0
        with scope.learners([often.pk]):
            assert list(TermRecord.objects.values_list("learner", flat=True)) == [often.pk]
