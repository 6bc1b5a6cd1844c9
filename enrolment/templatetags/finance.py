"""What templates of finance say."""

from django import template
from django.urls import reverse

from enrolment.models import Difference
from enrolment.wording import money_finance as wording

register = template.Library()

# Where a difference of a kind is put right, when its subject names one of our rows.
SEEN_TO = {
    ("suspense", "payment"): "enrolment:place-payment",
    ("refund", "refund"): "enrolment:desk-refund",
    ("drawer", "drawer"): "enrolment:show-drawer",
}


@register.filter
def account_words(account: str) -> str:
    """Return what an account is called."""
    return wording.account(account)


@register.filter
def seen_to_at(difference: Difference) -> str:
    """Return the page where a difference is put right; "" where words are all one can add."""
    what, _colon, number = difference.subject.partition(":")
    name = SEEN_TO.get((difference.kind, what))
    return reverse(name, args=[number]) if name else ""
