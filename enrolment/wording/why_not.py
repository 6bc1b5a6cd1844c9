"""Why the rules say no to a learner, and what to do next."""

from datetime import datetime

from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import ClassSection
from enrolment.domain.refusals import Objection, Refusal
from enrolment.wording.moments import moment

# Reasons that are said in the same words whatever the class.
WHY_NOT = {
    Refusal.WAIT_YOUR_TURN: gettext_lazy(
        "Many people want places today, so one after the other comes in."
        " In the waiting room you get your place in the line, and keep it."
    ),
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
    Refusal.FULL: gettext_lazy(
        "Every place in this class is taken just now. Nothing has changed for you;"
        " you can join its waiting list."
    ),
    Refusal.COSTS_MORE: gettext_lazy(
        "The other class costs more than you have paid. Phone us or come to the counter to change"
        " it; the difference you pay there, or on the web afterwards. Until then you keep the"
        " class you have."
    ),
    Refusal.OTHER_OFFICE: gettext_lazy(
        "The other class belongs to another university, and what you paid cannot go along."
        " Phone us: we enrol you there and then take you out here. Until then you keep the class"
        " you have."
    ),
    Refusal.TOO_LATE_TO_CHANGE: gettext_lazy(
        "Classes can be changed in the first weeks of the term only."
        " You keep the class you have. Phone us if it does not suit you."
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
    Refusal.ALREADY_EXTENDED: gettext_lazy(
        "The place was kept longer once already; it cannot be kept for more time."
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


def refusal(
    reason: Refusal,
    section: ClassSection | None = None,
    *,
    other: ClassSection | None = None,
    opens_at: datetime | None = None,
    number: int | None = None,
) -> str:
    """Say why not, and what to do next. ``other`` is the class in the way.

    ``number`` is the age or the count that the rule has; without it the usual one is said.
    """
    if reason in IN_THE_WAY:
        name = told_apart(other, section) if other else _("another class")
        return IN_THE_WAY[reason] % {"other": name}
    if reason in OF_THE_CLASS:
        return OF_THE_CLASS[reason](section)
    if reason is Refusal.HELPED_ENOUGH:
        return _helped_enough(section, opens_at)
    if reason is Refusal.NOT_OPEN_YET:
        return _not_open_yet(opens_at or (section.opens_at if section else None))
    if reason is Refusal.TOO_OLD_TO_BEGIN:
        return _too_old_to_begin(section, number)
    return str(WHY_NOT[reason])


def told_apart(section: ClassSection, *others: ClassSection | None) -> str:
    """Return the name of a class, with its weekday where another one bears the same name."""
    name = section.display_name()
    if not any(one and one.pk != section.pk and one.display_name() == name for one in others):
        return name
    return _("%(class)s, %(day)s") % {"class": name, "day": WEEKDAYS[section.slot.weekday - 1]}


def objection(
    said: Objection,
    section: ClassSection | None = None,
    *,
    other: ClassSection | None = None,
    opens_at: datetime | None = None,
) -> str:
    """Say what stands against it, as ``refusal`` does."""
    return refusal(said.reason, section, other=other, opens_at=opens_at, number=said.number)


def _not_open_yet(opens_at: datetime | None) -> str:
    if opens_at is None:
        return _("Enrolment for this class has not started. The prospectus says when it does.")
    return _("You can ask for a place from %(day)s. Please come back then.") % {
        "day": moment(opens_at)
    }


def _helped_enough(section: ClassSection | None, again_at: datetime | None) -> str:
    again = moment(again_at) if again_at else _("the next full hour")
    return _(
        "One account can ask for three other people within an hour, and you have helped three."
        " You can go on from %(again)s. Is it urgent? Phone %(office)s: %(phone)s."
    ) % {"again": again, **counter_of(section)}


def _needs_family_consent(section: ClassSection | None) -> str:
    return _(
        "From your age on, one of your family signs a paper before the first class."
        " The counter of %(office)s has it (phone %(phone)s) and then enrols you at once."
    ) % counter_of(section)


def _needs_declaration_at_counter(section: ClassSection | None) -> str:
    return _(
        "From your age on, you also sign a health declaration before the first class."
        " The counter of %(office)s has it (phone %(phone)s)."
    ) % counter_of(section)


def _needs_residence(section: ClassSection | None) -> str:
    return _(
        "Classes in our rooms are for people who live or work in the city, or whose child lives"
        " here. Show one paper at the counter of %(office)s (phone %(phone)s)."
    ) % counter_of(section)


def _too_young(section: ClassSection | None) -> str:
    return _(
        "This class is for women from %(women)s and men from %(men)s."
        " Online lessons are open to everybody."
    ) % {
        "women": section.course.min_age_f if section else 50,
        "men": section.course.min_age_m if section else 55,
    }


def _too_old_to_begin(section: ClassSection | None, number: int | None) -> str:
    return _(
        "This course is hard on the body: we let nobody begin it past %(age)s."
        " Phone us, we know gentler ones."
    ) % {"age": number or (section and section.course.max_new_age) or 75}


def counter_of(section: ClassSection | None) -> dict[str, str]:
    """Return the office that enrols in a class: at a teaching point nobody sits at a counter."""
    if section is None:
        return {"office": _("your university"), "phone": settings.SITE_PHONE}
    unit = section.unit
    return {"office": unit.display_name(), "phone": unit.phone or settings.SITE_PHONE}


def limit_reached(limit: int, *, one_is_enough: bool) -> str:
    """Say how many classes one may have; those to leave for another one stand beneath."""
    if not one_is_enough:
        return _(
            "You already have as many classes as one person can have this term, and leaving one"
            " of them would not be enough for this class. Phone us: we look for a way together."
        )
    return ngettext(
        "One person can have %(limit)s class a term. To take this one, leave the one you have:",
        "One person can have %(limit)s classes a term. To take this one, leave one of yours:",
        limit,
    ) % {"limit": limit}


# Reasons that name the office of the class, or its numbers.
OF_THE_CLASS = {
    Refusal.NEEDS_FAMILY_CONSENT: _needs_family_consent,
    Refusal.NEEDS_DECLARATION_AT_COUNTER: _needs_declaration_at_counter,
    Refusal.NEEDS_RESIDENCE: _needs_residence,
    Refusal.TOO_YOUNG: _too_young,
}
