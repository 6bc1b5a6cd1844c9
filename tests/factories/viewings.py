"""Afternoons at viewing points."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory
from psycopg.types.range import Range

from accounts.models import StaffPost
from livestream.models import RoomViewing
from tests.factories.accounts import StaffFactory
from tests.factories.campus import CampusFactory
from tests.factories.lectures import LectureFactory
from tests.factories.livestream import LessonFactory
from tests.factories.times import TODAY

HOUR = timedelta(hours=1)


class ViewingFactory(DjangoModelFactory):
    """This morning's lesson, to be shown this afternoon at a village's viewing point."""

    class Meta:
        model = RoomViewing

    campus = factory.SubFactory(CampusFactory, viewing_point=True, name="梧桐村收视点")
    lesson = factory.SubFactory(LessonFactory)
    during = Range(TODAY + HOUR, TODAY + 2 * HOUR)

    class Params:
        of_lecture = factory.Trait(lesson=None, lecture=factory.SubFactory(LectureFactory))
        running = factory.Trait(status="running", began_at=TODAY)
        over = factory.Trait(status="ended", began_at=TODAY, ended_at=TODAY + HOUR)


def facilitator_of(campus):
    """Who looks after the room of a place."""
    return StaffFactory(unit=campus.unit, role=StaffPost.Role.FACILITATOR)
