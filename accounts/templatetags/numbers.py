"""Phone numbers as people read them."""

from django import template
from phonenumbers import NumberParseException

from accounts.domain import phones

register = template.Library()


@register.filter
def phone_words(number: str) -> str:
    """Return a stored number in groups; what is written otherwise stays as it is."""
    try:
        return phones.for_people(number)
    except NumberParseException:
        return number
