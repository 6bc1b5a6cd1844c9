"""Every sentence said to a learner about seats: what happened, then what to do next."""

from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from courses.models import ClassSection
from enrolment.domain.refusals import Refusal
from enrolment.domain.waitlist import Length


def moment(at: datetime) -> str:
    """Return day, weekday and hour in words."""
    local = localtime(at)
    day = date_format(local, pgettext("format of a day", "l j F"))
    return f"{day} {date_format(local, 'G:i')}"


def refusal(  # noqa: PLR0911, PLR0912 - one sentence for each reason, side by side
    reason: Refusal,
    section: ClassSection | None = None,
    *,
    other: ClassSection | None = None,
    opens_at: datetime | None = None,
) -> str:
    """Say why not, and what to do next. ``other`` is the class in the way."""
    in_the_way = other.display_name() if other else _("another class")
    match reason:
        case Refusal.NOT_OPEN_YET:
            opens_at = opens_at or (section.opens_at if section else None)
            if opens_at:
                return _("You can ask for a place from %(day)s. Please come back then.") % {
                    "day": moment(opens_at)
                }
            return _("Enrolment for this class has not started. The prospectus says when it does.")
        case Refusal.CLOSED:
            return _("This class takes no more learners. The office can tell you of others.")
        case Refusal.LATE:
            return _(
                "Lessons have begun. Phone us: the teacher can let you join in the first weeks."
            )
        case Refusal.TOO_LATE_TO_JOIN:
            return _("It is too late to join this term. You are welcome from the next term on.")
        case Refusal.ALREADY_IN:
            return _("You already have a place in this class. You will find it in My classes.")
        case Refusal.ALREADY_WAITING:
            return _("You are on the waiting list of this class. My classes shows your place.")
        case Refusal.JUST_WITHDRAWN:
            return _("You have just left this class. You can take your place back in My classes.")
        case Refusal.LIMIT:
            return _(
                "You already have as many classes as one person can have this term."
                " To take this one, leave another one first."
            )
        case Refusal.HOT_LIMIT:
            return _(
                "One person can have one of the most wanted classes a term, and you have yours."
                " Other classes are open to you."
            )
        case Refusal.TOO_MANY_HOLDS:
            return _("Places are being kept for you already. Pay for one or give it back first.")
        case Refusal.CLASH:
            return _(
                "At that hour you are in “%(other)s”. Choose another hour, or leave that one."
            ) % {"other": in_the_way}
        case Refusal.TRAVEL_GAP:
            return _(
                "Too little time lies between this class and “%(other)s” at another campus."
                " Choose another hour or the same campus."
            ) % {"other": in_the_way}
        case Refusal.ACCOUNT_CLOSED:
            return _("This learner's account is closed. Please phone us.")
        case Refusal.TOO_YOUNG:
            return _(
                "This class is for women from %(women)s and men from %(men)s."
                " Online lessons are open to everybody."
            ) % {
                "women": section.course.min_age_f if section else 50,
                "men": section.course.min_age_m if section else 55,
            }
        case Refusal.TOO_OLD_TO_BEGIN:
            return _(
                "This course is hard on the body: we let nobody begin it past %(age)s."
                " Phone us, we know gentler ones."
            ) % {"age": section.course.max_new_age if section else 75}
        case Refusal.NEEDS_HEALTH_DECLARATION:
            return _("This course needs your health declaration. It takes one minute.")
        case Refusal.NEEDS_FAMILY_CONSENT:
            return _(
                "From your age on, one of your family signs a paper before the first class."
                " The counter of %(office)s has it (phone %(phone)s) and then enrols you at once."
            ) % _counter_of(section)
        case Refusal.LEVEL:
            return _(
                "This class follows the one below it. If you have learnt it elsewhere, phone us:"
                " the teacher will see you and place you."
            )
        case Refusal.REPEAT:
            return _(
                "You have completed this course."
                " Places left over in open enrolment are for you too."
            )
        case Refusal.ABSENCE:
            return _(
                "You were taken off a class last term after being absent, so the most wanted"
                " classes are closed to you this term. Others are open. Phone us if that is wrong."
            )
        case Refusal.NOT_IN:
            return _("You are not in this class any more. My classes shows where you are.")
        case Refusal.NOT_WAITING:
            return _("You are not on this waiting list any more. My classes shows where you are.")
        case Refusal.TOO_LATE:
            return _(
                "The time for this has run out. Phone us, and we look for another way together."
            )
        case Refusal.OTHER_REQUEST:
            return _("Please go back one page and press the button again.")
        case Refusal.NOT_YOURS:
            return _("This is not yours to change. Please phone us.")


def _counter_of(section: ClassSection | None) -> dict[str, str]:
    """Return the office that enrols in a class: at a teaching point nobody sits at a counter."""
    if section is None:
        return {"office": _("your university"), "phone": settings.SITE_PHONE}
    unit = section.unit
    return {"office": unit.display_name(), "phone": unit.phone or settings.SITE_PHONE}


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


def refund_rule(section: ClassSection) -> str:
    """Say what comes back when one leaves."""
    if not section.fee_fen:
        return _("This class costs nothing.")
    return _(
        "All of it until the second lesson. Then for the lessons that remain, until the fifth."
        " After that, only for special reasons such as illness."
    )


def reminder_set(opens_at: datetime) -> str:
    """Say that a letter will come."""
    return _("We will send you a message when enrolment starts: %(day)s.") % {
        "day": moment(opens_at)
    }


def health_declared() -> str:
    """Say that the declaration is with us."""
    return _("We have your health declaration. It counts for one year.")


# To staff


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
