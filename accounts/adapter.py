"""allauth's questions, answered by our records."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by phone."""


class MFAAdapter(DefaultMFAAdapter):
    """Second factor of staff."""
