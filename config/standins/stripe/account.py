"""The account at Stripe that is played: what it knows, its time, its faults, who is told."""

from dataclasses import dataclass
from typing import Any

import stripe

from config.standins.stripe.clock import Clock
from config.standins.stripe.courier import Courier
from config.standins.stripe.state import Object, State
from config.standins.stripe.switches import Switches

API_VERSION = stripe.api_version


@dataclass(frozen=True)
class Account:
    """One account. ``pages`` is the address under which browsers find its pages of payment."""

    state: State
    clock: Clock
    switches: Switches
    courier: Courier
    key: str
    pages: str
    arrives_after: int | None = None  # seconds until slow money arrives; None: when it is told to

    def make(self, kind: str, **fields: Any) -> Object:
        """Write down a new object."""
        return self.state.make(kind, created=self.clock.now(), **fields)

    def tell(self, kind: str, about: Object) -> Object:
        """Write down what happened, and send word of it."""
        event = self.make(
            "event",
            type=kind,
            api_version=API_VERSION,
            data={"object": self.state.picture(about)},
            pending_webhooks=1 if self.courier.url else 0,
            request={"id": None, "idempotency_key": None},
        )
        self.courier.send(event)
        return event
