"""Keeping the catalogue findable: names complete, search keys made anew when a name changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from courses.domain.search import key_of
from courses.models import Course, Department, Subject
from courses.models.catalogue import CourseQuerySet
from courses.services.lessons import LIST_IS_CLOSED, constraint_of


class NamedOnAList(Exception):
    """Classes of a closed list are named by subject and level; these stay until its draw is out.

    Nothing has been changed.
    """


@contextmanager
def _while_lists_allow() -> Iterator[None]:
    """The database decides, so no list closes between a question and the write."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) != LIST_IS_CLOSED:
            raise
        raise NamedOnAList from error


@transaction.atomic
def keep_department(*, department: Department) -> Department:
    """Store a department with complete names, and let its courses be found by them."""
    department.complete_names()
    department.save()
    refresh_search_keys(courses=Course.objects.filter(subject__department=department))
    return department


@transaction.atomic
def keep_subject(*, subject: Subject) -> Subject:
    """Store a subject with complete names, and let its courses be found by them.

    Raises ``NamedOnAList`` for another code while a closed list has classes of it.
    """
    subject.complete_names()
    with _while_lists_allow():
        subject.save()
    refresh_search_keys(courses=Course.objects.filter(subject=subject))
    return subject


@transaction.atomic
def keep_course(*, course: Course) -> Course:
    """Store a course with complete names and its search key.

    Raises ``NamedOnAList`` for another level while a closed list has classes of it.
    """
    course.complete_names()
    course.search_key = search_key(course)
    with _while_lists_allow():
        course.save()
    return course


def refresh_search_keys(*, courses: CourseQuerySet | None = None) -> int:
    """Make the search keys of these courses (of all, if none are given) anew; return how many."""
    wanted = Course.objects.all() if courses is None else courses
    found = list(wanted.select_related("subject__department"))
    for course in found:
        course.search_key = search_key(course)
    Course.objects.bulk_update(found, ["search_key"], batch_size=500)
    return len(found)


def search_key(course: Course) -> str:
    """Return what the search reads: names of course, subject and department in all languages.

    The course's own name comes first, so that what begins with the words ranks first.
    """
    subject = course.subject
    records = (course, subject, subject.department)
    return key_of(
        [record.name for record in records[:2]]
        + subject.also_called.split()
        + [subject.department.name]
        + [name for record in records for name in record.name_i18n.values()]
    )
