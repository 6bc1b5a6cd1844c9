"""Keeping the catalogue findable: names complete, search keys made anew when a name changes."""

from django.db import transaction

from courses.domain.search import key_of
from courses.models import Course, Department, Subject
from courses.models.catalogue import CourseQuerySet


@transaction.atomic
def keep_department(*, department: Department) -> Department:
    """Store a department with complete names, and let its courses be found by them."""
    department.complete_names()
    department.save()
    refresh_search_keys(courses=Course.objects.filter(subject__department=department))
    return department


@transaction.atomic
def keep_subject(*, subject: Subject) -> Subject:
    """Store a subject with complete names, and let its courses be found by them."""
    subject.complete_names()
    subject.save()
    refresh_search_keys(courses=Course.objects.filter(subject=subject))
    return subject


@transaction.atomic
def keep_course(*, course: Course) -> Course:
    """Store a course with complete names and its search key."""
    course.complete_names()
    course.search_key = search_key(course)
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
