"""Every sentence said to staff about classes, lessons and rules."""

from django.utils.translation import gettext as _

from courses.services.lessons import Refusal


def refusal(reason: Refusal) -> str:  # noqa: PLR0911 - one sentence a reason
    """Return why a timetable cannot be so, and what to do next."""
    match reason:
        case Refusal.ROOM_TAKEN:
            return _("Another class has this room at that hour. Choose another room or hour.")
        case Refusal.TEACHER_TAKEN:
            return _("This teacher has another class at that hour. Choose another one.")
        case Refusal.BEGUN:
            return _("The lesson has been held. Only lessons to come can be changed.")
        case Refusal.PAST:
            return _("This time is over. Choose a day and hour to come.")
        case Refusal.ENDS_BEFORE:
            return _("The lesson would end before it begins. Change one of the two hours.")
        case Refusal.WITHOUT_ROOM:
            return _("A class that meets in a room needs one. Choose a room.")
        case Refusal.LOST:
            return _("This lesson has been called off already.")
        case Refusal.DATED:
            return _("The lessons have dates already. Move single lessons, one by one.")
        case Refusal.CALLED_OFF:
            return _("This class was called off. Nothing about it can be changed any more.")


def policy_refused(names: list[str]) -> str:
    """Return why rules cannot be published."""
    if names == ["version"]:
        return _("This version has been published. Amend it by a next version.")
    return _("Put these rules right first: %(names)s.") % {"names": ", ".join(names)}
