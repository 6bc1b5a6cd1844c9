"""Whoever takes money for us on the web, behind one narrow protocol."""

from enrolment.payments.protocol import (
    Event,
    Forged,
    Listed,
    PaymentProvider,
    ProviderFailed,
    ProviderRefused,
    RefundSeen,
)
from enrolment.payments.registry import provider

__all__ = [
    "Event",
    "Forged",
    "Listed",
    "PaymentProvider",
    "ProviderFailed",
    "ProviderRefused",
    "RefundSeen",
    "provider",
]
