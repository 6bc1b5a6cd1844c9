"""Every sentence about live lessons: to who teaches, to who watches, to the camera's program."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Lesson
from livestream.domain import access, live
from livestream.domain.live import Refusal
from livestream.models import Lecture
from livestream.wording.films import day, lecture_title


def camera_refused(reason: Refusal) -> str:
    """Why a camera is not let in, as its program shows it."""
    match reason:
        case Refusal.UNKNOWN_KEY:
            return _("This key is not known. Please copy the key from the page of the lesson.")
        case Refusal.TAKEN:
            return _("Another camera is sending to this lesson. Please stop that one first.")
        case Refusal.OVER:
            return _("This lesson is over. To go on, plan it once more under “Teach live”.")
        case Refusal.TOO_LATE:
            return _("The hour of this lesson is long over. Please choose the next lesson.")
        case Refusal.CALLED_OFF:
            return _("This lesson is called off.")


def not_let_in(reason: access.Refusal) -> tuple[str, str]:
    """Why somebody may not come into the classroom, and what they can do."""
    if reason is access.Refusal.SIGN_IN:
        return (
            _("Please sign in to come into the classroom"),
            _(
                "The live lesson is for the learners of the class. Sign in with your phone; you "
                "come back to this page."
            ),
        )
    return (
        _("This live lesson belongs to another class"),
        _(
            "Only the learners of this class can come in. If you are in the class, perhaps you "
            "signed in with another phone number. Phone us and we will look with you."
        ),
    )


def meeting_title(meeting: Lesson | Lecture) -> str:
    """What goes out live, by its name."""
    if isinstance(meeting, Lesson):
        return meeting.section.course.display_name()
    return lecture_title(meeting)


def meeting_hours(meeting: Lesson | Lecture) -> str:
    """The day and the hours of a lesson or a lecture."""
    hours = {
        "day": day(meeting),
        "begins": clock_time(meeting.during.lower),
        "ends": clock_time(meeting.during.upper),
    }
    return _("%(day)s, %(begins)s to %(ends)s") % hours


def opens_at(meeting: Lesson | Lecture) -> str:
    """From which time on one may come in."""
    return clock_time(meeting.during.lower - live.OPENS_BEFORE)


def clock_time(moment: datetime) -> str:
    """A time of the day."""
    return formats.date_format(timezone.localtime(moment), "G:i")


def watching(number: int) -> str:
    """How many watch at this moment."""
    return ngettext(
        "%(number)s person is watching.", "%(number)s people are watching.", number
    ) % {"number": number}


def watched(most: int, together: int) -> str:
    """How many watched at most at a time, and how many in all: two numbers, never added."""
    return _("At most %(most)s at the same time; %(together)s in all.") % {
        "most": most,
        "together": together,
    }


def teacher_state(stage: str, *, since: datetime | None, opens: str) -> str:
    """How a live lesson stands, to the person who gives it."""
    time = clock_time(since) if since else ""
    return {
        "early": _(
            "The classroom opens at %(opens)s. What you send before is a trial: only you see it."
        )
        % {"opens": opens},
        "waiting": _("We are waiting for your picture. Start sending in your program."),
        "live": _("You are live since %(time)s.") % {"time": time},
        "lost": _(
            "Your line is lost since %(time)s. We wait two minutes. Start sending again: the "
            "lesson goes on."
        )
        % {"time": time},
        "over": _("The lesson ended at %(time)s. Its replay is published.") % {"time": time},
        "unseen": _(
            "The lesson ended at %(time)s. It could not be shown live. Its film is being made: "
            "you find it under “My films” and can publish it there."
        )
        % {"time": time},
        "missed": _("This lesson did not go out live."),
    }[stage]


def coded_otherwise() -> str:
    """That a picture comes in which browsers do not play, and what to do."""
    return _(
        "Your picture arrives, but telephones and computers cannot play it. Please choose H.264 "
        "for the picture and AAC for the sound in your program, and start sending again."
    )
