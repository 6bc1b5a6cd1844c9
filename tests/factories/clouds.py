"""Who follows a course from home, and whose materials are printed."""

import factory
from factory.django import DjangoModelFactory

from enrolment.models import CloudSeat, DeliveryRequest
from tests.factories.accounts import LearnerFactory
from tests.factories.campus import CampusFactory
from tests.factories.enrolment import CourseFactory, TermFactory
from tests.factories.times import TODAY


class CloudSeatFactory(DjangoModelFactory):
    """A course that its learner asked to follow from home."""

    class Meta:
        model = CloudSeat

    learner = factory.SubFactory(LearnerFactory)
    course = factory.SubFactory(CourseFactory)
    term = factory.SubFactory(TermFactory)
    source = CloudSeat.Source.REQUEST
    created_at = TODAY


class PackFactory(DjangoModelFactory):
    """Materials on paper, to be fetched at a campus; nothing is printed yet."""

    class Meta:
        model = DeliveryRequest

    cloud_seat = factory.SubFactory(CloudSeatFactory)
    learner = factory.SelfAttribute("cloud_seat.learner")
    campus = factory.SubFactory(CampusFactory)
    asked_at = TODAY
    asked_by = factory.LazyAttribute(lambda it: it.learner.user)
