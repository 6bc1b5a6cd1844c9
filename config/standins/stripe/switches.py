"""The faults that can be switched on, each by its name."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Switches:
    """How the next requests, payments, refunds and notifications go wrong.

    Counters say how many requests that change something are met. ``on`` narrows them to paths
    that contain it (``sessions``, ``refunds``).
    """

    on: str = ""
    fail: int = 0  # 500, nothing done; the answer is saved under the key, as Stripe does
    fail_done: int = 0  # 500, and yet it was done; saved too
    lose: int = 0  # done, and the line is cut before the answer
    busy: int = 0  # 429
    away: bool = False  # nobody answers at all
    slow: float = 0.0  # seconds before each answer

    hold: bool = False  # notifications wait until this is switched off
    backwards: bool = False  # and then come the newest first
    repeat: int = 0  # each comes that many times more
    forged: bool = False  # a forged copy comes before each
    stale: bool = False  # each is signed ten minutes ago

    refunds: str = ""  # pending|succeeded|failed, whatever the way of payment
    later: str = "succeeded"  # what becomes of payments that take their time: succeeded|failed
    amount: int | None = None  # what arrives instead of what was asked for
    currency: str = ""

    def turn(self, **changes: Any) -> None:
        """Set switches. Raises ``ValueError`` for one there is not."""
        known = {field.name for field in fields(self)}
        if wrong := set(changes) - known:
            raise ValueError(f"no switch {', '.join(sorted(wrong))}")
        for name, value in changes.items():
            setattr(self, name, value)

    def reset(self) -> None:
        """Everything works again."""
        self.__init__()  # type: ignore[misc]  # the defaults are what works

    def takes(self, name: str, path: str) -> bool:
        """Whether this fault meets a request; counts it."""
        left: int = getattr(self, name)
        if left <= 0 or self.on not in path:
            return False
        setattr(self, name, left - 1)
        return True
