"""Who teaches a class, and in which room. Seats and capacity are the enrolment floor's."""

from datetime import datetime

from django.db import transaction

from accounts.models import AuditEvent, User
from campus.models import Room
from courses.models import ClassSection, Lesson, Teacher
from courses.services.lessons import LessonRefused, Refusal, hold_timetable, refusing_clashes


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
