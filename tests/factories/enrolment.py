"""Classes with seats in a term that takes people, and who sits or waits in them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from campus.models import Campus, Room, TimeSlot
from courses.models import ClassSection, Course, Department, Lesson, Subject, Term, TermPolicy
from courses.models.terms import default_rules
from enrolment.models import Seat, WaitlistEntry
from tests.factories.accounts import LearnerFactory, UnitFactory
from tests.factories.times import TODAY

CHINA = ZoneInfo("Asia/Shanghai")
STARTS_ON = date(2027, 3, 1)


class TermFactory(DjangoModelFactory):
    """A term in open enrolment with the rules of `domain.md`; lessons begin in three months."""

    class Meta:
        model = Term
        skip_postgeneration_save = True

    unit = factory.SubFactory(UnitFactory)
    code = factory.Sequence(lambda n: f"term-{n}")
    name = "2027春季学期"
    phase = Term.Phase.OPEN_ENROLMENT
    starts_on = STARTS_ON
    ends_on = STARTS_ON + timedelta(weeks=16)
    rules = factory.RelatedFactory(
        "tests.factories.enrolment.PolicyFactory", factory_related_name="term"
    )


class PolicyFactory(DjangoModelFactory):
    """Version 1 of a term's rules, in force."""

    class Meta:
        model = TermPolicy

    version = 1
    rules = factory.LazyFunction(default_rules)
    published_at = TODAY - timedelta(days=60)


class CourseFactory(DjangoModelFactory):
    """A starter course that anybody of age may take."""

    class Meta:
        model = Course

    class Params:
        department = factory.LazyFunction(
            lambda: Department.objects.get_or_create(name="体育保健")[0]
        )

    subject = factory.LazyAttribute(
        lambda it: Subject.objects.create(
            department=it.department,
            code=f"S{it.number}",
            slug=f"subject-{it.number}",
            name="太极拳剑",
        )
    )
    number = factory.Sequence(lambda n: n)
    level = Course.Level.STARTER
    slug = factory.Sequence(lambda n: f"course-{n}")
    name = "太极拳剑"

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        kwargs.pop("number")
        return kwargs


class CampusFactory(DjangoModelFactory):
    """A main campus."""

    class Meta:
        model = Campus

    unit = factory.SubFactory(UnitFactory)
    kind = Campus.Kind.MAIN
    name = factory.Sequence(lambda n: f"第{n}校区")
    slug = factory.Sequence(lambda n: f"campus-{n}")
    address = "人民路1号"
    x_km = 0
    y_km = 0
    phone = "88880001"
    hours = "周一至周五 8:30–17:00"


def slot_at(weekday: int, starts: time) -> TimeSlot:
    """One of the weekly hours: an hour and a half from ``starts``."""
    ends = (datetime.combine(date.min, starts) + timedelta(minutes=90)).time()
    return TimeSlot.objects.get_or_create(
        weekday=weekday,
        starts_at=starts,
        defaults={
            "ordinal": 1,
            "half_day": "morning" if starts < time(12) else "afternoon",
            "ends_at": ends,
        },
    )[0]


def meetings(slot: TimeSlot, starts_on: date, weeks: int = 16) -> list[Range]:
    """The dated hours of a class that meets weekly."""
    first = starts_on + timedelta(days=slot.weekday - 1)
    return [
        Range(
            datetime.combine(first + timedelta(weeks=week), slot.starts_at, tzinfo=CHINA),
            datetime.combine(first + timedelta(weeks=week), slot.ends_at, tzinfo=CHINA),
        )
        for week in range(weeks)
    ]


class SectionFactory(DjangoModelFactory):
    """A free class with two seats, Tuesdays at half past eight, open for enrolment."""

    class Meta:
        model = ClassSection
        skip_postgeneration_save = True

    class Params:
        weekday = 2
        starts = time(8, 30)
        with_fee = factory.Trait(fee_fen=18000)
        not_open_yet = factory.Trait(opens_at=TODAY + timedelta(days=1))
        closed = factory.Trait(closes_at=TODAY)

    course = factory.SubFactory(CourseFactory)
    term = factory.SubFactory(TermFactory)
    campus = factory.SubFactory(CampusFactory)
    unit = factory.LazyAttribute(lambda it: it.campus.unit)
    room = factory.LazyAttributeSequence(
        lambda it, n: Room.objects.create(
            campus=it.campus, name=f"{n}", kind=Room.Kind.MULTIMEDIA, seats=40
        )
    )
    slot = factory.LazyAttribute(lambda it: slot_at(it.weekday, it.starts))
    number = factory.Sequence(lambda n: n % 30_000)
    capacity = 2
    min_size = 1
    meets = factory.LazyAttribute(lambda it: Multirange(meetings(it.slot, it.term.starts_on)))

    @factory.post_generation
    def seats(self, create, extracted, **kwargs):
        """Lay out as many seats as the class has; ``seats=False`` leaves that to the sweep."""
        if create and extracted is not False:
            Seat.objects.bulk_create(
                Seat(section=self, no=number) for number in range(1, self.capacity + 1)
            )

    @factory.post_generation
    def lessons(self, create, extracted, **kwargs):
        """``lessons=True`` dates the meetings, too."""
        if create and extracted:
            Lesson.objects.bulk_create(
                Lesson(section=self, number=n, during=during, room=self.room)
                for n, during in enumerate(meetings(self.slot, self.term.starts_on), 1)
            )


class WaitlistEntryFactory(DjangoModelFactory):
    """Somebody who waits since yesterday."""

    class Meta:
        model = WaitlistEntry

    section = factory.SubFactory(SectionFactory)
    learner = factory.SubFactory(LearnerFactory)
    unit = factory.LazyAttribute(lambda it: it.section.unit)
    ticket = factory.Sequence(lambda n: n + 1)
    joined_at = TODAY - timedelta(days=1)
