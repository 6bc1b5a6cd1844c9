"""What templates of finance say."""

from django import template

from enrolment.wording import money_finance as wording

register = template.Library()


@register.filter
def account_words(account: str) -> str:
    """Return what an account is called."""
    return wording.account(account)
