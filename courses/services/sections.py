"""A class is opened; who teaches it, and in which room. Its seats are the enrolment floor's."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Min

from accounts.models import AuditEvent, User
from accounts.scope import offices_of
from campus.models import Campus, Room, TimeSlot
from courses.models import ClassSection, Course, Lesson, Teacher, Term
from courses.roles import LOOK_AFTER_CLASSES
from courses.services.lessons import (
    LessonRefused,
    Refusal,
    hold_timetable,
    plan_lessons,
    refusing_clashes,
)


@dataclass(frozen=True)
class ClassPlan:
    """What the office decides of a class before it is opened."""

    course: Course
    mode: str
    room: Room | None
    slot: TimeSlot
    teacher: Teacher | None
    capacity: int
    min_size: int
    fee_fen: int
    hot: bool
    is_listed: bool


@transaction.atomic
def write_class(
    *, term: Term, campus: Campus, plan: ClassPlan, actor: User, at: datetime
) -> ClassSection:
    """Write a class with its number and its dated lessons; it opens and closes with its term.

    Its seats are laid out by ``enrolment.services.open_class``, which is how a class is opened.
    The row of the term is held meanwhile: two classes of a course get two numbers, and a term
    that is being closed gets no class. Raises ``LessonRefused``.
    """
    term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
    if term.is_over:
        raise LessonRefused(Refusal.TERM_OVER)
    if campus.unit_id not in offices_of(actor, LOOK_AFTER_CLASSES):
        raise LessonRefused(Refusal.OTHER_UNIT)
    if plan.room is None and plan.mode != ClassSection.Mode.ONLINE:
        raise LessonRefused(Refusal.WITHOUT_ROOM)
    if plan.room is not None and plan.capacity > plan.room.seats:
        raise LessonRefused(Refusal.ROOM_TOO_SMALL)
    opens_at, closes_at = _takes_people(term, plan.course)
    section = ClassSection(
        **vars(plan),
        term=term,
        campus=campus,
        unit_id=campus.unit_id,
        number=_next_number(term, plan.course, campus),
        opens_at=opens_at,
        closes_at=closes_at,
    )
    with refusing_clashes():
        section.save(force_insert=True)
    plan_lessons(section=section, actor=actor, at=at)
    AuditEvent.objects.record(
        actor, "class opened", section, at=at, unit=section.unit, capacity=plan.capacity
    )
    return section


def _next_number(term: Term, course: Course, campus: Campus) -> int:
    alike = ClassSection.objects.taught_in(term).filter(course=course, campus=campus)
    return int(alike.aggregate(last=Max("number"))["last"] or 0) + 1


def _takes_people(term: Term, course: Course) -> tuple[datetime | None, datetime | None]:
    """When a class opens and closes: with its department, where departments open one by one."""
    window = term.phases.opening_for_all().first()
    if window is None:
        return None, None
    alike = ClassSection.objects.running().taught_in(term)
    alike = alike.filter(course__subject__department=course.subject.department_id)
    opens_at = alike.aggregate(first=Min("opens_at"))["first"]
    return opens_at or window.opens_at, window.closes_at


@transaction.atomic
def staff_section(
    *,
    section: ClassSection,
    room: Room | None,
    teacher: Teacher | None,
    is_listed: bool,
    actor: User,
    at: datetime,
) -> ClassSection:
    """Give a class its room and teacher, for itself and for all its lessons to come.

    Lessons that were moved to another room on purpose (they carry a note) stay where they are.
    Raises ``LessonRefused`` when the class was called off, or room or teacher are taken at one
    of the hours.
    """
    section = hold_timetable(section.pk)
    if room is None and section.mode != ClassSection.Mode.ONLINE:
        raise LessonRefused(Refusal.WITHOUT_ROOM)
    before = {"room": section.room_id, "teacher": section.teacher_id, "listed": section.is_listed}
    section.room, section.teacher, section.is_listed = room, teacher, is_listed
    to_come = Lesson.objects.taking_place().after(at).filter(section=section, note="")
    with refusing_clashes():
        section.save(update_fields=["room", "teacher", "is_listed"])
        to_come.order_by().update(room=room, teacher=teacher)
    AuditEvent.objects.record(
        actor, "class staffed", section, at=at, unit=section.unit, before=before
    )
    return section
