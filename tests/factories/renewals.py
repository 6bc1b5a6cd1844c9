"""Somebody who sits in a class of this term, and the next term, into which one can renew."""

from datetime import timedelta

from accounts import scope
from accounts.models import Learner
from courses.models import ClassSection, Course, Term, TermPhase
from enrolment.models import Enrolment, Seat, ledger
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import STARTS_ON, CourseFactory, SectionFactory, TermFactory
from tests.factories.times import TODAY

WINDOW_CLOSES = TODAY + timedelta(days=6)
CONFIRM_UNTIL = TODAY + timedelta(days=30)


def terms_that_meet(**more) -> tuple[Term, Term]:
    """The term that is taught, and the next one, whose renewal is open for six more days."""
    now = TermFactory(
        phase=Term.Phase.TEACHING,
        starts_on=STARTS_ON - timedelta(weeks=26),
        ends_on=STARTS_ON - timedelta(weeks=9),
        **more,
    )
    coming = TermFactory(phase=Term.Phase.RENEWAL_OPEN, unit=now.unit)
    windows = {
        Term.Phase.RENEWAL_OPEN: (TODAY - timedelta(days=1), WINDOW_CLOSES),
        Term.Phase.WISHES_OPEN: (WINDOW_CLOSES + timedelta(hours=1), TODAY + timedelta(days=20)),
        Term.Phase.CONFIRMING: (TODAY + timedelta(days=23), CONFIRM_UNTIL),
    }
    for phase, (opens_at, closes_at) in windows.items():
        TermPhase.objects.create(term=coming, phase=phase, opens_at=opens_at, closes_at=closes_at)
    return now, coming


def next_level_of(course: Course, **more) -> Course:
    """The level after a course, of the same subject."""
    return CourseFactory(subject=course.subject, level=course.level + 1, **more)


def sits_in(section: ClassSection, learner: Learner | None = None) -> Enrolment:
    """Somebody being taught in a class of the term."""
    learner = learner or LearnerFactory()
    enrolment = Enrolment.objects.create(
        section=section,
        learner=learner,
        unit=section.unit,
        status=Enrolment.Status.ACTIVE,
        source=Enrolment.Source.DRAW,
        slots=section.meets,
        created_at=TODAY - timedelta(days=200),
    )
    seat = Seat.objects.free().filter(section=section).order_by("no").first()
    Seat.objects.filter(section=section, no=seat.no).update(
        state=Seat.State.TAKEN, learner=learner, enrolment=enrolment
    )
    with scope.system("tests"):
        ledger.note_import(at=TODAY, reason="sat here before")
    return enrolment


def programme(now: Term, coming: Term, *, capacity: int = 2, **more):
    """A beginners' class of this term, and the class of the next level, same place and hour."""
    course = CourseFactory(level=Course.Level.BEGINNER, programme_terms=1)
    first = SectionFactory(term=now, course=course, capacity=max(capacity, 2), lessons=True)
    second = SectionFactory(
        term=coming,
        course=next_level_of(course, programme_terms=1),
        campus=first.campus,
        capacity=capacity,
        **more,
    )
    return first, second


def repeatable(now: Term, coming: Term, *, capacity: int = 5, **more):
    """A class that may be taken again and again, this term and next; 40 of 100 may renew."""
    course = CourseFactory(
        level=Course.Level.STARTER,
        programme_terms=1,
        repeat_rule=Course.RepeatRule.FREELY,
    )
    first = SectionFactory(term=now, course=course, capacity=capacity)
    again = SectionFactory(
        term=coming, course=course, campus=first.campus, capacity=capacity, **more
    )
    return first, again
