"""What is said to staff about seats."""

from django.utils.translation import gettext as _

from courses.models import ClassSection
from courses.templatetags.catalogue import yuan
from enrolment.domain.changes import Difference, Money


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


def told_of_loss(name: str) -> str:
    """Say that a call about a place that has run out stands in the book."""
    return _("The call to %(name)s is written down.") % {"name": name}


def money_at_the_desk(said: Difference, *, is_full: bool) -> str:
    """Say to the clerk what to take or give; "" where the learner's own words will do."""
    amount = {"amount": yuan(said.fen)}
    match said.money, is_full:
        case Money.MORE, False:
            return (
                _(
                    "Change the class, then take the difference of %(amount)s at the till. On the"
                    " telephone: it can be paid on the web, under “My fees”."
                )
                % amount
            )
        case Money.MORE, True:
            return (
                _("The difference is %(amount)s. Take it when there is a place, not now.") % amount
            )
        case Money.BACK, False:
            return (
                _("Change the class. The difference of %(amount)s goes back the way it was paid.")
                % amount
            )
        case Money.BACK, True:
            return (
                _("The difference of %(amount)s goes back by itself when there is a place.")
                % amount
            )
    return ""


def changed_to(section: ClassSection) -> str:
    """Say to the clerk that the change is done."""
    return _("Changed to “%(class)s”.") % {"class": section.display_name()}


def term_to_move_on() -> str:
    """Say to the clerk what keeps late-comers out: phases are begun by hand."""
    return _(
        "The term still stands at “left-over places”, and their days are over. Ask the registrar"
        " to move it on to “being taught”: then late-comers can join."
    )
