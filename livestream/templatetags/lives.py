"""What templates of all floors ask about live lessons."""

from django import template

from accounts import clock
from courses.models import ClassSection, Lesson
from livestream.queries import live

register = template.Library()


@register.simple_tag
def next_live(section: ClassSection) -> Lesson | None:
    """The lesson of a class that is live now, or goes out live within a day."""
    broadcast = live.live_for_class(section.pk, at=clock.now())
    return broadcast.lesson if broadcast is not None else None
