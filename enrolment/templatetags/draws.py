"""Last numbers of a draw, in tables that everybody reads."""

from django import template

from enrolment import queries, wording

register = template.Library()


@register.simple_tag
def last_in(outcome: queries.ClassOutcome, bucket: str) -> str:
    """Say up to which number people came into a kind of seat of a class."""
    return wording.last_admitted(outcome.last_in(bucket))
