"""Two members of staff change the timetable of one class in the same moment."""

from datetime import timedelta

import pytest
from django.db import connections
from psycopg.types.multirange import Multirange

from courses.models import ClassSection, Lesson
from courses.services import cancel_lesson, move_lesson
from tests.enrolment.rush import all_at_once
from tests.factories.accounts import StaffFactory
from tests.factories.courses import ClassFactory, dated
from tests.factories.times import TODAY

pytestmark = [pytest.mark.threads, pytest.mark.django_db(transaction=True)]
ROUNDS = 8  # the race is narrow: one round would find it now and then only
TWO_HOURS = timedelta(hours=2)


def on_own_connection(work):
    def run():
        try:
            return work()
        finally:
            connections.close_all()

    return run


def later(lesson, actor):
    return lambda: move_lesson(
        lesson=lesson,
        starts_at=lesson.during.lower + TWO_HOURS,
        ends_at=lesson.during.upper + TWO_HOURS,
        room=lesson.room,
        teacher=None,
        note="改了时间",
        actor=actor,
        at=TODAY,
    )


def called_off(lesson, actor):
    return lambda: cancel_lesson(lesson=lesson, note="老师病了", actor=actor, at=TODAY)


def test_two_lessons_changed_at_once_both_stand_in_the_hours_of_the_class():
    section, actor = ClassFactory(), StaffFactory()
    lessons = dated(section)

    for first, second in zip(lessons[:ROUNDS], lessons[ROUNDS:], strict=True):
        answers = all_at_once(
            [
                on_own_connection(later(first, actor)),
                on_own_connection(called_off(second, actor)),
            ]
        )
        assert all(isinstance(answer, Lesson) for answer in answers), answers

    hours = section.lessons.taking_place().values_list("during", flat=True)
    assert ClassSection.objects.get(pk=section.pk).meets == Multirange(
        sorted(hours, key=lambda during: during.lower)
    )
