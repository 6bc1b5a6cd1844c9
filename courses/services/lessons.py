"""The dated meetings of classes: planned over a term, moved, called off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import TracebackType
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import get_default_timezone
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from accounts import outbox
from accounts.models import AuditEvent, User
from campus.models import Holiday, Room
from courses.domain.calendar import meeting_days
from courses.models import ClassSection, Lesson, Teacher, Term


class Refusal(StrEnum):
    """Why a lesson cannot be as somebody wants it; ``courses/wording.py`` has the sentences."""

    ROOM_TAKEN = "room_taken"
    TEACHER_TAKEN = "teacher_taken"
    BEGUN = "begun"
    PAST = "past"
    ENDS_BEFORE = "ends_before"
    WITHOUT_ROOM = "without_room"
    LOST = "lost"
    DATED = "dated"
    CALLED_OFF = "called_off"
    TERM_OVER = "term_over"
    NO_DAYS = "no_days"
    ROOM_TOO_SMALL = "room_too_small"
    OTHER_UNIT = "other_unit"
    LIST_CLOSED = "list_closed"


class LessonRefused(Exception):
    """The rules, another lesson or a closed list say no. Nothing has been changed."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


LIST_IS_CLOSED = "the_list_is_closed"
"""The name under which the database keeps classes and rules of a published list as they are."""

CLASHES = {
    LIST_IS_CLOSED: Refusal.LIST_CLOSED,
    "a_room_holds_one_lesson_at_a_time": Refusal.ROOM_TAKEN,
    "a_teacher_gives_one_lesson_at_a_time": Refusal.TEACHER_TAKEN,
    "one_class_per_room_and_hour": Refusal.ROOM_TAKEN,
    "one_class_per_teacher_and_hour": Refusal.TEACHER_TAKEN,
}


@dataclass(frozen=True)
class Calendar:
    """The days of a term that are not what their weekday says."""

    closed: frozenset[date]
    stands_in_for: dict[date, date]


def calendar_of(term: Term) -> Calendar:
    """Return the calendar of a term; one query."""
    days = list(Holiday.objects.between(term.starts_on, term.ends_on))
    return Calendar(
        closed=frozenset(day.day for day in days if day.kind == Holiday.Kind.CLOSED),
        stands_in_for={day.day: day.stands_in_for for day in days if day.stands_in_for},
    )


@transaction.atomic
def plan_lessons(*, section: ClassSection, actor: User, at: datetime) -> list[Lesson]:
    """Date the lessons of a class over its term, and set the hours that claims compare.

    Once only: people have accepted the dates, and some lessons were moved on purpose. From then
    on lessons change one by one, and each time the class is told.
    In a term that has begun only hours to come get a lesson.
    Raises ``LessonRefused`` when there are dates already, none is to come, or room or teacher
    are taken.
    """
    section = hold_timetable(section.pk)
    if section.lessons.exists():
        raise LessonRefused(Refusal.DATED)
    planned = _planned(section, calendar_of(section.term))
    lessons = [lesson for lesson in planned if lesson.during.lower > at]
    if not lessons:
        raise LessonRefused(Refusal.NO_DAYS)
    for number, lesson in enumerate(lessons, 1):
        lesson.number = number
    with refusing_clashes():
        Lesson.objects.bulk_create(lessons)
    set_hours(section)
    AuditEvent.objects.record(
        actor, "lessons planned", section, at=at, unit=section.unit, lessons=len(lessons)
    )
    return lessons


@transaction.atomic
def plan_term(*, term: Term) -> int:
    """Date the lessons of every class of a term that has none yet; return how many lessons."""
    calendar = calendar_of(term)
    sections = list(
        ClassSection.objects.running()
        .taught_in(term)
        .filter(lessons=None)
        .select_for_update(no_key=True, of=["self"])
        .select_related("term", "slot")
        .in_order()
    )
    lessons = [lesson for section in sections for lesson in _planned(section, calendar)]
    with refusing_clashes():
        Lesson.objects.bulk_create(lessons, batch_size=2000)
    hours: dict[int, list[Range[datetime]]] = {}
    for lesson in lessons:
        hours.setdefault(lesson.section_id, []).append(lesson.during)
    for section in sections:
        section.meets = Multirange(hours.get(section.pk, []))
    ClassSection.objects.bulk_update(sections, ["meets"], batch_size=500)
    return len(lessons)


@transaction.atomic
def move_lesson(
    *,
    lesson: Lesson,
    starts_at: datetime,
    ends_at: datetime,
    room: Room | None,
    teacher: Teacher | None,
    note: str,
    actor: User,
    at: datetime,
) -> Lesson:
    """Hold one lesson at another time, in another room or by another teacher; the class is told.

    Nobody's seat depends on it: who has accepted the timetable keeps the seat.
    Raises ``LessonRefused`` when the lesson is over or the new time is past or taken.
    """
    lesson = _to_change(lesson, at)
    if ends_at <= starts_at:
        raise LessonRefused(Refusal.ENDS_BEFORE)
    if starts_at <= at:
        raise LessonRefused(Refusal.PAST)
    if room is None and lesson.section.mode != ClassSection.Mode.ONLINE:
        raise LessonRefused(Refusal.WITHOUT_ROOM)
    before = {"during": str(lesson.during), "room": lesson.room_id, "teacher": lesson.teacher_id}
    was_at = lesson.during.lower if lesson.during.lower != starts_at else None
    lesson.during = Range(starts_at, ends_at)
    lesson.room, lesson.teacher, lesson.note = room, teacher, note
    with refusing_clashes():
        lesson.save(update_fields=["during", "room", "teacher", "note"])
    set_hours(lesson.section)
    _tell(lesson, "lesson moved", actor, at, was_at=was_at, before=before)
    return lesson


@transaction.atomic
def cancel_lesson(*, lesson: Lesson, note: str, actor: User, at: datetime) -> Lesson:
    """Call one lesson off; the class is told. Raises ``LessonRefused`` when it is over."""
    lesson = _to_change(lesson, at)
    lesson.status = Lesson.Status.LOST
    lesson.note = note
    lesson.save(update_fields=["status", "note"])
    set_hours(lesson.section)
    _tell(lesson, "lesson called off", actor, at)
    return lesson


@transaction.atomic
def give_up_lessons(*, section: ClassSection, at: datetime) -> int:
    """Call off all lessons to come of a class that was called off; return how many.

    Room and teacher are free again from this moment. Nobody is told of single lessons: the
    class hears that it is called off.
    """
    given_up = section.lessons.taking_place().to_begin(at).update(status=Lesson.Status.LOST)
    set_hours(section)
    return given_up


def hold_timetable(section_id: int) -> ClassSection:
    """Take the row of a class before its timetable changes, and return it as it is now.

    The hours of a class are made of all its lessons: two people who change two of them at once
    would each write hours without the other's change. Raises ``LessonRefused`` when the class
    was called off.
    """
    section = ClassSection.objects.select_for_update(no_key=True, of=["self"]).get(pk=section_id)
    if section.status != ClassSection.Status.RUNNING:
        raise LessonRefused(Refusal.CALLED_OFF)
    return section


def set_hours(section: ClassSection) -> None:
    """Make the hours of a class those of its lessons; to be called whenever these change.

    Raises ``LessonRefused`` while the list of the term is closed: hours stand in it.
    """
    hours: Iterable[Range[datetime]] = section.lessons.taking_place().values_list(
        "during", flat=True
    )
    meets = Multirange([Range(one.lower, one.upper) for one in hours])
    with refusing_clashes():
        ClassSection.objects.filter(pk=section.pk).update(meets=meets)


def constraint_of(error: IntegrityError) -> str:
    """Return the name of the constraint that spoke up, or "" when it has none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


class refusing_clashes:  # noqa: N801 - reads as a sentence after `with`
    """Turn the database's no to a taken room or teacher, or to a class on a closed list, into a
    refusal with a reason.

    The constraint decides, so two people who change the timetable at once cannot both win, and
    no list closes between a question and the write.
    """

    def __enter__(self) -> None:
        self._savepoint = transaction.atomic()
        self._savepoint.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._savepoint.__exit__(kind, error, trace)
        if isinstance(error, IntegrityError):
            reason = CLASHES.get(constraint_of(error))
            if reason:
                raise LessonRefused(reason) from error


def _planned(section: ClassSection, calendar: Calendar) -> list[Lesson]:
    term, slot = section.term, section.slot
    days = meeting_days(
        term.starts_on,
        term.ends_on,
        weekday=slot.weekday,
        closed=calendar.closed,
        stands_in_for=calendar.stands_in_for,
    )
    zone = get_default_timezone()
    return [
        Lesson(
            section=section,
            number=number,
            during=Range(
                datetime.combine(day, slot.starts_at, tzinfo=zone),
                datetime.combine(day, slot.ends_at, tzinfo=zone),
            ),
            room_id=section.room_id,
            teacher_id=section.teacher_id,
        )
        for number, day in enumerate(days, 1)
    ]


def _to_change(lesson: Lesson, at: datetime) -> Lesson:
    section = hold_timetable(lesson.section_id)
    lesson = Lesson.objects.select_for_update(no_key=True, of=["self"]).get(pk=lesson.pk)
    lesson.section = section
    if lesson.status == Lesson.Status.LOST:
        raise LessonRefused(Refusal.LOST)
    if lesson.during.upper <= at:
        raise LessonRefused(Refusal.BEGUN)
    return lesson


def _tell(
    lesson: Lesson,
    action: str,
    actor: User,
    at: datetime,
    *,
    was_at: datetime | None = None,
    **details: Any,
) -> None:
    AuditEvent.objects.record(actor, action, lesson, at=at, unit=lesson.section.unit, **details)
    # The row knows the new hour only; a letter that moves a lesson must name the old one, too.
    moved_from = f":{was_at.isoformat()}" if was_at else ""
    outbox.put("tell_class", f"{lesson.pk}{moved_from}")
