"""What is said about openings and waiting rooms, to people and to staff."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Learner
from courses.models import Term
from enrolment.models import Lane, Opening, QueuePlace
from enrolment.wording.moments import moment

WHY_NO_PLAN = {
    "term_over": gettext_lazy("This term is closed. Its dates stay as they were."),
    "no_window": gettext_lazy(
        "This term has no open enrolment in its calendar. Write its dates first."
    ),
    "outside": gettext_lazy("This is outside the open enrolment of the term."),
    "in_the_past": gettext_lazy("This moment has gone by. Choose one that is still to come."),
    "already_drawn": gettext_lazy("The order has been made: this day stays."),
    "people_wait": gettext_lazy(
        "People wait before this door. You can put the day off: they keep their places."
    ),
}
STEERED = {
    "hold": gettext_lazy("Nobody else is let in for now. Whoever is in may finish."),
    "go_on": gettext_lazy("People are let in again."),
    "limit": gettext_lazy("The limit is set. It counts within a few seconds."),
    "end": gettext_lazy(
        "The waiting room is closed. Everybody can enrol at once, without a line."
    ),
}


def about(turn: datetime | None) -> str:
    """Say about when somebody's turn comes; nothing where nobody can say."""
    return about_words() % {"time": date_format(turn, "G:i")} if turn else ""


def about_words() -> str:
    """Return the words of ``about`` with their gap for the time, which a script fills anew."""
    return _("about %(time)s")


def room_closed(opening: Opening, *, at: datetime) -> str:
    """Say why there is no line to join."""
    if at < opening.doors_at:
        return _("The waiting room opens on %(day)s. Whoever comes by then is early enough.") % {
            "day": moment(opening.doors_at)
        }
    return _("Nobody needs to stand in line any more. You can enrol at once.")


def before_the_hour(opening: Opening, *, at: datetime) -> str:
    """Say when to come before a department opens: whoever comes at the hour stands behind."""
    hour = date_format(localtime(opening.opens_at), "G:i")
    if opening.takes_people(at):
        return _(
            "The waiting room is open. Take a number before %(hour)s: all who are there are"
            " shuffled together."
        ) % {"hour": hour}
    return _("The waiting room opens on %(day)s. Come and take a number before %(hour)s.") % {
        "day": moment(opening.doors_at),
        "hour": hour,
    }


def how_far(opening: Opening, stage: Opening.Stage, *, at: datetime) -> str:
    """Say how far an opening has come; with enrolment over, nobody is told to come any time."""
    closed = opening.closes_at is not None and opening.closes_at <= at
    is_open = opening.term.phase == Term.Phase.OPEN_ENROLMENT
    if stage == Opening.Stage.OVER and (closed or not is_open):
        return _("enrolment has ended")
    return str(stage.label)


def not_your_turn() -> str:
    """Say that somebody has come too early, and that nothing is lost."""
    return _("It is not your turn yet. Your place is kept, whatever happens to your phone.")


def come_in(opening: Opening) -> str:
    """Say that the door is open, and for what."""
    return _("Come in. You can enrol now: choose a class of %(department)s in peace.") % {
        "department": opening.department.display_name()
    }


def plan_refused(problem: str) -> str:
    """Say to the registrar why a department cannot open then."""
    return str(WHY_NO_PLAN[problem])


def openings_planned(term: Term) -> str:
    """Say that the days are kept."""
    return _("The days of %(term)s are kept, and everybody can read them.") % {
        "term": term.display_name()
    }


def room_steered(act: str) -> str:
    """Say what a decision does."""
    return str(STEERED[act])


def brought(learner: Learner, place: QueuePlace) -> str:
    """Say to staff where somebody stands now."""
    if place.lane == Lane.PEOPLE:
        return _(
            "%(name)s came by themselves already and keeps that place: number %(number)s."
        ) % {
            "name": learner.name,
            "number": place.number,
        }
    return _("%(name)s has a place in the office's line: number %(number)s.") % {
        "name": learner.name,
        "number": place.number,
    }
