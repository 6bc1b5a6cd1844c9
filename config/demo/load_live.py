"""Live lessons of the demo: the next one of the painter's class, and one whose hour it is."""

from datetime import datetime

from courses.models import Lesson
from livestream.domain.live import OPENS_BEFORE
from livestream.services import live

NUMBER = "8888 0012"


def plan_lessons(filmed: Lesson, at: datetime) -> None:
    """Let both go out live; nobody has sent a picture, so their classrooms wait."""
    to_come = Lesson.objects.taking_place().filter(during__endswith__gt=at)
    with_account = to_come.filter(teacher=None, section__teacher__user__isnull=False)
    now = with_account.filter(during__startswith__lte=at + OPENS_BEFORE)
    next_of_class = with_account.filter(section=filmed.section)
    for found in (next_of_class, now):
        lesson = (
            found.select_related("section__teacher__user", "section__unit")
            .order_by("during", "pk")
            .first()
        )
        if lesson is None or lesson.section.teacher is None or lesson.section.teacher.user is None:
            continue
        teacher = lesson.section.teacher.user
        broadcast = live.open_broadcast(meeting=lesson, actor=teacher, at=at)
        live.keep_dial_in(broadcast=broadcast, number=NUMBER, actor=teacher, at=at)
