"""How a service says no."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from enrolment.domain.refusals import Refusal
from enrolment.models import Claim


class SeatRefused(Exception):
    """The rules say no. Shown to the person, not logged.

    ``opening`` is the one to wait at, where it is not this person's turn yet; ``opens_at`` is
    from when on the same press would be answered, where that is a matter of time alone.
    """

    def __init__(
        self,
        reason: Refusal,
        *,
        other_section: int | None = None,
        opening: int | None = None,
        opens_at: datetime | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.other_section = other_section
        self.opening = opening
        self.opens_at = opens_at


class PressReused(Exception):
    """One key came with two different requests: a mistake of a page or a program, never a wish."""


def answered(claim: Claim) -> Claim:
    """Hand on what a press came to. Raises when it came to nothing."""
    if not claim.was_refused:
        return claim
    reason = Refusal(claim.reason)
    if reason is Refusal.NOT_YOURS:
        raise PermissionDenied
    if reason is Refusal.OTHER_REQUEST:
        raise PressReused
    raise SeatRefused(reason)
