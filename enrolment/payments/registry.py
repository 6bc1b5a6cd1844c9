"""Which provider takes money for us here, if any."""

from django.conf import settings

from enrolment.payments.protocol import PaymentProvider
from enrolment.payments.stripe import StripeProvider


def provider() -> PaymentProvider | None:
    """Return the provider that the settings name; None: nobody pays on the web here.

    Pages then offer the counter alone. Read at each call, so that it always is what the settings
    say; the connections behind it are kept.
    """
    if not settings.STRIPE_SECRET_KEY:
        return None
    return StripeProvider(
        key=settings.STRIPE_SECRET_KEY,
        secrets=settings.STRIPE_WEBHOOK_SECRETS,
        livemode=settings.STRIPE_LIVEMODE,
        address=settings.STRIPE_API_BASE,
    )
