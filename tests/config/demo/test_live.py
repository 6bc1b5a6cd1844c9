"""The live lessons of the demo."""

import pytest

from config.demo import load_live
from livestream.models import Broadcast
from tests.factories.livestream import LessonFactory
from tests.factories.times import TODAY
from tests.livestream.live.test_doors import SOON

pytestmark = pytest.mark.django_db


def test_next_lesson_of_the_class_and_one_whose_hour_it_is_wait_for_their_picture():
    filmed = LessonFactory()
    following = LessonFactory(section=filmed.section, number=4, during=SOON)
    load_live.plan_lessons(filmed, TODAY)
    broadcast = Broadcast.objects.standing().get()
    assert (broadcast.lesson, broadcast.dial_in) == (following, load_live.NUMBER)
