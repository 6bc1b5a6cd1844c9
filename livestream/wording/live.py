"""Every sentence about live lessons: to who teaches, to who watches, to the camera's program."""

from __future__ import annotations

from django.utils.translation import gettext as _

from livestream.domain.live import Refusal


def camera_refused(reason: Refusal) -> str:
    """Why a camera is not let in, as its program shows it."""
    match reason:
        case Refusal.UNKNOWN_KEY:
            return _("This key is not known. Please copy the key from the page of the lesson.")
        case Refusal.TAKEN:
            return _("Another camera is sending to this lesson. Please stop that one first.")
        case Refusal.OVER:
            return _("This lesson is over. To go on, make a new key on the page of the lesson.")
        case Refusal.TOO_LATE:
            return _("The hour of this lesson is long over. Please choose the next lesson.")
        case Refusal.CALLED_OFF:
            return _("This lesson is called off.")
