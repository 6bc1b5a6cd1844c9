"""What templates say of money."""

from django import template

from enrolment.domain.money import capitals
from enrolment.domain.money.codes import in_groups

register = template.Library()


@register.filter
def code_words(code: str) -> str:
    """Return a pay code in groups of four, as it is read out and typed."""
    return in_groups(code)


@register.filter
def in_capitals(fen: int) -> str:
    """Return an amount in the capitals of a cashier."""
    return capitals.in_capitals(fen)
