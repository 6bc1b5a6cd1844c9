"""What is said to staff about seats."""

from django.utils.translation import gettext as _

from enrolment.domain.refusals import Refusal


def confirmed_at_counter(name: str) -> str:
    """Say that a place is somebody's now."""
    return _("The place is confirmed for %(name)s. A message has been sent.") % {"name": name}


def counter_refusal(reason: Refusal) -> str:
    """Say to staff why a place cannot be confirmed."""
    if reason is Refusal.ALREADY_IN:
        return _("This place is confirmed already.")
    if reason is Refusal.CLOSED:
        return class_called_off()
    return _("The hold has run out and the place was given on. Enrol the learner again.")


def class_called_off() -> str:
    """Say to staff that a class is over before its time."""
    return _("This class was called off. Everybody in it is being told.")


def resized(seats: int) -> str:
    """Say how many places a class has now."""
    return _("The class has %(seats)s places now.") % {"seats": seats}


def seats_in_use(seats: int) -> str:
    """Say that people sit in the places that were to go."""
    return _("%(seats)s places are in use or being answered; the class keeps these.") % {
        "seats": seats
    }
