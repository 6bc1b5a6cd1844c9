"""What is said of courses followed from home."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Course
from enrolment.domain.cloud import CloudRefusal
from enrolment.models import CloudSeat, DeliveryRequest

WHY_NOT = {
    CloudRefusal.NOT_TAUGHT: gettext_lazy(
        "No class of this course is taught in this term, so there is nothing to follow."
    ),
    CloudRefusal.SITS_IN_CLASS: gettext_lazy(
        "You have a place in a class of this course, and can watch its lessons already."
    ),
    CloudRefusal.NOT_FOLLOWED: gettext_lazy(
        "This course is not followed from home any more. Please begin again on its page."
    ),
    CloudRefusal.ON_THE_WAY: gettext_lazy(
        "A printed pack of this course is on its way already. Please wait for that one."
    ),
}
HOW_IT_CAME = {
    CloudSeat.Source.WAITLIST: gettext_lazy("Opened for you while you wait for a place."),
    CloudSeat.Source.DRAW: gettext_lazy("Opened for you after the draw."),
    CloudSeat.Source.CALLED_OFF: gettext_lazy("Opened for you because your class was called off."),
    CloudSeat.Source.REQUEST: gettext_lazy("You asked for it."),
    CloudSeat.Source.STAFF: gettext_lazy("The office opened it for you."),
}


def cloud_refused(reason: CloudRefusal) -> str:
    """Say why a course cannot be followed from home, or no pack be asked for."""
    return str(WHY_NOT[reason])


def how_it_came(seat: CloudSeat) -> str:
    """Say how a learner came to a cloud seat."""
    return str(HOW_IT_CAME[CloudSeat.Source(seat.source)])


def followed(seat: CloudSeat) -> str:
    """Say that a course can be followed now, and where."""
    return _("You follow “%(course)s” from home now. Everything is in My classes.") % {
        "course": seat.course.display_name()
    }


def followed_for(name: str, course: Course) -> str:
    """Say to staff that somebody can follow a course now."""
    return _("%(name)s follows “%(course)s” from home now, and is told by SMS.") % {
        "name": name,
        "course": course.display_name(),
    }


def followed_no_more(seat: CloudSeat) -> str:
    """Say that a cloud seat was given back, and that it can be had again."""
    return _("You no longer follow “%(course)s” from home. Its page lets you begin again.") % {
        "course": seat.course.display_name()
    }


def followed_no_more_for(name: str, course: Course) -> str:
    """Say the same to staff."""
    return _("%(name)s no longer follows “%(course)s” from home.") % {
        "name": name,
        "course": course.display_name(),
    }


def pack_asked_for(pack: DeliveryRequest) -> str:
    """Say that a pack is on the list, and how it comes."""
    if pack.campus:
        return _("We print it. You get an SMS when it lies ready at %(campus)s.") % {
            "campus": pack.campus.display_name()
        }
    return _("We print it and bring or send it to you: %(address)s.") % {"address": pack.address}


def pack_asked_for_them(name: str, course: Course) -> str:
    """Say the same to staff."""
    return _("The printed pack of “%(course)s” for %(name)s is on the list.") % {
        "name": name,
        "course": course.display_name(),
    }


def pack_printed(pack: DeliveryRequest) -> str:
    """Say to staff that a pack lies ready, and who knows of it."""
    if pack.campus and pack.learner.phone:
        return _("Printed. %(name)s is told by SMS where it lies.") % {"name": pack.learner.name}
    return _("Printed. Now it can be brought or sent to %(name)s.") % {"name": pack.learner.name}


def pack_handed_over(pack: DeliveryRequest) -> str:
    """Say to staff that a pack is done with."""
    return _("%(name)s has the pack. It is off the list.") % {"name": pack.learner.name}


def pack_taken_back(pack: DeliveryRequest) -> str:
    """Say that a pack is not wanted any more."""
    return _("The printed pack of “%(course)s” is not wanted any more. It is off the list.") % {
        "course": pack.cloud_seat.course.display_name()
    }
