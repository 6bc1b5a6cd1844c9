"""Subjects, courses, terms and classes without seats: what the catalogue reads."""

from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory

from courses.models import (
    ClassSection,
    Course,
    Department,
    Lesson,
    SectionAvailability,
    Subject,
    Teacher,
    Term,
)
from courses.services import plan_lessons, refresh_search_keys
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.campus import CampusFactory, RoomFactory, TimeSlotFactory
from tests.factories.times import TODAY


class DepartmentFactory(DjangoModelFactory):
    """Sports and health."""

    class Meta:
        model = Department
        django_get_or_create = ("name",)

    name = "体育保健"


class SubjectFactory(DjangoModelFactory):
    """Tai chi, found by its other names, too."""

    class Meta:
        model = Subject
        django_get_or_create = ("name",)

    department = factory.SubFactory(DepartmentFactory)
    name = "太极拳剑"
    also_called = ""
    code = factory.Sequence(lambda n: f"C{n}")
    slug = factory.Sequence(lambda n: f"learn-{n}")
    position = factory.Sequence(lambda n: n % 30_000)


class CourseFactory(DjangoModelFactory):
    """The beginners' level of a subject; can be found."""

    class Meta:
        model = Course
        django_get_or_create = ("subject", "level")
        skip_postgeneration_save = True

    subject = factory.SubFactory(SubjectFactory)
    level = Course.Level.BEGINNER
    slug = factory.Sequence(lambda n: f"taught-{n}")
    name = factory.LazyAttribute(lambda it: f"{it.subject.name}初级")

    @factory.post_generation
    def findable(self, create, extracted, **kwargs):
        if create:
            refresh_search_keys(courses=Course.objects.filter(pk=self.pk))
            self.refresh_from_db()


class TermFactory(DjangoModelFactory):
    """The spring term in open enrolment: sixteen weeks from 1 March 2027, a Monday."""

    class Meta:
        model = Term
        django_get_or_create = ("code",)

    unit = factory.SubFactory(UnitFactory)
    code = "2027-spring"
    name = "2027春季学期"
    phase = Term.Phase.OPEN_ENROLMENT
    starts_on = date(2027, 3, 1)
    ends_on = date(2027, 6, 20)


class TeacherFactory(DjangoModelFactory):
    """A teacher of the city's university."""

    class Meta:
        model = Teacher

    unit = factory.SubFactory(UnitFactory)
    name = factory.Sequence(lambda n: f"何老师{n}")


class ClassFactory(DjangoModelFactory):
    """A free class with six places left, Tuesdays at half past eight."""

    class Meta:
        model = ClassSection
        skip_postgeneration_save = True

    class Params:
        closed = factory.Trait(closes_at=TODAY)
        not_open_yet = factory.Trait(opens_at=TODAY + timedelta(days=1))
        online = factory.Trait(mode=ClassSection.Mode.ONLINE, room=None)

    course = factory.SubFactory(CourseFactory)
    term = factory.SubFactory(TermFactory)
    campus = factory.SubFactory(CampusFactory)
    unit = factory.LazyAttribute(lambda it: it.campus.unit)
    room = factory.LazyAttribute(lambda it: RoomFactory(campus=it.campus))
    slot = factory.SubFactory(TimeSlotFactory)
    number = factory.Sequence(lambda n: n % 30_000)
    capacity = 20

    @factory.post_generation
    def left(self, create, extracted, **kwargs):
        """``left=0`` is a full class."""
        if create:
            SectionAvailability.objects.create(
                section=self, seats_left=6 if extracted is None else extracted, as_of=TODAY
            )


def dated(section: ClassSection) -> list[Lesson]:
    """Date the lessons of a class, as its office does."""
    return plan_lessons(section=section, actor=StaffFactory(unit=section.unit), at=TODAY)
