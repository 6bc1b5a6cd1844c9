"""Lessons with a teacher, films of them, and who sits in the class."""

from datetime import timedelta
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from accounts.models import StaffPost
from courses.models import Lesson, Teacher
from enrolment.models import Enrolment
from livestream.domain import live
from livestream.models import Broadcast, Recording, Upload
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.times import TODAY


class TeacherFactory(DjangoModelFactory):
    """A teacher with an account and the post that goes with it."""

    class Meta:
        model = Teacher

    user = factory.SubFactory(StaffFactory, role=StaffPost.Role.TEACHER)
    unit = factory.LazyAttribute(lambda it: it.user.posts.get().unit)
    name = "何老师"


class LessonFactory(DjangoModelFactory):
    """This morning's lesson of a class that has a teacher; it ended half an hour ago."""

    class Meta:
        model = Lesson

    section = factory.SubFactory(
        SectionFactory, teacher=factory.SubFactory(TeacherFactory), seats=False
    )
    number = 3
    during = Range(TODAY - timedelta(hours=2), TODAY - timedelta(minutes=30))


class RecordingFactory(DjangoModelFactory):
    """A film of this morning's lesson, waiting for its worker."""

    class Meta:
        model = Recording

    lesson = factory.SubFactory(LessonFactory)
    unit = factory.LazyAttribute(lambda it: it.lesson.section.unit)
    uploaded_by = factory.LazyAttribute(lambda it: it.lesson.section.teacher.user)
    uploaded_at = TODAY

    class Params:
        processing = factory.Trait(
            status="processing", attempt=1, lease_ends_at=TODAY + timedelta(minutes=3)
        )
        ready = factory.Trait(
            status="ready", attempt=1, generation=1, seconds=600.0, progress=100, ready_at=TODAY
        )
        published = factory.Trait(
            status="published",
            attempt=1,
            generation=1,
            seconds=600.0,
            progress=100,
            ready_at=TODAY,
            published_at=TODAY,
        )
        failed = factory.Trait(status="failed", attempt=1, problem="damaged")


class UploadFactory(DjangoModelFactory):
    """Where the bytes of a film lie."""

    class Meta:
        model = Upload

    recording = factory.SubFactory(RecordingFactory)
    by = factory.LazyAttribute(lambda it: it.recording.uploaded_by)
    press = factory.LazyFunction(uuid4)
    original_name = "lesson.mp4"
    stored_as = factory.LazyAttribute(lambda it: f"source/{it.recording.asset.hex}")
    size = 1000
    offset = factory.SelfAttribute("size")
    state = "arrived"
    began_at = TODAY
    received_at = TODAY

    class Params:
        arriving = factory.Trait(
            recording=None,
            lesson=factory.SubFactory(LessonFactory),
            by=factory.LazyAttribute(lambda it: it.lesson.section.teacher.user),
            stored_as="",
            offset=0,
            state="arriving",
            received_at=None,
            expires_at=TODAY + timedelta(days=7),
        )


class BroadcastFactory(DjangoModelFactory):
    """A lesson that is to go out live; nobody knows its key."""

    class Meta:
        model = Broadcast

    lesson = factory.SubFactory(LessonFactory)
    unit = factory.LazyAttribute(
        lambda it: it.lesson.section.unit if it.lesson else it.lecture.unit
    )
    opened_by = factory.LazyAttribute(
        lambda it: it.lesson.section.teacher.user if it.lesson else StaffFactory()
    )
    opened_at = TODAY
    key_hash = factory.LazyFunction(lambda: live.hash_of(live.new_key()))

    class Params:
        live = factory.Trait(status="live", began_at=TODAY - timedelta(minutes=5))


def seat_in(section, learner=None, status=Enrolment.Status.ACTIVE):
    """Somebody who sits in a class (a new learner, unless one is given)."""
    learner = learner or LearnerFactory()
    Enrolment.objects.create(
        section=section,
        learner=learner,
        unit=section.unit,
        status=status,
        source=Enrolment.Source.OPEN,
        slots=Multirange(),
        created_at=TODAY,
    )
    return learner
