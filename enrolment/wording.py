"""Every sentence said to a learner about seats: what happened, then what to do next."""

from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from courses.models import ClassSection
from courses.templatetags.catalogue import yuan
from enrolment.domain.refunds import Refund, Share
from enrolment.domain.refusals import Refusal
from enrolment.domain.waitlist import Length

# Reasons that are said in the same words whatever the class.
WHY_NOT = {
    Refusal.CLOSED: gettext_lazy(
        "This class takes no more learners. The office can tell you of others."
    ),
    Refusal.LATE: gettext_lazy(
        "Lessons have begun. Phone us: the teacher can let you join in the first weeks."
    ),
    Refusal.TOO_LATE_TO_JOIN: gettext_lazy(
        "It is too late to join this term. You are welcome from the next term on."
    ),
    Refusal.ALREADY_IN: gettext_lazy(
        "You already have a place in this class. You will find it in My classes."
    ),
    Refusal.ALREADY_WAITING: gettext_lazy(
        "You are on the waiting list of this class. My classes shows your place."
    ),
    Refusal.JUST_WITHDRAWN: gettext_lazy(
        "You have just left this class. You can take your place back in My classes."
    ),
    Refusal.LIMIT: gettext_lazy(
        "You already have as many classes as one person can have this term."
        " To take this one, leave another one first."
    ),
    Refusal.HOT_LIMIT: gettext_lazy(
        "One person can have one of the most wanted classes a term, and you have yours."
        " Other classes are open to you."
    ),
    Refusal.TOO_MANY_HOLDS: gettext_lazy(
        "Places are being kept for you already. Pay for one or give it back first."
    ),
    Refusal.ACCOUNT_CLOSED: gettext_lazy("This learner's account is closed. Please phone us."),
    Refusal.NEEDS_HEALTH_DECLARATION: gettext_lazy(
        "This course needs your health declaration. It takes one minute."
    ),
    Refusal.LEVEL: gettext_lazy(
        "This class asks for the level below it first. If you have learnt it elsewhere,"
        " phone us: the teacher will see you and place you."
    ),
    Refusal.REPEAT: gettext_lazy(
        "You have completed this course. Places left over in open enrolment are for you too."
    ),
    Refusal.ABSENCE: gettext_lazy(
        "You were taken off a class last term after being absent, so the most wanted"
        " classes are closed to you this term. Others are open. Phone us if that is wrong."
    ),
    Refusal.NOT_IN: gettext_lazy(
        "You are not in this class any more. My classes shows where you are."
    ),
    Refusal.NOT_WAITING: gettext_lazy(
        "You are not on this waiting list any more. My classes shows where you are."
    ),
    Refusal.TOO_LATE: gettext_lazy(
        "The time for this has run out. Phone us, and we look for another way together."
    ),
    Refusal.OTHER_REQUEST: gettext_lazy("Please go back one page and press the button again."),
    Refusal.NOT_YOURS: gettext_lazy("This is not yours to change. Please phone us."),
}
IN_THE_WAY = {
    Refusal.CLASH: gettext_lazy(
        "At that hour you are in “%(other)s”. Choose another hour, or leave that one."
    ),
    Refusal.TRAVEL_GAP: gettext_lazy(
        "Too little time lies between this class and “%(other)s” at another campus."
        " Choose another hour or the same campus."
    ),
}


def moment(at: datetime) -> str:
    """Return day, weekday and hour in words."""
    local = localtime(at)
    day = date_format(local, pgettext("format of a day", "l j F"))
    return f"{day} {date_format(local, 'G:i')}"


def refusal(
    reason: Refusal,
    section: ClassSection | None = None,
    *,
    other: ClassSection | None = None,
    opens_at: datetime | None = None,
) -> str:
    """Say why not, and what to do next. ``other`` is the class in the way."""
    if reason in IN_THE_WAY:
        name = other.display_name() if other else _("another class")
        return IN_THE_WAY[reason] % {"other": name}
    match reason:
        case Refusal.NOT_OPEN_YET:
            return _not_open_yet(opens_at or (section.opens_at if section else None))
        case Refusal.NEEDS_FAMILY_CONSENT:
            return _needs_family_consent(section)
        case Refusal.TOO_YOUNG:
            return _too_young(section)
        case Refusal.TOO_OLD_TO_BEGIN:
            return _too_old_to_begin(section)
    return str(WHY_NOT[reason])


def _not_open_yet(opens_at: datetime | None) -> str:
    if opens_at is None:
        return _("Enrolment for this class has not started. The prospectus says when it does.")
    return _("You can ask for a place from %(day)s. Please come back then.") % {
        "day": moment(opens_at)
    }


def _needs_family_consent(section: ClassSection | None) -> str:
    return _(
        "From your age on, one of your family signs a paper before the first class."
        " The counter of %(office)s has it (phone %(phone)s) and then enrols you at once."
    ) % _counter_of(section)


def _too_young(section: ClassSection | None) -> str:
    return _(
        "This class is for women from %(women)s and men from %(men)s."
        " Online lessons are open to everybody."
    ) % {
        "women": section.course.min_age_f if section else 50,
        "men": section.course.min_age_m if section else 55,
    }


def _too_old_to_begin(section: ClassSection | None) -> str:
    return _(
        "This course is hard on the body: we let nobody begin it past %(age)s."
        " Phone us, we know gentler ones."
    ) % {"age": section.course.max_new_age if section else 75}


def _counter_of(section: ClassSection | None) -> dict[str, str]:
    """Return the office that enrols in a class: at a teaching point nobody sits at a counter."""
    if section is None:
        return {"office": _("your university"), "phone": settings.SITE_PHONE}
    unit = section.unit
    return {"office": unit.display_name(), "phone": unit.phone or settings.SITE_PHONE}


def limit_reached(limit: int) -> str:
    """Say how many classes one may have; the classes themselves stand beneath."""
    return ngettext(
        "One person can have %(limit)s class a term. To take this one, leave the one you have:",
        "One person can have %(limit)s classes a term. To take this one, leave one of yours:",
        limit,
    ) % {"limit": limit}


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
        case Share.NOTHING_JOINED_LATE:
            return _(
                "Who joined after the lessons had begun gets no fee back."
                " For special reasons such as illness, come to the counter."
            )
        case Share.NOTHING:
            return _(
                "The fifth lesson is over: the fee is not paid back."
                " For special reasons such as illness, come to the counter."
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
