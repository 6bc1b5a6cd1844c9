"""Who can teach: the records of teachers, kept by their own office."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import AuditEvent, Unit, User
from campus.models import Campus, TimeSlot
from courses.models import Subject, Teacher, TeacherSlot


@dataclass(frozen=True)
class TeacherFacts:
    """What the office writes down of a teacher."""

    name: str
    name_en: str
    unit: Unit
    user: User | None
    subjects: Collection[Subject]
    campuses: Collection[Campus]
    slots: Collection[TimeSlot]
    spare_sections: int
    lesson_pay_fen: int


@transaction.atomic
def keep_teacher(
    *, teacher: Teacher | None, facts: TeacherFacts, actor: User, at: datetime
) -> Teacher:
    """Store a teacher with complete names, subjects, campuses and free hours.

    ``teacher`` is None for a new one. Classes given already stay theirs, whatever changes here.
    """
    added = teacher is None
    kept = teacher or Teacher()
    if facts.name != kept.name:
        kept.name_i18n = {}  # traditional characters of another name would stay otherwise
    kept.name = facts.name
    kept.name_i18n = {code: name for code, name in kept.name_i18n.items() if code != "en"}
    if facts.name_en:
        kept.name_i18n["en"] = facts.name_en
    kept.complete_names()
    kept.unit, kept.user = facts.unit, facts.user
    kept.spare_sections, kept.lesson_pay_fen = facts.spare_sections, facts.lesson_pay_fen
    kept.save()
    kept.subjects.set(facts.subjects)
    kept.campuses.set(facts.campuses)
    kept.free_slots.exclude(slot__in=facts.slots).delete()
    TeacherSlot.objects.bulk_create(
        (TeacherSlot(teacher=kept, slot=slot) for slot in facts.slots), ignore_conflicts=True
    )
    AuditEvent.objects.record(
        actor, "teacher added" if added else "teacher changed", kept, at=at, unit=kept.unit
    )
    return kept
