"""What templates of all floors ask about replays."""

from django import template

from courses.models import ClassSection
from livestream.models import Recording

register = template.Library()


@register.simple_tag
def has_replays(section: ClassSection) -> bool:
    """Whether a lesson of this class can be watched again."""
    return Recording.objects.published().filter(lesson__section=section).exists()
