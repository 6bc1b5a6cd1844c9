"""Words about courses followed from home."""

from django import template

from enrolment import wording
from enrolment.models import CloudSeat

register = template.Library()


@register.filter
def how_it_came(seat: CloudSeat) -> str:
    """Say how a learner came to a cloud seat."""
    return wording.how_it_came(seat)
