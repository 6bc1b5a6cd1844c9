"""Which providers take money for us here, by their names."""

from collections.abc import Callable, Mapping

from django.conf import settings

from enrolment.payments.protocol import PaymentProvider
from enrolment.payments.stripe import StripeProvider


def provider(name: str = "") -> PaymentProvider | None:
    """Return the provider of a name; without one, the provider that new payments go to.

    What was begun with one is asked of that one: attempts, payments and notifications name
    theirs. None: it is not set up here; pages then offer the counter alone. Read at each call,
    so that it always is what the settings say; the connections behind it are kept.
    """
    made_by = MADE_BY.get(name or FOR_NEW_PAYMENTS)
    return made_by() if made_by is not None else None


def _stripe() -> PaymentProvider | None:
    if not settings.STRIPE_SECRET_KEY:
        return None
    return StripeProvider(
        key=settings.STRIPE_SECRET_KEY,
        secrets=settings.STRIPE_WEBHOOK_SECRETS,
        livemode=settings.STRIPE_LIVEMODE,
        address=settings.STRIPE_API_BASE,
    )


# A second one is a line here, and a door for what it notifies us of.
MADE_BY: Mapping[str, Callable[[], PaymentProvider | None]] = {StripeProvider.name: _stripe}
FOR_NEW_PAYMENTS = StripeProvider.name
NAMES = tuple(MADE_BY)
