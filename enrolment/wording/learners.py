"""What is said to a learner: what happened, and what comes of it."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import ClassSection
from courses.templatetags.catalogue import yuan
from enrolment.domain.refunds import Refund, Share
from enrolment.domain.waitlist import Length
from enrolment.wording.moments import moment


def seat_went_meanwhile() -> str:
    """Say that somebody was faster, without alarm."""
    return _("The last place went a moment ago. We have put you on the waiting list.")


def seat_came_meanwhile() -> str:
    """Say that a place was free after all."""
    return _("A place was free after all. It is yours.")


def line_length(length: Length) -> str:
    """Say how long a waiting list is."""
    match length:
        case Length.SHORT:
            return _("up to 10 people wait")
        case Length.MIDDLE:
            return _("10 to 30 people wait")
        case Length.LONG:
            return _("more than 30 people wait")


def refund_rule(section: ClassSection, *, joined_late: bool = False) -> str:
    """Say what comes back when one leaves; who joined when lessons had begun has another rule."""
    if not section.fee_fen:
        return _("This class costs nothing.")
    if joined_late:
        return _("Who joins late gets no fee back, except for illness and the like.")
    return _(
        "All of it until the second lesson. Then for the lessons that remain, until the fifth."
        " After that, only for special reasons such as illness."
    )


def comes_back(refund: Refund) -> str:
    """Say what comes back if one leaves now."""
    match refund.share:
        case Share.WHOLE:
            return _("You get the whole fee back: %(amount)s.") % {"amount": yuan(refund.fen)}
        case Share.REMAINING:
            return ngettext(
                "You get %(number)s lesson back: %(amount)s.",
                "You get %(number)s lessons back: %(amount)s.",
                refund.lessons,
            ) % {"number": refund.lessons, "amount": yuan(refund.fen)}
        case Share.LOST:
            return ngettext(
                "%(number)s lesson did not take place. You get it back: %(amount)s.",
                "%(number)s lessons did not take place. You get them back: %(amount)s.",
                refund.lessons,
            ) % {"number": refund.lessons, "amount": yuan(refund.fen)}
        case Share.NOTHING_JOINED_LATE:
            return _(
                "Who joined after the lessons had begun gets no fee back."
                " For special reasons such as illness you can ask for it, here or at the counter."
            )
        case Share.NOTHING:
            return _(
                "The fifth lesson is over: the fee is not paid back."
                " For special reasons such as illness you can ask for it, here or at the counter."
            )


def not_paid_in_time(*, can_be_had: bool) -> str:
    """Say that a place that was kept is gone, and whether there is another one."""
    if can_be_had:
        return _(
            "It was not paid in time, so the place could not be kept."
            " There are places now; you can enrol again."
        )
    return _("It was not paid in time, so the place could not be kept.")


def reminder_set(opens_at: datetime) -> str:
    """Say that a letter will come."""
    return _("We will send you a message when enrolment starts: %(day)s.") % {
        "day": moment(opens_at)
    }


def health_declared() -> str:
    """Say that the declaration is with us."""
    return _("We have your health declaration. It counts for one year.")
