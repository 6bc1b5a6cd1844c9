"""Whoever takes money for us on the web, behind one narrow protocol."""

from enrolment.payments.protocol import (
    Event,
    Forged,
    Listed,
    PaymentProvider,
    ProviderFailed,
    ProviderRefused,
    ProviderUnknown,
    RefundSeen,
)
from enrolment.payments.registry import NAMES, provider

__all__ = [
    "NAMES",
    "Event",
    "Forged",
    "Listed",
    "PaymentProvider",
    "ProviderFailed",
    "ProviderRefused",
    "ProviderUnknown",
    "RefundSeen",
    "provider",
]
