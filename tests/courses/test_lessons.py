"""Lessons over a term: holidays, moved working days, clashes, and what the class is told."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from accounts.models import AuditEvent, OutboxMessage
from campus.models import Holiday
from courses import wording
from courses.models import ClassSection, Lesson
from courses.services import (
    LessonRefused,
    Refusal,
    cancel_lesson,
    give_up_lessons,
    move_lesson,
    plan_lessons,
    plan_term,
    staff_section,
)
from tests.factories.accounts import StaffFactory
from tests.factories.campus import RoomFactory, TimeSlotFactory
from tests.factories.courses import ClassFactory, TeacherFactory, dated
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
CHINA = ZoneInfo("Asia/Shanghai")


def hours(day: date, starts: time = time(8, 30), minutes: int = 90) -> Range:
    start = datetime.combine(day, starts, tzinfo=CHINA)
    return Range(start, start + timedelta(minutes=minutes))


def days_of(section: ClassSection) -> list[date]:
    return [localtime(one.during.lower).date() for one in section.lessons.in_order()]


def moved(lesson: Lesson, during: Range, **changes) -> Lesson:
    wanted = {"room": lesson.room, "teacher": lesson.teacher, "note": "改了时间"} | changes
    return move_lesson(
        lesson=lesson,
        starts_at=during.lower,
        ends_at=during.upper,
        actor=StaffFactory(),
        at=TODAY,
        **wanted,
    )


def test_a_class_meets_weekly_over_the_term():
    section = ClassFactory()

    lessons = dated(section)

    assert [lesson.number for lesson in lessons] == list(range(1, 17))
    assert (days_of(section)[0], days_of(section)[-1]) == (date(2027, 3, 2), date(2027, 6, 15))
    assert lessons[0].during == hours(date(2027, 3, 2))


def test_closed_days_have_no_lesson_and_a_moved_working_day_stands_in():
    section = ClassFactory(slot=TimeSlotFactory(weekday=1))
    Holiday.objects.create(day=date(2027, 4, 5), kind="closed", name="清明节")
    Holiday.objects.create(day=date(2027, 5, 3), kind="closed", name="劳动节")
    Holiday.objects.create(
        day=date(2027, 4, 25), kind="working", name="调休", stands_in_for=date(2027, 5, 3)
    )

    dated(section)

    days = days_of(section)
    assert date(2027, 4, 5) not in days
    assert date(2027, 5, 3) not in days
    assert date(2027, 4, 25) in days
    assert [day.weekday() for day in days].count(0) == 14


def test_planning_sets_the_hours_that_claims_compare():
    section = ClassFactory()

    lessons = dated(section)

    section.refresh_from_db()
    assert section.meets == Multirange([lesson.during for lesson in lessons])


def test_lessons_are_dated_once_and_what_was_moved_stays():
    section, staff = ClassFactory(), StaffFactory()
    lesson = plan_lessons(section=section, actor=staff, at=TODAY)[3]
    moved(lesson, hours(date(2027, 3, 25), time(14)), note="老师有事")
    before = list(section.lessons.in_order().values())

    with pytest.raises(LessonRefused) as refused:
        plan_lessons(section=section, actor=staff, at=TODAY)

    assert refused.value.reason == Refusal.DATED
    assert list(section.lessons.in_order().values()) == before
    planned = AuditEvent.objects.get(action="lessons planned")
    assert (planned.actor, planned.object_id) == (staff, str(section.pk))
    assert (planned.unit, planned.details) == (section.unit, {"lessons": 16})


def test_a_class_called_off_gives_its_hours_back_from_that_moment():
    section = ClassFactory()
    first, second = dated(section)[:2]

    assert give_up_lessons(section=section, at=first.during.upper) == 15

    section.refresh_from_db()
    assert (list(section.meets), list(section.lessons.taking_place())) == ([first.during], [first])
    Lesson.objects.create(section=ClassFactory(), number=1, during=second.during, room=second.room)


def test_nothing_about_a_class_that_was_called_off_is_changed():
    section = ClassFactory()
    lesson = dated(section)[0]
    ClassSection.objects.filter(pk=section.pk).update(status="cancelled")
    staff, bare = StaffFactory(), ClassFactory(status="cancelled")
    changes = [
        lambda: plan_lessons(section=bare, actor=staff, at=TODAY),
        lambda: moved(lesson, hours(date(2027, 3, 4))),
        lambda: cancel_lesson(lesson=lesson, note="x", actor=staff, at=TODAY),
        lambda: staff_section(
            section=section, room=section.room, teacher=None, is_listed=True, actor=staff, at=TODAY
        ),
    ]
    for change in changes:
        with pytest.raises(LessonRefused) as refused:
            change()
        assert refused.value.reason == Refusal.CALLED_OFF
    assert not OutboxMessage.objects.exists()


def test_a_whole_term_is_planned_in_as_many_queries_for_three_classes_as_for_one(
    django_assert_num_queries,
):
    term = ClassFactory().term
    for weekday in (3, 4):
        ClassFactory(slot=TimeSlotFactory(weekday=weekday))

    with django_assert_num_queries(8):
        assert plan_term(term=term) == 48
    assert plan_term(term=term) == 0


def test_a_moved_lesson_keeps_its_number_and_the_class_is_told():
    section = ClassFactory()
    lesson = dated(section)[3]
    was_at = lesson.during.lower

    moved(lesson, hours(date(2027, 3, 25), time(14)), note="老师有事")

    lesson.refresh_from_db()
    section.refresh_from_db()
    assert (lesson.number, lesson.during) == (4, hours(date(2027, 3, 25), time(14)))
    assert lesson.during in list(section.meets)
    assert AuditEvent.objects.filter(action="lesson moved").count() == 1
    assert list(OutboxMessage.objects.values_list("kind", "object_id")) == [
        ("tell_class", f"{lesson.pk}:{was_at.astimezone(UTC).isoformat()}")
    ]


def test_a_lesson_called_off_frees_its_room_and_the_class_is_told():
    section = ClassFactory()
    lesson = dated(section)[0]

    cancel_lesson(lesson=lesson, note="老师病了", actor=StaffFactory(), at=TODAY)

    section.refresh_from_db()
    assert (len(list(section.meets)), section.lessons.taking_place().count()) == (15, 15)
    Lesson.objects.create(section=ClassFactory(), number=1, during=lesson.during, room=lesson.room)
    assert OutboxMessage.objects.get().kind == "tell_class"


@pytest.mark.parametrize(
    ("shared", "reason"), [("room", Refusal.ROOM_TAKEN), ("teacher", Refusal.TEACHER_TAKEN)]
)
def test_a_lesson_cannot_be_moved_onto_another_one(shared, reason):
    teacher = TeacherFactory()
    first = ClassFactory(teacher=teacher)
    second = ClassFactory(
        campus=first.campus,
        room=first.room if shared == "room" else RoomFactory(campus=first.campus),
        teacher=teacher if shared == "teacher" else None,
        slot=TimeSlotFactory(weekday=3),
    )
    dated(first)
    lesson = dated(second)[0]

    with pytest.raises(LessonRefused) as refused:
        moved(lesson, hours(date(2027, 3, 2), time(9)))

    lesson.refresh_from_db()
    assert refused.value.reason == reason
    assert lesson.during == hours(date(2027, 3, 3))
    assert OutboxMessage.objects.count() == 0


@pytest.mark.parametrize(
    ("during", "reason"),
    [
        (hours(date(2026, 11, 30)), Refusal.PAST),
        (Range(hours(date(2027, 3, 9)).upper, hours(date(2027, 3, 9)).lower), "ends_before"),
    ],
)
def test_a_lesson_is_not_moved_to_a_time_that_cannot_be(during, reason):
    lesson = dated(ClassFactory())[0]

    with pytest.raises(LessonRefused) as refused:
        move_lesson(
            lesson=lesson,
            starts_at=datetime.fromisoformat(str(during._lower)),
            ends_at=datetime.fromisoformat(str(during._upper)),
            room=lesson.room,
            teacher=None,
            note="x",
            actor=StaffFactory(),
            at=TODAY,
        )
    assert refused.value.reason == reason


def test_a_class_in_a_room_is_not_left_without_one():
    section = ClassFactory()
    lesson = dated(section)[0]

    with pytest.raises(LessonRefused) as refused:
        moved(lesson, hours(date(2027, 3, 4)), room=None)
    assert refused.value.reason == Refusal.WITHOUT_ROOM
    with pytest.raises(LessonRefused) as refused:
        staff_section(
            section=section,
            room=None,
            teacher=None,
            is_listed=True,
            actor=StaffFactory(),
            at=TODAY,
        )
    assert refused.value.reason == Refusal.WITHOUT_ROOM


def test_what_is_over_or_called_off_stays_as_it_was():
    lesson = dated(ClassFactory())[0]
    staff = StaffFactory()

    with pytest.raises(LessonRefused) as refused:
        cancel_lesson(lesson=lesson, note="x", actor=staff, at=lesson.during.upper)
    assert refused.value.reason == Refusal.BEGUN
    cancel_lesson(lesson=lesson, note="x", actor=staff, at=TODAY)
    with pytest.raises(LessonRefused) as refused:
        cancel_lesson(lesson=lesson, note="x", actor=staff, at=TODAY)
    assert refused.value.reason == Refusal.LOST


def test_a_new_room_holds_for_the_lessons_to_come_but_not_for_those_moved_on_purpose():
    section = ClassFactory()
    lessons = dated(section)
    elsewhere, new = RoomFactory(campus=section.campus), RoomFactory(campus=section.campus)
    moved(lessons[1], lessons[1].during, room=elsewhere, note="这次在楼下")

    staff_section(
        section=section,
        room=new,
        teacher=None,
        is_listed=True,
        actor=StaffFactory(),
        at=lessons[0].during.upper,
    )

    rooms = list(section.lessons.in_order().values_list("room", flat=True)[:3])
    assert rooms == [section.room_id, elsewhere.pk, new.pk]


def test_a_room_taken_by_another_class_is_refused_for_the_whole_class():
    first = ClassFactory()
    second = ClassFactory(campus=first.campus)

    with pytest.raises(LessonRefused) as refused:
        staff_section(
            section=second,
            room=first.room,
            teacher=None,
            is_listed=True,
            actor=StaffFactory(),
            at=TODAY,
        )

    second.refresh_from_db()
    assert (refused.value.reason, second.room == first.room) == (Refusal.ROOM_TAKEN, False)


def test_every_refusal_has_its_sentence():
    sentences = {wording.refusal(reason) for reason in Refusal}

    assert len(sentences) == len(Refusal)


def lesson_in(section, **fields):
    return Lesson(section=section, during=hours(date(2027, 3, 2)), number=1, **fields)


@pytest.mark.parametrize("shared", ["room", "teacher"])
def test_the_database_keeps_room_and_teacher_to_one_lesson_at_a_time(shared):
    first, second = ClassFactory(), ClassFactory()
    common = {"room": first.room} if shared == "room" else {"teacher": TeacherFactory()}
    lesson_in(first, **common).save()

    with pytest.raises(IntegrityError), transaction.atomic():
        lesson_in(second, **common).save()
