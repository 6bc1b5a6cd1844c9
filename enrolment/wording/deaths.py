"""What is said to staff when a learner has died."""

from django.utils.translation import gettext as _

from accounts.models import Learner


def death_noted(learner: Learner) -> str:
    """Say that it is noted, and what to tell the family."""
    return _(
        "Noted. %(name)s is not written to any more. If fees were paid, tell the family: what"
        " comes back is given to them at this counter, once a second person has agreed."
    ) % {"name": learner.name}


def death_put_right(learner: Learner) -> str:
    """Say what is back, and what the office still has to see to."""
    return _(
        "Put right: %(name)s can sign in again, and helpers help again. Look with the learner at"
        " the places that ended, and say that we are sorry."
    ) % {"name": learner.name}


def another_puts_it_right() -> str:
    """Say who may: nobody corrects themselves unseen."""
    return _("A colleague has to put this right: two people look at it.")
